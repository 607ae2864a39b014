"""What a set of kernels for locality-sensitive hashing offers, and which one runs.

A *table* is one uint64 for every record that takes part: the record's key in the upper half,
its index in the lower, sorted. Records of one key are adjacent, in the order of their indices;
they are a *bucket*. A *summary* is what the scan of a bucket sees of a record: two words of
sketch and the number of set bits.
"""

from __future__ import annotations

import importlib
from typing import Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.choice import Backend, numba_is_installed

__all__ = ["LshKernels", "load_lsh_kernels"]

Words: TypeAlias = NDArray[np.uint64]
Counts: TypeAlias = NDArray[np.int32]


class LshKernels(Protocol):
    """What every set of these kernels offers; ``words`` are packed filters, one row a record.

    Positions of bits, and records, are uint64 like the words.
    """

    def gather_bits(self, words: Words, positions: Words) -> Words:
        """``(records,)``: bit ``p`` is bit ``positions[p]`` of the row; 1 to 64 positions."""

    def sorted_table(self, words: Words, positions: Words, records: Words) -> Words:
        """``(len(records),)``: the table of the records given, which are ascending.

        The key is what :meth:`gather_bits` gives; 1 to 32 positions.
        """

    def in_table_order(self, table: Words, summaries: Words) -> Words:
        """``(4, len(table))``: the summaries of a table's records, of ``(records, 4)``."""

    def scan_buckets(
        self,
        table_a: Words,
        table_b: Words,
        summaries_a: Words,
        summaries_b: Words,
        limits: Counts,
        one_list: bool,
        start: int,
        budget: int,
    ) -> tuple[int, int, Words]:
        """Compare the sketches of all pairs of a row and a column with the same key, by row.

        Args:
            table_a: ``(rows,)`` table of one side.
            table_b: ``(columns,)`` table of the other, or the same one.
            summaries_a: ``(4, rows)`` uint64 in the order of ``table_a``.
            summaries_b: ``(4, columns)`` uint64 in the order of ``table_b``.
            limits: ``(2, 2 * bits + 1)`` largest distance in the first two words of the
                sketches and in all three, not negative, by the number of set bits of both
                filters together.
            one_list: whether both tables are the same: only columns after the row count.
            start: the first row, as a place in ``table_a``.
            budget: positive; rows are taken while the rows and pairs before them are fewer.

        Returns:
            The row to go on with, the pairs compared, and ``(pairs,)`` the pairs within the
            limit: row's record in the upper half, column's in the lower.
        """

    def verified_distances(
        self,
        a: Words,
        b: Words,
        pairs: Words,
        limits: Counts,
        earlier: Words,
    ) -> Counts:
        """``(pairs,)``: differing bits of the whole filters; -1 for pairs not to be reported.

        Those are the pairs beyond ``limits``, by the number of set bits of both, and those
        that agree in all bits of a row of ``earlier``, ``(tables, bits // 64)``: that table
        reported them. The filters are C-contiguous.
        """


def load_lsh_kernels(use: Backend | None = None) -> LshKernels:
    """The kernels to compute with.

    Args:
        use: ``"numba"`` or ``"numpy"``; None takes numba where it is installed. The choice
            changes the speed and never the results.

    Raises:
        ModuleNotFoundError: numba was asked for and is not installed.

    >>> import numpy as np
    >>> row, positions = np.uint64([[0b1010]]), np.uint64([3, 0])
    >>> load_lsh_kernels("numpy").gather_bits(row, positions)
    array([1], dtype=uint64)
    """
    if use is None:
        use = "numba" if numba_is_installed() else "numpy"
    return cast("LshKernels", importlib.import_module(f"linkage.kernels.lsh_{use}"))
