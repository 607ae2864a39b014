"""What a linkage looks like, for the linkage unit's eyes: counts and rates, never a pair."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.link.rates import LEVEL
from linkage.roles.linkage_unit.advice import advice, weak_points
from linkage.roles.linkage_unit.common import require_linked
from linkage.types import Clusters
from linkage.workspace import SCENARIOS, LinkState, head, open_run

__all__ = [
    "Diagnosis",
    "DrawnCounts",
    "ScenarioCounts",
    "count_draws",
    "count_scenario",
    "diagnose",
]

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ScenarioCounts:
    """Counts at one threshold.

    Attributes:
        threshold: the threshold.
        people: distinct people.
        on_lists: people on exactly 1, 2, ... k lists.
        overlaps: people on both lists, by pair of list indices.
        cluster_sizes: number of people by their number of records.
        duplicates: for each list, records that were merged into another one of it.
    """

    threshold: float
    people: int
    on_lists: tuple[int, ...]
    overlaps: dict[tuple[int, int], int]
    cluster_sizes: dict[int, int]
    duplicates: tuple[int, ...]

    @property
    def on_several(self) -> int:
        """People on two or more lists."""
        return sum(self.on_lists[1:])


@dataclass(frozen=True, slots=True)
class DrawnCounts:
    """Between which numbers nine draws in ten lie; fields as in :class:`ScenarioCounts`."""

    people: Range
    on_several: Range
    on_lists: tuple[Range, ...]
    overlaps: dict[tuple[int, int], Range]


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """Everything `diagnose` shows.

    Attributes:
        state: the link result.
        scenarios: counts by name of the scenario: low, chosen, high.
        drawn: the range of the draws; None where there are none.
        left_out: ids of the agreement's lists that were not linked.
        log_entries: entries of the run's log.
        log_head: hash of the newest entry.
    """

    state: LinkState
    scenarios: dict[str, ScenarioCounts]
    drawn: DrawnCounts | None
    left_out: tuple[str, ...]
    log_entries: int
    log_head: str

    @property
    def weak_points(self) -> tuple[str, ...]:
        """Where the linkage is weak, a sentence each."""
        return weak_points(self.state)

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do about it, a sentence each."""
        return advice(self.state)

    def as_dict(self) -> dict[str, Any]:
        """The diagnosis as JSON-ready values, the score histogram included."""
        lists = self.state.lists
        return {
            "lists": dict(zip(lists, self.state.records, strict=True)),
            "left_out": list(self.left_out),
            "linked": self.state.linked,
            "method": self.state.method,
            "threshold_overridden": self.state.overridden,
            "explanation": list(self.state.explanation),
            "error_rates": dict(self.state.rates),
            "components": dict(self.state.components),
            "conflicts": dict(self.state.conflicts),
            "weak_points": list(self.weak_points),
            "advice": list(self.advice),
            "candidate_pairs": self.state.candidates,
            "scenarios": {
                name: {
                    "threshold": counts.threshold,
                    "people": counts.people,
                    "on_lists": list(counts.on_lists),
                    "overlaps": [
                        {"lists": [lists[i], lists[j]], "people": people}
                        for (i, j), people in counts.overlaps.items()
                    ],
                    "cluster_sizes": {str(k): n for k, n in counts.cluster_sizes.items()},
                    "duplicates": dict(zip(lists, counts.duplicates, strict=True)),
                }
                for name, counts in self.scenarios.items()
            },
            "draws": None if self.drawn is None else self._drawn_dict(self.drawn),
            "histogram": {
                "bin_edges": self.state.bin_edges.tolist(),
                "pairs": self.state.histogram.tolist(),
            },
            "log": {"entries": self.log_entries, "head": self.log_head},
        }

    def _drawn_dict(self, drawn: DrawnCounts) -> dict[str, Any]:
        lists = self.state.lists
        return {
            "number": len(self.state.draws),
            "level": LEVEL,
            "people": list(drawn.people),
            "on_two_or_more": list(drawn.on_several),
            "on_lists": [list(ends) for ends in drawn.on_lists],
            "overlaps": [
                {"lists": [lists[i], lists[j]], "people": list(ends)}
                for (i, j), ends in drawn.overlaps.items()
            ],
        }


def diagnose(run: Path) -> Diagnosis:
    """Count what `link` found, at three thresholds and over the draws.

    Args:
        run: the run directory.

    Raises:
        UsageError: E214 not a run directory, E216 nothing has been linked.
        PackageError: E590 to E592 the run is unsound.
        MachineError: E101 to E106.
    """
    with open_run(run) as opened:
        state = require_linked(opened)
        entries, newest = head(opened.connection)
        left_out = tuple(i for i in opened.agreement.lists if i not in state.lists)
    return Diagnosis(
        state=state,
        scenarios={
            name: count_scenario(
                state.clusters(name), len(state.lists), threshold=state.thresholds[name]
            )
            for name in SCENARIOS
        },
        drawn=count_draws(state),
        left_out=left_out,
        log_entries=entries,
        log_head=newest.hex(),
    )


def count_scenario(clusters: Clusters, lists: int, *, threshold: float) -> ScenarioCounts:
    """Count people, overlaps, cluster sizes and merged duplicates.

    Args:
        clusters: the people.
        lists: number of lists.
        threshold: at which they were found.

    >>> found = Clusters(np.array([0, 0, 1, 0, 1]), np.array([0, 0, 0, 1, 1]))
    >>> counts = count_scenario(found, 2, threshold=0.7)
    >>> counts.on_lists, counts.overlaps, counts.cluster_sizes, counts.duplicates
    ((0, 2), {(0, 1): 2}, {2: 1, 3: 1}, (1, 0))
    """
    on = np.zeros((clusters.people, lists), dtype=np.int64)
    on[clusters.person, clusters.lists] = 1
    together = on.T @ on
    per_person = on.sum(axis=1)
    sizes = np.bincount(np.bincount(clusters.person, minlength=clusters.people))
    records = np.bincount(clusters.lists, minlength=lists)
    return ScenarioCounts(
        threshold=threshold,
        people=clusters.people,
        on_lists=_ints(np.bincount(per_person, minlength=lists + 1)[1:]),
        overlaps={(i, j): int(together[i, j]) for i, j in combinations(range(lists), 2)},
        cluster_sizes={size: int(n) for size, n in enumerate(sizes) if size and n},
        duplicates=_ints(records - np.diagonal(together)),
    )


def count_draws(state: LinkState) -> DrawnCounts | None:
    """Count people in every draw, and take the range of the middle 90%."""
    if not len(state.draws):
        return None
    lists = state.list_index
    counts = [
        count_scenario(Clusters(drawn.astype(np.int64), lists), len(state.lists), threshold=0.0)
        for drawn in state.draws
    ]
    return DrawnCounts(
        people=_range([each.people for each in counts]),
        on_several=_range([each.on_several for each in counts]),
        on_lists=tuple(
            _range(list(each)) for each in zip(*(c.on_lists for c in counts), strict=True)
        ),
        overlaps={
            pair: _range([each.overlaps[pair] for each in counts]) for pair in counts[0].overlaps
        },
    )


def _range(values: list[int]) -> Range:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return round(float(low)), round(float(high))


def _ints(values: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(int(value) for value in values)
