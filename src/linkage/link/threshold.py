"""The threshold, proposed without knowing the truth.

A list names a person once (after its duplicates are merged). So a record that has a clear
partner in another list has no other match there: its similarities to all *other* records
of that list are, by construction, similarities of different people. Counting those gives
the share of non-matches at or above any score, from the lists themselves and at the very
scores where a threshold has to be put. What is observed above a score, less what strangers
explain, are the matches. A partner that is itself a stranger does no harm: the others are
strangers all the same.

The same structure is behind one-to-one assignment (Jaro 1989, section 3); using it to
measure the non-match distribution needs only a few dozen clear partners.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.errors import Fault, PolicyError
from linkage.link.strangers import (
    WithinScores,
    at_or_above,
    clear_score,
    directed_pairs,
    stranger_scores,
)
from linkage.types import CandidatePairs

__all__ = ["ThresholdProposal", "candidate_floor", "propose_threshold"]

LEAST_ANCHORS = 20  # fewer clear partners than this say too little about strangers
LEAST_MATCHES = 20  # fewer expected matches than this may be chance
EMPIRICAL_TAIL = 30  # exceedances below which the tail is extrapolated instead of counted
CANDIDATES_PER_RECORD = 10


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdProposal:
    """A threshold, how it was found, and what is to be expected at it.

    Attributes:
        low, chosen, high: scores at which one further pair is a match with probability
            about 0.2, 0.5 and 0.8; ``chosen`` balances false and missed matches.
        expected_matches: between-list pairs that stand out as matches.
        expected_precision: share of matches among the pairs at or above ``chosen``.
        visible_share: share of ``expected_matches`` at or above ``chosen``. Matches with so
            many errors that they score among strangers are in neither: recall is lower.
        anchors: records with a clear partner in another list.
        strangers: comparisons of those records with other records of the partner's list.
        explanation: sentences for the linkage unit's report.
    """

    low: float
    chosen: float
    high: float
    expected_matches: float
    expected_precision: float
    visible_share: float
    anchors: int
    strangers: int
    explanation: tuple[str, ...]


def candidate_floor(
    histogram: NDArray[np.int64], edges: NDArray[np.float64], records: int
) -> float:
    """The score down to which pairs are kept for linking.

    Low enough that non-matches are the large majority among the candidates, which the
    proposal needs, and high enough to keep their number in proportion to the records.

    Args:
        histogram: ``(bins,)`` int64, number of all compared pairs by score.
        edges: ``(bins + 1,)`` float64, increasing.
        records: number of records on all lists.

    >>> edges = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    >>> candidate_floor(np.array([1000, 60, 9, 2]), edges, 1)
    0.5
    >>> candidate_floor(np.array([1000, 6, 0, 2]), edges, 10)
    0.25
    """
    above = np.cumsum(histogram[::-1])[::-1]
    enough = np.flatnonzero(above >= CANDIDATES_PER_RECORD * records)
    floor = edges[enough[-1]] if len(enough) else edges[0]
    # A pair with nothing in common is no candidate, however few pairs have anything.
    return float(max(floor, edges[edges > 0][0]))


def propose_threshold(pairs: CandidatePairs, lists: NDArray[np.int64]) -> ThresholdProposal:
    """Propose a threshold from the candidate pairs of all lists.

    Args:
        pairs: candidates within and between lists, down to :func:`candidate_floor`.
        lists: ``(records,)`` int64, list of every record.

    Raises:
        PolicyError: E620 where fewer than 20 records have a clear partner, or fewer than 20
            matches stand out: the data cannot tell matches from strangers.
    """
    between = lists[pairs.left] != lists[pairs.right]
    score = pairs.score[between]
    directed = directed_pairs(pairs.where(between), lists)
    sizes = np.bincount(lists)
    comparisons = (int(sizes.sum()) ** 2 - int((sizes**2).sum())) // 2
    grid = np.unique(score)
    observed = at_or_above(score, grid)
    within = WithinScores(pairs.where(~between), len(lists))
    clear = clear_score(directed, within)
    anchor = directed.best & directed.mutual & (directed.score >= clear)
    if int(anchor.sum()) < LEAST_ANCHORS:
        raise _cannot_tell(f"only {int(anchor.sum())} records have a clear partner elsewhere")
    others = sizes[directed.other[anchor]] - 1
    stranger = stranger_scores(directed, anchor, within, clear)
    # A stranger scores below its anchor's partner, so at each score only the anchors whose
    # partner lies above it can show one: their comparisons are the denominator.
    weight = comparisons / np.maximum(at_or_above(directed.score[anchor], stranger, others), 1)
    false = _tail(stranger, weight, grid)
    # Strangers cannot be more than all that was observed: where matches are a negligible
    # part this corrects for anchors being better documented than other records.
    false = np.minimum(false * min(1.0, float(observed[0] / max(false[0], 1e-9))), observed)
    proposal = _proposal(grid, observed, false, int(anchor.sum()), int(others.sum()))
    found = float(np.sum(score >= proposal.chosen)) * proposal.expected_precision
    if found < LEAST_MATCHES or not _stands_out(stranger, weight, score):
        raise _cannot_tell(f"only about {found:.0f} matches stand out from strangers")
    return proposal


def _cannot_tell(reason: str) -> PolicyError:
    return PolicyError(
        Fault(
            "E620",
            f"The data cannot tell matches from strangers: {reason}. No threshold is proposed.",
            "The lists may hardly overlap. If you know a threshold, give it with --threshold; "
            "it is logged.",
        )
    )


def _tail(
    scores: NDArray[np.float64], weights: NDArray[np.float64], grid: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Expected number of non-matches at or above each value of ``grid``.

    Counted while enough are left; beyond that an exponential tail with the median excess,
    which a few undetected duplicates among the strangers cannot move.
    """
    counted = at_or_above(scores, grid, weights)
    if len(scores) <= EMPIRICAL_TAIL:
        return counted
    order = np.argsort(scores)[-EMPIRICAL_TAIL:]
    start, share = scores[order[0]], np.cumsum(weights[order])
    excess = float(scores[order[np.searchsorted(share, share[-1] / 2)]] - start)
    if excess <= 0:
        return counted
    return np.where(grid <= start, counted, share[-1] * np.exp2(-(grid - start) / excess))


def _stands_out(
    stranger: NDArray[np.float64], weight: NDArray[np.float64], score: NDArray[np.float64]
) -> bool:
    """Whether more pairs lie above the counted tail than chance among strangers explains."""
    top = np.argsort(stranger)[-EMPIRICAL_TAIL:]
    if not len(top):
        return True
    expected = float(weight[top].sum())
    excess = float(np.sum(score >= stranger[top[0]])) - expected
    return bool(excess > 3.0 * expected / np.sqrt(len(top)))


def _proposal(
    grid: NDArray[np.float64],
    observed: NDArray[np.float64],
    false: NDArray[np.float64],
    anchors: int,
    strangers: int,
) -> ThresholdProposal:
    matches = np.maximum.accumulate(np.maximum(observed - false, 0.0)[::-1])[::-1]
    expected_matches = float(matches[0])

    def at(odds: float) -> int:
        # Keep pairs while the next one is a match with at least these odds.
        gain = (observed - false) - odds * false
        return int(len(grid) - 1 - np.argmax(gain[::-1]))

    low, chosen, high = at(0.25), at(1.0), at(4.0)
    precision = 1.0 - float(false[chosen] / observed[chosen])
    visible = float(matches[chosen]) / expected_matches if expected_matches else 0.0
    explanation = (
        (
            f"{anchors:,} records have a clear partner on another list; their {strangers:,} "
            "comparisons with everyone else there show how alike strangers are."
        ),
        (
            f"At {grid[chosen]:.3f} the next pair is as likely a match as not; "
            f"{observed[chosen]:,.0f} pairs lie above, {false[chosen]:,.0f} of them expected false."
        ),
        (
            f"About {expected_matches:,.0f} matches stand out from strangers; {visible:.0%} of "
            "them lie above. Matches with more errors than that are missed and counted nowhere: "
            "read every overlap as a lower bound."
        ),
        (
            f"Between {grid[low]:.3f} and {grid[high]:.3f} a pair is neither clearly a match nor "
            "clearly none: read the counts at both ends as the range."
        ),
    )
    return ThresholdProposal(
        low=float(grid[low]),
        chosen=float(grid[chosen]),
        high=float(grid[high]),
        expected_matches=expected_matches,
        expected_precision=precision,
        visible_share=visible,
        anchors=anchors,
        strangers=strangers,
        explanation=explanation,
    )
