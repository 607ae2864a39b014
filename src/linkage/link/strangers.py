"""Who is a stranger: pairs seen from both ends, clear partners, and everyone else.

See :mod:`linkage.link.threshold` for what the scores of strangers are good for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.types import CandidatePairs

__all__ = [
    "DirectedPairs",
    "WithinScores",
    "at_or_above",
    "clear_score",
    "directed_pairs",
    "stranger_scores",
]

CLEAR_SHARE = 0.03  # a best score is clear where second-best ones are this rare beside it


@dataclass(frozen=True, slots=True, eq=False)
class DirectedPairs:
    """Every between-list pair seen from both ends, best first within (record, other list).

    All arrays have one entry for each end of a pair.

    Attributes:
        record: int64, the record that looks.
        other: int64, the list it looks at.
        partner: int64, the record it sees there.
        score: float64, their score.
        best: bool, the first of its record and list.
        second: bool, the second of its record and list.
        mutual: bool, the partner's best on the record's list is the record.
        group: int64, number of the (record, other list).
    """

    record: NDArray[np.int64]
    other: NDArray[np.int64]
    partner: NDArray[np.int64]
    score: NDArray[np.float64]
    best: NDArray[np.bool_]
    second: NDArray[np.bool_]
    mutual: NDArray[np.bool_]
    group: NDArray[np.int64]


def directed_pairs(pairs: CandidatePairs, lists: NDArray[np.int64]) -> DirectedPairs:
    """See every pair from both ends.

    Args:
        pairs: pairs of records of different lists.
        lists: ``(records,)`` int64, list of every record.
    """
    record = np.concatenate([pairs.left, pairs.right])
    partner = np.concatenate([pairs.right, pairs.left])
    score = np.concatenate([pairs.score, pairs.score])
    other = lists[partner]
    order = np.lexsort((partner, -score, other, record))
    record, partner, score, other = record[order], partner[order], score[order], other[order]
    first = np.ones(len(record), dtype=bool)
    first[1:] = (record[1:] != record[:-1]) | (other[1:] != other[:-1])
    second = np.zeros(len(record), dtype=bool)
    second[1:] = first[:-1] & ~first[1:]
    group = np.cumsum(first) - 1
    forward = record[first] * np.int64(len(lists)) + partner[first]
    backward = partner * np.int64(len(lists)) + record
    return DirectedPairs(
        record, other, partner, score, first, second, np.isin(backward, forward), group
    )


class WithinScores:
    """Scores of pairs within a list, to look up.

    Args:
        pairs: pairs of records of one list.
        records: number of records on all lists.
    """

    def __init__(self, pairs: CandidatePairs, records: int) -> None:
        self._records = np.int64(records)
        keys = pairs.left * self._records + pairs.right
        order = np.argsort(keys)
        self._keys = np.append(keys[order], np.iinfo(np.int64).max)
        self._scores = np.append(pairs.score[order], -np.inf)

    def score(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
        """Score of each pair of records; minus infinity where it is no candidate."""
        wanted = np.minimum(a, b) * self._records + np.maximum(a, b)
        place = np.searchsorted(self._keys, wanted)
        return np.where(self._keys[place] == wanted, self._scores[place], -np.inf)


def clear_score(directed: DirectedPairs, within: WithinScores) -> float:
    """The least score above which second-best partners are rare beside best ones.

    A second-best that resembles the best at least as much as the record is its duplicate.
    """
    best = directed.score[directed.best & directed.mutual]
    if not len(best):
        return float("inf")
    rows = np.flatnonzero(directed.second)
    score = directed.score[rows]
    duplicate = within.score(directed.partner[rows - 1], directed.partner[rows]) >= score
    grid = np.unique(best)
    share = at_or_above(score[~duplicate], grid) / np.maximum(at_or_above(best, grid), 1)
    common = np.flatnonzero(share > CLEAR_SHARE)
    above = grid[common[-1] + 1 :] if len(common) else grid
    return float(above[0]) if len(above) else float("inf")


def stranger_scores(
    directed: DirectedPairs, anchor: NDArray[np.bool_], within: WithinScores, clear: float
) -> NDArray[np.float64]:
    """Scores of anchors with records of the partner's list that are not the partner.

    A record that is plainly a duplicate of the partner is the same person, not a stranger.
    """
    anchored = np.full(int(directed.group[-1]) + 1, -1, dtype=np.int64)
    anchored[directed.group[anchor]] = directed.partner[anchor]
    partner = anchored[directed.group]
    other = np.flatnonzero((partner >= 0) & (partner != directed.partner))
    stranger = within.score(partner[other], directed.partner[other]) < clear
    return np.asarray(directed.score[other[stranger]])


def at_or_above(
    scores: NDArray[np.float64],
    grid: NDArray[np.float64],
    weights: NDArray[np.float64] | NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Number (or total weight) of ``scores`` at or above each value of ``grid``.

    >>> at_or_above(np.array([0.5, 0.7, 0.9]), np.array([0.7, 1.0])).tolist()
    [2.0, 0.0]
    """
    order = np.argsort(scores)
    each = np.ones(len(scores)) if weights is None else weights[order].astype(np.float64)
    above = np.append(np.cumsum(each[::-1])[::-1], 0.0)
    return np.asarray(above[np.searchsorted(scores[order], grid, side="left")])
