"""Only the best partners of every record, kept while pairs stream in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Best"]

_SLACK = 1 << 20


class Best:
    """The ``k`` most similar partners of every record seen so far.

    Equally similar partners are ranked by their record, the lower first, so that the outcome
    does not depend on the order in which pairs come.

    Args:
        k: partners of a record to keep.

    >>> best = Best(1)
    >>> best.add(np.array([0, 0, 1]), np.array([5, 4, 3]), np.array([0.9, 0.9, 0.8]),
    ...          np.array([1, 1, 2]))
    >>> left, right, similarity, distance = best.pairs()
    >>> left.tolist(), right.tolist()
    ([0, 1], [4, 3])
    """

    def __init__(self, k: int) -> None:
        if k < 1:
            raise ValueError("at least one partner of a record has to be kept")
        self._k = k
        self._left = np.empty(0, dtype=np.int64)
        self._right = np.empty(0, dtype=np.int64)
        self._similarity = np.empty(0, dtype=np.float64)
        self._distance = np.empty(0, dtype=np.int32)
        self._kept = 0

    def add(
        self,
        left: NDArray[np.int64],
        right: NDArray[np.int64],
        similarity: NDArray[np.float64],
        distance: NDArray[np.int32],
    ) -> None:
        """Some more pairs of a record (``left``) and a partner (``right``)."""
        self._left = np.concatenate([self._left, left])
        self._right = np.concatenate([self._right, right])
        self._similarity = np.concatenate([self._similarity, similarity])
        self._distance = np.concatenate([self._distance, distance])
        if len(self._left) > 2 * self._kept + _SLACK:
            self._compress()

    def pairs(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]:
        """What is kept: record, partner, similarity, distance; by record, the best first."""
        self._compress()
        return self._left, self._right, self._similarity, self._distance

    def _compress(self) -> None:
        order = np.lexsort((self._right, -self._similarity, self._left))
        left = self._left[order]
        place = np.arange(len(left))
        starts = np.concatenate([[True], left[1:] != left[:-1]]) if len(left) else place == 0
        rank = place - np.maximum.accumulate(np.where(starts, place, 0))
        order = order[rank < self._k]
        self._left, self._right = self._left[order], self._right[order]
        self._similarity, self._distance = self._similarity[order], self._distance[order]
        self._kept = len(order)
