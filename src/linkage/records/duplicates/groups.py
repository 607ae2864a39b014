"""From pairs to groups: rows that look like one person, without chains of look-alikes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.records.duplicates.library import plaintext_library

__all__ = ["Group", "group_pairs"]


@dataclass(frozen=True, slots=True)
class Group:
    """Records that look like one person.

    Attributes:
        members: record indices, rising; one alone where its own rows are the group.
        pairs: indices of the pairs among them that were compared.
        probability: mean probability of all pairs among them; one not compared counts as 0.
    """

    members: tuple[int, ...]
    pairs: tuple[int, ...]
    probability: float


def group_pairs(
    pairs: NDArray[np.int64], probability: NDArray[np.float64], threshold: float
) -> list[Group]:
    """Group records by average linkage (``scipy.cluster.hierarchy``).

    Two groups become one only where their records are one person with at least the threshold
    *on average*, so that A = B and B = C do not make A = C.

    Args:
        pairs: ``(pairs, 2)`` int64, record indices, the smaller first; sorted. A pair of a
            record with itself stands for several rows that are the same in every field.
        probability: ``(pairs,)`` float64.
        threshold: least mean probability.

    Returns:
        Groups of two records or more, and records alone that pair with themselves.

    Raises:
        UsageError: E222 the extra is not installed.

    >>> chain = np.array([[0, 1], [0, 2], [1, 2]])
    >>> [group.members for group in group_pairs(chain, np.array([0.9, 0.0, 0.8]), 0.5)]
    [(0, 1)]
    """
    known = {(int(a), int(b)): place for place, (a, b) in enumerate(pairs.tolist())}
    groups = []
    for component in _components(pairs[probability >= threshold]):
        for members in _average_linkage(component, known, probability, threshold):
            inside = [
                known[one, two]
                for place, one in enumerate(members)
                for two in members[place + (len(members) > 1) :]
                if (one, two) in known
            ]
            number = max(1, len(members) * (len(members) - 1) // 2)
            mean = float(probability[inside].sum()) / number if inside else 0.0
            if len(members) > 1 or mean >= threshold:
                groups.append(Group(members, tuple(inside), mean))
    return groups


def _components(pairs: NDArray[np.int64]) -> list[tuple[int, ...]]:
    """Records that hang together by any chain of pairs."""
    if not len(pairs):
        return []
    sparse, graphs = plaintext_library("scipy.sparse"), plaintext_library("scipy.sparse.csgraph")
    records, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(pairs.shape)
    ones = np.ones(len(pairs), dtype=np.int8)
    size = (len(records), len(records))
    graph = sparse.coo_matrix((ones, (places[:, 0], places[:, 1])), shape=size)
    _, label = graphs.connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    edges = np.flatnonzero(np.diff(label[order])) + 1
    return [tuple(records[part].tolist()) for part in np.split(order, edges)]


def _average_linkage(
    component: tuple[int, ...],
    known: dict[tuple[int, int], int],
    probability: NDArray[np.float64],
    threshold: float,
) -> list[tuple[int, ...]]:
    if len(component) == 1:
        return [component]
    hierarchy = plaintext_library("scipy.cluster.hierarchy")
    distance = np.array(
        [
            1.0 - (probability[known[one, two]] if (one, two) in known else 0.0)
            for place, one in enumerate(component)
            for two in component[place + 1 :]
        ]
    )
    tree = hierarchy.linkage(distance, method="average")
    label = hierarchy.fcluster(tree, 1.0 - threshold, criterion="distance")
    members: dict[int, list[int]] = {}
    for record, group in zip(component, label.tolist(), strict=True):
        members.setdefault(group, []).append(record)
    return [tuple(group) for group in members.values()]
