"""Known pairs, from bits back to tokens: ridge regression.

The encodings of the known records are regressors, their tokens what is predicted; a record's
predicted tokens are then compared with every person's by the cosine. All is computed from inner
products of bits (the dual form), so that the length of the filters does not matter.

Source: Hoerl and Kennard 1970 (ridge regression); Allen 1974 (leaving one out in closed form).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkage.attack.scored import Known, Scorer, normed

__all__ = ["PENALTIES", "TokenRegression", "regressions", "ridge_weights"]

PENALTIES = (0.01, 0.1, 1.0, 10.0)
"""Ridge penalties that are tried, in units of the mean squared length of a centred encoding."""


def ridge_weights(
    gram: NDArray[np.float64], targets: NDArray[np.float64], penalty: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The dual weights of a ridge regression, and its predictions with each row left out.

    Args:
        gram: ``(pairs, pairs)`` float64, inner products of the centred regressors.
        targets: ``(pairs, targets)`` float64.
        penalty: in units of the mean of the gram matrix's diagonal.

    Returns:
        ``(pairs, targets)`` weights, and ``(pairs, targets)`` predictions left out.

    >>> weights, left_out = ridge_weights(np.eye(2), np.array([[1.0], [3.0]]), 1.0)
    >>> weights.tolist(), left_out.tolist()
    ([[0.5], [1.5]], [[0.0], [0.0]])
    """
    scale = max(float(np.trace(gram)) / len(gram), 1e-12)
    inverse = np.linalg.inv(gram + penalty * scale * np.eye(len(gram)))
    weights = inverse @ targets
    return weights, targets - weights / np.diag(inverse)[:, None]


class TokenRegression:
    """One ridge regression with one weight for every token."""

    def __init__(
        self,
        known: Known,
        tokens: NDArray[np.float32],
        weights: NDArray[np.float64],
        left_out: NDArray[np.float64],
        importance: NDArray[np.float32],
    ) -> None:
        self._known, self._importance = known, importance
        self._weights = (weights * importance).astype(np.float32)
        self._tokens = normed(tokens * importance)
        self._left_out = left_out

    def scores(self, records: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(records, people)``: cosine of predicted and true tokens."""
        predicted = self._known.products(records).T @ self._weights
        return np.asarray(normed(predicted) @ self._tokens.T)

    def left_out(self, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(pairs, people)``: the same for known pairs, each predicted from the others."""
        predicted = self._left_out[pairs].astype(np.float32) * self._importance
        return np.asarray(normed(predicted) @ self._tokens.T)


def regressions(known: Known, tokens: NDArray[np.float32]) -> Iterator[Scorer]:
    """A regression for every penalty, with tokens all alike and with rare tokens weighing more.

    Args:
        known: the known pairs.
        tokens: ``(people, tokens)`` float32, 0 and 1.
    """
    gram = known.gram().astype(np.float64)
    centred = tokens - tokens.mean(axis=0)
    targets = centred[known.people].astype(np.float64)
    spread = np.sqrt(np.maximum(tokens.mean(axis=0) * (1 - tokens.mean(axis=0)), 1e-9))
    for penalty in PENALTIES:
        weights, left_out = ridge_weights(gram, targets, penalty)
        for power in (0.0, 0.5):
            importance = np.asarray(spread**-power, dtype=np.float32)
            yield TokenRegression(known, centred, weights, left_out, importance)
