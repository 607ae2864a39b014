"""Curves with a shape: the best there is is found, and what deep encodings look like fits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from linkage.link.shape import Curve, match_curve, stranger_curve

MIDDLE = (np.arange(40) + 0.5) * 0.01
CURVES = {
    "strangers": stranger_curve(MIDDLE, 0.08, 28.0, 3.0),
    "matches": match_curve(MIDDLE, 0.01, 12, 2.0, 6.0, 2.0),
}


def loss(curve: Curve, at: np.ndarray, counts: np.ndarray) -> float:
    """Minus the penalised log-likelihood, without the bounds."""
    logarithm, away = curve.basis @ at, at - curve.centre
    return float(np.exp(logarithm).sum() - counts @ logarithm + away @ curve.penalty @ away / 2)


@pytest.mark.parametrize("name", sorted(CURVES))
@given(seed=st.integers(0, 2**32 - 1), level=st.floats(0.0, 9.0), steep=st.floats(-20.0, 60.0))
@settings(max_examples=25, deadline=None)
def test_no_better_curve_is_found_by_a_general_optimiser(
    name: str, seed: int, level: float, steep: float
) -> None:
    generator = np.random.default_rng(seed)
    counts = generator.poisson(np.exp(level - steep * MIDDLE)).astype(np.float64)
    # Lumpy, as weighted records make them.
    counts *= generator.exponential(size=len(counts))
    curve = CURVES[name]
    start = curve.centre + np.linalg.lstsq(curve.basis, np.full(40, level), rcond=None)[0]
    found = curve.fit(counts, np.ones(40), start)
    assert (curve.sign @ found > -0.01 - 1e-3 * np.abs(counts).max()).all()

    def bound(at: np.ndarray) -> float:
        broken = np.minimum(curve.sign @ at, 0.0)
        return loss(curve, at, counts) + 1e4 * float(broken @ broken) / 2

    other = minimize(bound, found, method="BFGS", options={"maxiter": 300})
    assert bound(found) <= other.fun + 1e-3 * max(1.0, abs(other.fun))


@pytest.mark.parametrize("start", [-30.0, 0.0, 30.0])
def test_the_start_does_not_matter(start: float) -> None:
    counts = np.round(5000 * np.exp(-40 * MIDDLE) + 20)
    curve = CURVES["strangers"]
    begin = curve.centre + start * np.eye(len(curve.centre))[0]
    fitted = curve.logarithm(curve.fit(counts, np.ones(40), begin))
    usual = curve.logarithm(curve.fit(counts, np.ones(40), curve.centre))
    assert np.allclose(fitted, usual, atol=1e-3)


def test_a_normal_tail_and_then_a_straight_one_is_followed() -> None:
    # What SAUL gives: steeper and steeper up to .05, then the straight tail of people alike.
    truth = 40_000 * np.exp(-90 * MIDDLE - 700 * MIDDLE**2) + 400 * np.exp(-28 * MIDDLE)
    curve = CURVES["strangers"]
    fitted = np.exp(curve.logarithm(curve.fit(truth, np.ones(40), curve.centre)))
    assert np.abs(fitted / truth - 1)[:15].max() < 0.15
    assert abs(fitted[5:].sum() / truth[5:].sum() - 1) < 0.05
