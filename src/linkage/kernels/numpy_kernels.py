"""The kernels in plain numpy: for machines without numba, and as the second opinion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["popcounts", "select_pairs", "slot_counts"]


def popcounts(words: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Set bits of every row, see :class:`linkage.kernels.Kernels`."""
    return np.asarray(np.sum(np.bitwise_count(words), axis=1, dtype=np.int32))


def slot_counts(
    a: NDArray[np.uint64], b: NDArray[np.uint64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Equal and jointly present slots, see :class:`linkage.kernels.Kernels`."""
    equal = np.zeros((len(a), len(b)), dtype=np.int32)
    present = np.zeros_like(equal)
    for low in range(0, a.shape[1], 2):
        a_present = (a[:, low] | a[:, low + 1]) != 0
        b_present = (b[:, low] | b[:, low + 1]) != 0
        both = a_present[:, None] & b_present[None, :]
        same = (a[:, low, None] == b[None, :, low]) & (a[:, low + 1, None] == b[None, :, low + 1])
        present += both
        equal += both & same
    return equal, present


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
    bins = len(between)
    is_pair = np.arange(columns)[None, :] + lead > np.arange(rows)[:, None]
    same_list = lists_a[:, None] == lists_b[None, :]
    index = ((scores + 1.0) * (bins / 2.0)).astype(np.int64)
    np.clip(index, 0, bins - 1, out=index)
    between += np.bincount(index[is_pair & ~same_list], minlength=bins)
    within += np.bincount(index[is_pair & same_list], minlength=bins)
    selected_rows, selected_columns = np.nonzero(is_pair & (scores >= floor))
    return selected_rows.astype(np.int64), selected_columns.astype(np.int64)
