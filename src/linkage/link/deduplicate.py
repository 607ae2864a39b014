"""Merging duplicates within each list, before lists are linked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.link.agglomerate import agglomerate
from linkage.types import CandidatePairs

__all__ = ["lowest_score", "merge_duplicates"]


def merge_duplicates(
    pairs: CandidatePairs,
    lists: NDArray[np.int64],
    *,
    threshold: float,
    floor: float | None = None,
) -> NDArray[np.int64]:
    """Which records of one list are held to be the same person.

    Average linkage, see :mod:`linkage.link.agglomerate`: a third record joins two others
    only if it resembles them on average, so that look-alikes do not chain.

    Args:
        pairs: candidate pairs; those between lists are ignored.
        lists: ``(records,)`` int64, index of the list each record stands on.
        threshold: least score of two records, or least mean score of two groups.
        floor: what a pair that is not among ``pairs`` counts as: the floor of the search.
            None takes the lowest score among the pairs.

    Returns:
        ``(records,)`` int64, group of each record, numbered 0, 1, ... in the order of first
        appearance.

    >>> pairs = CandidatePairs(
    ...     np.array([0, 0]), np.array([1, 2]), np.array([[0.9], [0.9]]), np.array([0.9, 0.9]))
    >>> merge_duplicates(pairs, np.array([0, 0, 1]), threshold=0.8).tolist()
    [0, 0, 1]
    """
    within = pairs.where(lists[pairs.left] == lists[pairs.right])
    if floor is None:
        floor = lowest_score(pairs, threshold)
    return agglomerate(
        np.arange(len(lists), dtype=np.int64), within, threshold=threshold, floor=floor
    )


def lowest_score(pairs: CandidatePairs, threshold: float) -> float:
    """The lowest score among the pairs, at most ``threshold``: stands in for the floor."""
    return min(threshold, float(pairs.score.min())) if len(pairs) else threshold
