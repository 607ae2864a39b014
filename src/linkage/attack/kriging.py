"""Known pairs, from people forward to bits: kriging with the scheme's own covariance.

Under a key that nobody knows, a bit is a random function of the person. The attacker knows the
covariance of that function for all its people: the agreement that it simulated under keys of its
own. The best linear prediction of an unseen person's bits from those of the known records
follows, with its error, and so does how likely a record's bits are under each person. Unlike a
regression from bits to tokens it does not have to learn from noise how tokens and bits go
together, which is all that exclusive or hides.

Sources: Matheron 1963 (kriging); Rasmussen and Williams 2006, sections 2.2 and 5.4.2 (Gaussian
process prediction, leaving one out in closed form).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.attack.scored import Known, Scorer

__all__ = ["NUGGETS", "Covariance", "Kriging", "krigings"]

NUGGETS = (0.003, 0.03, 0.3)
"""What is added to the covariance's diagonal, in units of its mean: the simulation's own error."""


@dataclass(frozen=True, slots=True, eq=False)
class Covariance:
    """Simulated covariance of people's bits, one filter, bits less their mean over all people.

    Attributes:
        agreement: ``(people, people)`` float32, not centred.
        mean: ``(people,)`` float32, each person's mean over all people.
        variance: ``(people,)`` float32, of each person's bits.
    """

    agreement: NDArray[np.float32]
    mean: NDArray[np.float32]
    variance: NDArray[np.float32]

    @classmethod
    def of(cls, agreement: NDArray[np.float32]) -> Covariance:
        """From a simulated agreement, ``(people, people)``."""
        mean = agreement.mean(axis=1)
        return cls(agreement, mean, np.diagonal(agreement) - 2 * mean + mean.mean())

    def rows(self, people: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(some people, people)`` float32: their covariance with everyone."""
        rows = self.agreement[people] - self.mean[people][:, None]
        rows -= self.mean - self.mean.mean()
        return rows


class Kriging:
    """Every person's bits predicted from the known records, for all filters."""

    def __init__(self, known: Known, covariances: Sequence[Covariance], nugget: float) -> None:
        self._parts = [
            _Part(known, number, covariance, nugget)
            for number, covariance in enumerate(covariances)
        ]

    def scores(self, records: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(records, people)``: log-likelihood of the record's bits, bits taken as normal."""
        return np.asarray(sum(part.scores(records) for part in self._parts))

    def correlations(self, records: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(records, people)``: correlation of the record's bits with those predicted.

        Low for someone who is unlike all known people, where the likelihood says no more than
        that other people would fit worse.
        """
        product = np.asarray(sum(part.bits * part.products(records) for part in self._parts))
        length = np.asarray(sum(part.bits * part.lengths[records] for part in self._parts))
        square = np.asarray(sum(part.bits * part.square for part in self._parts))
        product /= np.sqrt(np.maximum(length, np.float32(1e-9)))[:, None]
        product /= np.sqrt(np.maximum(square, np.float32(1e-9)))
        return product

    def left_out(self, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(pairs, people)``: scores of known pairs, each predicted from the others."""
        return np.asarray(sum(part.left_out(pairs) for part in self._parts))


class _Part:
    """One filter: ``weights`` times the known records' bits predict every person's."""

    def __init__(self, known: Known, number: int, covariance: Covariance, nugget: float) -> None:
        self._known, self._variance = known, covariance.variance
        self._covariance = covariance.rows(known.people)
        own = self._covariance[:, known.people].astype(np.float64)
        scale = max(float(np.trace(own)) / len(own), 1e-12)
        inverse = np.linalg.inv(own + nugget * scale * np.eye(len(own)))
        self._inverse = inverse.astype(np.float32)
        self._weights = self._inverse @ self._covariance
        self.bits = known.bits[number]
        self._products, self.lengths = known.agreement[number], known.lengths[number]
        self._gram = self._products[:, known.records]
        self.square = np.einsum("kp,kp->p", self._weights, self._gram @ self._weights)
        explained = np.einsum("kp,kp->p", self._covariance, self._weights)
        self._error = self._floor(self._variance - explained)

    def _floor(self, error: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(np.maximum(error, np.float32(0.02) * self._variance.mean()))

    def products(self, records: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.asarray(self._products[:, records].T @ self._weights)

    def scores(self, records: NDArray[np.int64]) -> NDArray[np.float32]:
        products = self.products(records)
        return self._likelihood(products, self.square, self._error, self.lengths[records])

    def left_out(self, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        diagonal = np.diag(self._inverse)[pairs]
        gram = self._gram[:, pairs]
        # The row that a left-out pair would have in the weights becomes 0.
        factor = np.einsum("kj,kj->j", gram, self._inverse[:, pairs]) / diagonal
        products = gram.T @ self._weights - factor[:, None] * self._weights[pairs]
        people = self._known.people[pairs]
        ratio = self._weights[pairs, people] / diagonal
        weights = self._weights[:, people] - self._inverse[:, pairs] * ratio
        square = np.broadcast_to(self.square, products.shape).copy()
        error = np.broadcast_to(self._error, products.shape).copy()
        at = np.arange(len(pairs)), people
        square[at] = np.einsum("kj,kj->j", weights, self._gram @ weights)
        explained = np.einsum("kj,kj->j", self._covariance[:, people], weights)
        error[at] = self._floor(self._variance[people] - explained)
        lengths = self.lengths[self._known.records[pairs]]
        return self._likelihood(products, square, error, lengths)

    def _likelihood(
        self,
        products: NDArray[np.float32],
        square: NDArray[np.float32],
        error: NDArray[np.float32],
        lengths: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Of bits at these squared distances from what is predicted, in place of ``products``."""
        products *= -2
        products += lengths[:, None]
        products += square
        products /= error
        products += np.log(error)
        products *= np.float32(-0.5 * self.bits)
        return products


def krigings(known: Known, agreement: NDArray[np.float32]) -> Iterator[Scorer]:
    """A prediction for every nugget.

    Args:
        known: the known pairs.
        agreement: ``(filters, people, people)`` float32, simulated.
    """
    covariances = [Covariance.of(each) for each in agreement]
    for nugget in NUGGETS:
        yield Kriging(known, covariances, nugget)
