"""Partitions of all records into people: how heavy, the heaviest, and draws from all of them.

A partition's weight is its logarithmic posterior probability, but for a constant:
:mod:`linkage.kernels.partition` says what a cluster weighs. It is searched, and drawn from,
by moving one record at a time (Gibbs sampling of partitions; Neal 2000, algorithm 3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.choice import Backend
from linkage.kernels.partition import PairGraph, PartitionState, load_move_records

__all__ = ["DEPENDENCE", "draw_partition", "improve", "numbered", "pair_graph", "weight"]

DEPENDENCE = 0.7
"""How far the pairs of one person are from independent evidence; chosen on development lists."""

_SWEEPS = 30
_HOPELESS = -7.0


def pair_graph(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    evidence: NDArray[np.float64],
    lists: NDArray[np.int64],
    prior: NDArray[np.float64],
    *,
    absent: float,
    dependence: float = DEPENDENCE,
) -> PairGraph:
    """Candidate pairs seen from both ends.

    Args:
        left: ``(pairs,)`` int64, records of each pair.
        right: ``(pairs,)`` int64.
        evidence: ``(pairs,)`` natural logarithm of the likelihood ratio of a match.
        lists: ``(records,)`` int64, list of each record.
        prior: ``(lists, lists)`` log odds that a pair of records of two lists, or of one, is
            a match before anything is known of it; symmetric.
        absent: evidence of every other pair.
        dependence: see :mod:`linkage.kernels.partition`.
    """
    record = np.concatenate([left, right])
    other = np.concatenate([right, left])
    order = np.lexsort((other, record))
    start = np.searchsorted(record[order], np.arange(len(lists) + 1))
    return PairGraph(
        start=start.astype(np.int64),
        neighbour=other[order],
        evidence=np.concatenate([evidence, evidence])[order],
        lists=lists,
        prior=np.ascontiguousarray(prior, dtype=np.float64),
        absent=float(absent),
        dependence=float(dependence),
    )


def improve(
    graph: PairGraph, cluster: NDArray[np.int64], *, use: Backend | None = None
) -> NDArray[np.int64]:
    """Move records to heavier places until none is left, or 30 times round.

    Args:
        graph: the pairs.
        cluster: ``(records,)`` int64, cluster of each record to begin with.
        use: kernels.

    Returns:
        ``(records,)`` int64, cluster of each record, numbered in the order of first
        appearance; never lighter than what it began with.
    """
    state = _state(graph, cluster)
    active = _active(graph, cluster)
    move = load_move_records(use)
    chance = np.zeros(len(active))
    for _ in range(_SWEEPS):
        if not move(graph, state, active, chance, True):
            break
    return numbered(state.cluster)


def draw_partition(
    graph: PairGraph,
    cluster: NDArray[np.int64],
    generator: np.random.Generator,
    *,
    sweeps: int,
    use: Backend | None = None,
) -> NDArray[np.int64]:
    """One draw from the posterior, so many times round from where it begins.

    Args:
        graph: the pairs.
        cluster: ``(records,)`` int64, cluster of each record to begin with.
        generator: where chance comes from.
        sweeps: times that every record is moved.
        use: kernels.

    Returns:
        ``(records,)`` int64, see :func:`improve`.
    """
    state = _state(graph, cluster)
    active = _active(graph, cluster)
    move = load_move_records(use)
    for _ in range(sweeps):
        move(graph, state, active, generator.random(len(active)), False)
    return numbered(state.cluster)


def weight(graph: PairGraph, cluster: NDArray[np.int64]) -> float:
    """The weight of a partition.

    >>> graph = pair_graph(
    ...     np.array([0]), np.array([1]), np.array([9.0]), np.array([0, 1]),
    ...     np.full((2, 2), -6.0), absent=-2.0)
    >>> weight(graph, np.array([0, 0])), weight(graph, np.array([0, 1]))
    (3.0, 0.0)
    """
    state = _state(graph, cluster)
    several = state.size > 1
    share = 2.0 / state.size[several]
    heavy = share**graph.dependence * state.evidence[several] + share * state.prior[several]
    return float(heavy.sum())


def _active(graph: PairGraph, cluster: NDArray[np.int64]) -> NDArray[np.int64]:
    """Records that may move: together with another, or with a candidate of odds over e^-7."""
    record = np.repeat(np.arange(len(graph.lists)), np.diff(graph.start))
    prior = graph.prior[graph.lists[record], graph.lists[graph.neighbour]]
    hopeful = np.bincount(cluster)[cluster] > 1
    hopeful[record[graph.evidence + prior > _HOPELESS]] = True
    return np.flatnonzero(hopeful).astype(np.int64)


def _state(graph: PairGraph, cluster: NDArray[np.int64]) -> PartitionState:
    records = len(graph.lists)
    first = np.repeat(np.arange(records), np.diff(graph.start))
    inside = (cluster[first] == cluster[graph.neighbour]) & (first < graph.neighbour)
    size = np.bincount(cluster, minlength=records).astype(np.int64)
    on_list = np.zeros((records, len(graph.prior)), dtype=np.int64)
    np.add.at(on_list, (cluster, graph.lists), 1)
    seen = np.bincount(cluster[first[inside]], minlength=records)
    evidence = np.asarray(graph.absent * (size * (size - 1) // 2 - seen), dtype=np.float64)
    np.add.at(evidence, cluster[first[inside]], graph.evidence[inside])
    # Ordered pairs of lists hold every pair twice, and each record once with itself.
    prior = np.einsum("ca,ab,cb->c", on_list, graph.prior, on_list)
    prior = (prior - on_list @ np.diagonal(graph.prior)) / 2.0
    empty = np.flatnonzero(size == 0)[::-1].astype(np.int64)
    free = np.zeros(records, dtype=np.int64)
    free[: len(empty)] = empty
    return PartitionState(
        cluster.astype(np.int64, copy=True),
        size,
        evidence,
        prior,
        on_list,
        free,
        np.array([len(empty)], dtype=np.int64),
    )


def numbered(cluster: NDArray[np.int64]) -> NDArray[np.int64]:
    """Clusters numbered 0, 1, ... in the order of first appearance.

    Args:
        cluster: ``(records,)`` int64, any numbers.

    >>> numbered(np.array([7, 2, 7])).tolist()
    [0, 1, 0]
    """
    _, first, inverse = np.unique(cluster, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse])
