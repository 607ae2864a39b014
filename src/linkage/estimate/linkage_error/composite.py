"""Log-linear models seen through linkage errors: a composite link (Thompson and Baker 1981).

Counts are Poisson with mean ``split @ exp(X a)``: the model is one of the true histories, the split
what missed links make of them. Fitted by Fisher scoring with halved steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.estimate.least_squares import least_squares
from linkage.estimate.models import Model

__all__ = ["CompositeFit", "design_of", "fit_composite", "moment_counts"]

Floats = NDArray[np.float64]
STEPS, HALVINGS = 100, 30
STOP = 1e-9
LEAST = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class CompositeFit:
    """A model fitted through linkage errors.

    Attributes:
        model: its terms.
        unseen: expected people on no list.
        means: ``(2**lists,)`` float64, expected people of each *true* history; 0 in entry 0.
        converged: whether the steps came to an end.
    """

    model: Model
    unseen: float
    means: Floats = field(repr=False)
    converged: bool

    @property
    def estimate(self) -> float:
        """People in all."""
        return self.unseen + float(self.means.sum())


def design_of(cells: NDArray[np.int64], model: Model) -> Floats:
    """``(cells, terms)`` float64: 1 where a term is part of a cell.

    >>> design_of(np.array([1, 3]), (0, 1, 2)).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    """
    terms = np.array(model, dtype=np.int64)
    return np.asarray(cells[:, None] & terms == terms, dtype=np.float64)


def moment_counts(counts: Floats, split: Floats) -> Floats:
    """True counts that would give these on the mean: ``inverse(split) @ counts``, none negative."""
    solved = np.linalg.solve(split[1:, 1:], counts[1:])
    return np.concatenate([[0.0], np.maximum(solved, 0.0)])


def fit_composite(counts: Floats, model: Model, split: Floats) -> CompositeFit:
    """Fit a model of the true histories to counts with missed links.

    Args:
        counts: ``(2**lists,)``, people of each history as linked; need not be whole numbers.
        model: terms; one that nobody has is left out with its cells.
        split: as :func:`linkage.estimate.linkage_error.split.pairwise_split` makes it.

    >>> counts = np.array([0.0, 30.0, 20.0, 10.0])
    >>> round(fit_composite(counts, (0, 1, 2), np.eye(4)).estimate, 3)
    120.0
    """
    size = len(counts)
    start = moment_counts(counts, split)
    sums = start.copy()
    for bit in (1 << i for i in range(size.bit_length() - 1)):
        for mask in range(size):
            if not mask & bit:
                sums[mask] += sums[mask | bit]
    gone = [term for term in model if sums[term] <= LEAST]
    cells = np.array([c for c in range(1, size) if not any(t & c == t for t in gone)], np.int64)
    kept = tuple(term for term in model if term not in gone)
    design, map_ = design_of(cells, kept), split[1:, cells]
    seen = counts[1:]
    beta = least_squares(design, np.log(start[cells] + 0.5))
    value, converged = _log_likelihood(seen, design, map_, beta), False
    for _ in range(STEPS):
        true = np.exp(design @ beta)
        mean = np.maximum(map_ @ true, LEAST)
        slope = map_ * true  # derivative of the means by the true log means
        gradient = design.T @ (slope.T @ (seen / mean - 1))
        through = slope @ design
        information = through.T @ (through / mean[:, None])
        step = least_squares(information, gradient)
        for _ in range(HALVINGS):
            new = _log_likelihood(seen, design, map_, beta + step)
            if new >= value - 1e-12 * abs(value):
                break
            step = step / 2
        beta = np.asarray(beta + step)
        if np.abs(step).max() < STOP and abs(new - value) < STOP * (1 + abs(value)):
            converged = True
            break
        value = new
    means = np.zeros(size)
    means[cells] = np.exp(design @ beta)
    return CompositeFit(model, math.exp(min(beta[0], 700.0)), means, converged)


def _log_likelihood(seen: Floats, design: Floats, split: Floats, beta: Floats) -> float:
    eta = design @ beta
    if eta.max() > 50:
        return -math.inf
    mean = np.maximum(split @ np.exp(eta), LEAST)
    return float((seen * np.log(mean) - mean).sum())
