"""Less noise in a simulated covariance: what filters have in common follows from the tokens.

Simulated under a few keys, the agreement of two people who have little in common is mostly
chance. Yet the attacker knows how much of their tokens any two of its people share, and over all
pairs how agreement depends on that. Each pair's agreement is drawn towards that curve, the more
so the less of the scatter about it is more than the simulation's chance (empirical Bayes; Efron
and Morris 1973). Nothing is known of the scheme.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["smoothed"]

MIDDLE, TAIL = 40, 40
FEWEST = 20
"""Pairs in the last bin of the curve."""
BLOCK = 1024


def smoothed(
    agreement: NDArray[np.float32], tokens: NDArray[np.float32], noise: float
) -> NDArray[np.float32]:
    """``(people, people)`` float32: simulated agreement with most of its chance taken out.

    Args:
        agreement: ``(people, people)`` float32, mean over keys, symmetric; overwritten.
        tokens: ``(people, tokens)`` float32, the weight of each of a person's tokens in the
            filter, 0 for others.
        noise: variance of the simulation's chance: 1 / (bits * keys).
    """
    people = len(agreement)
    if people < 10:
        return agreement
    rows = tokens / np.maximum(np.linalg.norm(tokens, axis=1, keepdims=True), np.float32(1e-9))
    own = np.diagonal(agreement).copy()
    places, values = _curve(agreement, rows)
    # Once to see the scatter about the curve, once to draw towards it.
    total, pairs = 0.0, people * (people - 1)
    for first in range(0, people, BLOCK):
        expected = np.interp(rows[first : first + BLOCK] @ rows.T, places, values)
        residual = agreement[first : first + BLOCK] - expected
        at = np.arange(len(residual))
        residual[at, first + at] = 0
        total += float((residual**2).sum())
    kept = np.float32(max(0.0, 1 - noise * pairs / max(total, 1e-12)))
    for first in range(0, people, BLOCK):
        block = agreement[first : first + BLOCK]
        expected = np.interp(rows[first : first + BLOCK] @ rows.T, places, values)
        block *= kept
        block += (1 - kept) * expected.astype(np.float32)
    np.fill_diagonal(agreement, own)
    return agreement


def _curve(
    agreement: NDArray[np.float32], rows: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean cosine and mean agreement in bins of cosine; pairs of one person are the end."""
    people = len(rows)
    sample = (rows[:: max(1, people // 1000)] @ rows.T).ravel()
    high = np.geomspace(0.01, min(0.005, FEWEST / (people * people)), TAIL)
    edges = np.unique(np.quantile(sample, np.concatenate([np.linspace(0, 0.99, MIDDLE), 1 - high])))
    counts, cosines, values = np.zeros((3, len(edges) + 1))
    for first in range(0, people, BLOCK):
        cosine = rows[first : first + BLOCK] @ rows.T
        at = np.arange(len(cosine))
        chosen = np.ones(cosine.shape, dtype=np.bool_)
        chosen[at, first + at] = False
        place = np.searchsorted(edges, cosine[chosen])
        many = len(edges) + 1
        counts += np.bincount(place, minlength=many)
        cosines += np.bincount(place, cosine[chosen], many)
        values += np.bincount(place, agreement[first : first + BLOCK][chosen], many)
    some = counts > 0
    places = np.append(cosines[some] / counts[some], 1.0)
    means = np.append(values[some] / counts[some], float(np.diagonal(agreement).mean()))
    return places, means
