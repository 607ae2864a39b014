"""One pass of moves of single records between clusters, drawn at random or the best of each.

Written once, for numba and for plain Python alike: arrays in, arrays changed in place.

The weight of a cluster of ``m`` records is what speaks for it, ``(2 / m) ** dependence`` times
the evidence of all its pairs, less what speaks against any: ``m - 1`` times the pairs' mean
prior. Two records weigh their log odds. A third costs the prior once, not once for each of its
pairs; and its pairs' evidence counts in full only if they were independent of one another,
which they are not: an error in one record shows in all its pairs. A partition weighs the sum.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.choice import Backend, numba_is_installed

__all__ = ["PairGraph", "PartitionState", "load_move_records", "move_records"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

_TABLED = 64  # sizes of clusters whose share is worked out once


class PairGraph(NamedTuple):
    """Candidate pairs seen from both ends.

    Attributes:
        start: ``(records + 1,)`` int64, where each record's neighbours begin.
        neighbour: ``(2 * pairs,)`` int64, rising within a record.
        evidence: ``(2 * pairs,)`` float64, logarithm of the likelihood ratio of each pair.
        lists: ``(records,)`` int64, list of each record.
        prior: ``(lists, lists)`` float64, log odds that any pair of theirs is a match.
        absent: evidence of a pair that is not among the pairs.
        dependence: from 0, pairs are independent evidence, to 1, only their mean counts.
    """

    start: Integers
    neighbour: Integers
    evidence: Floats
    lists: Integers
    prior: Floats
    absent: float
    dependence: float


class PartitionState(NamedTuple):
    """A partition, with what the moves need to know of every cluster.

    Attributes:
        cluster: ``(records,)`` int64, cluster of each record, from 0 to records - 1.
        size: ``(records,)`` int64, records of each cluster.
        evidence: ``(records,)`` float64, sum over all its pairs.
        prior: ``(records,)`` float64, sum over all its pairs.
        on_list: ``(records, lists)`` int64, its records on each list.
        free: ``(records,)`` int64, numbers of empty clusters, the last ``left[0]`` unused.
        left: ``(1,)`` int64, how many of ``free`` there are.
    """

    cluster: Integers
    size: Integers
    evidence: Floats
    prior: Floats
    on_list: Integers
    free: Integers
    left: Integers


def move_records(
    graph: PairGraph,
    state: PartitionState,
    active: Integers,
    chance: Floats,
    greedy: bool,
) -> int:
    """Move each active record, in order, to where it belongs or to where chance takes it.

    Args:
        graph: the pairs.
        state: changed in place.
        active: ``(moves,)`` int64, records to move.
        chance: ``(moves,)`` float64 from [0, 1), one for each move; not used if greedy.
        greedy: take the heaviest place, and stay where none is heavier.

    Returns:
        How many records changed their cluster.
    """
    records, lists = state.on_list.shape
    gained = np.zeros(records)
    joined = np.zeros(records, dtype=np.int64)
    option = np.zeros(records + 1, dtype=np.int64)
    weight = np.zeros(records + 1)
    more_evidence = np.zeros(records + 1)
    more_prior = np.zeros(records + 1)
    shares = np.empty(_TABLED)
    for size in range(1, _TABLED):
        shares[size] = (2.0 / size) ** graph.dependence
    moved = 0
    for step in range(len(active)):
        record = active[step]
        own_list = graph.lists[record]
        own = state.cluster[record]
        options = 0
        for place in range(graph.start[record], graph.start[record + 1]):
            cluster = state.cluster[graph.neighbour[place]]
            if joined[cluster] == 0:
                option[options] = cluster
                options += 1
            gained[cluster] += graph.evidence[place]
            joined[cluster] += 1
        # Take the record out: its cluster without it is one of the places it may go to.
        state.size[own] -= 1
        state.on_list[own, own_list] -= 1
        alone = own
        if state.size[own] > 0:
            state.evidence[own] -= gained[own] + (state.size[own] - joined[own]) * graph.absent
            for other in range(lists):
                state.prior[own] -= state.on_list[own, other] * graph.prior[own_list, other]
            state.left[0] -= 1
            alone = state.free[state.left[0]]
        state.evidence[alone] = 0.0
        state.prior[alone] = 0.0
        highest = 0.0  # alone has no weight
        for number in range(options):
            cluster = option[number]
            size = state.size[cluster]
            more_evidence[number] = gained[cluster] + (size - joined[cluster]) * graph.absent
            more_prior[number] = 0.0
            for other in range(lists):
                more_prior[number] += state.on_list[cluster, other] * graph.prior[own_list, other]
            share = 2.0 / (size + 1)
            weight[number] = share**graph.dependence * (
                state.evidence[cluster] + more_evidence[number]
            ) + share * (state.prior[cluster] + more_prior[number])
            if size > 1:
                share = 2.0 / size
                weight[number] -= (
                    share**graph.dependence * state.evidence[cluster] + share * state.prior[cluster]
                )
            highest = max(highest, weight[number])
        target, chosen = alone, -1
        if greedy:
            best = 0.0
            for number in range(options):
                heavier = weight[number] > best
                if heavier or (weight[number] == best and option[number] == own):
                    best, target, chosen = weight[number], option[number], number
        else:
            mass = np.exp(-highest)
            for number in range(options):
                mass += np.exp(weight[number] - highest)
            mark = chance[step] * mass - np.exp(-highest)
            for number in range(options):
                if mark < 0.0:
                    break
                mark -= np.exp(weight[number] - highest)
                target, chosen = option[number], number
        if chosen >= 0:
            state.evidence[target] += more_evidence[chosen]
            state.prior[target] += more_prior[chosen]
        if alone != own and target != alone:
            state.free[state.left[0]] = alone
            state.left[0] += 1
        elif alone == own and target != own:
            state.free[state.left[0]] = own
            state.left[0] += 1
        state.cluster[record] = target
        state.size[target] += 1
        state.on_list[target, own_list] += 1
        if target != own:
            moved += 1
        for number in range(options):
            cluster = option[number]
            gained[cluster] = 0.0
            joined[cluster] = 0
    return moved


MoveRecords: TypeAlias = Callable[[PairGraph, PartitionState, Integers, Floats, bool], int]


@cache
def load_move_records(use: Backend | None = None) -> MoveRecords:
    """:func:`move_records`, compiled where numba is installed; the moves are the same.

    Args:
        use: ``"numba"`` or ``"numpy"`` (not compiled); None takes numba where it is installed.
    """
    if use == "numpy" or (use is None and not numba_is_installed()):
        return move_records
    from linkage.kernels.compiled import compiled

    return compiled(move_records)
