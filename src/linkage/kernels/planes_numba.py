"""Filters into planes, and rows into lists of places, see :mod:`linkage.kernels.slices`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.slice_block import LANES, WORDS, ones

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
    slots: NDArray[np.int64],
    positions: int,
    most: int,
    places: NDArray[np.uint32],
    kept: NDArray[np.int32],
) -> None:
    """Where the planes of every row's first set bits lie, filled up with the plane of zeros.

    Args:
        words: ``(rows, words)`` uint64.
        slots: ``(64 * words,)`` int64, plane of every bit position, or -1.
        positions: planes of a tile before the plane of zeros.
        most: set bits to list.
        places: ``(rows, width)`` uint32, bytes from the start of a tile.
        kept: ``(rows,)`` int32, how many were listed.
    """
    rows = words.shape[0]
    groups = (positions + 63) // 64
    block, ordered = np.empty(64, np.uint64), np.zeros((groups, 64), np.uint64)
    end = np.uint64(positions * _PLANE_BYTES)
    for first in range(0, rows, 64):
        many = min(64, rows - first)
        for w in range(words.shape[1]):
            for i in range(64):
                block[i] = words[first + i, w] if i < many else np.uint64(0)
            _transpose(block)
            for bit in range(64):
                slot = slots[64 * w + bit]
                if slot >= 0:
                    ordered[slot // 64, slot % 64] = block[bit]
        # Transposed back, a row's words have its bits in the order of the planes.
        for group in range(groups):
            _transpose(ordered[group])
        for i in range(many):
            row = first + i
            listed = 0
            for group in range(groups):
                word = ordered[group, i]
                base = np.uint64(64 * group)
                while word != 0 and listed < most:
                    others = word & (word - np.uint64(1))
                    slot = base + np.uint64(ones((word ^ others) - np.uint64(1)))
                    places[row, listed] = slot * np.uint64(_PLANE_BYTES)
                    listed += 1
                    word = others
                if listed == most:
                    break
            kept[row] = listed
            for at in range(listed, places.shape[1]):
                places[row, at] = end
        ordered[:] = 0
