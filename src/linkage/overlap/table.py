"""The overlap table: how many people have each capture history, overall and by stratum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.draws import TableDraws, fits_records, joint_draws, joint_rows
from linkage.overlap.histories import all_histories, membership_of
from linkage.overlap.rates import list_pairs, table_rates
from linkage.types import PersonHistories

__all__ = ["SCENARIOS", "UNKNOWN_VALUE", "Method", "OverlapTable", "build_overlap_table"]

Method = Literal["probability", "similarity"]
"""By what records were held to be one person: match probabilities, or a similarity threshold."""

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
        method: "probability" or "similarity"; the latter has no records, draws and rates.
        records: records on each list, duplicates counted; empty if unknown.
        draws: joint counts of every draw of the linkage; no draws if there are none.
        rates: error rates ``overall`` and of every two ``lists``, JSON-ready; of each the
            number of record pairs ``linked`` and, as mean, 5% and 95% over the draws, the
            shares of :data:`linkage.overlap.rates.SHARES`. Empty if there are none.
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
    method: Method
    records: tuple[int, ...]
    draws: TableDraws = field(repr=False)
    rates: Mapping[str, Any] = field(repr=False)
    thresholds: tuple[int, int, int] | None = None

    @cached_property
    def histories(self) -> tuple[int, ...]:
        """All histories, in the order of :func:`linkage.overlap.histories.all_histories`."""
        return all_histories(len(self.lists))

    @cached_property
    def membership(self) -> NDArray[np.bool_]:
        """``(histories, lists)``: whether the history includes the list."""
        return membership_of(len(self.lists))

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
        return {(i, j): int(both[i, j]) for i, j in list_pairs(len(self.lists))}

    @property
    def on_lists(self) -> tuple[int, ...]:
        """People on exactly 1, 2, ... k lists."""
        size = self.membership.sum(axis=1)
        return tuple(int(self.counts[size == j].sum()) for j in range(1, len(self.lists) + 1))

    @property
    def on_several(self) -> tuple[int, int, int]:
        """People on two or more lists at the low, the chosen and the high threshold."""
        low, chosen, high = self.scenarios[:, self._several].sum(axis=1)
        return int(low), int(chosen), int(high)

    @cached_property
    def draw_histories(self) -> NDArray[np.int64]:
        """``(draws, histories)`` int64, people by history in every draw of the linkage."""
        return self.draws.by_history(len(self.histories))

    @property
    def draw_on_several(self) -> NDArray[np.int64]:
        """``(draws,)`` int64, people on two or more lists in every draw of the linkage."""
        several: NDArray[np.int64] = self.draw_histories[:, self._several].sum(axis=1)
        return several

    @property
    def _several(self) -> NDArray[np.bool_]:
        return np.asarray(self.membership.sum(axis=1) >= 2)

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
    low: PersonHistories,
    chosen: PersonHistories,
    high: PersonHistories,
    *,
    thresholds: Sequence[float] | None = None,
    method: Method = "similarity",
    records: Sequence[int] = (),
    draws: Iterable[PersonHistories] = (),
    rates: Mapping[str, Any] | None = None,
) -> OverlapTable:
    """Count people by capture history at three thresholds, and by stratum at the chosen one.

    A linkage by probability has records, draws and rates; one by similarity has none.

    Args:
        low: histories when linking at a low threshold (most links, fewest people).
        chosen: histories at the threshold of the run.
        high: histories when linking at a high threshold.
        thresholds: the three thresholds, in that order, to be shown to the analyst.
        method: by what was linked.
        records: number of records of each list.
        draws: histories of every draw of the linkage; read once, one at a time.
        rates: error rates, see :func:`linkage.overlap.rates.table_rates`.

    Raises:
        ValueError: the arguments are not of one linkage of the same lists and strata.
        PolicyError: E640 for too many lists.

    >>> history = np.array([1, 3, 3], dtype=np.uint32)
    >>> found = PersonHistories(
    ...     ("A", "B"), (), (), history, np.zeros((3, 0), dtype=np.uint8), ())
    >>> table = build_overlap_table(found, found, found)
    >>> table.counts.tolist(), table.list_sizes, table.on_lists
    ([1, 0, 2], (3, 2), (1, 2))
    """
    if thresholds is not None and len(thresholds) != len(SCENARIOS):
        raise ValueError("thresholds: low, chosen, high")
    histories = all_histories(len(chosen.lists))
    position = np.zeros(1 << len(chosen.lists), dtype=np.int64)
    position[list(histories)] = np.arange(len(histories))
    scenarios = np.stack(
        [
            np.bincount(position[found.history], minlength=len(histories))
            for found in _all_like(chosen, (low, chosen, high))
        ]
    ).astype(np.int64)
    strata, history, count = joint_rows(chosen)
    table = OverlapTable(
        lists=chosen.lists,
        strata=chosen.strata,
        values=tuple((*allowed, UNKNOWN_VALUE) for allowed in chosen.values),
        scenarios=scenarios,
        joint_strata=strata,
        joint_history=history,
        joint_count=count,
        disagreements=chosen.disagreements,
        method=method,
        records=tuple(int(number) for number in records),
        draws=joint_draws(_all_like(chosen, draws), len(chosen.strata)),
        rates=table_rates(rates, chosen.lists) if rates else {},
        thresholds=_millionths(thresholds),
    )
    _require_whole(table)
    return table


def _all_like(
    chosen: PersonHistories, others: Iterable[PersonHistories]
) -> Iterator[PersonHistories]:
    """The others, each after a look at whether it is of the same lists and strata."""
    for other in others:
        if (other.lists, other.strata, other.values) != (
            chosen.lists,
            chosen.strata,
            chosen.values,
        ):
            raise ValueError("two linkages have different lists or strata")
        yield other


def _require_whole(table: OverlapTable) -> None:
    """Records, draws and rates: all of them or none, and none without the other.

    Raises:
        ValueError: some are missing, or the counts are not those of so many records.
    """
    present = {bool(table.records), bool(len(table.draws)), bool(table.rates)}
    if present != {table.method == "probability"}:
        raise ValueError("a linkage by probability has records, draws and rates; no other has")
    if table.records and not (
        len(table.records) == len(table.lists)
        and fits_records(
            np.concatenate([table.scenarios, table.draw_histories]),
            table.membership,
            table.records,
        )
    ):
        raise ValueError("the counts are not those of so many records")


def _millionths(thresholds: Sequence[float] | None) -> tuple[int, int, int] | None:
    """Thresholds as integers: canonical JSON holds no floats."""
    if thresholds is None:
        return None
    low, chosen, high = (round(threshold * 1_000_000) for threshold in thresholds)
    return low, chosen, high
