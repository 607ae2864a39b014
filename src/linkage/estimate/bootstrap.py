"""Bootstrap intervals with the selection of a model inside, bias-corrected and accelerated (BCa).

Replicates are multinomial draws of the observed people over the observed histories; whatever was
done to the table, selection included, is done to each. Replicates depend on the seed alone, and
results not on the number of threads.

Sources: Efron 1987 (BCa); Chan, Silverman and Vincent 2021, section 4; grouped jackknife after
Efron and Tibshirani 1993, chapter 14.
"""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from linkage.estimate.counts import CaptureHistories

__all__ = ["Bootstrap", "Bootstrapped", "Unseen", "bca_interval", "bootstrapped", "replicates"]

Floats: TypeAlias = NDArray[np.float64]
Unseen: TypeAlias = Callable[[NDArray[np.int64]], Floats]
"""``(tables, 2**k)`` counts -> ``(tables,)`` people on no list, nan where there is no estimate."""

PIECE = 50
"""Replicates that a thread takes at a time."""
RESAMPLES = 200
MANY_FAILED = 0.01
MONTE_CARLO = 0.05


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How intervals are found.

    Attributes:
        replicates: tables drawn.
        seed: of the draws; None takes one from the operating system, which the result names.
        threads: at once; 0 takes one for each core.
        progress: called with the replicates that are done, and their number.
    """

    replicates: int = 1_000
    seed: int | None = None
    threads: int = 0
    progress: Callable[[int, int], None] = field(default=lambda _done, _all: None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrapped:
    """What a bootstrap found.

    Attributes:
        interval: lower and upper limit, people; None where there is none.
        diagnostics: replicates, those without an estimate, Monte-Carlo error of the limits.
        warnings: sentences.
        seed: as used.
        estimates: ``(replicates,)`` people in all, nan where there was no estimate.
    """

    interval: tuple[float, float] | None = None
    diagnostics: dict[str, float | str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    seed: int | None = None
    estimates: Floats = field(default_factory=lambda: np.zeros(0), repr=False)


def replicates(table: CaptureHistories, number: int, seed: int) -> NDArray[np.int64]:
    """``(number, 2**k)`` tables drawn from the observed shares, as many people each."""
    shares = table.counts / table.observed
    return np.random.default_rng(seed).multinomial(table.observed, shares, size=number)


def bootstrapped(
    table: CaptureHistories,
    point: float,
    unseen: Unseen,
    settings: Bootstrap | None,
    level: float,
) -> Bootstrapped:
    """The BCa interval of an estimate.

    Args:
        table: the counts.
        point: the estimate, people in all; nan for none, and then there is no interval.
        unseen: does to many tables what was done to this one.
        settings: how; None for no interval.
        level: probability that the interval is meant to hold the truth with.
    """
    if settings is None or math.isnan(point):
        return Bootstrapped()
    seed = secrets.randbits(32) if settings.seed is None else settings.seed
    drawn = replicates(table, settings.replicates, seed)
    estimates = _applied(unseen, drawn, settings) + drawn.sum(axis=1)
    cells = np.flatnonzero(table.counts)
    fewer = np.tile(table.counts, (len(cells), 1))
    fewer[np.arange(len(cells)), cells] -= 1
    jackknife = unseen(fewer) + fewer.sum(axis=1)
    weights = table.counts[cells].astype(np.float64)
    # A table without a maximum has an estimate without bound: it is above every limit.
    good = np.where(np.isnan(estimates), np.inf, estimates)
    finite = good[np.isfinite(good)]
    failed = 1 - len(finite) / len(estimates)
    warnings = []
    if failed > MANY_FAILED:
        warnings.append(
            f"{failed:.0%} of the bootstrap's tables have no estimate: it may be without bound."
        )
    if len(finite) < 2 or np.isnan(jackknife).all():
        return Bootstrapped(None, {}, (*warnings, "The bootstrap gives no interval."), seed)
    limits = bca_interval(good, point, jackknife, weights, level)
    if not math.isfinite(limits[1]):
        what = f"At least {limits[0]:,.0f}, and no upper limit: too many tables have no estimate."
        return Bootstrapped(None, {}, (*warnings, what), seed, estimates)
    noise = _monte_carlo_error(good, point, jackknife, weights, level, seed)
    if max(noise[0] / limits[0], noise[1] / limits[1]) > MONTE_CARLO:
        warnings.append(
            f"The limits are known to ± {noise[0]:,.0f} and ± {noise[1]:,.0f} only: draw more "
            "replicates."
        )
    diagnostics: dict[str, float | str] = {
        "replicates": float(settings.replicates),
        "replicates without estimate": failed * settings.replicates,
        "Monte-Carlo error of the lower limit": noise[0],
        "Monte-Carlo error of the upper limit": noise[1],
    }
    return Bootstrapped(limits, diagnostics, tuple(warnings), seed, estimates)


def _applied(unseen: Unseen, tables: NDArray[np.int64], settings: Bootstrap) -> Floats:
    """Piece by piece, on several threads; the pieces are the same for any number of them."""
    found = np.empty(len(tables))
    pieces = [slice(at, at + PIECE) for at in range(0, len(tables), PIECE)]

    def work(piece: slice) -> int:
        found[piece] = unseen(tables[piece])
        return len(tables[piece])

    done = 0
    pool = ThreadPoolExecutor(settings.threads or os.cpu_count() or 1)
    try:
        for number in pool.map(work, pieces):
            done += number
            settings.progress(done, len(tables))
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def bca_interval(
    estimates: Floats, point: float, jackknife: Floats, weights: Floats, level: float
) -> tuple[float, float]:
    """Bias-corrected and accelerated limits.

    Args:
        estimates: ``(replicates,)``.
        point: the estimate.
        jackknife: ``(cells,)`` estimates without one person of each cell; nan counts as the point.
        weights: ``(cells,)`` people in each cell.
        level: of the interval.

    >>> draws = np.random.default_rng(1).normal(100, 10, 100_000)
    >>> low, high = bca_interval(draws, 100.0, np.array([99.0, 101.0]), np.array([5.0, 5.0]), .95)
    >>> round(low, -1), round(high, -1)
    (80.0, 120.0)
    """
    share = float((estimates < point).mean())
    share = min(max(share, 0.5 / len(estimates)), 1 - 0.5 / len(estimates))
    bias = stats.norm.ppf(share)
    values = np.where(np.isnan(jackknife), point, jackknife)
    from_mean = float((weights * values).sum() / weights.sum()) - values
    squares = float((weights * from_mean**2).sum())
    acceleration = (
        float((weights * from_mean**3).sum()) / (6 * squares**1.5) if squares > 0 else 0.0
    )
    limits = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        z = bias + stats.norm.ppf(tail)
        place = stats.norm.cdf(bias + z / (1 - acceleration * z))
        limits.append(float(_quantile(estimates, float(place))))
    return limits[0], limits[1]


def _monte_carlo_error(
    estimates: Floats, point: float, jackknife: Floats, weights: Floats, level: float, seed: int
) -> tuple[float, float]:
    """Standard deviation of both limits over other draws of as many replicates."""
    generator = np.random.default_rng([seed, 1])
    drawn = [
        bca_interval(generator.choice(estimates, len(estimates)), point, jackknife, weights, level)
        for _ in range(RESAMPLES)
    ]
    kept = [pair for pair in drawn if math.isfinite(pair[1])]
    low, high = np.std(kept, axis=0)
    return float(low), float(high)


def _quantile(values: Floats, share: float) -> float:
    """The type-8 quantile; infinite where it rests on an infinite value."""
    ranked = np.sort(values)
    with np.errstate(invalid="ignore"):
        found = float(np.quantile(ranked, share, method="median_unbiased"))
    return found if not math.isnan(found) else math.inf
