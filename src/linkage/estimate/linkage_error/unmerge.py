"""False links undone on the mean: people who were merged by mistake, taken apart again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["without_false_links"]

Floats = NDArray[np.float64]
ROUNDS = 200
STOP = 1e-9


def without_false_links(counts: Floats, false: Floats) -> Floats:
    """Counts as they would be without false links, to first order.

    Two people of histories ``a`` and ``b`` without a common list are merged with probability
    ``sum of false[i, j] for i in a, j in b``; they are taken out of ``a | b`` and put back, by
    fixed point, for the numbers of people are those without the merges.

    Args:
        counts: ``(2**lists,)``, people of each history as linked.
        false: ``(lists, lists)`` symmetric, probability that two records of different people on
            two lists are linked.

    Returns:
        ``(2**lists,)`` float64; a history that false links would more than explain has 0.

    >>> counts = np.array([0.0, 1000.0, 1000.0, 110.0])
    >>> without_false_links(counts, np.array([[0.0, 1e-5], [1e-5, 0.0]])).round(1).tolist()
    [0.0, 1010.2, 1010.2, 99.8]
    """
    lists, size = len(false), len(counts)
    membership = (np.arange(size)[:, None] >> np.arange(lists) & 1).astype(np.float64)
    chance = membership @ false @ membership.T
    pairs = [
        (a, b) for a in range(1, size) for b in range(a + 1, size) if not a & b and chance[a, b] > 0
    ]
    result = counts.astype(np.float64)
    for _ in range(ROUNDS):
        moved = np.zeros(size)
        for a, b in pairs:
            merged = chance[a, b] * result[a] * result[b]
            moved[a] += merged
            moved[b] += merged
            moved[a | b] -= merged
        new = np.maximum(counts + moved, 0.0)
        new[0] = 0.0
        if np.abs(new - result).max() < STOP * max(counts.max(), 1.0):
            return new
        result = new
    return result
