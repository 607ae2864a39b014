"""Linking by posterior probability: score, cluster all lists at once, draw, and rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.link.draws import LinkageDraws, draw_linkages
from linkage.link.partition import improve, pair_graph, weight
from linkage.link.score import LinkScores, score_candidates
from linkage.types import CandidatePairs

__all__ = ["PROBABILITIES", "Linkage", "cluster_scores", "link_by_probability"]

PROBABILITIES: Mapping[str, float] = {"low": 0.2, "chosen": 0.5, "high": 0.8}
"""The probability from which two records are held to be one person, by scenario."""


@dataclass(frozen=True, slots=True, eq=False)
class Linkage:
    """People found on all lists.

    Attributes:
        person: scenario -> ``(records,)`` int64, person of each record.
        scores: the scored candidate pairs.
        draws: partitions drawn from the posterior.
    """

    person: Mapping[str, NDArray[np.int64]]
    scores: LinkScores
    draws: LinkageDraws = field(repr=False)


def link_by_probability(
    pairs: CandidatePairs,
    lists: NDArray[np.int64],
    *,
    floor: float,
    draws: int = 60,
    seed: int = 0,
    alike: NDArray[np.int64] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Linkage:
    """Link all lists together, duplicates within a list included, without any truth.

    Args:
        pairs: candidates within and between lists, all that score at least ``floor``.
        lists: ``(records,)`` int64, list of every record.
        floor: the search's floor.
        draws: number of draws from the posterior.
        seed: of the draws.
        alike: ``(records,)`` int64; hidden matches join records of equal number in the draws.
        progress: called with the share done, 0 to 1.

    Raises:
        PolicyError: E620 the data cannot tell matches from strangers.
    """
    scores = score_candidates(pairs, lists, floor=floor)
    person = {
        name: cluster_scores(scores, lists, probability=probability)
        for name, probability in PROBABILITIES.items()
    }
    drawn = draw_linkages(
        scores, lists, person["chosen"], count=draws, seed=seed, alike=alike, progress=progress
    )
    return Linkage(person, scores, drawn)


def cluster_scores(
    scores: LinkScores, lists: NDArray[np.int64], *, probability: float = 0.5
) -> NDArray[np.int64]:
    """The heaviest partition that can be found, all lists and duplicates together.

    Records are moved one by one, from every record by itself and from likely pairs joined
    greedily, strongest first; the heavier result is taken. Ties are broken by the order of
    the records, so give these an order of their own (such as by list and encoding) and the
    result does not depend on the order of arrival.

    Args:
        scores: scored candidate pairs.
        lists: ``(records,)`` int64, list of each record.
        probability: from which two records are held to be one person.

    Returns:
        ``(records,)`` int64, numbered 0, 1, ... in the order of first appearance.
    """
    odds = np.log(probability) - np.log1p(-probability)
    graph = pair_graph(
        scores.pairs.left,
        scores.pairs.right,
        scores.evidence,
        lists,
        scores.prior - odds,
        absent=scores.absent,
    )
    likely = scores.probability >= probability
    alone = np.arange(len(lists), dtype=np.int64)
    order = np.argsort(-scores.evidence[likely], kind="stable")
    left, right = scores.pairs.left[likely][order], scores.pairs.right[likely][order]
    together = _joined(alone, left, right, lists)
    found = [improve(graph, begin) for begin in (together, alone)]
    return max(found, key=lambda partition: weight(graph, partition))


def _joined(
    cluster: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    lists: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Pairs join their clusters in the order given, unless these share a list."""
    members: dict[int, list[int]] = {}
    at = cluster.tolist()
    on = [1 << each for each in lists.tolist()]
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        keep, drop = at[one], at[other]
        if keep == drop or on[keep] & on[drop]:
            continue
        for record in members.setdefault(drop, [drop]):
            at[record] = keep
        members.setdefault(keep, [keep]).extend(members.pop(drop))
        on[keep] |= on[drop]
    return np.array(at, dtype=np.int64)
