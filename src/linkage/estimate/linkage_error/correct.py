"""The estimate that knows of linkage errors, with their uncertainty in its interval."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from linkage.estimate.counts import CaptureHistories
from linkage.estimate.least_squares import least_squares
from linkage.estimate.linkage_error.composite import (
    CompositeFit,
    fit_composite,
    moment_counts,
)
from linkage.estimate.linkage_error.split import pairwise_split, record_split
from linkage.estimate.linkage_error.unmerge import without_false_links
from linkage.estimate.models import Model, main_effects, model_text
from linkage.estimate.result import Estimate
from linkage.estimate.stepwise import path_of

__all__ = ["ErrorRates", "LinkageErrorCorrected", "sensitivity"]

Floats = NDArray[np.float64]
MOST_MISSED = 0.9
GRID_MISSED = (0.0, 0.5, 1.0, 1.5, 2.0)
GRID_FALSE = (0.0, 1.0, 2.0)
ASSUMPTIONS = (
    "Nobody enters or leaves the population while the lists are made.",
    "Lists depend on one another only as the model says.",
    "Error rates are the same for everybody on the same two lists.",
    "Errors of different pairs (or records) are independent.",
)


@dataclass(frozen=True, slots=True, eq=False)
class ErrorRates:
    """Error rates of the linkage for every two lists, with what is not known of them.

    Attributes:
        missed: ``(lists, lists)`` symmetric, probability that a true pair is not linked.
        missed_pairs: ``(lists, lists)`` pairs that the rate was found from, as if they had been
            validated; 0 where it is taken as known.
        false: ``(lists, lists)`` symmetric, probability that two records of different people are
            linked.
        false_links: ``(lists, lists)`` false links that this rate was found from; 0 where it is
            taken as known.
        level: whether errors strike ``"pairs"`` of records, or whole ``"records"``.
    """

    missed: Floats
    missed_pairs: Floats
    false: Floats
    false_links: Floats
    level: Literal["pairs", "records"] = "pairs"

    def __post_init__(self) -> None:
        for each in (self.missed, self.missed_pairs, self.false, self.false_links):
            if each.shape != self.missed.shape or not np.array_equal(each, each.T):
                raise ValueError("error rates are symmetric, one for every two lists")
        if self.missed.min() < 0 or self.missed.max() > MOST_MISSED or self.false.min() < 0:
            raise ValueError(f"missed links are a probability of at most {MOST_MISSED}")

    @classmethod
    def known(
        cls,
        lists: int,
        missed: float,
        false: float = 0.0,
        *,
        pairs: float = 0.0,
        level: Literal["pairs", "records"] = "pairs",
    ) -> ErrorRates:
        """The same rates for all lists, from so many validated pairs; 0 takes them as known."""
        shape = np.ones((lists, lists)) - np.eye(lists)
        return cls(missed * shape, pairs * shape, false * shape, 0 * shape, level)

    def drawn(self, generator: np.random.Generator, *, shared: bool = True) -> ErrorRates:
        """Rates drawn from what is known of them: Beta for missed links, Gamma for false ones.

        Args:
            generator: random numbers.
            shared: whether all lists err together, as rates do that come from one sample or from
                one model of the linkage: too low for all or too high for all.
        """
        size = len(self.missed)
        upper = np.triu_indices(size, 1)
        places = generator.random((2, 1 if shared else len(upper[0])))
        missed, false = self.missed.copy(), self.false.copy()
        pairs, links = self.missed_pairs[upper], self.false_links[upper]
        found = missed[upper] * pairs
        beta = stats.beta.ppf(places[0], found + 0.5, pairs - found + 0.5)
        gamma = stats.gamma.ppf(places[1], np.maximum(links, 1e-9)) / np.maximum(links, 1e-9)
        missed[upper] = np.where(pairs > 0, np.minimum(beta, MOST_MISSED), missed[upper])
        false[upper] = np.where(links > 0, false[upper] * gamma, false[upper])
        missed.T[upper], false.T[upper] = missed[upper], false[upper]
        return ErrorRates(missed, self.missed_pairs, false, self.false_links, self.level)

    def scaled(self, missed: float, false: float) -> ErrorRates:
        """Rates so many times as large, for a sensitivity analysis."""
        return ErrorRates(
            np.minimum(self.missed * missed, MOST_MISSED),
            self.missed_pairs,
            self.false * false,
            self.false_links,
            self.level,
        )

    def split(self) -> Floats:
        """What missed links make of every history."""
        if self.level == "pairs":
            return pairwise_split(self.missed)
        return record_split(_unlinkable(self.missed))


@dataclass(frozen=True, slots=True)
class LinkageErrorCorrected:
    """A log-linear estimate corrected for missed and false links.

    Attributes:
        rates: error rates for every two lists.
        model: terms of the model; ``"stepwise"`` selects pairs on the corrected counts; empty
            takes independent lists.
        level: of the interval.
        replicates: simulated tables for the interval; 0 for none.
        seed: of the draws; None takes one from the operating system.
        shared: whether the error rates of all lists are too low or too high together.
        progress: called with the replicates that are done, and their number.
    """

    rates: ErrorRates
    model: Model | Literal["stepwise"] = ()
    level: float = 0.95
    replicates: int = 500
    seed: int | None = None
    shared: bool = True
    progress: Callable[[int, int], None] = field(default=lambda _done, _all: None, repr=False)

    def fit(self, table: CaptureHistories) -> Estimate:
        """The corrected estimate, beside the one that takes the links as they are.

        The interval is one of simulation: tables from the corrected fit, missed links and all,
        each fitted again, selection included, under rates drawn from what is known of them.

        >>> table = CaptureHistories(("A", "B"), np.array([0, 33, 23, 9]))
        >>> corrected = LinkageErrorCorrected(ErrorRates.known(2, .1), replicates=0).fit(table)
        >>> round(corrected.estimate)
        134
        """
        fit = _fitted(table.counts.astype(np.float64), table.lists, self.rates, self.model)
        naive = _fitted(
            table.counts.astype(np.float64), table.lists, self.rates.scaled(0, 0), self.model
        )
        diagnostics: dict[str, float | str] = {"links as they are": naive.estimate}
        warnings = []
        if not fit.converged:
            warnings.append("The fit did not converge: do not use it.")
        seed = self.seed
        interval = None
        if self.replicates:
            seed = secrets.randbits(32) if seed is None else seed
            drawn = self._simulated(fit, table, seed)
            good = drawn[np.isfinite(drawn)]
            if len(good) < 0.95 * len(drawn):
                warnings.append(
                    f"{1 - len(good) / len(drawn):.0%} of the simulated tables have no estimate; "
                    "the interval leaves them out and is too short."
                )
            tails = ((1 - self.level) / 2, (1 + self.level) / 2)
            low, high = np.quantile(good, tails) if len(good) else (math.nan, math.nan)
            interval = (float(low), float(high)) if len(good) else None
            diagnostics["replicates"] = float(self.replicates)
        return Estimate(
            method="linkage-error",
            estimate=fit.estimate if fit.converged else None,
            interval=interval if fit.converged else None,
            level=self.level,
            observed=table.observed,
            model=model_text(fit.model, table.lists),
            assumptions=ASSUMPTIONS,
            diagnostics=diagnostics | sensitivity(table, self.rates, fit.model),
            warnings=tuple(warnings),
            seed=seed if self.replicates else None,
        )

    def _simulated(self, fit: CompositeFit, table: CaptureHistories, seed: int) -> Floats:
        generator = np.random.default_rng(seed)
        means = self.rates.split() @ fit.means
        merged = without_false_links(table.counts.astype(np.float64), self.rates.false)
        shift = table.counts - merged  # what false links moved, kept as it is
        found = np.empty(self.replicates)
        for number in range(self.replicates):
            counts = np.maximum(generator.poisson(np.maximum(means, 0)) + shift, 0.0)
            counts[0] = 0.0
            again = _fitted(
                counts, table.lists, self.rates.drawn(generator, shared=self.shared), self.model
            )
            found[number] = again.estimate if again.converged else math.nan
            self.progress(number + 1, self.replicates)
        return found


def _unlinkable(missed: Floats) -> Floats:
    """``(lists,)``: share of each list's records that cannot be linked, from the pairs missed.

    A pair is missed if either record cannot be linked: ``1 - missed = (1 - e[i]) * (1 - e[j])``,
    solved on the log scale by least squares. Two lists cannot tell whose records they are: both
    have the same share then.
    """
    size = len(missed)
    one, other = np.triu_indices(size, 1)
    pairs = np.zeros((len(one), size))
    pairs[np.arange(len(one)), one] = pairs[np.arange(len(one)), other] = 1.0
    logs = least_squares(pairs, np.log1p(-missed[one, other]))
    return np.asarray(np.clip(-np.expm1(logs), 0.0, MOST_MISSED))


def sensitivity(table: CaptureHistories, rates: ErrorRates, model: Model) -> dict[str, float | str]:
    """Estimates under error rates some times as large.

    Returns:
        ``missed x 0.5, false x 1`` and so on -> people in all.
    """
    grid: dict[str, float | str] = {}
    has_false = bool(rates.false.any())
    for missed in GRID_MISSED:
        for false in GRID_FALSE if has_false else (1.0,):
            fit = _fitted(
                table.counts.astype(np.float64), table.lists, rates.scaled(missed, false), model
            )
            grid[f"missed x {missed:g}, false x {false:g}"] = fit.estimate
    return grid


def _fitted(
    counts: Floats, lists: tuple[str, ...], rates: ErrorRates, model: Model | str
) -> CompositeFit:
    without = without_false_links(counts, rates.false)
    split = rates.split()
    chosen = model if isinstance(model, tuple) else ()
    if model == "stepwise":
        true = np.round(moment_counts(without, split)).astype(np.int64)
        chosen = path_of(CaptureHistories(lists, true), 0.02)[-1].fit.model
    return fit_composite(without, chosen or main_effects(len(lists)), split)
