"""Which kernels run: numba where it is installed, numpy otherwise."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from typing import Literal, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

__all__ = ["Backend", "Kernels", "load_kernels", "numba_is_installed"]

Backend: TypeAlias = Literal["numba", "numpy"]
Words: TypeAlias = NDArray[np.uint64]
Counts: TypeAlias = NDArray[np.int32]


class Kernels(Protocol):
    """What every set of kernels offers; ``words`` are packed filters, one row a record.

    All counts are int32, so filters may have up to 2**31 - 1 bits.
    """

    def popcounts(self, words: Words) -> Counts:
        """``(records,)``: set bits of every row."""

    def slot_counts(self, a: Words, b: Words) -> tuple[Counts, Counts]:
        """Equal slots, and slots present in both, ``(len(a), len(b))`` each.

        A slot is 128 bits (two words); a slot of zeros is absent and equals nothing.
        """

    def select_pairs(
        self,
        scores: NDArray[np.float64],
        lists_a: NDArray[np.int64],
        lists_b: NDArray[np.int64],
        lead: int,
        floor: float,
        between: NDArray[np.int64],
        within: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count every pair of a tile in a histogram and select those from ``floor`` up.

        Args:
            scores: ``(rows, columns)`` scores from -1 to 1.
            lists_a: ``(rows,)`` list of each row's record.
            lists_b: ``(columns,)`` list of each column's record.
            lead: index of the first column's record minus that of the first row's; pairs
                whose column's record does not come after their row's are not pairs.
            floor: least score to select.
            between: ``(bins,)`` histogram over [-1, 1] of pairs of two lists, added to.
            within: the same for pairs within one list.

        Returns:
            Rows and columns of the selected pairs, by row, then column.
        """


@cache
def numba_is_installed() -> bool:
    """Whether the compiled kernels can be used (the ``unit`` extra)."""
    return importlib.util.find_spec("numba") is not None


def load_kernels(use: Backend | None = None) -> Kernels:
    """The kernels to compute with.

    Args:
        use: ``"numba"`` or ``"numpy"``; None takes numba where it is installed. The choice
            changes the speed (about tenfold) and never the results.

    Raises:
        ModuleNotFoundError: numba was asked for and is not installed.

    >>> import numpy as np
    >>> row = np.array([[0b1011]], dtype=np.uint64)
    >>> load_kernels("numpy").popcounts(row)
    array([3], dtype=int32)
    """
    if use is None:
        use = "numba" if numba_is_installed() else "numpy"
    return cast("Kernels", importlib.import_module(f"linkage.kernels.{use}_kernels"))
