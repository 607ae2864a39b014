"""Chao's lower bound: at least so many, where people differ in how likely they are to be listed.

From the people on exactly one list, ``f1``, and on exactly two, ``f2``: at least
``(k - 1) / k * f1^2 / (2 f2)`` are on none of the ``k`` lists; bias-corrected
``(k - 1) / k * f1 (f1 - 1) / (2 (f2 + 1))``, also for ``f2 = 0``. Without ``(k - 1) / k``, which is
for very many occasions, it is no lower bound on a few lists: with two, twice as many unseen.

Sources: Chao 1987; 1989, equations 2 and 4 (variance); Chao and Colwell 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkage.estimate.counts import CaptureHistories
from linkage.estimate.result import Estimate
from linkage.estimate.two_list import log_normal_interval

__all__ = ["ChaoLowerBound"]


@dataclass(frozen=True, slots=True)
class ChaoLowerBound:
    """Chao's lower bound.

    Attributes:
        bias_corrected: whether the bias-corrected form is taken, which also is where ``f2`` is 0.
        level: of the interval.
    """

    bias_corrected: bool = True
    level: float = 0.95

    def fit(self, table: CaptureHistories) -> Estimate:
        """The lower bound; the interval is one of the bound, not of the population.

        >>> table = CaptureHistories(("A", "B"), np.array([0, 30, 20, 10]))
        >>> round(ChaoLowerBound().fit(table).estimate, 2)
        115.68
        """
        on = np.bitwise_count(np.arange(len(table.counts)))
        once, twice = (int(table.counts[on == times].sum()) for times in (1, 2))
        share = (len(table.lists) - 1) / len(table.lists)
        if self.bias_corrected or not twice:
            unseen = share * once * (once - 1) / (2 * (twice + 1))
            ratio = once / (twice + 1)
        else:
            unseen = share * once**2 / (2 * twice)
            ratio = once / twice
        # f2 (a^2 r^4/4 + a^2 r^3 + a r^2/2), r = f1/f2, a = (k - 1)/k
        variance = max(twice, 1) * (
            share**2 * ratio**4 / 4 + share**2 * ratio**3 + share * ratio**2 / 2
        )
        return Estimate(
            method="chao",
            estimate=table.observed + unseen,
            interval=log_normal_interval(table.observed, unseen, variance, self.level),
            level=self.level,
            observed=table.observed,
            model="lower bound from people on one list and on two",
            assumptions=(
                "Nobody enters or leaves the population while the lists are made.",
                "Records of one person are linked, and no others (see linkage errors).",
                "Lists are alike and independent for each person; people may differ.",
                "Lists that depend on one another positively keep it a lower bound.",
            ),
            diagnostics={"on one list": float(once), "on two lists": float(twice)},
            warnings=("A lower bound: the population may be much larger.",),
        )
