"""People found beside the people there are, at the threshold chosen and at every other one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from linkage.bench.evaluate import Evaluation

__all__ = ["Judged", "best_by_f1", "chained", "judged", "least_cell_error", "sweep"]

_PLAIN = ("threshold", "precision", "recall", "f1", "cell_error", "true_cells")


@dataclass(frozen=True, slots=True)
class Judged:
    """What one threshold leads to.

    Attributes:
        threshold: on the contender's own scale.
        precision: share of the found pairs that are right.
        recall: share of the true pairs that were found.
        f1: harmonic mean of the two.
        two_or_more: people on two or more lists, true and found.
        cell_error: sum over all capture histories of |found - true|.
        true_cells: people on any list, the sum of the true cells.
        overlaps: two lists, such as ``I+K`` -> people on both, true and found.
    """

    threshold: float | None
    precision: float
    recall: float
    f1: float
    two_or_more: tuple[int, int]
    cell_error: int
    true_cells: int
    overlaps: dict[str, tuple[int, int]]

    @property
    def count_error(self) -> float:
        """Signed error of the number of people on two or more lists, as a share of the truth."""
        true, found = self.two_or_more
        return found / true - 1 if true else float(found > 0)

    @property
    def overlap_error(self) -> float:
        """Sum of the absolute errors of all pairwise overlaps, as a share of their true sum."""
        error = sum(abs(found - true) for true, found in self.overlaps.values())
        return error / max(sum(true for true, _ in self.overlaps.values()), 1)

    def as_dict(self, *, overlaps: bool = True) -> dict[str, Any]:
        """JSON-ready values."""
        values = {
            "threshold": self.threshold,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "two_or_more": list(self.two_or_more),
            "cell_error": self.cell_error,
            "true_cells": self.true_cells,
        }
        if overlaps:
            values["overlaps"] = {name: list(pair) for name, pair in self.overlaps.items()}
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Judged:
        """From what :meth:`as_dict` made; without overlaps where it was asked for none."""
        true, found = values["two_or_more"]
        overlaps = values.get("overlaps", {})
        return cls(
            **{name: values[name] for name in _PLAIN},
            two_or_more=(true, found),
            overlaps={name: (pair[0], pair[1]) for name, pair in overlaps.items()},
        )


def judged(evaluation: Evaluation, threshold: float | None) -> Judged:
    """The figures of an evaluation that the table holds."""
    return Judged(
        threshold=threshold,
        precision=evaluation.precision,
        recall=evaluation.recall,
        f1=evaluation.f1,
        two_or_more=evaluation.people_on_two_or_more,
        cell_error=evaluation.absolute_error,
        true_cells=sum(evaluation.true_histories.values()),
        overlaps={"+".join(pair): counts for pair, counts in evaluation.overlaps.items()},
    )


def best_by_f1(curve: Sequence[Judged]) -> Judged:
    """The truth's best threshold: highest F1, then least error over the cells."""
    return max(curve, key=lambda each: (each.f1, -each.cell_error))


def least_cell_error(curve: Sequence[Judged]) -> Judged:
    """The threshold with the least absolute error over the cells, then the highest F1."""
    return min(curve, key=lambda each: (each.cell_error, -each.f1))


def chained(left: NDArray[np.int64], right: NDArray[np.int64], records: int) -> NDArray[np.int64]:
    """Connected components: who is linked through others is one person.

    >>> chained(np.array([0, 1]), np.array([1, 3]), 4).tolist()
    [0, 0, 1, 0]
    """
    links = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(records, records))
    return connected_components(links, directed=False)[1].astype(np.int64)


def sweep(
    score: NDArray[np.float64],
    at: Callable[[float], Judged],
    *,
    most_pairs: int,
    points: int = 40,
) -> list[Judged]:
    """Judge thresholds: all distinct scores where they are few, else closer around the best.

    First thresholds evenly spaced by the logarithm of the pairs above them, then as many again
    between the neighbours of the one with the highest F1 and of the one with the fewest people
    in wrong cells.

    Args:
        score: ``(pairs,)`` of all candidate pairs.
        at: judges a threshold.
        most_pairs: thresholds that more pairs reach are left out, but for the one next to it.
        points: how many in each of the two steps.
    """
    ordered = np.sort(score)[::-1][:most_pairs]
    if not len(ordered):
        return []
    distinct = np.unique(ordered)[::-1]
    if len(distinct) <= 2 * points:
        return [at(float(each)) for each in distinct]
    tried: dict[float, Judged] = {}

    def judge(places: NDArray[np.float64]) -> None:
        for threshold in ordered[np.unique(places.astype(np.int64))].tolist():
            if threshold not in tried:
                tried[threshold] = at(threshold)

    judge(np.geomspace(1, len(ordered), points) - 1)
    coarse = sorted(tried, reverse=True)
    for best in (best_by_f1, least_cell_error):
        found = best([tried[each] for each in coarse])
        place = next(i for i, each in enumerate(coarse) if tried[each] is found)
        first = np.searchsorted(-ordered, -coarse[max(place - 1, 0)])
        last = np.searchsorted(-ordered, -coarse[min(place + 1, len(coarse) - 1)], side="right")
        judge(np.linspace(first, last - 1, points))
    return [tried[each] for each in sorted(tried, reverse=True)]
