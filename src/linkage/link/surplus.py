"""Surplus: how much more alike two records are than each of them is like strangers.

A record with a common name, or with little but a name, resembles many strangers; one with a
rare name resembles none. The same similarity says less in the first case. So each record is
first measured against everybody else: its *stranger level* is the mean of its highest
similarities, those that may be the person's own other records left out. What a pair's score
has over the mean of both levels is its surplus, which means the same for every pair.

Local scaling (Zelnik-Manor and Perona 2004, section 2), in the additive form that Conneau et
al. (2018, section 2.3) use to find translations; here with the nearest left out, because they
are what is looked for. It needs no names, no key and no side information.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.types import CandidatePairs

__all__ = ["NEIGHBOURS", "PARTNERS", "stranger_levels", "surplus"]

PARTNERS = 2
"""Highest scores of a record that may be the same person, and say nothing of strangers."""

NEIGHBOURS = 10
"""Scores whose mean is the stranger level."""


def stranger_levels(
    pairs: CandidatePairs,
    records: int,
    *,
    floor: float,
    partners: int = PARTNERS,
    neighbours: int = NEIGHBOURS,
) -> NDArray[np.float64]:
    """How alike each record is to strangers.

    Args:
        pairs: candidate pairs within and between lists, down to ``floor``.
        records: number of records.
        floor: least score among the pairs; stands in for every score below it, so no level
            is lower.
        partners: highest scores of each record to leave out.
        neighbours: scores after those to take the mean of.

    Returns:
        ``(records,)`` float64, on the scale of the scores.

    >>> pairs = CandidatePairs(
    ...     np.array([0, 0]), np.array([1, 2]), np.ones((2, 1)), np.array([0.9, 0.7]))
    >>> stranger_levels(pairs, 3, floor=0.5, partners=1, neighbours=1).tolist()
    [0.7, 0.5, 0.5]
    """
    record = np.concatenate([pairs.left, pairs.right])
    score = np.concatenate([pairs.score, pairs.score])
    order = np.lexsort((-score, record))
    record, score = record[order], score[order]
    start = np.searchsorted(record, np.arange(records))
    rank = np.arange(len(record)) - start[record] - partners
    taken = (rank >= 0) & (rank < neighbours)
    highest = np.full((records, neighbours), floor)
    highest[record[taken], rank[taken]] = score[taken]
    return np.asarray(highest.mean(axis=1))


def surplus(pairs: CandidatePairs, levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each pair's score has over the mean of its records' stranger levels.

    A pair with a surplus of 0 or more scores at least the floor that the levels were taken
    with, so all of them are among the candidates.

    Args:
        pairs: candidate pairs.
        levels: ``(records,)`` see :func:`stranger_levels`.

    Returns:
        ``(pairs,)`` float64, on the scale of the scores.

    >>> pairs = CandidatePairs(np.array([0]), np.array([1]), np.ones((1, 1)), np.array([0.9]))
    >>> surplus(pairs, np.array([0.75, 0.25])).tolist()
    [0.4]
    """
    return np.asarray(pairs.score - (levels[pairs.left] + levels[pairs.right]) / 2.0)
