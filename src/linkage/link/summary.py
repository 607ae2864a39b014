"""What a linkage by probability looks like: curves and sentences, nothing of any pair."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage.link.rates import ErrorRate, Interval
from linkage.link.score import LinkScores

__all__ = ["components", "explanation"]

_DIGITS = 4


def components(scores: LinkScores) -> dict[str, Any]:
    """How strangers and matches are spread, and precision and recall along the surplus.

    Args:
        scores: the scored candidate pairs.

    Returns:
        JSON-ready: ``edges`` of the bins, and for each bin of pairs between lists the
        ``observed`` number and those expected of ``strangers`` and ``matches``;
        ``precision`` and ``recall`` of the pairs from each bin's lower edge up, were it a
        threshold; ``hidden``, the matches expected below.
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
    }


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
            f"{unclear:,} pairs are neither clearly a match nor clearly none: read the counts "
            "at probability 0.2 and 0.8 as the range."
        ),
        (
            f"About {hidden:,.0f} matches look like strangers and cannot be linked by anybody; "
            "they are counted as missed."
        ),
    )


def _percent(share: Interval) -> str:
    return f"{share.mean:.0%} ({share.low:.0%} to {share.high:.0%})"


def _rounded(values: Any) -> list[float]:
    return [round(float(value), _DIGITS) for value in values]
