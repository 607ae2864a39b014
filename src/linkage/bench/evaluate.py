"""How far the counts that were found are from the truth, where the truth is known."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "NOT_LINKED",
    "Evaluation",
    "Sweep",
    "compare_clusters",
    "history_counts",
    "sweep_thresholds",
]

NOT_LINKED = -1
"""Found person of a record that took no part: too few identifiers to be encoded."""

SWEEP_PRECISION = 0.95


@dataclass(frozen=True, slots=True)
class Evaluation:
    """True beside found.

    A pair is two records of one person on two different lists; records that were not
    encoded count among the true pairs, so they cost recall.

    Attributes:
        lists: ids of the lists; list ``i`` is bit ``i`` of a history.
        true_pairs: pairs of records of one person on two lists.
        found_pairs: pairs of records on two lists held to be one person.
        right_pairs: pairs that are both.
        true_histories: capture history -> true number of people (never history 0).
        found_histories: capture history -> number of people found.
    """

    lists: tuple[str, ...]
    true_pairs: int
    found_pairs: int
    right_pairs: int
    true_histories: Mapping[int, int]
    found_histories: Mapping[int, int]

    @property
    def precision(self) -> float:
        """Share of the found pairs that are right; 1 where none were found."""
        return self.right_pairs / self.found_pairs if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that were found; 1 where there are none."""
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.true_pairs + self.found_pairs
        return 2 * self.right_pairs / total if total else 1.0

    @property
    def overlaps(self) -> dict[tuple[str, str], tuple[int, int]]:
        """For every two lists: people on both, true and found."""
        bits = [(1 << i | 1 << j) for i, j in itertools.combinations(range(len(self.lists)), 2)]
        names = itertools.combinations(self.lists, 2)
        return {
            pair: (_containing(self.true_histories, bit), _containing(self.found_histories, bit))
            for pair, bit in zip(names, bits, strict=True)
        }

    @property
    def people_on(self) -> tuple[tuple[int, int], ...]:
        """People on exactly 1, 2, ... k lists: true and found."""
        return tuple(
            (_on(self.true_histories, number), _on(self.found_histories, number))
            for number in range(1, len(self.lists) + 1)
        )

    @property
    def people_on_two_or_more(self) -> tuple[int, int]:
        """People on at least two lists: true and found."""
        rest = self.people_on[1:]
        return sum(true for true, _ in rest), sum(found for _, found in rest)

    @property
    def absolute_error(self) -> int:
        """Sum over all capture histories of |found - true|."""
        keys = set(self.true_histories) | set(self.found_histories)
        return sum(
            abs(self.found_histories.get(key, 0) - self.true_histories.get(key, 0)) for key in keys
        )

    def history_name(self, history: int) -> str:
        """The lists of a history, such as ``P+Z``."""
        return "+".join(name for i, name in enumerate(self.lists) if history >> i & 1)

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values."""
        people = zip(itertools.count(1), self.people_on)
        histories = sorted(set(self.true_histories) | set(self.found_histories))
        return {
            "pairs": {
                "true": self.true_pairs,
                "found": self.found_pairs,
                "right": self.right_pairs,
                "precision": round(self.precision, 4),
                "recall": round(self.recall, 4),
                "f1": round(self.f1, 4),
            },
            "overlaps": {
                f"{a}+{b}": {"true": true, "found": found}
                for (a, b), (true, found) in self.overlaps.items()
            },
            "people_on": {
                str(number): {"true": true, "found": found} for number, (true, found) in people
            },
            "people_on_two_or_more": dict(
                zip(("true", "found"), self.people_on_two_or_more, strict=True)
            ),
            "histories": {
                self.history_name(history): {
                    "true": self.true_histories.get(history, 0),
                    "found": self.found_histories.get(history, 0),
                }
                for history in histories
            },
            "histories_absolute_error": self.absolute_error,
        }


def _containing(histories: Mapping[int, int], bits: int) -> int:
    return sum(count for history, count in histories.items() if history & bits == bits)


def _on(histories: Mapping[int, int], number: int) -> int:
    return sum(count for history, count in histories.items() if history.bit_count() == number)


def history_counts(lists: NDArray[np.int64], person: NDArray[np.int64]) -> dict[int, int]:
    """Capture history -> number of people.

    Args:
        lists: ``(records,)`` index of the list of each record.
        person: ``(records,)`` person of each record, or :data:`NOT_LINKED`.

    >>> history_counts(np.array([0, 1, 1, 0]), np.array([7, 7, 8, -1]))
    {2: 1, 3: 1}
    """
    history: dict[int, int] = defaultdict(int)
    for place, who in zip(lists.tolist(), person.tolist(), strict=True):
        if who != NOT_LINKED:
            history[who] |= 1 << place
    counts: dict[int, int] = defaultdict(int)
    for value in history.values():
        counts[value] += 1
    return dict(sorted(counts.items()))


def compare_clusters(
    list_ids: Sequence[str],
    lists: NDArray[np.int64],
    entity: NDArray[np.int64],
    person: NDArray[np.int64],
) -> Evaluation:
    """Compare the people found with the people there are.

    Args:
        list_ids: ids of the lists, in the order of the agreement.
        lists: ``(records,)`` index of the list of each record.
        entity: ``(records,)`` true person of each record.
        person: ``(records,)`` found person of each record, or :data:`NOT_LINKED`.

    >>> evaluation = compare_clusters(
    ...     "AB", np.array([0, 1, 0, 1]), np.array([1, 1, 2, 2]), np.array([0, 0, 1, 2]))
    >>> evaluation.precision, evaluation.recall, evaluation.overlaps[("A", "B")]
    (1.0, 0.5, (2, 1))
    """
    linked = person != NOT_LINKED
    both = np.stack([entity[linked], person[linked]])
    return Evaluation(
        lists=tuple(list_ids),
        true_pairs=_cross_pairs(lists, entity[None]),
        found_pairs=_cross_pairs(lists[linked], person[None, linked]),
        right_pairs=_cross_pairs(lists[linked], both),
        true_histories=history_counts(lists, entity),
        found_histories=history_counts(lists, person),
    )


def _cross_pairs(lists: NDArray[np.int64], groups: NDArray[np.int64]) -> int:
    """Pairs of records on two lists that agree in every row of ``groups``.

    Counted and never listed: a threshold that is far too low chains thousands of records.
    """
    return _pairs_within(groups) - _pairs_within(np.vstack([groups, lists]))


def _pairs_within(groups: NDArray[np.int64]) -> int:
    _, sizes = np.unique(groups, axis=1, return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """Precision and recall of the pairs at or above every threshold, highest first.

    Attributes:
        threshold: ``(steps,)`` float64, distinct scores, decreasing.
        precision: ``(steps,)`` float64.
        recall: ``(steps,)`` float64, of all true cross-list pairs.
    """

    threshold: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]

    def recall_at(self, precision: float = SWEEP_PRECISION) -> tuple[float, float]:
        """The best recall among thresholds of at least this precision, and that threshold.

        Recall 0 at an infinite threshold where no threshold is that precise.
        """
        enough = np.flatnonzero(self.precision >= precision)
        if not len(enough):
            return 0.0, float("inf")
        best = enough[-1]  # recall only grows as the threshold falls
        return float(self.recall[best]), float(self.threshold[best])

    def best_f1(self) -> tuple[float, float]:
        """The largest F1 of all thresholds, and the highest threshold that has it."""
        if not len(self.threshold):
            return 0.0, float("inf")
        f1 = [_f1(*pair) for pair in zip(self.precision, self.recall, strict=True)]
        best = int(np.argmax(f1))
        return f1[best], float(self.threshold[best])

    def f1_at(self, threshold: float) -> float:
        """F1 of the pairs at or above ``threshold``."""
        return _f1(*self.at(threshold))

    def at(self, threshold: float) -> tuple[float, float]:
        """Precision and recall of the pairs at or above ``threshold``."""
        step = int(np.count_nonzero(self.threshold >= threshold)) - 1
        if step < 0:
            return 1.0, 0.0
        return float(self.precision[step]), float(self.recall[step])


def _f1(precision: float, recall: float) -> float:
    total = float(precision + recall)
    return 2.0 * float(precision) * float(recall) / total if total else 0.0


def sweep_thresholds(score: NDArray[np.float64], same: NDArray[np.bool_], true_pairs: int) -> Sweep:
    """Precision and recall at every threshold, chosen on the truth: a yardstick, not a method.

    Args:
        score: ``(pairs,)`` score of candidate pairs across lists; pairs below the search's
            floor are absent.
        same: ``(pairs,)`` whether the two records are one person.
        true_pairs: all true cross-list pairs, absent ones included.

    >>> sweep = sweep_thresholds(np.array([.9, .8, .8]), np.array([True, True, False]), 4)
    >>> sweep.at(.85), sweep.recall_at(.9)
    ((1.0, 0.25), (0.25, 0.9))
    >>> f1, threshold = sweep.best_f1()
    >>> round(f1, 6) == round(4 / 7, 6), threshold
    (True, 0.8)
    """
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    right = np.cumsum(same[order])
    last = np.flatnonzero(np.append(np.diff(ordered) != 0, True)) if len(ordered) else order
    return Sweep(
        threshold=ordered[last],
        precision=right[last] / (last + 1),
        recall=right[last] / max(true_pairs, 1),
    )
