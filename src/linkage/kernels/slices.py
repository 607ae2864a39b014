"""Bit slices: how filters lie in memory for the search, and what a search is asked.

The columns of a search lie bit by bit: a *plane* holds one bit position of a whole tile of
records side by side, inverted, so that a 1 is a *miss*, a position that the column lacks. A row
is a list of its set bits' planes. Adding up the planes of a row in bit-sliced counters gives
the misses of all columns of a tile at once: five logical operations for one position of 256
columns (two with AVX-512, for 512 columns). Only set bits of the lighter filter are visited,
and a tile is left as soon as every column has missed too often.

With ``n`` and ``m`` set bits and ``H`` differing bits a pair has ``(H + n - m) / 2`` misses, so
a limit on ``H`` is one on misses, and misses among some of the positions never exceed it.

Counting by carry-save adders over bit slices: Harley and Seal, in Warren, *Hacker's Delight*
(2nd ed.), section 5-1; here the counters run across records and not within one.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "VECTOR_WORDS",
    "Found",
    "Hits",
    "Places",
    "Relation",
    "Rule",
    "Side",
    "aligned_zeros",
]

Relation: TypeAlias = Literal["lighter", "lighter-or-equal", "earlier"]
"""Which pairs of a row and a column count: rows with fewer set bits than the column, with at
most as many, or rows that come before the column (both sides the same)."""

VECTOR_WORDS: int | None = None
"""64-bit words of a plane, 4 or 8; None takes what suits the processor. Only tests set it, before
the kernels are imported, to reach both widths on one machine."""

_CACHE_LINE = 64


class Side(NamedTuple):
    """The filters of one side, by rising number of set bits.

    Attributes:
        words: ``(records, words)`` uint64, C-contiguous.
        ones: ``(records,)`` int32, set bits of each.
    """

    words: NDArray[np.uint64]
    ones: NDArray[np.int32]


class Rule(NamedTuple):
    """What makes a pair near.

    Attributes:
        limits: ``(2 * bits + 1,)`` int32, largest Hamming distance by the set bits of both.
        order: all bit positions in the order in which a row's are visited, int64.
        most: how many set bits of a row are visited.
        quantiles: ``(weights, misses + 1)`` int32, misses allowed among the visited bits, by
            the misses allowed among all.
        weight: ``(bits + 1,)`` int32, row of ``quantiles`` for a row's set bits.
        early: whether a tile is left as soon as all of it has missed too often; it changes
            nothing but the time.
    """

    limits: NDArray[np.int32]
    order: NDArray[np.int64]
    most: int
    quantiles: NDArray[np.int32]
    weight: NDArray[np.int32]
    early: bool = True


class Places(NamedTuple):
    """Where the planes of rows' set bits lie in a tile, in the order in which they are visited.

    Attributes:
        planes: uint16 or uint32, 64-bit words from the start of a tile, row after row, each
            filled up to whole groups with the plane of zeros.
        begin: ``(rows + 1,)`` int64, where a row's begin.
        kept: ``(rows,)`` int32, how many of a row's are real.
    """

    planes: NDArray[Any]
    begin: NDArray[np.int64]
    kept: NDArray[np.int32]


class Hits(NamedTuple):
    """Where a compiled search goes on, and where it writes.

    Attributes:
        state: ``(5,)`` int64: the tile and the row of the batch to go on with, pairs found,
            groups of 16 positions counted, and pairs compared in full.
        left: int64, rows of the pairs found.
        right: int64, their columns.
        distance: int32, their differing bits.
    """

    state: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    distance: NDArray[np.int32]


class Found(NamedTuple):
    """Pairs of a row and a column, and what it took to find them.

    Attributes:
        left: ``(pairs,)`` int64, row.
        right: ``(pairs,)`` int64, column.
        distance: ``(pairs,)`` int32, differing bits.
        steps: groups of 16 positions of a tile that were counted.
        verified: pairs that were compared in full.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    distance: NDArray[np.int32]
    steps: int
    verified: int


def aligned_zeros(size: int) -> NDArray[np.uint8]:
    """``(size,)`` zero bytes from the start of a cache line on: a split load costs double.

    >>> aligned_zeros(100).ctypes.data % 64
    0
    """
    buffer = np.zeros(size + _CACHE_LINE, dtype=np.uint8)
    start = -buffer.ctypes.data % _CACHE_LINE
    return buffer[start : start + size]
