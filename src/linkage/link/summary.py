"""What a linkage by probability looks like: curves and sentences, nothing of any pair."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.link.posterior import PROBABILITIES
from linkage.link.rates import ErrorRate, Interval
from linkage.link.score import LinkScores

__all__ = ["components", "explanation", "recommended_band"]

Array = NDArray[np.float64]

_DIGITS = 4


def components(scores: LinkScores) -> dict[str, Any]:
    """How strangers and matches are spread, and precision and recall along the surplus.

    Args:
        scores: the scored candidate pairs.

    Returns:
        JSON-ready: ``edges`` of the bins, and for each bin of pairs between lists the
        ``observed`` number and those expected of ``strangers`` and ``matches``;
        ``precision`` and ``recall`` of the pairs from each bin's lower edge up, were it a
        threshold; ``hidden``, the matches expected below; ``band``, see
        :func:`recommended_band`.
    """
    between = ~scores.groups.within
    fit = scores.fit
    strangers = fit.strangers[between].sum(axis=0)
    matches = fit.matches[between].sum(axis=0)
    observed, _ = np.histogram(scores.surplus[scores.between], bins=fit.edges)
    hidden = float(scores.hidden[between].sum())
    above = np.cumsum(matches[::-1])[::-1]
    every = above + np.cumsum(strangers[::-1])[::-1]
    return {
        "edges": _rounded(fit.edges),
        "observed": observed.tolist(),
        "strangers": _rounded(strangers),
        "matches": _rounded(matches),
        "precision": _rounded(above / np.maximum(every, 1e-9)),
        "recall": _rounded(above / max(float(matches.sum()) + hidden, 1e-9)),
        "hidden": round(hidden, 1),
        "band": _rounded(recommended_band(fit.edges, strangers, matches)),
    }


def recommended_band(edges: Array, strangers: Array, matches: Array) -> tuple[float, float]:
    """Between which surpluses a threshold belongs: where a pair turns into a likely match.

    Args:
        edges: ``(bins + 1,)`` surplus.
        strangers: ``(bins,)`` expected pairs of different people.
        matches: ``(bins,)`` expected pairs of one person.

    Returns:
        The surplus from which up the share of matches is at least the low scenario's
        probability, and the same of the high scenario's; the last edge if it never is.

    >>> edges = np.array([0.0, 0.1, 0.2, 0.3])
    >>> recommended_band(edges, np.array([9.0, 5.0, 1.0]), np.array([1.0, 5.0, 9.0]))
    (0.075, 0.225)
    """
    middle = (edges[1:] + edges[:-1]) / 2.0
    share = matches / np.maximum(strangers + matches, 1e-300)
    low, high = (
        _last_rise(middle, share, PROBABILITIES[name], float(edges[-1])) for name in ("low", "high")
    )
    return min(low, high), high


def _last_rise(middle: Array, share: Array, level: float, never: float) -> float:
    """Where ``share`` rises to ``level`` for the last time, between two bins' middles."""
    below = np.flatnonzero(share < level)
    if not len(below):
        return 0.0
    at = int(below[-1])
    if at == len(share) - 1:
        return never
    part = (level - share[at]) / (share[at + 1] - share[at])
    return round(float(middle[at] + part * (middle[at + 1] - middle[at])), 6)


def explanation(scores: LinkScores, overall: ErrorRate) -> tuple[str, ...]:
    """The sentences that a report needs.

    Args:
        scores: the scored candidate pairs.
        overall: error rates over all lists.
    """
    between = scores.between
    likely = int((scores.probability[between] >= 0.5).sum())
    unclear = int(
        ((scores.probability[between] >= 0.2) & (scores.probability[between] < 0.8)).sum()
    )
    hidden = float(scores.hidden[~scores.groups.within].sum())
    return (
        (
            f"{len(scores.pairs):,} pairs are more alike than their records are to strangers; "
            f"{likely:,} of those between lists are more likely one person than two."
        ),
        (
            f"{overall.linked:,} pairs were linked. Of these {_percent(overall.precision)} are "
            f"right; of all true pairs {_percent(overall.missed)} were missed."
        ),
        (
            f"{_number(unclear, 'pair is', 'pairs are')} neither clearly a match nor clearly none: "
            "read the counts at probability 0.2 and 0.8 as the range."
        ),
        (
            f"About {_number(round(hidden), 'match looks', 'matches look')} like strangers: nobody "
            "can link them; they are counted as missed."
        ),
    )


def _number(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _percent(share: Interval) -> str:
    return f"{share.mean:.0%} ({share.low:.0%} to {share.high:.0%})"


def _rounded(values: Any) -> list[float]:
    return [round(float(value), _DIGITS) for value in values]
