"""Filters into planes, and rows into lists of places, see :mod:`linkage.kernels.slices`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.slice_block import LANES, WORDS

__all__ = ["fill_planes", "list_places"]

_PLANE_BYTES = 8 * WORDS


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
