"""Scores of candidate pairs: how much more each looks like a match than like chance.

From similarities to evidence in three steps: what a pair has over the level of strangers
(:mod:`linkage.link.surplus`), how strangers and matches are spread over that
(:mod:`linkage.link.mixture`), and the logarithm of their ratio. The linkage unit sees no truth;
nothing here was fitted to any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.errors import Fault, PolicyError
from linkage.link.mixture import (
    WIDTH,
    MixtureFit,
    PairGroups,
    fit_mixture,
    pair_groups,
    unmatched,
)
from linkage.link.surplus import stranger_levels, surplus
from linkage.types import CandidatePairs

__all__ = ["HIDDEN_DEPTH", "LinkScores", "evidence_of", "score_candidates"]

Array = NDArray[np.float64]

LEAST_MATCHES = 20.0
LEAST_SEPARATION = 0.35  # share of all matches that must stand out for an answer to be given
HIDDEN_DEPTH = 0.095
"""Matches below a surplus of 0, as the width of surplus over which those just above it would
make up their number: from the development lists."""


@dataclass(frozen=True, slots=True, eq=False)
class LinkScores:
    """Candidate pairs with what speaks for and against each.

    Attributes:
        pairs: those whose surplus is at least 0; all others count as ``absent``.
        surplus: ``(pairs,)`` float64, similarity over the level of strangers.
        groups: which two lists each pair lies between.
        fit: how strangers and matches are spread.
        evidence: ``(pairs,)`` float64, natural logarithm of the likelihood ratio of a match.
        prior: ``(lists, lists)`` float64, log odds that any two of their records match,
            neither having another match there.
        absent: evidence of a pair that is not among ``pairs``.
        hidden: ``(groups,)`` float64, expected matches that are not among ``pairs``.
    """

    pairs: CandidatePairs
    surplus: Array
    groups: PairGroups
    fit: MixtureFit
    evidence: Array
    prior: Array
    absent: float
    hidden: Array

    @property
    def probability(self) -> Array:
        """``(pairs,)`` that a pair is a match, all candidates of its records considered."""
        return self.fit.probability

    @property
    def between(self) -> NDArray[np.bool_]:
        """``(pairs,)`` whether the pair lies between two lists."""
        return np.asarray(~self.groups.within[self.groups.group])


def score_candidates(
    pairs: CandidatePairs, lists: NDArray[np.int64], *, floor: float
) -> LinkScores:
    """Score candidate pairs by the data themselves.

    Args:
        pairs: candidates within and between lists, all that score at least ``floor``.
        lists: ``(records,)`` int64, list of every record.
        floor: the search's floor.

    Raises:
        PolicyError: E620 where matches cannot be told from strangers: too few stand out, or
            most of those there may be look like strangers.
    """
    above = surplus(pairs, stranger_levels(pairs, len(lists), floor=floor))
    keep = above >= 0.0
    kept = pairs.where(keep)
    groups = pair_groups(kept.left, kept.right, lists)
    if groups.within.all():
        raise _cannot_tell("no two records of different lists are more alike than strangers are")
    fit = fit_mixture(above[keep], kept.left, kept.right, lists, groups)
    evidence, prior, absent, hidden = evidence_of(fit, groups, lists)
    scores = LinkScores(kept, above[keep], groups, fit, evidence, prior, absent, hidden)
    _require_told_apart(scores)
    return scores


def evidence_of(
    fit: MixtureFit,
    groups: PairGroups,
    lists: NDArray[np.int64],
    *,
    hidden_depth: float = HIDDEN_DEPTH,
) -> tuple[Array, Array, float, Array]:
    """What a mixture says of each pair, of any pair, and of the pairs that it did not see.

    Args:
        fit: the mixture.
        groups: which two lists each of its pairs lies between.
        lists: ``(records,)`` int64, list of each record.
        hidden_depth: see :data:`HIDDEN_DEPTH`.

    Returns:
        Evidence, prior, absent and hidden, see :class:`LinkScores`.
    """
    size = np.bincount(lists).astype(np.float64)
    one, other = size[groups.lists[:, 0]], size[groups.lists[:, 1]]
    possible = np.where(groups.within, one * (one - 1.0) / 2.0, one * other)
    hidden = fit.matches[:, 0] / WIDTH * hidden_depth
    matches = np.minimum(fit.matches.sum(axis=1) + hidden, 0.9 * possible)
    chance = np.log(matches) - np.log(possible - matches)
    prior = np.full((len(size), len(size)), float(chance.min()))
    free = np.where(groups.within, 0.0, unmatched(matches, groups, lists))
    prior[groups.lists[:, 0], groups.lists[:, 1]] = chance + free
    prior[groups.lists[:, 1], groups.lists[:, 0]] = chance + free
    between = ~groups.within
    absent = np.log(hidden[between].sum()) - np.log(matches[between].sum())
    return fit.log_odds - chance[groups.group], prior, float(absent), hidden


def _require_told_apart(scores: LinkScores) -> None:
    between = scores.between
    probability = scores.probability[between]
    likely = float(probability[probability >= 0.5].sum())
    if likely < LEAST_MATCHES:
        raise _cannot_tell(f"only about {likely:.0f} matches stand out from strangers")
    every = float(probability.sum() + scores.hidden[~scores.groups.within].sum())
    if likely < LEAST_SEPARATION * every:
        raise _cannot_tell(
            f"of about {every:,.0f} matches that there may be, only {likely:,.0f} stand out "
            "from strangers"
        )


def _cannot_tell(reason: str) -> PolicyError:
    return PolicyError(
        Fault(
            "E620",
            f"The data cannot tell matches from strangers: {reason}. No single answer is given.",
            "The lists may hardly overlap. If you know a threshold, give it with --threshold; "
            "it is logged.",
        )
    )
