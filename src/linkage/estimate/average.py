"""An estimate averaged over draws of the linkage: its interval knows that links are uncertain.

Every draw is a linkage that the data leave possible. Each is estimated; on the log scale of the
people on no list the variance is the mean variance within a draw, plus the variance between draws
(Rubin 1987, chapter 3).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from linkage.estimate.bootstrap import Bootstrap, Unseen, replicates
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.result import Estimate

__all__ = ["average_over_draws"]

FEWEST = 5


def average_over_draws(
    draws: Sequence[CaptureHistories],
    unseen: Unseen,
    *,
    method: str,
    assumptions: tuple[str, ...] = (),
    level: float = 0.95,
    settings: Bootstrap | None = None,
) -> Estimate:
    """The mean estimate over draws of the linkage.

    Args:
        draws: a table for each draw.
        unseen: tables to people on no list, whatever is selected on the way.
        method: name of the method.
        assumptions: of the method.
        level: of the interval.
        settings: replicates (of all draws together), seed; None takes 1,000.

    Raises:
        ValueError: fewer than five draws.
    """
    if len(draws) < FEWEST:
        raise ValueError(f"an average needs {FEWEST} draws of the linkage")
    chosen = settings or Bootstrap()
    seed = 0 if chosen.seed is None else chosen.seed
    each = max(chosen.replicates // len(draws), 20)
    points, within, observed = [], [], []
    for number, table in enumerate(draws):
        point = float(unseen(table.counts[None])[0])
        boot = np.log(np.maximum(unseen(replicates(table, each, seed + number)), 0.5))
        if not math.isnan(point):
            points.append(math.log(max(point, 0.5)))
            within.append(float(np.nanvar(boot, ddof=1)))
            observed.append(table.observed)
        chosen.progress(number + 1, len(draws))
    warnings = []
    if len(points) < len(draws):
        warnings.append(f"{len(draws) - len(points)} of {len(draws)} draws have no estimate.")
    mean_observed = float(np.mean([table.observed for table in draws]))
    if len(points) < FEWEST:
        return Estimate(
            method, None, None, level, round(mean_observed), "", assumptions, {},
            (*warnings, "Too few draws have an estimate."), seed,
        )  # fmt: skip
    centre, between = float(np.mean(points)), float(np.var(points, ddof=1))
    total = float(np.mean(within)) + (1 + 1 / len(points)) * between
    reach = float(stats.norm.ppf((1 + level) / 2)) * math.sqrt(total)
    own = float(np.mean(observed))
    return Estimate(
        method=method,
        estimate=own + math.exp(centre),
        interval=(own + math.exp(centre - reach), own + math.exp(centre + reach)),
        level=level,
        observed=round(mean_observed),
        model=f"average over {len(points)} draws of the linkage",
        assumptions=assumptions,
        diagnostics={
            "share of the variance that is the linkage's": (1 + 1 / len(points)) * between / total
            if total
            else 0.0,
            "least of the draws": own + math.exp(min(points)),
            "largest of the draws": own + math.exp(max(points)),
        },
        warnings=tuple(warnings),
        seed=seed,
    )
