"""One-to-one: a person has one entry on a list, so a record's candidates there compete.

Given the odds of every pair on its own, a pair is a match with probability
``o / (1 + o + odds of all pairs it competes with)``: those that share a record with it and
lie between the same two lists (Jaro 1989, section 3, takes the best assignment; this keeps
all of them). Records held to be duplicates of one another do not compete.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Competition"]

_LARGEST = 40.0


class Competition:
    """Which pairs compete, worked out once.

    Args:
        left: ``(pairs,)`` int64, records of pairs between lists.
        right: ``(pairs,)`` int64.
        lists: ``(records,)`` int64, list of each record.
        entry: ``(records,)`` int64, entry of each record: duplicates within a list share one.

    >>> both = Competition(np.array([0, 0]), np.array([1, 2]), np.array([0, 1, 1]), np.arange(3))
    >>> both.probability(np.array([0.0, 0.0])).round(3).tolist()
    [0.333, 0.333]
    """

    def __init__(
        self,
        left: NDArray[np.int64],
        right: NDArray[np.int64],
        lists: NDArray[np.int64],
        entry: NDArray[np.int64],
    ) -> None:
        one, other = entry[left], entry[right]
        span = np.int64(max(int(entry.max(initial=0)) + 1, 1))
        number = np.int64(int(lists.max(initial=0)) + 1)
        keys, first, self._couple = np.unique(
            np.minimum(one, other) * span + np.maximum(one, other),
            return_index=True,
            return_inverse=True,
        )
        self._couples = len(keys)
        ends = np.concatenate(
            [
                one[first] * number + lists[right[first]],
                other[first] * number + lists[left[first]],
            ]
        )
        places, group = np.unique(ends, return_inverse=True)
        self._places = len(places)
        self._group = group.reshape(2, -1)

    def probability(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """``(pairs,)`` probability of each pair, from its log odds on its own."""
        odds = np.exp(np.clip(log_odds, -_LARGEST, _LARGEST))
        best = np.zeros(self._couples)
        np.maximum.at(best, self._couple, odds)
        total = np.bincount(
            self._group.ravel(), np.concatenate([best, best]), minlength=self._places
        )
        rivals = total[self._group[0]] + total[self._group[1]] - 2.0 * best
        return np.asarray(odds / (1.0 + np.maximum(rivals, 0.0)[self._couple] + odds))
