"""How graph matching goes on: from pairs to scores, from scores to more and better pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "SETTLED",
    "Choose",
    "Pairs",
    "Score",
    "clear_lead",
    "growing_share",
    "mutual_pairs",
    "refine",
]

ROUNDS = 25
SETTLED = 0.99
"""Share of the pairs that stay from one round to the next, in the end."""
MOST_SEEDS = 1500
MOST_LEAD = 100.0
FIRST_SHARE, SHARE_STEP = 0.4, 0.1

Stack = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of a record and a person, each in one pair at most.

    Attributes:
        record: ``(pairs,)`` int64.
        person: ``(pairs,)`` int64.
        margin: ``(pairs,)`` float32, lead over the second best, for record and person.
    """

    record: NDArray[np.int64] = field(repr=False)
    person: NDArray[np.int64] = field(repr=False)
    margin: NDArray[np.float32] = field(repr=False)

    def __len__(self) -> int:
        return len(self.record)

    def surest(self, share: float, most: int = MOST_SEEDS) -> Pairs:
        """The share of the pairs with the greatest margins, ``most`` at most."""
        wanted = min(most, max(3, round(share * len(self))))
        return self.take(np.sort(np.argsort(-self.margin, kind="stable")[:wanted]))

    def take(self, places: NDArray[np.int64]) -> Pairs:
        """The pairs at these places."""
        return Pairs(self.record[places], self.person[places], self.margin[places])

    def with_known(self, known: NDArray[np.int64]) -> Pairs:
        """The known pairs, and those of these pairs that are about nobody of them."""
        free = ~np.isin(self.record, known[:, 0]) & ~np.isin(self.person, known[:, 1])
        sure = np.full(len(known), np.inf, dtype=np.float32)
        return Pairs(
            np.concatenate([known[:, 0], self.record[free]]),
            np.concatenate([known[:, 1], self.person[free]]),
            np.concatenate([sure, self.margin[free]]),
        )

    def without(self, records: NDArray[np.int64]) -> Pairs:
        """The pairs of other records."""
        return self.take(np.flatnonzero(~np.isin(self.record, records)))

    def share_in(self, other: Pairs) -> float:
        """Share of these pairs that are among the others."""
        if not len(self):
            return 1.0
        theirs = set(zip(other.record.tolist(), other.person.tolist(), strict=True))
        mine = zip(self.record.tolist(), self.person.tolist(), strict=True)
        return sum(pair in theirs for pair in mine) / len(self)


Score: TypeAlias = "Callable[[Pairs, NDArray[np.bool_] | None], Stack]"
"""Pairs, and ``(records, people)`` who is usable (None: all), to ``(records, people)`` scores."""
Choose: TypeAlias = Callable[[Pairs, int], Pairs]
"""A round's pairs and its number to the pairs that are kept."""


def mutual_pairs(scores: Stack, usable: NDArray[np.bool_] | None) -> Pairs:
    """Records and people that are each other's best.

    Args:
        scores: ``(records, people)``; what is not usable is overwritten.
        usable: ``(records, people)``, None if all are.
    """
    if usable is not None:
        scores[~usable] = -np.inf
    records = np.arange(scores.shape[0])
    person = scores.argmax(axis=1)
    best = scores[records, person]
    record = scores.argmax(axis=0)
    mutual = (record[person] == records) & np.isfinite(best)
    rows, columns = records[mutual], person[mutual]
    best = best[mutual]
    scores[rows, columns] = -np.inf  # for a moment: what is left is the second best
    second = np.maximum(scores.max(axis=1)[rows], scores.max(axis=0)[columns])
    scores[rows, columns] = best
    return Pairs(rows, columns, np.minimum(best - second, np.float32(MOST_LEAD)))


def refine(
    score: Score,
    choose: Choose,
    pairs: Pairs,
    known: NDArray[np.int64],
    usable: NDArray[np.bool_] | None,
    reserved: NDArray[np.int64] | None = None,
) -> tuple[Stack, Pairs]:
    """Score, pair, keep the surest, and again, until nothing changes.

    Args:
        score: pairs to ``(records, people)`` scores.
        choose: what is kept of the pairs of each round.
        pairs: where to start from.
        known: ``(pairs, 2)`` int64, pairs that are always kept.
        usable: ``(records, people)``, None if all are.
        reserved: records that are never kept, so that they can tell how good the result is.

    Returns:
        The last scores, and the pairs they come from.
    """
    reserved = np.zeros(0, dtype=np.int64) if reserved is None else reserved
    pairs = pairs.without(reserved).with_known(known)
    last = pairs
    for round_ in range(ROUNDS):
        scores = score(pairs, usable)
        every = mutual_pairs(scores, usable)
        settled = min(every.share_in(last), last.share_in(every))
        found = choose(every.without(reserved), round_).with_known(known)
        grown = round_ * SHARE_STEP >= 1 - FIRST_SHARE
        if (settled >= SETTLED and grown) or found.share_in(pairs) == pairs.share_in(found) == 1:
            break
        pairs, last = found, every
    return scores, pairs


def growing_share(last: float) -> Choose:
    """The surest, more of them from round to round, up to the share ``last``."""
    return lambda pairs, round_: pairs.surest(last * min(1.0, FIRST_SHARE + SHARE_STEP * round_))


def clear_lead(lead: float) -> Choose:
    """Those that lead any other of their record or person by so much, in every round."""
    return lambda pairs, _round: pairs.take(np.flatnonzero(pairs.margin > lead)).surest(1.0)
