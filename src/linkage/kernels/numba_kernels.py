"""The kernels compiled by numba: serial, without the global lock, cached on disk.

Every body is also plain Python, so the same source runs under ``NUMBA_DISABLE_JIT=1``.
Indices are unsigned: signed ones need a wrap-around test that stops vectorisation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.slice_block import ones

__all__ = ["popcounts", "select_pairs", "slot_counts"]


@compiled
def popcounts(words: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Set bits of every row, see :class:`linkage.kernels.Kernels`."""
    counts = np.empty(words.shape[0], dtype=np.int32)
    for i in range(np.uint64(words.shape[0])):
        total = np.uint64(0)
        for w in range(np.uint64(words.shape[1])):
            total += np.uint64(ones(words[i, w]))
        counts[i] = total
    return counts


@compiled
def slot_counts(
    a: NDArray[np.uint64], b: NDArray[np.uint64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Equal and jointly present slots, see :class:`linkage.kernels.Kernels`."""
    equal = np.zeros((a.shape[0], b.shape[0]), dtype=np.int32)
    present = np.zeros((a.shape[0], b.shape[0]), dtype=np.int32)
    for i in range(np.uint64(a.shape[0])):
        for j in range(np.uint64(b.shape[0])):
            for slot in range(np.uint64(a.shape[1] // 2)):
                low = np.uint64(2) * np.uint64(slot)
                high = low + np.uint64(1)
                if (a[i, low] | a[i, high]) != 0 and (b[j, low] | b[j, high]) != 0:
                    present[i, j] += 1
                    if a[i, low] == b[j, low] and a[i, high] == b[j, high]:
                        equal[i, j] += 1
    return equal, present


@compiled
def select_pairs(
    scores: NDArray[np.float64],
    lists_a: NDArray[np.int64],
    lists_b: NDArray[np.int64],
    lead: int,
    floor: float,
    between: NDArray[np.int64],
    within: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Histogram and selection of one tile, see :class:`linkage.kernels.Kernels`."""
    rows, columns = scores.shape
    bins = between.size
    scale = bins / 2.0
    selected = 0
    for i in range(rows):
        for j in range(max(0, i + 1 - lead), columns):
            index = min(max(int((scores[i, j] + 1.0) * scale), 0), bins - 1)
            if lists_a[i] == lists_b[j]:
                within[index] += 1
            else:
                between[index] += 1
            if scores[i, j] >= floor:
                selected += 1
    selected_rows = np.empty(selected, dtype=np.int64)
    selected_columns = np.empty(selected, dtype=np.int64)
    if selected == 0:
        return selected_rows, selected_columns
    selected = 0
    for i in range(rows):
        for j in range(max(0, i + 1 - lead), columns):
            if scores[i, j] >= floor:
                selected_rows[selected] = i
                selected_columns[selected] = j
                selected += 1
    return selected_rows, selected_columns
