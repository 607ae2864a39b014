"""What every estimator answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from linkage.estimate.counts import CaptureHistories

__all__ = ["Estimate", "Estimator"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated size of a population, and what the figure rests on.

    Attributes:
        method: name of the method in the registry, ``stepwise``.
        estimate: people in all, observed and not; None where the method refuses one.
        interval: lower and upper limit, people; None where there is none.
        level: probability the interval is meant to hold the truth with, 0.95.
        observed: people on at least one list.
        model: the model chosen, in words or terms: ``[12,13,4]``.
        assumptions: what must be true for the figure, a sentence each.
        diagnostics: named figures about the fit (BIC, deviance, R-hat, Monte-Carlo error).
        warnings: what a reader must know before using the figure, a sentence each.
        seed: of the random numbers drawn; None where there were none.
    """

    method: str
    estimate: float | None
    interval: tuple[float, float] | None
    level: float
    observed: int
    model: str
    assumptions: tuple[str, ...]
    diagnostics: Mapping[str, float | str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    seed: int | None = None


class Estimator(Protocol):
    """Anything that fits: frozen dataclasses of options with one method."""

    def fit(self, table: CaptureHistories) -> Estimate:
        """The estimate for one table."""
