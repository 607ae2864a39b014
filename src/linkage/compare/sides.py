"""One side of a search: filters that can be similar at all, by rising number of set bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.kernels import Backend, Side, load_kernels
from linkage.types import BitMatrix

__all__ = ["SortedSide", "sorted_side"]


@dataclass(frozen=True, slots=True, eq=False)
class SortedSide:
    """Filters by rising number of set bits; where equal, in the order given.

    Attributes:
        side: the filters and their numbers of set bits.
        record: ``(filters,)`` int64, record of each.
    """

    side: Side
    record: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.record)


def sorted_side(matrix: BitMatrix, *, with_empty: bool, use: Backend | None) -> SortedSide:
    """Sort filters for a search.

    Args:
        matrix: the filters.
        with_empty: whether filters without a set bit take part; they are similar to nothing,
            so only a threshold of 0 finds them.
        use: kernels, see :func:`linkage.kernels.load_kernels`.
    """
    ones = load_kernels(use).popcounts(matrix.words)
    # numpy sorts 16 bits by radix, ten times as fast
    small = ones.astype(np.uint16) if matrix.bits < 1 << 16 else ones
    order = np.argsort(small, kind="stable").astype(np.int64)
    if not with_empty:
        order = order[np.searchsorted(ones[order], 1) :]
    return SortedSide(Side(np.take(matrix.words, order, axis=0), ones[order]), order)
