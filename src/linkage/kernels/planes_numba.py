"""Filters into planes, and rows into lists of places, see :mod:`linkage.kernels.slices`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.slice_block import LANES, WORDS, ones
from linkage.kernels.slices import Places

__all__ = ["SPARE_PLACES", "fill_planes", "list_places"]

_AT_ONCE = np.uint64(8)
SPARE_PLACES = 64 + 8
"""Places beyond the last row's that :func:`list_places` may write to."""


@compiled
def fill_planes(
    words: NDArray[np.uint64], slots: NDArray[np.int64], planes: NDArray[np.uint64]
) -> None:
    """Write filters into inverted planes, tile by tile; lanes without a record always miss.

    Args:
        words: ``(records, words)`` uint64.
        slots: ``(64 * words,)`` int64, plane of every bit position.
        planes: ``(tiles * (64 * words + 1) * words of a plane,)`` uint64, zeros at first: after
            the planes of a tile follows one of zeros, which nothing misses.
    """
    records = words.shape[0]
    block = np.empty(64, np.uint64)
    for first in range(0, -(-records // LANES) * LANES, 64):
        base = (first // LANES) * (slots.size + 1) * WORDS + (first % LANES) // 64
        for w in range(words.shape[1]):
            for i in range(64):
                block[i] = words[first + i, w] if first + i < records else np.uint64(0)
            _transpose(block)
            for bit in range(64):
                planes[base + slots[64 * w + bit] * WORDS] = ~block[bit]


@compiled
def _transpose(block: NDArray[np.uint64]) -> None:
    """Transpose 64 by 64 bits in place (Warren, Hacker's Delight, section 7-3)."""
    width = np.uint64(32)
    mask = np.uint64(0x00000000FFFFFFFF)
    while width != 0:
        top = np.uint64(0)
        while top < 64:
            for k in range(top, top + width):
                swap = ((block[k] >> width) ^ block[k + width]) & mask
                block[k + width] ^= swap
                block[k] ^= swap << width
            top += np.uint64(2) * width
        width >>= np.uint64(1)
        mask ^= mask << width


@compiled
def list_places(words: NDArray[np.uint64], slots: NDArray[np.int64], places: Places) -> None:
    """List the first set bits of every row, filled up with the plane of zeros.

    Args:
        words: ``(rows, words)`` uint64.
        slots: ``(64 * words,)`` int64, plane of every bit position.
        places: where to write, with ``begin`` and ``kept`` set and room for
            :data:`SPARE_PLACES` more.
    """
    rows = words.shape[0]
    groups = words.shape[1]
    block, ordered = np.empty(64, np.uint64), np.empty(64 * groups, np.uint64)
    planes = places.planes
    for first in range(0, rows, 64):
        many = min(64, rows - first)
        for w in range(words.shape[1]):
            for i in range(64):
                block[i] = words[first + i, w] if i < many else np.uint64(0)
            _transpose(block)
            for bit in range(np.uint64(64)):
                ordered[np.uint64(slots[np.uint64(64 * w) + bit])] = block[bit]
        # Transposed back, a row's words have its bits in the order of the planes.
        for w in range(groups):
            _transpose(ordered[64 * w : 64 * w + 64])
        for i in range(np.uint64(many)):
            row = np.uint64(first) + i
            at = np.uint64(places.begin[row])
            full = at + np.uint64(places.kept[row])
            base = np.uint64(0)
            while at < full:
                word = ordered[base + i]
                after = at + np.uint64(ones(word))
                # Eight at a time, some in vain: a loop for every bit is often guessed wrong.
                while at < after:
                    for k in range(_AT_ONCE):
                        others = word & (word - np.uint64(1))
                        slot = base + np.uint64(ones((word ^ others) - np.uint64(1)))
                        planes[at + k] = slot * np.uint64(WORDS)
                        word = others
                    at += _AT_ONCE
                at = after
                base += np.uint64(64)
            for place in range(full, np.uint64(places.begin[row + np.uint64(1)])):
                planes[place] = slots.size * WORDS
