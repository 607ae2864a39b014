"""Error rates of a linkage without its truth: what the draws say of what was chosen.

In every draw the partition drawn stands for the truth. The linked pairs that it has too are
right; its other pairs were missed, hidden ones included, which look like strangers. A pair is two
records, on two lists, of one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.link.draws import LinkageDraws

__all__ = ["LEVEL", "ErrorRate", "Interval", "PairCounts", "count_pairs"]

LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its uncertainty, 0 to 1.

    Attributes:
        mean: mean over the draws.
        low: 5% of the draws lie below.
        high: 5% of the draws lie above.
    """

    mean: float
    low: float
    high: float

    def as_list(self) -> list[float]:
        """Mean, low and high, rounded to a hundredth of a percent."""
        return [round(value, 4) for value in (self.mean, self.low, self.high)]


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How often a linkage is wrong.

    Attributes:
        linked: pairs that were linked.
        precision: share of the linked pairs that are right; 1 where none were linked.
        missed: share of the true pairs that were not linked (false-negative rate).
    """

    linked: int
    precision: Interval
    missed: Interval

    def as_dict(self) -> dict[str, Any]:
        """The rate as JSON-ready values."""
        return {
            "linked": self.linked,
            "precision": self.precision.as_list(),
            "missed": self.missed.as_list(),
        }


@dataclass(frozen=True, slots=True, eq=False)
class PairCounts:
    """Pairs by their two lists: linked, and in every draw true and both.

    Attributes:
        linked: ``(lists, lists)`` int64, symmetric, as are all.
        true: ``(draws, lists, lists)`` int64.
        right: ``(draws, lists, lists)`` int64.
    """

    linked: NDArray[np.int64]
    true: NDArray[np.int64]
    right: NDArray[np.int64]

    def of_lists(self, one: int, other: int) -> ErrorRate:
        """The rate of two lists."""
        return _rate(
            int(self.linked[one, other]), self.true[:, one, other], self.right[:, one, other]
        )

    def overall(self) -> ErrorRate:
        """The rate over all pairs of lists."""
        above = np.triu_indices(len(self.linked), 1)
        return _rate(
            int(self.linked[above].sum()),
            self.true[:, above[0], above[1]].sum(axis=1),
            self.right[:, above[0], above[1]].sum(axis=1),
        )


def count_pairs(
    chosen: NDArray[np.int64],
    draws: LinkageDraws,
    lists: NDArray[np.int64],
    *,
    among: NDArray[np.bool_] | None = None,
) -> PairCounts:
    """Count the pairs that the rates are made of.

    Args:
        chosen: ``(records,)`` int64, the partition that was chosen.
        draws: partitions drawn from the posterior.
        lists: ``(records,)`` int64, list of each record.
        among: ``(records,)`` bool; if given, only pairs of two of these records are counted.
    """
    number = int(lists.max(initial=0)) + 1
    part = np.ones(len(lists), dtype=bool) if among is None else among
    drawn = [each[part].astype(np.int64) for each in draws.person]
    return PairCounts(
        linked=_pairs(chosen[part], lists[part], number),
        true=np.stack([_pairs(each, lists[part], number) for each in drawn]),
        right=np.stack([_pairs(_both(chosen[part], each), lists[part], number) for each in drawn]),
    )


def _rate(linked: int, true: NDArray[np.int64], right: NDArray[np.int64]) -> ErrorRate:
    precision = right / linked if linked else np.ones(len(right))
    missed = np.where(true > 0, 1.0 - right / np.where(true > 0, true, 1.0), 0.0)
    return ErrorRate(linked, _interval(precision), _interval(missed))


def _interval(values: NDArray[np.float64]) -> Interval:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(values.mean()), float(low), float(high))


def _both(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """The partition into records that are together in both."""
    span = np.int64(int(other.max(initial=0)) + 1)
    return np.asarray(np.unique(one * span + other, return_inverse=True)[1], dtype=np.int64)


def _pairs(person: NDArray[np.int64], lists: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """``(lists, lists)`` int64: pairs of records of one person, by their two lists."""
    _, where = np.unique(person, return_inverse=True)
    on = np.zeros((int(where.max(initial=-1)) + 1, number), dtype=np.int64)
    np.add.at(on, (where, lists), 1)
    return np.asarray(on.T @ on)
