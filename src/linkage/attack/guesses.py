"""What an attack says: a person for each record, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Guesses", "checked_pairs"]


@dataclass(frozen=True, slots=True, eq=False)
class Guesses:
    """An attack's result, made without the truth.

    Attributes:
        person: ``(records,)`` int64, index of the person guessed, -1 for no guess. Records of
            known pairs have the person that is known.
        confidence: ``(records,)`` float64, the attack's own: higher is surer, comparable within
            one attack; infinite for known pairs, 0 without a guess.
        certainty: the attack's own confidence in the whole, from 0 to 1: about the share of its
            guesses that it expects to be right.
    """

    person: NDArray[np.int64] = field(repr=False)
    confidence: NDArray[np.float64] = field(repr=False)
    certainty: float

    def share_right(
        self, truth: NDArray[np.int64], known: NDArray[np.int64] | None = None
    ) -> float:
        """Share of the records that are named rightly, among those that could be.

        Args:
            truth: ``(records,)`` int64, the person of each record, -1 where the attacker's
                people do not have that person.
            known: ``(pairs, 2)`` int64, pairs that were known and do not count.

        >>> found = Guesses(np.array([0, 2, 1, -1]), np.ones(4), 0.5)
        >>> found.share_right(np.array([0, 1, -1, 3]))
        0.3333333333333333
        """
        counted = truth >= 0
        if known is not None:
            counted[known[:, 0]] = False
        return float((self.person == truth)[counted].mean()) if counted.any() else 0.0


def checked_pairs(known: NDArray[np.int64] | None, records: int, people: int) -> NDArray[np.int64]:
    """``(pairs, 2)`` int64 known pairs; none where None is given.

    Raises:
        ValueError: a pair out of range, or a record or a person in two pairs.
    """
    pairs = np.zeros((0, 2), dtype=np.int64) if known is None else np.asarray(known, np.int64)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError("known pairs are (pairs, 2): record index, person index")
    for column, size in zip(pairs.T, (records, people), strict=True):
        if len(column) and (column.min() < 0 or column.max() >= size):
            raise ValueError("a known pair is out of range")
        if len(np.unique(column)) != len(column):
            raise ValueError("a record or a person is in two known pairs")
    return pairs
