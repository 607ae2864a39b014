"""Scores that can be compared between records: less what each record and person scores anyway.

Some people are like everybody, some records like nobody; without a correction the former are
everyone's best. Source: cross-domain similarity local scaling, Conneau, Lample, Ranzato, Denoyer
and Jégou 2018, section 2.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.attack.refine import Pairs, Score

__all__ = ["WORST", "locally_scaled", "together"]

NEAREST = 10
"""Highest scores of a record, or a person, that say what it scores anyway."""
BLOCK = 512
WORST = np.float32(-1e6)
Stack = NDArray[np.float32]


def together(*scores: Score) -> Score:
    """The sum of several scores, each of them standardised, locally scaled.

    Args:
        scores: what is added up.
    """

    def score(pairs: Pairs, usable: NDArray[np.bool_] | None) -> Stack:
        total: Stack | None = None
        for each in scores:
            part = each(pairs, None)
            part -= part.mean()
            part /= max(float(part.std()), 1e-9)
            total = part if total is None else np.add(total, part, out=total)
        if total is None:
            raise ValueError("there must be a score")
        return locally_scaled(total, usable)

    return score


def locally_scaled(scores: Stack, usable: NDArray[np.bool_] | None) -> Stack:
    """Twice the scores, less the mean of each record's highest and of each person's highest.

    Args:
        scores: ``(records, people)`` float32, overwritten.
        usable: ``(records, people)``, None if all are; what is not gets the worst score.

    >>> hub = np.array([[3.0, 2.9], [2.0, 1.0]], dtype=np.float32)
    >>> locally_scaled(hub, None).argmax(axis=1).tolist()
    [1, 0]
    """
    if usable is not None:
        scores[~usable] = -np.inf
    rows, columns = _highest(scores), _highest(scores.T)
    scores *= 2
    scores -= rows[:, None]
    scores -= columns
    if usable is not None:
        scores[~usable] = WORST
    return scores


def _highest(scores: Stack) -> NDArray[np.float32]:
    """``(rows,)``: mean of each row's highest scores, 0 where there are none."""
    most = min(NEAREST, scores.shape[1])
    means = np.zeros(len(scores), dtype=np.float32)
    for first in range(0, len(scores), BLOCK):
        block = np.ascontiguousarray(scores[first : first + BLOCK])
        top = np.partition(block, -most, axis=1)[:, -most:]
        some = np.isfinite(top)
        total = np.where(some, top, 0).sum(axis=1)
        means[first : first + BLOCK] = total / np.maximum(some.sum(axis=1), 1)
    return means
