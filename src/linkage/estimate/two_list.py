"""Two lists: Lincoln and Petersen's estimate, and Chapman's, which is less biased on short lists.

Sources: Chapman 1951; Seber 1970 (variance); Burnham in Rexstad and Burnham 1991 (log-normal
interval, which cannot fall below the people observed).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy import stats

from linkage.estimate.counts import CaptureHistories
from linkage.estimate.result import Estimate

__all__ = ["TwoLists", "log_normal_interval"]

ASSUMPTIONS = (
    "Nobody enters or leaves the population while the lists are made.",
    "Records of one person are linked, and no others (see linkage errors).",
    "The lists are independent: being on one makes being on the other no more and no less likely.",
    "On one of the lists at least, everybody is as likely as another to be.",
)
FEW = 7
"""With fewer people on both lists Chapman's estimate is biased (Robson and Regier 1964)."""


def log_normal_interval(
    observed: float, unseen: float, variance: float, level: float
) -> tuple[float, float]:
    """``observed + unseen / C`` to ``observed + unseen * C``.

    Args:
        observed: people on the lists.
        unseen: estimated people on none.
        variance: of the estimate.
        level: of the interval.

    >>> low, high = log_normal_interval(60, 60, 400, 0.95)
    >>> round(low), round(high)
    (92, 173)
    """
    if unseen <= 0:
        return observed, observed
    quantile = float(stats.norm.ppf((1 + level) / 2))
    factor = math.exp(quantile * math.sqrt(math.log(1 + variance / unseen**2)))
    return observed + unseen / factor, observed + unseen * factor


@dataclass(frozen=True, slots=True)
class TwoLists:
    """Lincoln-Petersen or Chapman.

    Attributes:
        estimator: which.
        interval: "log-normal", or "normal": the estimate and so many standard errors on both
            sides, which may fall below the people observed.
        level: of the interval.
    """

    estimator: Literal["lincoln-petersen", "chapman"] = "chapman"
    interval: Literal["log-normal", "normal"] = "log-normal"
    level: float = 0.95

    def fit(self, table: CaptureHistories) -> Estimate:
        """The estimate.

        Raises:
            ValueError: the table has not two lists.

        >>> import numpy as np
        >>> table = CaptureHistories(("A", "B"), np.array([0, 30, 20, 10]))
        >>> round(TwoLists().fit(table).estimate, 2)
        114.55
        """
        if len(table.lists) != 2:
            raise ValueError("this estimator is for two lists")
        (first, second), both = table.list_sizes, int(table.counts[3])
        warnings = []
        if both < FEW:
            warnings.append(f"Only {both} people are on both lists: the estimate is unreliable.")
        if self.estimator == "chapman":
            estimate = (first + 1) * (second + 1) / (both + 1) - 1
            variance = (
                (first + 1) * (second + 1) * (first - both) * (second - both)
                / ((both + 1) ** 2 * (both + 2))
            )  # fmt: skip
        elif both:
            estimate = first * second / both
            variance = first * second * (first - both) * (second - both) / both**3
        else:
            return self._answer(table, None, None, {}, (*warnings, "Nobody is on both lists."))
        spread = math.sqrt(variance)
        if self.interval == "normal":
            reach = float(stats.norm.ppf((1 + self.level) / 2)) * spread
            limits = (estimate - reach, estimate + reach)
        else:
            limits = log_normal_interval(
                table.observed, estimate - table.observed, variance, self.level
            )
        return self._answer(table, estimate, limits, {"standard error": spread}, tuple(warnings))

    def _answer(
        self,
        table: CaptureHistories,
        estimate: float | None,
        interval: tuple[float, float] | None,
        diagnostics: dict[str, float | str],
        warnings: tuple[str, ...],
    ) -> Estimate:
        return Estimate(
            self.estimator, estimate, interval, self.level, table.observed,
            " and ".join(table.lists) + " independent", ASSUMPTIONS, diagnostics, warnings,
        )  # fmt: skip
