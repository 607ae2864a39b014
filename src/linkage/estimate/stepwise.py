"""Forward stepwise selection of pairs of lists (Chan, Silverman and Vincent 2021).

From independent lists, the pair whose overlap is least likely under the fitted model is added,
while its one-sided Poisson probability is below a threshold, .02 as published. Pairs whose model
has no maximum are passed over. Source: section 3 of the paper; R's SparseMSE and
MultipleSystemsEstimation do the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from linkage.estimate.bootstrap import Bootstrap, Unseen, bootstrapped
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.loglinear import FIXED_MODEL, LogLinearFit, fit_model, status_text
from linkage.estimate.models import hierarchical, main_effects, model_text
from linkage.estimate.result import Estimate
from linkage.kernels.existence_numba import superset_sums
from linkage.kernels.loglinear_numba import stepwise_models

__all__ = ["Step", "Stepwise", "path_of", "selected"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the selection.

    Attributes:
        added: the pair that was added, as a mask; 0 for independent lists.
        probability: its one-sided Poisson probability under the model before.
        fit: the model with it.
    """

    added: int
    probability: float
    fit: LogLinearFit


@dataclass(frozen=True, slots=True)
class Stepwise:
    """Forward stepwise selection.

    Attributes:
        threshold: probability below which a pair is added; 0 keeps lists independent.
        level: of the interval.
        bootstrap: how the interval is found, selection included; None for no interval.
    """

    threshold: float = 0.02
    level: float = 0.95
    bootstrap: Bootstrap | None = field(default_factory=Bootstrap)

    def fit(self, table: CaptureHistories) -> Estimate:
        """The estimate; None where not even independent lists have a maximum.

        >>> korea = CaptureHistories(("b", "c", "d"), np.array([0, 5, 5, 54, 41, 6, 0, 12]))
        >>> Stepwise(bootstrap=None).fit(korea).model
        '[b*c, d]'
        """
        path = path_of(table, self.threshold)
        last = path[-1].fit
        diagnostics: dict[str, float | str] = {"steps": float(len(path) - 1)}
        if not last.status:
            diagnostics["BIC"] = last.bic
        for number, step in enumerate(path):
            name = model_text(step.fit.model, table.lists)
            diagnostics[f"step {number}"] = (
                f"{name}: {step.fit.estimate:,.0f}"
                + (f", p = {step.probability:.2g}" if number else "")
            )  # fmt: skip
        drawn = bootstrapped(
            table, last.estimate, selected(len(table.lists), self.threshold), self.bootstrap,
            self.level,
        )  # fmt: skip
        return Estimate(
            method="stepwise",
            estimate=None if math.isnan(last.unseen) else last.estimate,
            interval=drawn.interval,
            level=self.level,
            observed=table.observed,
            model=model_text(last.model, table.lists),
            assumptions=(*FIXED_MODEL, "Lists depend on one another in pairs only."),
            diagnostics=diagnostics | drawn.diagnostics,
            warnings=((status_text(last.status),) if last.status else ()) + drawn.warnings,
            seed=drawn.seed,
        )


def path_of(table: CaptureHistories, threshold: float) -> tuple[Step, ...]:
    """The models that the selection went through, independent lists first.

    >>> korea = CaptureHistories(("b", "c", "d"), np.array([0, 5, 5, 54, 41, 6, 0, 12]))
    >>> [step.added for step in path_of(korea, .02)]
    [0, 3]
    """
    lists = len(table.lists)
    if not table.observed:
        return (Step(0, math.nan, fit_model(table, main_effects(lists))),)
    chosen = np.empty((1, lists * (lists - 1) // 2), dtype=np.int64)
    stepwise_models(table.counts[None], lists, threshold, chosen, np.empty(1))
    steps = [Step(0, math.nan, fit_model(table, main_effects(lists)))]
    sums = superset_sums(table.counts)
    added: list[int] = []
    for pair in chosen[0][chosen[0] > 0].tolist():
        cells = np.flatnonzero(np.arange(len(table.counts)) & pair == pair)
        mean, count = float(steps[-1].fit.means[cells].sum()), int(sums[pair])
        tail = min(stats.poisson.cdf(count, mean), stats.poisson.sf(count - 1, mean))
        added.append(pair)
        steps.append(Step(pair, float(tail), fit_model(table, hierarchical(lists, added))))
    return tuple(steps)


def selected(lists: int, threshold: float) -> Unseen:
    """Tables -> people on no list, pairs selected anew for each."""
    pairs = lists * (lists - 1) // 2

    def unseen(tables: NDArray[np.int64]) -> NDArray[np.float64]:
        found = np.empty(len(tables))
        stepwise_models(tables, lists, threshold, np.empty((len(tables), pairs), np.int64), found)
        return found

    return unseen
