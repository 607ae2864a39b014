"""Latent classes: people differ in how likely they are to be on each list (Manrique-Vallier 2016).

A Dirichlet-process mixture of independent lists, sampled by several Gibbs chains. Classes make
lists depend on one another positively only. Chains may stay in different modes for very long:
where they disagree (R-hat over 1.1), or hardly move, there is no estimate.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.estimate.counts import CaptureHistories
from linkage.estimate.result import Estimate
from linkage.kernels.latent_numba import sample_latent_classes

__all__ = ["LatentClasses", "effective_size", "split_r_hat"]

Floats = NDArray[np.float64]
MOST = 20
"""The largest number on no list, in multiples of the people observed, as in R's LCMCR."""
CONVERGED = 1.1
FEW_DRAWS = 400
FEWEST_DRAWS = 100


@dataclass(frozen=True, slots=True)
class LatentClasses:
    """Posterior of a mixture of independent lists.

    Attributes:
        classes: most classes.
        prior: shape and rate of the concentration's Gamma prior.
        chains: independent chains.
        sweeps: kept sweeps of each chain, after half as many that are thrown away.
        thin: sweeps from one draw to the next.
        level: of the interval.
        seed: of the draws; None takes one from the operating system.
        progress: called with the chains that are done, and their number.
    """

    classes: int = 10
    prior: tuple[float, float] = (0.25, 0.25)
    chains: int = 5
    sweeps: int = 100_000
    thin: int = 50
    level: float = 0.95
    seed: int | None = None
    progress: Callable[[int, int], None] = field(default=lambda _done, _all: None, repr=False)

    def fit(self, table: CaptureHistories) -> Estimate:
        """Posterior median and equal-tailed interval; None where the chains disagree."""
        seed = secrets.randbits(32) if self.seed is None else self.seed
        draws = self._sampled(table, seed) + table.observed
        r_hat, size = split_r_hat(draws), effective_size(draws)
        tails = ((1 - self.level) / 2, 0.5, (1 + self.level) / 2)
        low, median, high = (float(np.quantile(draws, tail)) for tail in tails)
        medians = np.median(draws, axis=1)
        diagnostics: dict[str, float | str] = {
            "R-hat": r_hat,
            "effective draws": size,
            "medians of the chains": ", ".join(f"{each:,.0f}" for each in medians),
        }
        warnings = []
        agreed = r_hat <= CONVERGED and size >= FEWEST_DRAWS
        if r_hat > CONVERGED:
            warnings.append(
                f"The chains disagree (R-hat {r_hat:.2f}, medians {medians.min():,.0f} to "
                f"{medians.max():,.0f}): there is no estimate."
            )
        elif not agreed:
            warnings.append(f"The chains hardly move ({size:,.0f} effective draws): no estimate.")
        elif size < FEW_DRAWS:
            warnings.append(f"Only {size:,.0f} effective draws: use more sweeps.")
        if (draws > 0.95 * (MOST + 1) * table.observed).mean() > 0.005:
            warnings.append(f"The posterior reaches the limit of {MOST} times the observed.")
        return Estimate(
            method="latent-classes",
            estimate=median if agreed else None,
            interval=(low, high) if agreed else None,
            level=self.level,
            observed=table.observed,
            model=f"at most {self.classes} classes of independent lists",
            assumptions=(
                "Nobody enters or leaves the population while the lists are made.",
                "Records of one person are linked, and no others (see linkage errors).",
                "Within a class lists are independent: they depend on one another positively only.",
            ),
            diagnostics=diagnostics,
            warnings=tuple(warnings),
            seed=seed,
        )

    def _sampled(self, table: CaptureHistories, seed: int) -> NDArray[np.int64]:
        """``(chains, draws)`` people on no list; chains do not depend on the threads."""
        warm = self.sweeps // 2 // self.thin
        kept = self.sweeps // self.thin

        def chain(number: int) -> NDArray[np.int64]:
            unseen = np.empty(warm + kept, dtype=np.int64)
            sample_latent_classes(
                table.counts, len(table.lists), self.classes, self.prior, MOST * table.observed,
                (warm + kept) * self.thin, self.thin, np.random.default_rng([seed, number]),
                unseen,
            )  # fmt: skip
            return unseen[warm:]

        found = []
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for draws in pool.map(chain, range(self.chains)):
                found.append(draws)
                self.progress(len(found), self.chains)
        return np.stack(found)


def split_r_hat(draws: NDArray[np.int64] | Floats) -> float:
    """Potential scale reduction of chains cut in half (Gelman et al. 2013, section 11.4).

    Args:
        draws: ``(chains, draws)``.

    >>> chains = np.random.default_rng(1).normal(size=(4, 1000))
    >>> round(split_r_hat(chains), 1), split_r_hat(chains + [[0], [0], [0], [9]]) > 2
    (1.0, True)
    """
    half = draws.shape[1] // 2
    parts = np.concatenate([draws[:, :half], draws[:, half : 2 * half]]).astype(np.float64)
    within = parts.var(axis=1, ddof=1).mean()
    between = half * parts.mean(axis=1).var(ddof=1)
    if within == 0:
        return 1.0 if between == 0 else float("inf")
    return float(np.sqrt(((half - 1) / half * within + between / half) / within))


def effective_size(draws: NDArray[np.int64] | Floats) -> float:
    """Number of independent draws that would be as good, by Geyer's initial positive sequence.

    Args:
        draws: ``(chains, draws)``.
    """
    chains, length = draws.shape
    centred = draws - draws.mean(axis=1, keepdims=True)
    variance = float((centred**2).mean())
    if variance == 0:
        return float(chains * length)
    total, lag = 0.0, 1
    while lag + 1 < length:
        pair = sum(
            float((centred[:, : length - step] * centred[:, step:]).mean())
            for step in (lag, lag + 1)
        )
        if pair <= 0:
            break
        total += pair / variance
        lag += 2
    return float(chains * length / (1 + 2 * total))
