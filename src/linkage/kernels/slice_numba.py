"""The compiled search over bit slices: filters into planes, rows against tiles of columns.

Serial and without the global lock, so that threads run one call each. Arguments are those of
:mod:`linkage.kernels.search_numba`, which checks them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.slice_block import (
    GROUP,
    LANES,
    LONG_GROUP,
    PLANES,
    WORDS,
    count_misses,
    near_lanes,
    ones,
)

__all__ = ["fill_planes", "list_places", "scan", "spread_counts", "starts_of_limits"]


_PLANE_BYTES = 8 * WORDS
_EVERY = np.uint64(2**64 - 1)


def starts_of_limits() -> NDArray[np.uint64]:
    """``(256 * 8,)`` uint64: digits from which a counter overflows beyond each limit."""
    limits = np.arange(1 << PLANES, dtype=np.uint64)[:, None]
    start = np.uint64((1 << PLANES) - 1) - limits
    digits = (start >> np.arange(PLANES, dtype=np.uint64)) & np.uint64(1)
    return np.ascontiguousarray(digits * _EVERY).reshape(-1)


@compiled
def fill_planes(
    words: NDArray[np.uint64], slots: NDArray[np.int64], positions: int, planes: NDArray[np.uint64]
) -> None:
    """Write filters into inverted planes, tile by tile; lanes without a record always miss.

    Args:
        words: ``(records, words)`` uint64.
        slots: ``(64 * words,)`` int64, plane of every bit position, or -1.
        positions: planes of a tile; a plane of zeros, which nothing misses, follows them.
        planes: ``(tiles * (positions + 1) * words of a plane,)`` uint64, zeros at first.
    """
    records = words.shape[0]
    block = np.empty(64, np.uint64)
    for first in range(0, -(-records // LANES) * LANES, 64):
        base = (first // LANES) * (positions + 1) * WORDS + (first % LANES) // 64
        for w in range(words.shape[1]):
            for i in range(64):
                block[i] = words[first + i, w] if first + i < records else np.uint64(0)
            _transpose(block)
            for bit in range(64):
                slot = slots[64 * w + bit]
                if slot >= 0:
                    planes[base + slot * WORDS] = ~block[bit]


@compiled
def _transpose(block: NDArray[np.uint64]) -> None:
    """Transpose 64 by 64 bits in place (Warren, Hacker's Delight, section 7-3)."""
    width = np.uint64(32)
    mask = np.uint64(0x00000000FFFFFFFF)
    while width != 0:
        k = np.uint64(0)
        while k < 64:
            other = k | width
            swap = ((block[k] >> width) ^ block[other]) & mask
            block[other] ^= swap
            block[k] ^= swap << width
            k = (other + np.uint64(1)) & ~width
        width >>= np.uint64(1)
        mask ^= mask << width


@compiled
def list_places(
    words: NDArray[np.uint64],
    order: NDArray[np.int64],
    most: int,
    places: NDArray[np.uint32],
    kept: NDArray[np.int32],
) -> None:
    """Where the planes of every row's first set bits lie, filled up with the plane of zeros.

    Args:
        words: ``(rows, words)`` uint64.
        order: bit positions in the order of their planes.
        most: set bits to list.
        places: ``(rows, width)`` uint32, bytes from the start of a tile.
        kept: ``(rows,)`` int32, how many were listed.
    """
    end = np.uint64(most)
    for i in range(np.uint64(words.shape[0])):
        listed = np.uint64(0)
        for slot in range(np.uint64(order.size)):
            if listed == end:
                break
            position = np.uint64(order[slot])
            word = words[i, position >> np.uint64(6)]
            # Written in any case and kept if set: no branch to mispredict.
            places[i, listed] = slot * np.uint64(_PLANE_BYTES)
            listed += (word >> (position & np.uint64(63))) & np.uint64(1)
        kept[i] = listed
        for at in range(listed, np.uint64(places.shape[1])):
            places[i, at] = order.size * _PLANE_BYTES


@compiled
def scan(
    planes: NDArray[np.uint8],
    stride: int,
    last_tile: int,
    places: NDArray[np.uint32],
    kept: NDArray[np.int32],
    first_row: int,
    a: NDArray[np.uint64],
    ones_a: NDArray[np.int32],
    b: NDArray[np.uint64],
    ones_b: NDArray[np.int32],
    limits: NDArray[np.int32],
    quantiles: NDArray[np.int32],
    weight: NDArray[np.int32],
    relation: int,
    long: bool,
    early: bool,
    starts: NDArray[np.uint64],
    state: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    distance: NDArray[np.int32],
) -> None:
    """Near pairs of some rows and some tiles.

    ``state`` is the tile and the row of ``places`` to go on with, pairs found, groups of 16
    positions counted, and pairs compared in full. Returns early when one more tile's pairs may
    not fit.
    """
    rows, width = places.shape
    flat = places.reshape(-1)
    columns = ones_b.size
    masks = np.empty(WORDS, np.uint64)
    counts = np.empty(LANES, np.uint16)
    room = left.size - LANES
    steps = np.int64(0)
    for tile in range(state[0], last_tile):
        column = tile * LANES
        lightest = ones_b[column]
        heaviest = ones_b[min(column + LANES, columns) - 1]
        tile_at = np.uint64(tile * stride)
        for r in range(state[1], rows):
            i = first_row + r
            own = ones_a[i]
            least = own + 1 if relation == 1 else own
            if heaviest < least or (relation == 2 and column + LANES <= i + 1):
                continue
            against = max(lightest, least)
            spare = limits[own + against] + own - against
            if spare < 0:
                continue
            allowed = quantiles[weight[own], min(spare // 2, quantiles.shape[1] - 1)]
            offset_at = np.uint64(r * width)
            if long:
                groups = (kept[r] + LONG_GROUP - 1) // LONG_GROUP
                count_misses(
                    planes, tile_at, flat, offset_at, np.uint64(groups), counts, np.uint64(0)
                )
                steps += groups * (LONG_GROUP // GROUP)
                hit = _mask_counts(counts, allowed, masks)
            else:
                groups = (kept[r] + GROUP - 1) // GROUP
                steps += np.int64(
                    near_lanes(
                        planes, tile_at, flat, offset_at, np.uint64(groups), starts,
                        np.uint64(min(allowed, 255) * PLANES), masks, np.uint64(early),
                    )
                )  # fmt: skip
                hit = np.uint64(0)
                for w in range(WORDS):
                    hit |= masks[w]
            if hit != 0:
                _collect(
                    masks, i, column, planes, tile_at, flat, offset_at, kept[r], a, ones_a,
                    b, ones_b, limits, quantiles, weight, relation, state, left, right, distance,
                )  # fmt: skip
                if state[2] > room:
                    state[0], state[1] = tile, r + 1
                    state[3] += steps
                    return
        state[1] = 0
    state[0] = last_tile
    state[3] += steps


@compiled
def _mask_counts(counts: NDArray[np.uint16], allowed: int, masks: NDArray[np.uint64]) -> np.uint64:
    hit = np.uint64(0)
    limit = np.uint16(min(allowed, 65535))
    for w in range(np.uint64(WORDS)):
        lowest = np.uint16(65535)
        for lane in range(np.uint64(64)):
            lowest = min(lowest, counts[np.uint64(64) * w + lane])
        mask = np.uint64(0)
        if lowest <= limit:
            for lane in range(np.uint64(64)):
                if counts[np.uint64(64) * w + lane] <= limit:
                    mask |= np.uint64(1) << lane
        masks[w] = mask
        hit |= mask
    return hit


@compiled
def _collect(
    masks: NDArray[np.uint64],
    i: int,
    column: int,
    planes: NDArray[np.uint8],
    tile_at: np.uint64,
    flat: NDArray[np.uint32],
    offset_at: np.uint64,
    kept: int,
    a: NDArray[np.uint64],
    ones_a: NDArray[np.int32],
    b: NDArray[np.uint64],
    ones_b: NDArray[np.int32],
    limits: NDArray[np.int32],
    quantiles: NDArray[np.int32],
    weight: NDArray[np.int32],
    relation: int,
    state: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    distance: NDArray[np.int32],
) -> None:
    """Compare in full what the masks let through, and keep what is within its own limits."""
    found = state[2]
    own = ones_a[i]
    for w in range(WORDS):
        mask = masks[w]
        while mask != 0:
            others = mask & (mask - np.uint64(1))
            lane = 64 * w + np.int64(ones((mask ^ others) - np.uint64(1)))
            mask = others
            j = column + lane
            if j >= ones_b.size or (relation == 2 and j <= i):
                continue
            if ones_b[j] < own or (relation == 1 and ones_b[j] == own):
                continue
            state[4] += 1
            total = np.uint64(0)
            for word in range(np.uint64(a.shape[1])):
                total += np.uint64(ones(a[np.uint64(i), word] ^ b[np.uint64(j), word]))
            differ = np.int64(total)
            limit = limits[own + ones_b[j]]
            if differ > limit:
                continue
            # The limit above was the widest in the tile; a pair is held against its own.
            allowed = quantiles[
                weight[own], min((limit + own - ones_b[j]) // 2, quantiles.shape[1] - 1)
            ]
            misses = 0
            for at in range(kept):
                place = tile_at + np.uint64(flat[offset_at + np.uint64(at)]) + np.uint64(lane // 8)
                misses += (planes[place] >> np.uint8(lane % 8)) & 1
            if misses > allowed:
                continue
            left[found], right[found], distance[found] = i, j, differ
            found += 1
    state[2] = found


@compiled
def spread_counts(
    planes: NDArray[np.uint8],
    stride: int,
    places: NDArray[np.uint32],
    kept: NDArray[np.int32],
    ones_a: NDArray[np.int32],
    ones_b: NDArray[np.int32],
    first: int,
    distances: NDArray[np.int32],
) -> None:
    """Hamming distance of every row and every column from ``first``, a multiple of a tile.

    ``distances`` is ``(rows, columns)`` int32.
    """
    rows, width = places.shape
    flat = places.reshape(-1)
    counts = np.empty(LANES, np.uint16)
    columns = distances.shape[1]
    for start in range(0, columns, LANES):
        tile_at = np.uint64((first + start) // LANES * stride)
        many = min(LANES, columns - start)
        for r in range(rows):
            groups = np.uint64((kept[r] + LONG_GROUP - 1) // LONG_GROUP)
            count_misses(planes, tile_at, flat, np.uint64(r * width), groups, counts, np.uint64(0))
            own = ones_a[r]
            for lane in range(np.uint64(many)):
                at = np.uint64(start) + lane
                distances[r, at] = 2 * np.int32(counts[lane]) - own + ones_b[np.uint64(first) + at]
