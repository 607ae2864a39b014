"""The overlap table: how many people have each capture history, overall and by stratum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.histories import all_histories
from linkage.types import UNKNOWN, CaptureHistories

__all__ = ["SCENARIOS", "UNKNOWN_VALUE", "OverlapTable", "build_overlap_table"]

UNKNOWN_VALUE = "unknown"
"""The last value of every stratum in every table; the agreement does not list it."""

SCENARIOS = ("low", "chosen", "high")
"""The thresholds at which linkage was counted; a low threshold links most."""


@dataclass(frozen=True, eq=False)
class OverlapTable:
    """Exact counts for the analyst: people by capture history, zero cells included.

    Attributes:
        lists: ids of the lists; list ``i`` is bit ``i`` of a history.
        strata: names of the strata.
        values: values of each stratum in the agreement's order, "unknown" last.
        scenarios: ``(3, histories)`` int64, people by history at the low, the chosen and the
            high threshold.
        joint_strata: ``(rows, strata)`` uint8, column index into ``values`` of each stratum
            ("unknown" is the last index), sorted; only combinations that occur.
        joint_history: ``(rows,)`` int64, index into :attr:`histories`.
        joint_count: ``(rows,)`` int64, people, at least 1, at the chosen threshold.
        disagreements: per stratum, people whose records disagreed and were resolved.
        thresholds: the three thresholds in millionths, or None.
    """

    lists: tuple[str, ...]
    strata: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    scenarios: NDArray[np.int64] = field(repr=False)
    joint_strata: NDArray[np.uint8] = field(repr=False)
    joint_history: NDArray[np.int64] = field(repr=False)
    joint_count: NDArray[np.int64] = field(repr=False)
    disagreements: tuple[int, ...]
    thresholds: tuple[int, int, int] | None = None

    @cached_property
    def histories(self) -> tuple[int, ...]:
        """All histories, in the order of :func:`linkage.overlap.histories.all_histories`."""
        return all_histories(len(self.lists))

    @cached_property
    def membership(self) -> NDArray[np.bool_]:
        """``(histories, lists)``: whether the history includes the list."""
        masks = np.array(self.histories, dtype=np.int64)
        return (masks[:, None] >> np.arange(len(self.lists)) & 1).astype(bool)

    @property
    def counts(self) -> NDArray[np.int64]:
        """``(histories,)`` people at the chosen threshold."""
        chosen: NDArray[np.int64] = self.scenarios[1]
        return chosen

    @property
    def people(self) -> int:
        """Distinct people at the chosen threshold."""
        return int(self.counts.sum())

    @property
    def list_sizes(self) -> tuple[int, ...]:
        """Distinct people on each list."""
        return tuple(int(n) for n in self.counts @ self.membership)

    @property
    def pair_overlaps(self) -> dict[tuple[int, int], int]:
        """People on both lists, whatever else they are on, by pair of list indices."""
        on = self.membership.astype(np.int64)
        both = (on * self.counts[:, None]).T @ on
        count = len(self.lists)
        return {(i, j): int(both[i, j]) for i in range(count) for j in range(i + 1, count)}

    @property
    def on_lists(self) -> tuple[int, ...]:
        """People on exactly 1, 2, ... k lists."""
        size = self.membership.sum(axis=1)
        return tuple(int(self.counts[size == j].sum()) for j in range(1, len(self.lists) + 1))

    @cached_property
    def by_stratum(self) -> tuple[NDArray[np.int64], ...]:
        """For each stratum ``(histories, values)`` int64, people at the chosen threshold."""
        tables = []
        for column, allowed in enumerate(self.values):
            table = np.zeros((len(self.histories), len(allowed)), dtype=np.int64)
            np.add.at(table, (self.joint_history, self.joint_strata[:, column]), self.joint_count)
            tables.append(table)
        return tuple(tables)


def build_overlap_table(
    low: CaptureHistories,
    chosen: CaptureHistories,
    high: CaptureHistories,
    *,
    thresholds: Sequence[float] | None = None,
) -> OverlapTable:
    """Count people by capture history at three thresholds, and by stratum at the chosen one.

    Args:
        low: histories when linking at a low threshold (most links, fewest people).
        chosen: histories at the threshold of the run.
        high: histories when linking at a high threshold.
        thresholds: the three thresholds, in that order, to be shown to the analyst.

    Raises:
        ValueError: the three do not have the same lists and strata.
        PolicyError: E640 for too many lists.

    >>> history = np.array([1, 3, 3], dtype=np.uint32)
    >>> found = CaptureHistories(
    ...     ("A", "B"), (), (), history, np.zeros((3, 0), dtype=np.uint8), ())
    >>> table = build_overlap_table(found, found, found)
    >>> table.counts.tolist(), table.list_sizes, table.on_lists
    ([1, 0, 2], (3, 2), (1, 2))
    """
    for other in (low, high):
        if (other.lists, other.strata, other.values) != (
            chosen.lists,
            chosen.strata,
            chosen.values,
        ):
            raise ValueError("the three scenarios have different lists or strata")
    if thresholds is not None and len(thresholds) != len(SCENARIOS):
        raise ValueError("thresholds: low, chosen, high")
    histories = all_histories(len(chosen.lists))
    position = np.zeros(1 << len(chosen.lists), dtype=np.int64)
    position[list(histories)] = np.arange(len(histories))
    scenarios = np.stack(
        [
            np.bincount(position[found.history], minlength=len(histories))
            for found in (low, chosen, high)
        ]
    ).astype(np.int64)
    values = tuple((*allowed, UNKNOWN_VALUE) for allowed in chosen.values)
    unknown = np.array([len(allowed) - 1 for allowed in values], dtype=np.uint8)
    stratum = np.where(chosen.stratum == UNKNOWN, unknown[None, :], chosen.stratum)
    rows, counts = np.unique(
        np.column_stack([stratum.astype(np.int64), position[chosen.history]]),
        axis=0,
        return_counts=True,
    )
    return OverlapTable(
        lists=chosen.lists,
        strata=chosen.strata,
        values=values,
        scenarios=scenarios,
        joint_strata=rows[:, :-1].astype(np.uint8),
        joint_history=rows[:, -1],
        joint_count=counts.astype(np.int64),
        disagreements=chosen.disagreements,
        thresholds=_millionths(thresholds),
    )


def _millionths(thresholds: Sequence[float] | None) -> tuple[int, int, int] | None:
    """Thresholds as integers: canonical JSON holds no floats."""
    if thresholds is None:
        return None
    low, chosen, high = (round(threshold * 1_000_000) for threshold in thresholds)
    return low, chosen, high
