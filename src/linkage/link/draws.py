"""Draws of the linkage: partitions that are as likely as the data leave them.

Each draw takes the mixture anew from weighted records (the Bayesian bootstrap, Rubin 1981),
with what the mixture cannot learn from the data drawn too: the steepness of the strangers'
tail, the matches that are hidden among strangers, and how far the two lists differ from the
rest. Then the partition is drawn from its posterior, and as many records as there are hidden
matches are joined at random: nobody knows which, but their number is a part of every count. An
estimator that is run on every draw and averages carries the linkage error into its interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.link.hidden import with_hidden
from linkage.link.mixture import MATCH_SLOPE, STRANGER_SLOPE, MixtureFit, fit_mixture
from linkage.link.partition import draw_partition, pair_graph
from linkage.link.score import HIDDEN_DEPTH, LinkScores, evidence_of

__all__ = ["LinkageDraws", "draw_linkages"]

SLOPE_DEVIATION = 4.0
MATCH_SLOPE_DEVIATION = 3.0
HIDDEN_DEVIATION = 0.8  # of the logarithm
EVIDENCE_DEVIATION = 0.25  # of the logarithm of how steep the log odds are
GROUP_DEVIATION = 0.6  # of two lists' log odds
SWEEPS = 4
PER_FIT = 3


@dataclass(frozen=True, slots=True, eq=False)
class LinkageDraws:
    """Partitions drawn from the posterior.

    Attributes:
        person: ``(draws, records)`` int32, person of each record, numbered 0, 1, ... in the
            order of first appearance; hidden matches included.
    """

    person: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.person)


def draw_linkages(
    scores: LinkScores,
    lists: NDArray[np.int64],
    chosen: NDArray[np.int64],
    *,
    count: int = 60,
    seed: int = 0,
    alike: NDArray[np.int64] | None = None,
    progress: Callable[[float], None] | None = None,
) -> LinkageDraws:
    """Draw partitions.

    Args:
        scores: scored candidate pairs.
        lists: ``(records,)`` int64, list of each record.
        chosen: ``(records,)`` int64, the partition to begin with.
        count: number of draws.
        seed: equal seeds give equal draws.
        alike: ``(records,)`` int64; a hidden match joins records of equal number where it can,
            so that nobody is of two strata. None: any records.
        progress: called with the share done, 0 to 1.
    """
    generator = np.random.default_rng(seed)
    person = np.empty((count, len(lists)), dtype=np.int32)
    among = np.zeros(len(lists), dtype=np.int64) if alike is None else alike
    at = chosen
    for first in range(0, count, PER_FIT):
        fit = _refit(scores, lists, generator)
        depth = HIDDEN_DEPTH * _spread(HIDDEN_DEVIATION, generator)
        evidence, prior, absent, unseen = evidence_of(fit, scores.groups, lists, hidden_depth=depth)
        # Steeper or flatter around even odds: flatter evidence must not raise what is unlikely.
        steeper = np.exp(EVIDENCE_DEVIATION * generator.standard_normal())
        evidence = evidence + (steeper - 1.0) * fit.log_odds
        shift = GROUP_DEVIATION * generator.standard_normal(prior.shape)
        shift = np.triu(shift - GROUP_DEVIATION**2 / 2)  # odds are right on the mean
        shift = shift + np.triu(shift, 1).T
        graph = pair_graph(
            scores.pairs.left,
            scores.pairs.right,
            evidence,
            lists,
            prior + shift,
            absent=absent,
        )
        for draw in range(first, min(first + PER_FIT, count)):
            at = draw_partition(graph, at, generator, sweeps=SWEEPS)
            expected = unseen * np.exp(shift[tuple(scores.groups.lists.T)])
            person[draw] = with_hidden(at, scores, lists, expected, among, generator)
        if progress is not None:
            progress(min(first + PER_FIT, count) / count)
    return LinkageDraws(person)


def _spread(deviation: float, generator: np.random.Generator) -> float:
    """A log-normal factor of mean 1."""
    return float(np.exp(deviation * generator.standard_normal() - deviation**2 / 2))


def _refit(
    scores: LinkScores, lists: NDArray[np.int64], generator: np.random.Generator
) -> MixtureFit:
    weight = generator.standard_exponential(len(lists))
    pairs = scores.pairs
    return fit_mixture(
        scores.surplus,
        pairs.left,
        pairs.right,
        lists,
        scores.groups,
        weight=weight[pairs.left] * weight[pairs.right],
        stranger_slope=STRANGER_SLOPE + SLOPE_DEVIATION * generator.standard_normal(),
        match_slope=MATCH_SLOPE + MATCH_SLOPE_DEVIATION * generator.standard_normal(),
        start=scores.fit,
    )
