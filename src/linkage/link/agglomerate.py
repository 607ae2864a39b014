"""Average-linkage agglomeration over candidate pairs: the one rule that merges records.

Two groups merge only where their records are alike *on the whole*: the mean score over all
pairs between them, with every pair that the search did not keep counting as the search's
floor. The best pair of groups merges first and means are taken anew after every merge
(Sokal and Michener 1958). One strong pair between two groups is therefore not enough to
chain them together, and one weak pair inside a large group does not split it.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from linkage.kernels import connected_components
from linkage.types import CandidatePairs

__all__ = ["agglomerate"]

UNIT = 2.0**60
"""Scores are summed as integers of this unit: exact, so the order of adding is nothing."""


def agglomerate(
    group: NDArray[np.int64],
    pairs: CandidatePairs,
    *,
    threshold: float,
    floor: float,
    lists: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Merge groups of records, best first, while their mean score reaches the threshold.

    Ties are broken by the groups' first records, in the order of the records. The order of
    the pairs is without effect, and so is the order of the records where no means tie.

    Args:
        group: ``(records,)`` int64, group of each record to begin with, numbered 0, 1, ...
            in the order of first appearance.
        pairs: candidate pairs; those inside a group are ignored.
        threshold: least mean score of two groups to merge (inclusive).
        floor: score of a pair of records that is not among ``pairs``; at most ``threshold``.
        lists: ``(records,)`` index of each record's list; if given, groups that share a
            list never merge.

    Returns:
        ``(records,)`` int64, group of each record, numbered in the order of first appearance.
    """
    if floor > threshold:
        raise ValueError("the floor of the search must not lie above the threshold")
    groups = int(group.max()) + 1 if len(group) else 0
    left, right = group[pairs.left], group[pairs.right]
    # A mean reaches the threshold only if some pair does, so groups meet only inside the
    # components of those pairs; all other pairs are dropped before the slow part.
    strong = pairs.score >= threshold
    component = connected_components(groups, left[strong], right[strong])
    useful = (left != right) & (component[left] == component[right])
    forest = _Forest(groups, threshold, floor)
    forest.size = np.bincount(group, minlength=groups).tolist()
    if lists is not None:
        for number, on_list in zip(group.tolist(), lists.tolist(), strict=True):
            forest.lists[number] |= 1 << on_list
    scores = [int(score * UNIT) for score in pairs.score[useful].tolist()]
    for one, other, score in zip(
        left[useful].tolist(), right[useful].tolist(), scores, strict=True
    ):
        forest.add(one, other, score, 1)
    forest.merge_all()
    _, numbered = np.unique(forest.roots()[group], return_inverse=True)
    return numbered.astype(np.int64)


class _Forest:
    """Groups, and for every two that any pair joins, the sum and number of their pairs."""

    def __init__(self, groups: int, threshold: float, floor: float) -> None:
        self.size = [1] * groups
        self.lists = [0] * groups
        self._threshold = int(threshold * UNIT)
        self._floor = int(floor * UNIT)
        self._parent = list(range(groups))
        self._version = [0] * groups
        self._near: list[dict[int, list[int]]] = [{} for _ in range(groups)]
        self._queue: list[tuple[float, int, int, int, int]] = []

    def add(self, one: int, other: int, score: int, count: int) -> None:
        """Count pairs between two groups."""
        edge = self._near[one].get(other)
        if edge is None:
            edge = [score, count]
            self._near[one][other] = edge
            self._near[other][one] = edge
        else:
            edge[0] += score
            edge[1] += count

    def merge_all(self) -> None:
        """Merge the two groups with the highest mean, again and again."""
        for one, near in enumerate(self._near):
            for other in near:
                if one < other:
                    self._consider(one, other)
        while self._queue:
            _, one, other, version_one, version_other = heapq.heappop(self._queue)
            if self._version[one] == version_one and self._version[other] == version_other:
                self._merge(one, other)

    def roots(self) -> NDArray[np.int64]:
        """The group that each group has become part of: the one that comes first."""
        root = self._parent.copy()
        for group in range(len(root)):
            root[group] = root[root[group]]  # a parent comes before its child
        return np.array(root, dtype=np.int64)

    def _consider(self, one: int, other: int) -> None:
        if self.lists[one] & self.lists[other]:
            return
        total, count = self._near[one][other]
        possible = self.size[one] * self.size[other]
        total += (possible - count) * self._floor
        if total >= self._threshold * possible:
            one, other = min(one, other), max(one, other)
            entry = (-total / possible, one, other, self._version[one], self._version[other])
            heapq.heappush(self._queue, entry)

    def _merge(self, one: int, other: int) -> None:
        self._parent[other] = one
        self._version[one] += 1
        self._version[other] = -1
        self.size[one] += self.size[other]
        self.lists[one] |= self.lists[other]
        del self._near[one][other]
        near = self._near[other]
        self._near[other] = {}
        for third, (score, count) in near.items():
            if third != one:
                del self._near[third][other]
                self.add(one, third, score, count)
        for third in self._near[one]:
            self._consider(one, third)
