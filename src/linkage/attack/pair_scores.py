"""How well a record and a person go together, given pairs: by similarities, or by bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.attack.denoise import denoised
from linkage.attack.kriging import Covariance, Kriging
from linkage.attack.local_scaling import WORST, together
from linkage.attack.refine import Pairs, Score
from linkage.attack.scored import Known, normed
from linkage.attack.simulate import agreement_stack
from linkage.types import BitMatrix

__all__ = ["BitScores", "cosine_scores", "described"]

NUGGET = 0.1
"""As in :mod:`linkage.attack.kriging`, larger: some pairs are wrong."""
RARE = 1e-2
"""Equal slots that are expected at least."""

Stack = NDArray[np.float32]


def described(stack: Stack, seeds: NDArray[np.int64]) -> NDArray[np.float32]:
    """``(nodes, filters * seeds)``: similarities to the seeds, centred, each node of length 1.

    Every seed's similarities have mean 0 over the nodes; filters count alike, whatever the
    spread of their similarities.

    Args:
        stack: ``(filters, nodes, nodes)`` float32.
        seeds: node of each seed.
    """
    parts = []
    for similarity in stack:
        part = similarity[seeds].T  # symmetric, and rows are quicker than columns
        part = part - part.mean(axis=0)
        parts.append(part / max(float(part.std()), 1e-9))
    return normed(np.concatenate(parts, axis=1))


def cosine_scores(target: Stack, background: Stack) -> Score:
    """Scores by the cosine of two nodes' descriptions.

    Args:
        target: ``(filters, records, records)`` float32.
        background: ``(filters, people, people)`` float32.
    """

    def score(pairs: Pairs, usable: NDArray[np.bool_] | None) -> Stack:
        one, other = described(target, pairs.record), described(background, pairs.person)
        scores = one @ other.T
        if usable is not None:
            scores[~usable] = WORST
        return np.asarray(scores)

    return score


class BitScores:
    """Scores by a record's bits, beside those predicted from the pairs' for each person.

    Args:
        target: one matrix per filter.
        background: ``(filters, people, people)`` float32, simulated agreement.
        slot_bits: see :class:`linkage.attack.target.Target`.
    """

    def __init__(self, target: Sequence[BitMatrix], background: Stack, slot_bits: int = 0) -> None:
        self._covariances = [Covariance.of(each) for each in background]
        self._centred = [
            Covariance.of(each) for each in agreement_stack(target, slot_bits=slot_bits)
        ]
        self._bits = tuple(matrix.bits // max(slot_bits, 1) for matrix in target)
        self._records = np.arange(len(target[0]))
        self._slots = _Slots(target, background, slot_bits) if slot_bits else None
        self._background = background

    def alike(self, *, clean: bool) -> Score:
        """Cosines of what records have in common with the pairs', and correlations, together.

        Args:
            clean: whether the target's noise is taken out first.
        """
        if clean:
            parts = zip(self._centred, self._bits, strict=True)
            target = np.stack([denoised(each.agreement, bits) for each, bits in parts])
        else:
            target = np.stack([each.agreement for each in self._centred])
        return together(cosine_scores(target, self._background), self.correlation)

    def likelihood(self, pairs: Pairs, usable: NDArray[np.bool_] | None) -> Stack:
        """Logarithm of each person's posterior share of a record, all people alike before.

        A person whom several records claim is divided among them.
        """
        scores = self._kriging(pairs).scores(self._records)
        if usable is not None:
            scores[~usable] = WORST
        scores -= _log_sum(scores, axis=1)
        scores -= np.maximum(_log_sum(scores, axis=0), 0)
        return np.maximum(scores, WORST, out=scores)

    def correlation(self, pairs: Pairs, usable: NDArray[np.bool_] | None) -> Stack:
        """Correlation of bits and predicted bits: small where nobody fits."""
        scores = self._kriging(pairs).correlations(self._records)
        if usable is not None:
            scores[~usable] = WORST
        return scores

    def _kriging(self, pairs: Pairs) -> Kriging | _EqualSlots:
        if self._slots is not None:
            return self._slots.of(pairs)
        known = Known(
            pairs.record,
            pairs.person,
            self._bits,
            tuple(each.rows(pairs.record) for each in self._centred),
            tuple(each.variance for each in self._centred),
        )
        return Kriging(known, self._covariances, NUGGET)


class _Slots:
    """Counts of equal slots, of all records and as expected of all people."""

    def __init__(self, target: Sequence[BitMatrix], background: Stack, slot_bits: int) -> None:
        many = np.array([matrix.bits // slot_bits for matrix in target], dtype=np.float32)
        self._counts = agreement_stack(target, slot_bits=slot_bits) * many[:, None, None]
        self._expected = np.maximum(background, 0) * many[:, None, None] + np.float32(RARE)

    def of(self, pairs: Pairs) -> _EqualSlots:
        """With the records and the people of some pairs."""
        counts = np.concatenate([each[pairs.record] for each in self._counts])
        expected = np.concatenate([each[pairs.person] for each in self._expected])
        return _EqualSlots(counts, expected)


@dataclass(frozen=True, slots=True, eq=False)
class _EqualSlots:
    counts: Stack
    expected: Stack

    def scores(self, records: NDArray[np.int64]) -> Stack:
        """``(records, people)``: log-likelihood of counts, taken as independent and Poisson."""
        found = self.counts[:, records].T @ np.log(self.expected)
        return np.asarray(found - self.expected.sum(axis=0))

    def correlations(self, records: NDArray[np.int64]) -> Stack:
        """``(records, people)``: cosine of what is counted and what is expected."""
        return np.asarray(normed(self.counts[:, records].T) @ normed(self.expected.T).T)


def _log_sum(scores: Stack, axis: int) -> Stack:
    highest = scores.max(axis=axis, keepdims=True)
    return np.asarray(highest + np.log(np.exp(scores - highest).sum(axis=axis, keepdims=True)))
