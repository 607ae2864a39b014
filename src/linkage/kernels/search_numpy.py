"""Near pairs in plain numpy: for machines without numba, and as the second opinion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.slices import Found, Relation, Rule, Side

__all__ = ["TILE", "Columns", "near_pairs", "prepare_columns", "prepare_distances"]

TILE = 1
_WORKING_WORDS = 1 << 17
"""Words held at once by the three-way intermediate: 1 MiB, so that it stays in cache."""
_CHECKED_BITS = 1 << 23


class Columns:
    """One side of a search; nothing has to be prepared.

    Args:
        side: the filters.
    """

    def __init__(self, side: Side) -> None:
        self.side = side


def prepare_columns(side: Side, order: NDArray[np.int64]) -> Columns:  # noqa: ARG001
    """One side of a search; see :class:`linkage.kernels.SearchKernels`."""
    return Columns(side)


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
    words, ones = columns.side.words[first_column:last_column], columns.side.ones
    ones = ones[first_column:last_column]
    pieces = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int32))]
    found = 0
    step = max(1, _WORKING_WORDS // max(1, words.size))
    for start in range(first, last, step):
        stop = min(start + step, last)
        counted = np.bitwise_count(rows.words[start:stop, None, :] ^ words[None, :, :])
        distance = counted.sum(axis=2, dtype=np.int32)
        own = rows.ones[start:stop, None]
        near = distance <= rule.limits[own + ones[None, :]]
        if relation == "earlier":
            near &= np.arange(start, stop)[:, None] < np.arange(first_column, last_column)[None, :]
        elif relation == "lighter":
            near &= own < ones[None, :]
        else:
            near &= own <= ones[None, :]
        i, j = np.nonzero(near)
        differ = distance[i, j]
        kept = _within_quantiles(rows, start + i, columns.side, first_column + j, rule)
        pieces.append((start + i[kept], first_column + j[kept], differ[kept]))
        found += int(kept.sum())
        if found > most:
            break
    left, right, distance = (np.concatenate(part) for part in zip(*pieces, strict=True))
    return Found(left, right, distance, 0, 0)


class _Distances:
    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._words = words

    def rows(self, first: int, last: int) -> _DistanceRows:
        return _DistanceRows(self._words, first, last)


class _DistanceRows:
    def __init__(self, words: NDArray[np.uint64], first: int, last: int) -> None:
        self._words, self._rows = words, words[first:last]

    def tile(self, first: int, last: int) -> NDArray[np.int32]:
        columns = self._words[first:last]
        found = np.empty((len(self._rows), len(columns)), dtype=np.int32)
        step = max(1, _WORKING_WORDS // max(1, columns.size))
        for start in range(0, len(self._rows), step):
            differ = self._rows[start : start + step, None, :] ^ columns[None, :, :]
            counted = np.bitwise_count(differ)
            np.sum(counted, axis=2, dtype=np.int32, out=found[start : start + step])
        return found


def prepare_distances(words: NDArray[np.uint64]) -> _Distances:
    """All distances between filters; see :class:`linkage.kernels.SearchKernels`."""
    return _Distances(words)


def _within_quantiles(
    rows: Side, left: NDArray[np.int64], columns: Side, right: NDArray[np.int64], rule: Rule
) -> NDArray[np.bool_]:
    """Whether pairs miss few enough of the positions that a search visits."""
    kept = np.empty(len(left), dtype=np.bool_)
    step = max(1, _CHECKED_BITS // max(1, len(rule.order)))
    word, shift = rule.order >> 6, (rule.order & 63).astype(np.uint64)
    for start in range(0, len(left), step):
        i, j = left[start : start + step], right[start : start + step]
        own = ((rows.words[i][:, word] >> shift) & np.uint64(1)).astype(bool)
        other = ((columns.words[j][:, word] >> shift) & np.uint64(1)).astype(bool)
        visited = own & (np.cumsum(own, axis=1) <= rule.most)
        misses = (visited & ~other).sum(axis=1)
        n, m = rows.ones[i].astype(np.int64), columns.ones[j].astype(np.int64)
        spare = np.minimum((rule.limits[n + m] + n - m) // 2, rule.quantiles.shape[1] - 1)
        kept[start : start + step] = misses <= rule.quantiles[rule.weight[n], spare]
    return kept
