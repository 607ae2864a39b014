"""The kernels of the search: what they do, and which set of them runs."""

from __future__ import annotations

import importlib
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.choice import Backend, numba_is_installed
from linkage.kernels.slices import Found, Relation, Rule, Side

__all__ = ["DistanceRows", "Distances", "SearchKernels", "load_search_kernels"]


class DistanceRows(Protocol):
    """Some rows, ready to be compared with columns."""

    def tile(self, first: int, last: int) -> NDArray[np.int32]:
        """``(rows, last - first)`` int32: differing bits of every row and column.

        Args:
            first: first column, a multiple of ``TILE``.
            last: column after the last.
        """


class Distances(Protocol):
    """Filters whose distances from one another can be read off tile by tile."""

    def rows(self, first: int, last: int) -> DistanceRows:
        """Some of the filters as rows; all of them are the columns."""


class SearchKernels(Protocol):
    """What every set of search kernels offers; the results are the same bit for bit."""

    TILE: int
    """Columns that are compared at once."""

    def prepare_columns(self, side: Side, order: NDArray[np.int64]) -> Any:
        """One side of a search, made ready to be searched.

        Args:
            side: the filters, none of them empty.
            order: all bit positions, in the order in which a row's are visited.
        """

    def near_pairs(
        self,
        rows: Side,
        first: int,
        last: int,
        columns: Any,
        first_column: int,
        last_column: int,
        rule: Rule,
        relation: Relation,
        most: int,
    ) -> Found:
        """Pairs of some rows and some columns that are near, as the rule says.

        A pair is near if its Hamming distance is within ``rule.limits`` and its misses among
        the first ``rule.most`` set bits of the row, in the rule's order, are within
        ``rule.quantiles``.

        Args:
            rows: one side, sorted by rising set bits, none of them empty.
            first: first row.
            last: row after the last.
            columns: the other side, prepared with the rule's order.
            first_column: first column, a multiple of ``TILE``.
            last_column: column after the last, a multiple of ``TILE`` or the end.
            rule: what makes a pair near.
            relation: which pairs count; *earlier* needs both sides to be the same.
            most: pairs after which the search may stop.

        Returns:
            The pairs, in no particular order but always the same.
        """

    def prepare_distances(self, words: NDArray[np.uint64]) -> Distances:
        """All distances between filters, to be computed where they are asked for.

        Args:
            words: ``(records, words)`` uint64, at most 65,535 bits each.
        """


def load_search_kernels(use: Backend | None = None) -> SearchKernels:
    """The kernels to search with.

    Args:
        use: ``"numba"`` or ``"numpy"``; None takes numba where it is installed. The choice
            changes the speed (more than fiftyfold) and never the results.

    Raises:
        ModuleNotFoundError: numba was asked for and is not installed.

    >>> load_search_kernels("numpy").TILE
    1
    """
    if use is None:
        use = "numba" if numba_is_installed() else "numpy"
    return cast("SearchKernels", importlib.import_module(f"linkage.kernels.search_{use}"))
