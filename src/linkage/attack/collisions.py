"""Known pairs, where slots of bits are equal or say nothing: how often each person's would be.

A record shares slots with the known records as often as its person shares tokens with the known
people: the attacker simulated how often. Equal slots are counted, and a person is the likelier the
better the counts fit its own expectation (independent Poisson numbers; for events as rare as these
they are nearly that).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkage.attack.scored import Scorer
from linkage.attack.simulate import agreement_rows
from linkage.attack.target import Target

__all__ = ["Collisions", "collision_models"]

LEAST = (1e-3, 1e-2, 1e-1)
"""Equal slots that are expected at least, whoever is compared: what is tried."""


class Collisions:
    """Likelihood of counts of equal slots.

    Args:
        counts: for each filter ``(pairs, records)`` float32, slots equal to each known record's.
        expected: for each filter ``(pairs, people)`` float32, the same as expected of each person.
        records: ``(pairs,)`` int64, the known records.
        least: added to what is expected.
    """

    def __init__(
        self,
        counts: list[NDArray[np.float32]],
        expected: list[NDArray[np.float32]],
        records: NDArray[np.int64],
        least: float,
    ) -> None:
        self._counts, self._records = counts, records
        self._expected = [each + np.float32(least) for each in expected]
        self._log = [np.log(each) for each in self._expected]
        self._sum = np.asarray(sum(each.sum(axis=0) for each in self._expected))

    def scores(self, records: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(records, people)`` float32: log-likelihood."""
        parts = zip(self._counts, self._log, strict=True)
        found = sum(counts[:, records].T @ log for counts, log in parts)
        return np.asarray(found - self._sum)

    def left_out(self, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(pairs, people)`` float32: the same for known pairs, without their own slots."""
        scores = self.scores(self._records[pairs])
        for counts, log, expected in zip(self._counts, self._log, self._expected, strict=True):
            own = counts[pairs, self._records[pairs]]
            scores -= own[:, None] * log[pairs] - expected[pairs]
        return scores


def collision_models(
    target: Target, agreement: NDArray[np.float32], known: NDArray[np.int64]
) -> Iterator[Scorer]:
    """A model for every least expectation.

    Args:
        target: encodings whose slots are equal or say nothing.
        agreement: ``(filters, people, people)`` float32, simulated share of equal slots.
        known: ``(pairs, 2)`` int64.
    """
    counts, expected = [], []
    for matrix, simulated in zip(target.bits, agreement, strict=True):
        slots = matrix.bits // target.slot_bits
        order = np.concatenate([known[:, 0], np.setdiff1d(np.arange(len(target)), known[:, 0])])
        rows = np.empty((len(known), len(target)), dtype=np.float32)
        rows[:, order] = agreement_rows(matrix.take(order), len(known), slot_bits=target.slot_bits)
        counts.append(rows * np.float32(slots))
        expected.append(np.maximum(simulated[known[:, 1]], 0) * np.float32(slots))
    for least in LEAST:
        yield Collisions(counts, expected, known[:, 0], least)
