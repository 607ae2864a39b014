"""From candidate pairs to people: merge duplicates, then link all lists at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.link.cluster import cluster_lists
from linkage.link.deduplicate import lowest_score, merge_duplicates
from linkage.types import CandidatePairs, Clusters

__all__ = ["link_records"]


def link_records(
    pairs: CandidatePairs,
    lists: NDArray[np.int64],
    *,
    threshold: float,
    within_threshold: float | None = None,
    floor: float | None = None,
) -> Clusters:
    """Merge duplicates within each list, then link all lists together.

    Two groups merge where they share no list and the mean score over all their pairs is at
    least the threshold, best first, by :func:`linkage.link.agglomerate.agglomerate`. So a
    person has at most one deduplicated entry per list, and all lists are solved together,
    never pair by pair. The result does not depend on the order of the pairs. Equal means are
    decided by the order of the records, so give these an order of their own (such as by list
    id and handle) and the result does not depend on the order of arrival either.

    Give it the pairs of the search as they are, also those below the threshold: they decide
    whether whole groups are alike.

    Args:
        pairs: candidate pairs within and between lists.
        lists: ``(records,)`` int64, index of the list each record stands on.
        threshold: least score of two records, or least mean score of two groups, of
            different lists (inclusive).
        within_threshold: the same within a list; None takes ``threshold``.
        floor: what a pair that is not among ``pairs`` counts as: the floor of the search.
            None takes the lowest score among the pairs.

    >>> score = np.array([0.9, 0.5, 0.8])  # 0-1, 0-2, 1-2; threshold 0.7
    >>> pairs = CandidatePairs(
    ...     np.array([0, 0, 1]), np.array([1, 2, 2]), score[:, None], score)
    >>> link_records(pairs, np.array([0, 1, 2]), threshold=0.7).person.tolist()
    [0, 0, 1]
    >>> link_records(pairs, np.array([0, 1, 2]), threshold=0.6).person.tolist()
    [0, 0, 0]
    """
    if within_threshold is None:
        within_threshold = threshold
    if floor is None:
        floor = lowest_score(pairs, min(threshold, within_threshold))
    entries = merge_duplicates(pairs, lists, threshold=within_threshold, floor=floor)
    return cluster_lists(pairs, lists, entries, threshold=threshold, floor=floor)
