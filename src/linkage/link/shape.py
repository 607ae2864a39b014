"""Curves that counts are fitted by: the logarithm of an intensity, of a shape that is known.

Non-matches become rarer with every step up: at first as the noise of the encoding falls off, in
deep encodings ever more steeply, then ever less, in the end as a straight line. Matches have one
peak: a concave logarithm. Without these two shapes a mixture of the two could be split in
many ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

__all__ = ["Curve", "match_curve", "stranger_curve"]

Array = NDArray[np.float64]

STEEP = 0.06
"""Surplus up to which an encoding's own noise may shape the strangers' curve."""
KNOTS = (1.5, 1.25, 1.0, 0.75, 0.5, 0.25)
"""Where the curve may bend, in units of ``bend``."""
_FORBID = 1e4  # penalty on a coefficient of the wrong sign: in effect a bound
_STEPS = 40
_LARGEST_STEP = 3.0
_HALVINGS = 30
_PRECISE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A penalised Poisson regression with a shape (Eilers and Marx 1996; Eilers 2005).

    Attributes:
        basis: ``(bins, coefficients)`` value of each basis function in each bin.
        penalty: ``(coefficients, coefficients)``, quadratic around ``centre``.
        centre: ``(coefficients,)`` where the penalty is zero.
        sign: ``(signs, coefficients)``, linear forms of the coefficients that must not be
            negative.
    """

    basis: Array
    penalty: Array
    centre: Array
    sign: Array

    def fit(self, counts: Array, exposure: Array, start: Array) -> Array:
        """Coefficients under which counts are likeliest, by Newton's method.

        Args:
            counts: ``(bins,)`` expected counts, whole or not.
            exposure: ``(bins,)`` positive; the intensity is multiplied by it.
            start: ``(coefficients,)`` where to begin.
        """
        found, offset = start, np.log(exposure)
        lost = self._loss(found, counts, offset)
        for _ in range(_STEPS):
            broken = (self.sign @ found < 0).astype(np.float64)
            bound = _FORBID * (self.sign.T * broken) @ self.sign
            mean = np.exp(np.clip(self.basis @ found + offset, -60.0, 40.0))
            slope = (
                self.basis.T @ (counts - mean)
                - self.penalty @ (found - self.centre)
                - bound @ found
            )
            curvature = (self.basis.T * mean) @ self.basis + self.penalty + bound
            curvature[np.diag_indices_from(curvature)] += 1e-9 * float(curvature.diagonal().max())
            step = np.linalg.solve(curvature, slope)
            step *= min(1.0, _LARGEST_STEP / max(float(np.abs(step).max()), 1e-300))
            # Halved until it helps: which bounds hold changes on the way.
            for _ in range(_HALVINGS):
                less = self._loss(found + step, counts, offset)
                if less <= lost:
                    break
                step /= 2.0
            else:
                break
            found, lost = found + step, less
            if float(np.abs(step).max()) < _PRECISE:
                break
        return found

    def _loss(self, at: Array, counts: Array, offset: Array) -> float:
        """Minus the penalised log-likelihood."""
        logarithm = np.clip(self.basis @ at + offset, -60.0, 40.0)
        away, broken = at - self.centre, np.minimum(self.sign @ at, 0.0)
        return float(
            np.exp(logarithm).sum()
            - counts @ logarithm
            + away @ self.penalty @ away / 2.0
            + _FORBID * broken @ broken / 2.0
        )

    def logarithm(self, coefficients: Array) -> Array:
        """``(bins,)`` logarithm of the intensity per bin."""
        return np.asarray(self.basis @ coefficients)


def stranger_curve(middle: Array, bend: float, slope: float, slope_deviation: float) -> Curve:
    """Any smooth curve at first, convex from :data:`STEEP` on, straight from 1.5 ``bend`` on.

    Args:
        middle: ``(bins,)`` surplus in the middle of each bin.
        bend: surplus from which the logarithm is nearly straight.
        slope: expected steepness of the straight part, per unit of surplus, positive.
        slope_deviation: standard deviation of that expectation.
    """
    knots = [share * bend for share in KNOTS]
    basis = np.stack(
        [
            np.ones_like(middle),
            -middle * slope_deviation,
            *[np.maximum(1.0 - middle / knot, 0.0) ** 2 for knot in knots],
        ],
        axis=1,
    )
    number = basis.shape[1]
    penalty = np.diag([0.0, 1.0] + [1e-2] * len(knots))
    centre = np.zeros(number)
    centre[1] = slope / slope_deviation
    convex = [1, *(2 + place for place, knot in enumerate(knots) if knot > STEEP)]
    return Curve(basis, penalty, centre, np.eye(number)[convex])


LOWEST = 0.15
"""Surplus below which matches are too few among strangers to show their number."""


def match_curve(
    middle: Array,
    width: float,
    coefficients: int,
    smoothness: float,
    slope: float,
    slope_deviation: float,
) -> Curve:
    """Concave: one peak, wherever it is, and a left tail that is expected to be flat.

    Args:
        middle: ``(bins,)`` surplus in the middle of each bin, from about 0.
        width: width of a bin.
        coefficients: number of cubic B-splines.
        smoothness: weight of the squared second differences of the coefficients.
        slope: expected slope of the logarithm at the low end, per unit of surplus.
        slope_deviation: standard deviation of that expectation.
    """
    degree = 3
    end = float(middle[-1]) + width / 2
    step = end / (coefficients - degree)
    knots = step * np.arange(-degree, coefficients + 1)
    basis = BSpline.design_matrix(middle, knots, degree).toarray()
    difference = np.diff(np.eye(coefficients), 2, axis=0)
    penalty = smoothness * difference.T @ difference + 1e-6 * np.eye(coefficients)
    rise = np.diff(np.eye(coefficients), axis=0)[: max(int(LOWEST / step), 1)]
    penalty += rise.T @ rise / (step * slope_deviation) ** 2
    # A ramp has no second difference, and the right first one.
    ramp = np.asarray(slope * step * np.arange(coefficients), dtype=np.float64)
    return Curve(basis, penalty, ramp, -difference)
