"""Poisson log-linear models of the capture histories, by extended maximum likelihood.

``log mean(w) = sum of a(t) over the model's terms t that are part of w``; people on no list have
the mean ``exp(a(0))``. A term that nobody has takes ``a = -infinity``: its cells have mean 0.

Sources: Fienberg and Rinaldo 2012; Chan, Silverman and Vincent 2021, section 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.estimate.bootstrap import Bootstrap, Unseen, bootstrapped
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.models import Model, main_effects, model_text, padded
from linkage.estimate.result import Estimate
from linkage.kernels.existence_numba import model_status
from linkage.kernels.loglinear_numba import best_models, fit_terms

__all__ = [
    "FIXED_MODEL",
    "NO_MAXIMUM",
    "LogLinear",
    "LogLinearFit",
    "among_models",
    "fit_model",
    "status_text",
]

FIXED_MODEL = (
    "Nobody enters or leaves the population while the lists are made.",
    "Records of one person are linked, and no others (see linkage errors).",
    "Everybody of a stratum is as likely as another to be on a list, but for the model's terms.",
    "Lists depend on one another only as the model says; all lists at once depend in no other way.",
)
NO_MAXIMUM = "no maximum exists: the lists do not overlap enough for this model"
_STATUS = {
    1: NO_MAXIMUM,
    2: "the data do not identify this model: its parameters trade off against one another",
    3: f"{NO_MAXIMUM}, nor do the data identify it",
}


def status_text(status: int) -> str:
    """What keeps a model from being fitted; empty where nothing does."""
    return _STATUS.get(status, "")


@dataclass(frozen=True, slots=True, eq=False)
class LogLinearFit:
    """One model fitted to one table.

    Attributes:
        model: its terms.
        status: 0 if it could be fitted; else 1 (no maximum) plus 2 (not identified).
        unseen: expected people on no list; nan where it could not be fitted.
        log_likelihood: at the maximum.
        observed: people on the lists.
        parameters: ``(terms,)`` float64, -inf where nobody has the term.
        means: ``(2**k,)`` float64, expected people of each history; entry 0 is ``unseen``.
    """

    model: Model
    status: int
    unseen: float
    log_likelihood: float
    observed: int
    parameters: NDArray[np.float64] = field(repr=False)
    means: NDArray[np.float64] = field(repr=False)

    @property
    def estimate(self) -> float:
        """People in all."""
        return self.observed + self.unseen

    @property
    def bic(self) -> float:
        """``terms * log(observed) - 2 * log-likelihood``; all terms count, those at -inf too."""
        return len(self.model) * math.log(self.observed) - 2 * self.log_likelihood

    @property
    def aic(self) -> float:
        """``2 * terms - 2 * log-likelihood``."""
        return 2 * len(self.model) - 2 * self.log_likelihood


def fit_model(table: CaptureHistories, model: Model) -> LogLinearFit:
    """Fit one model.

    Args:
        table: the counts.
        model: its terms, the intercept first.

    >>> table = CaptureHistories(("A", "B"), np.array([0, 30, 20, 10]))
    >>> round(fit_model(table, (0, 1, 2)).estimate)
    120
    """
    terms = np.array(model, dtype=np.int64)
    means, parameters = np.full(len(table.counts), math.nan), np.full(len(terms), math.nan)
    status = int(model_status(table.counts, terms)) if table.observed else 1
    likelihood = math.nan
    if status == 0:
        likelihood = float(fit_terms(table.counts, terms, means, parameters))
    return LogLinearFit(
        model, status, float(means[0]), likelihood, table.observed, parameters, means
    )


@dataclass(frozen=True, slots=True)
class LogLinear:
    """A log-linear model that is given beforehand; without one, independent lists.

    Attributes:
        model: its terms; empty for independent lists.
        level: of the interval.
        bootstrap: how the interval is found; None for no interval.
    """

    model: Model = ()
    level: float = 0.95
    bootstrap: Bootstrap | None = field(default_factory=Bootstrap)

    def fit(self, table: CaptureHistories) -> Estimate:
        """The estimate; None where the model has no maximum.

        >>> table = CaptureHistories(("A", "B"), np.array([0, 30, 20, 10]))
        >>> LogLinear(bootstrap=None).fit(table).model
        '[A, B]'
        """
        model = self.model or main_effects(len(table.lists))
        fit = fit_model(table, model)
        diagnostics = {"BIC": fit.bic, "AIC": fit.aic, "log-likelihood": fit.log_likelihood}
        drawn = bootstrapped(table, fit.estimate, among_models([model]), self.bootstrap, self.level)
        return Estimate(
            method="independent" if not self.model else "loglinear",
            estimate=None if math.isnan(fit.unseen) else fit.estimate,
            interval=drawn.interval,
            level=self.level,
            observed=table.observed,
            model=model_text(model, table.lists),
            assumptions=FIXED_MODEL,
            diagnostics=({} if fit.status else diagnostics) | drawn.diagnostics,
            warnings=((status_text(fit.status),) if fit.status else ()) + drawn.warnings,
            seed=drawn.seed,
        )


def among_models(models: Sequence[Model]) -> Unseen:
    """Tables -> people on no list by the model of least BIC among some."""
    terms, sizes = padded(models)

    def unseen(tables: NDArray[np.int64]) -> NDArray[np.float64]:
        best = np.empty(len(tables), dtype=np.int64)
        found = np.empty(len(tables))
        best_models(tables, terms, sizes, best, found)
        return found

    return unseen
