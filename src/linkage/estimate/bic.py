"""The hierarchical model of the least BIC among all up to an order (Silverman, Chan, Vincent 2024).

Every model is checked for a maximum and fitted: 113 for four lists, 6,000 for five at order 3. In
the bootstrap the best of the replicate is chosen among the best of the table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from linkage.estimate.bootstrap import Bootstrap, bootstrapped
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.loglinear import FIXED_MODEL, NO_MAXIMUM, among_models
from linkage.estimate.models import Model, enumerated, model_text, padded
from linkage.estimate.result import Estimate
from linkage.kernels.loglinear_numba import fit_models

__all__ = ["DEFAULT_ORDERS", "BestBic", "RankedModels", "ranked_models"]

DEFAULT_ORDERS: Mapping[int, int] = MappingProxyType({2: 1, 3: 2, 4: 3, 5: 3, 6: 2})
"""Number of lists -> largest interaction, as in R's MultipleSystemsEstimation."""
KEPT: Mapping[int, int] = MappingProxyType({2: 1, 3: 8, 4: 20, 5: 100, 6: 100})
"""Number of lists -> models that the bootstrap chooses among."""
SHOWN = 5
CLOSE = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class RankedModels:
    """All admissible models, the least BIC first.

    Attributes:
        models: their terms.
        bic: ``(models,)`` float64.
        estimates: ``(models,)`` float64, people in all.
        tried: models that were checked, admissible or not.
    """

    models: tuple[Model, ...]
    bic: NDArray[np.float64]
    estimates: NDArray[np.float64]
    tried: int


def ranked_models(table: CaptureHistories, order: int | None = None) -> RankedModels:
    """Fit every hierarchical model.

    Args:
        table: the counts, at most six lists.
        order: largest interaction; None takes :data:`DEFAULT_ORDERS`.

    Raises:
        ValueError: more than six lists: there are too many models.

    >>> korea = CaptureHistories(("b", "c", "d"), np.array([0, 5, 5, 54, 41, 6, 0, 12]))
    >>> ranked = ranked_models(korea)
    >>> ranked.tried
    8
    """
    lists = len(table.lists)
    if lists not in DEFAULT_ORDERS:
        raise ValueError("all models are fitted for two to six lists; use stepwise selection")
    models = enumerated(lists, DEFAULT_ORDERS[lists] if order is None else order)
    terms, sizes = padded(models)
    status, figures = np.empty(len(models), dtype=np.int64), np.empty((len(models), 2))
    fit_models(table.counts, terms, sizes, status, figures)
    bic = sizes * math.log(max(table.observed, 1)) - 2 * figures[:, 0]
    good = np.flatnonzero(status == 0)
    ranked = good[np.argsort(bic[good], kind="stable")]
    return RankedModels(
        tuple(models[place] for place in ranked.tolist()),
        bic[ranked],
        table.observed + figures[ranked, 1],
        len(models),
    )


@dataclass(frozen=True, slots=True)
class BestBic:
    """The model of the least BIC.

    Attributes:
        order: largest interaction; None takes :data:`DEFAULT_ORDERS`.
        level: of the interval.
        bootstrap: how the interval is found, selection included; None for no interval.
    """

    order: int | None = None
    level: float = 0.95
    bootstrap: Bootstrap | None = field(default_factory=Bootstrap)

    def fit(self, table: CaptureHistories) -> Estimate:
        """The estimate; None where no model has a maximum.

        >>> korea = CaptureHistories(("b", "c", "d"), np.array([0, 5, 5, 54, 41, 6, 0, 12]))
        >>> BestBic(bootstrap=None).fit(korea).model
        '[b*c, c*d]'
        """
        ranked = ranked_models(table, self.order)
        diagnostics: dict[str, float | str] = {
            "models tried": float(ranked.tried),
            "models with a maximum": float(len(ranked.models)),
        }
        if not ranked.models:
            return Estimate(
                "bic", None, None, self.level, table.observed, "", FIXED_MODEL, diagnostics,
                (NO_MAXIMUM,),
            )  # fmt: skip
        diagnostics["BIC"] = float(ranked.bic[0])
        for number, model in enumerate(ranked.models[:SHOWN]):
            diagnostics[f"model {number + 1}"] = (
                f"{model_text(model, table.lists)}: {ranked.estimates[number]:,.0f}, "
                f"BIC {ranked.bic[number]:.1f}"
            )
        point = float(ranked.estimates[0])
        few = ranked.models[: KEPT[len(table.lists)]]
        drawn = bootstrapped(table, point, among_models(few), self.bootstrap, self.level)
        close = ranked.estimates[ranked.bic < ranked.bic[0] + CLOSE]
        warnings = list(drawn.warnings)
        if close.max() > 1.25 * close.min():
            warnings.append(
                f"{len(close)} models fit about as well (BIC within {CLOSE:g}) and say "
                f"{close.min():,.0f} to {close.max():,.0f}."
            )
        return Estimate(
            "bic", point, drawn.interval, self.level, table.observed,
            model_text(ranked.models[0], table.lists), FIXED_MODEL,
            diagnostics | drawn.diagnostics, tuple(warnings), drawn.seed,
        )  # fmt: skip
