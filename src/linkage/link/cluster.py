"""Clustering k deduplicated lists: at most one entry of each list per person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.link.agglomerate import agglomerate
from linkage.link.deduplicate import lowest_score
from linkage.types import CandidatePairs, Clusters

__all__ = ["cluster_lists"]


def cluster_lists(
    pairs: CandidatePairs,
    lists: NDArray[np.int64],
    entries: NDArray[np.int64],
    *,
    threshold: float,
    floor: float | None = None,
) -> Clusters:
    """Link the entries of all lists together, never list by list or pair by pair.

    Two groups of entries merge where they share no list and the mean score over all pairs of
    their records is at least the threshold, best first, by
    :func:`linkage.link.agglomerate.agglomerate`.

    Args:
        pairs: candidate pairs; those within a list are ignored.
        lists: ``(records,)`` int64, index of the list each record stands on.
        entries: ``(records,)`` int64, entry of each record, numbered 0, 1, ... in the order
            of first appearance, as :func:`linkage.link.deduplicate.merge_duplicates` gives.
        threshold: least score of two entries, or least mean score of two groups (inclusive).
        floor: what a pair that is not among ``pairs`` counts as: the floor of the search.
            None takes the lowest score among the pairs.
    """
    if floor is None:
        floor = lowest_score(pairs, threshold)
    between = pairs.where(lists[pairs.left] != lists[pairs.right])
    person = agglomerate(entries, between, threshold=threshold, floor=floor, lists=lists)
    return Clusters(person=person, lists=lists)
