"""The compiled search and distances with long counters: up to 32,767 misses.

A tile of long filters does not fit the first-level cache. Its planes go by in pieces, each of
which meets all rows of a batch, whose counters wait in memory meanwhile.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.collect_numba import IMPOSSIBLE, allowed_misses, collect, start_for
from linkage.kernels.compiled import compiled
from linkage.kernels.slice_block import (
    GROUP,
    LANES,
    LEAST_DIGITS,
    LONG_DIGITS,
    LONG_GROUP,
    STATE,
    WORDS,
    advance_counter,
    read_counter,
)
from linkage.kernels.slices import Hits, Places, Rule, Side

__all__ = ["BATCH", "scan_long", "tile_distances"]

BATCH = 64
"""Rows whose counters wait together: some 20 KiB of them."""
_PIECE = 2 * LONG_GROUP
"""Positions of a piece: about 256 planes, or 8 KiB, where half of a row's bits are set."""
_EVERY = np.uint64(2**64 - 1)


@compiled
def scan_long(
    planes: NDArray[np.uint8],
    stride: int,
    last_tile: int,
    places: Places,
    first_row: int,
    a: Side,
    b: Side,
    rule: Rule,
    relation: int,
    hits: Hits,
) -> None:
    """The same as :func:`linkage.kernels.slice_short_numba.scan_short`, for a batch of rows.

    A limit that no counter can hold rules nothing out: every pair is compared in full.
    """
    rows, flat, kept = places.kept.size, places.planes, places.kept
    columns = b.ones.size
    counters = np.empty(rows * STATE, np.uint64)
    waiting, counted = np.empty(rows, np.bool_), np.empty(rows, np.int32)
    digits = _digits(rule.quantiles.max() if rule.quantiles.size else 0)
    masks, start = np.empty(WORDS, np.uint64), np.zeros(digits, np.uint64)
    room = hits.left.size - rows * LANES
    for tile in range(hits.state[0], last_tile):
        column = tile * LANES
        lightest = b.ones[column]
        heaviest = b.ones[min(column + LANES, columns) - 1]
        tile_at = np.uint64(tile * stride)
        for r in range(rows):
            i = first_row + r
            counted[r] = 0
            allowed = allowed_misses(a.ones[i], lightest, heaviest, rule, relation)
            waiting[r] = allowed != IMPOSSIBLE and not (relation == 2 and column + LANES <= i + 1)
            if waiting[r]:
                start_for(allowed, start)
                _set_counter(counters, r * STATE, start)
                if allowed < 1 << digits:
                    counted[r] = kept[r]
        for at in range(0, counted.max(), _PIECE):
            for r in range(rows):
                if waiting[r] and at < counted[r]:
                    groups = (min(_PIECE, counted[r] - at) + LONG_GROUP - 1) // LONG_GROUP
                    advance_counter(
                        planes, tile_at, flat, np.uint64(places.begin[r] + at), np.uint64(groups),
                        counters, np.uint64(r * STATE), np.uint64(digits),
                    )  # fmt: skip
                    hits.state[3] += groups * (LONG_GROUP // GROUP)
                    if rule.early and _all_gone(counters, r * STATE):
                        waiting[r] = False
        for r in range(rows):
            if waiting[r]:
                hit = np.uint64(0)
                for w in range(WORDS):
                    masks[w] = ~counters[r * STATE + LONG_DIGITS * WORDS + w]
                    hit |= masks[w]
                if hit != 0:
                    collect(
                        masks, first_row + r, column, planes, tile_at, places, r, a, b, rule,
                        relation, hits,
                    )  # fmt: skip
        if hits.state[2] > room:
            hits.state[0] = tile + 1
            return
    hits.state[0] = last_tile


@compiled
def tile_distances(
    planes: NDArray[np.uint8],
    stride: int,
    places: Places,
    ones_a: NDArray[np.int32],
    ones_b: NDArray[np.int32],
    first: int,
    distances: NDArray[np.int32],
) -> None:
    """Hamming distance of every row and every column from ``first``, a multiple of a tile.

    ``distances`` is ``(rows, columns)`` int32.
    """
    rows, flat, kept = places.kept.size, places.planes, places.kept
    counters = np.empty(min(rows, BATCH) * STATE, np.uint64)
    start, counts = np.zeros(LONG_DIGITS, np.uint64), np.empty(LANES, np.uint16)
    columns = distances.shape[1]
    for column in range(0, columns, LANES):
        tile_at = np.uint64((first + column) // LANES * stride)
        many = min(LANES, columns - column)
        for batch in range(0, rows, BATCH):
            end = min(batch + BATCH, rows)
            for r in range(batch, end):
                _set_counter(counters, (r - batch) * STATE, start)
            longest = kept[batch:end].max()
            digits = _digits(longest)
            for at in range(0, longest, _PIECE):
                for r in range(batch, end):
                    if at < kept[r]:
                        groups = (min(_PIECE, kept[r] - at) + LONG_GROUP - 1) // LONG_GROUP
                        advance_counter(
                            planes, tile_at, flat, np.uint64(places.begin[r] + at),
                            np.uint64(groups), counters, np.uint64((r - batch) * STATE),
                            np.uint64(digits),
                        )  # fmt: skip
            for r in range(batch, end):
                read_counter(counters, np.uint64((r - batch) * STATE), counts)
                own = ones_a[r]
                for lane in range(np.uint64(many)):
                    at_lane = np.uint64(column) + lane
                    heavy = ones_b[np.uint64(first) + at_lane]
                    distances[r, at_lane] = 2 * np.int32(counts[lane]) - own + heavy


@compiled
def _digits(largest: int) -> int:
    """Digits of a counter that tells up to so many misses from more, if there are as many."""
    digits = LEAST_DIGITS
    while digits < LONG_DIGITS and largest >= 1 << digits:
        digits += 1
    return digits


@compiled
def _set_counter(counters: NDArray[np.uint64], at: int, start: NDArray[np.uint64]) -> None:
    for digit in range(start.size):
        for w in range(WORDS):
            counters[at + digit * WORDS + w] = start[digit]
    for w in range(WORDS):
        counters[at + LONG_DIGITS * WORDS + w] = 0


@compiled
def _all_gone(counters: NDArray[np.uint64], at: int) -> bool:
    gone = _EVERY
    for w in range(WORDS):
        gone &= counters[at + LONG_DIGITS * WORDS + w]
    return bool(gone == _EVERY)
