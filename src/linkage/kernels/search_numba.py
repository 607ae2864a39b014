"""Near pairs by the compiled search; see :class:`linkage.kernels.SearchKernels`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.numba_kernels import popcounts
from linkage.kernels.planes_numba import SPARE_PLACES, fill_planes, list_places
from linkage.kernels.slice_block import GROUP, LANES, LONG_GROUP, SHORT_DIGITS, WORDS
from linkage.kernels.slice_long_numba import BATCH, scan_long, tile_distances
from linkage.kernels.slice_short_numba import scan_short
from linkage.kernels.slices import Found, Hits, Places, Relation, Rule, Side, aligned_zeros

__all__ = ["TILE", "Columns", "near_pairs", "prepare_columns", "prepare_distances"]

TILE = LANES
"""Columns that are compared at once; slices of columns should start at multiples of it."""

_CHUNK_PAIRS = 1 << 16
_SHORT_BATCH = 2048
"""Rows that meet a tile while it is in the first-level cache: enough to pay for bringing it."""
_RELATIONS = {"lighter-or-equal": 0, "lighter": 1, "earlier": 2}
_SHORT = (1 << SHORT_DIGITS) - 1


class Columns:
    """One side of a search as bit slices.

    Args:
        side: the filters.
        order: bit positions in the order in which a row's are visited.
    """

    def __init__(self, side: Side, order: NDArray[np.int64]) -> None:
        self.side = side
        self.slots = np.empty(64 * side.words.shape[1], dtype=np.int64)
        self.slots[order] = np.arange(len(order))
        self.stride = (len(order) + 1) * 8 * WORDS
        self.planes = aligned_zeros(-(-len(side.words) // LANES) * self.stride)
        fill_planes(side.words, self.slots, self.planes.view(np.uint64))


def prepare_columns(side: Side, order: NDArray[np.int64]) -> Columns:
    """One side as bit slices: ``len(order) / 8`` bytes a record."""
    return Columns(side, order)


def near_pairs(
    rows: Side,
    first: int,
    last: int,
    columns: Columns,
    first_column: int,
    last_column: int,
    rule: Rule,
    relation: Relation,
    most: int,
) -> Found:
    """Near pairs of some rows and columns; see :class:`linkage.kernels.SearchKernels`."""
    side = columns.side
    short = int(rule.quantiles.max(initial=0)) <= _SHORT
    group, scan = (GROUP, scan_short) if short else (LONG_GROUP, scan_long)
    batch = _SHORT_BATCH if short else BATCH
    hits = Hits(
        np.zeros(5, np.int64),
        np.empty(_CHUNK_PAIRS, np.int64),
        np.empty(_CHUNK_PAIRS, np.int64),
        np.empty(_CHUNK_PAIRS, np.int32),
    )
    pieces = [(hits.left[:0], hits.right[:0], hits.distance[:0])]
    tiles = (first_column // LANES, -(-last_column // LANES))
    found = 0
    for start in range(first, last, batch):
        places = _listed(_part(rows, start, min(start + batch, last)), columns, rule.most, group)
        hits.state[:2] = tiles[0], 0
        while hits.state[0] < tiles[1] and found <= most:
            hits.state[2] = 0
            scan(
                columns.planes, columns.stride, tiles[1], places, start, rows, side, rule,
                _RELATIONS[relation], hits,
            )  # fmt: skip
            many = int(hits.state[2])
            found += many
            pieces.append(
                (hits.left[:many].copy(), hits.right[:many].copy(), hits.distance[:many].copy())
            )
    one, other, differ = (np.concatenate(part) for part in zip(*pieces, strict=True))
    return Found(one, other, differ, int(hits.state[3]), int(hits.state[4]))


class _Distances:
    def __init__(self, words: NDArray[np.uint64]) -> None:
        order = np.arange(64 * words.shape[1], dtype=np.int64)
        self._columns = Columns(Side(words, popcounts(words)), order)

    def rows(self, first: int, last: int) -> _DistanceRows:
        return _DistanceRows(self._columns, first, last)


class _DistanceRows:
    def __init__(self, columns: Columns, first: int, last: int) -> None:
        self._columns = columns
        own = _part(columns.side, first, last)
        self._ones = own.ones
        self._places = _listed(own, columns, columns.slots.size, LONG_GROUP)

    def tile(self, first: int, last: int) -> NDArray[np.int32]:
        columns = self._columns
        distances = np.empty((len(self._ones), last - first), dtype=np.int32)
        tile_distances(
            columns.planes, columns.stride, self._places, self._ones, columns.side.ones, first,
            distances,
        )  # fmt: skip
        return distances


def prepare_distances(words: NDArray[np.uint64]) -> _Distances:
    """All distances between filters; see :class:`linkage.kernels.SearchKernels`."""
    return _Distances(words)


def _part(side: Side, first: int, last: int) -> Side:
    return Side(side.words[first:last], side.ones[first:last])


def _listed(rows: Side, columns: Columns, most: int, group: int) -> Places:
    """Places of the planes of the rows' first set bits, at most so many, in whole groups."""
    kept = np.minimum(rows.ones, most)
    begin = np.zeros(len(kept) + 1, dtype=np.int64)
    np.cumsum(-(-kept // group) * group, out=begin[1:])
    short = columns.slots.size * WORDS <= np.iinfo(np.uint16).max
    planes = np.empty(begin[-1] + SPARE_PLACES, dtype=np.uint16 if short else np.uint32)
    places = Places(planes, begin, kept)
    list_places(rows.words, columns.slots, places)
    return places
