"""Estimates by stratum, with a total whose interval knows of all of them.

A value of a stratum with fewer than :data:`FEWEST` people on two lists or more is *sparse*. All
sparse values are pooled; a single one with the next smallest. A pool that is still sparse has no
estimate and is counted in the total as observed only, with a warning.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from linkage.estimate.bootstrap import Bootstrap, replicates
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.registry import METHODS
from linkage.estimate.result import Estimate
from linkage.estimate.two_list import log_normal_interval

__all__ = ["FEWEST", "StratifiedEstimate", "pooled", "stratified"]

FEWEST = 20
VARIANCE_REPLICATES = 200


@dataclass(frozen=True, slots=True)
class StratifiedEstimate:
    """Estimates by stratum.

    Attributes:
        parts: values (pooled ones joined by ", ") and their estimate, in the order of the values.
        total: of all strata together.
    """

    parts: tuple[tuple[tuple[str, ...], Estimate], ...]
    total: Estimate


def pooled(
    tables: Mapping[str, CaptureHistories], fewest: int = FEWEST
) -> tuple[tuple[tuple[str, ...], CaptureHistories], ...]:
    """Values of a stratum, sparse ones together.

    Args:
        tables: value -> its table.
        fewest: people on two lists or more that a table needs.

    >>> one = CaptureHistories(("A", "B"), np.array([0, 9, 9, 5]))
    >>> [values for values, _ in pooled({"a": one, "b": one, "c": one}, 9)]
    [('a', 'b', 'c')]
    """
    shared = {value: _shared(table) for value, table in tables.items()}
    ranked = sorted(tables, key=lambda value: shared[value])
    pool = [value for value in ranked if shared[value] < fewest]
    if len(pool) == 1:
        pool = ranked[:2]
    kept: dict[tuple[str, ...], CaptureHistories] = {
        (value,): table for value, table in tables.items() if value not in pool
    }
    if pool:
        names = tuple(value for value in tables if value in pool)
        lists = next(iter(tables.values())).lists
        counts = np.sum([tables[value].counts for value in pool], axis=0)
        kept[names] = CaptureHistories(lists, counts)
    order = list(tables)
    return tuple(sorted(kept.items(), key=lambda item: order.index(item[0][0])))


def stratified(
    tables: Mapping[str, CaptureHistories],
    method: str,
    *,
    settings: Bootstrap | None = None,
    level: float = 0.95,
    progress: Callable[[float], None] = lambda _share: None,
) -> StratifiedEstimate:
    """Estimate every stratum, and the sum.

    The total's variance is the sum of the strata's, by bootstrap with selection inside; its
    interval is log-normal on the people on no list.

    Args:
        tables: value -> its table.
        method: name of a method that can be bootstrapped.
        settings: of the bootstrap.
        level: of the intervals.
        progress: called with the share that is done.

    Raises:
        ValueError: the method cannot be bootstrapped.
    """
    chosen = METHODS[method]
    if chosen.unseen is None:
        raise ValueError(f"{method} gives no variance to add up")
    own = settings or Bootstrap()
    parts: list[tuple[tuple[str, ...], Estimate]] = []
    hidden, variance, warnings = 0.0, 0.0, []
    groups = pooled(tables)
    for number, (values, table) in enumerate(groups):
        if _shared(table) < FEWEST:
            estimate = _too_sparse(table, method, level)
        else:
            estimate = chosen.make(own, level).fit(table)
        parts.append((values, estimate))
        if estimate.estimate is None:
            warnings.append(
                f"{', '.join(values)}: no estimate; in the total only the people observed."
            )
        else:
            drawn = chosen.unseen(table)(
                replicates(table, VARIANCE_REPLICATES, estimate.seed or number)
            )
            hidden += estimate.estimate - table.observed
            variance += float(np.nanvar(drawn, ddof=1))
        progress((number + 1) / len(groups))
    observed = sum(table.observed for _, table in groups)
    known = any(estimate.estimate is not None for _, estimate in parts)
    interval = log_normal_interval(observed, hidden, variance, level) if known else None
    total = Estimate(
        method=method,
        estimate=observed + hidden if known else None,
        interval=interval,
        level=level,
        observed=observed,
        model=f"sum over {len(groups)} strata",
        assumptions=parts[0][1].assumptions if parts else (),
        diagnostics={"standard error": math.sqrt(variance)},
        warnings=tuple(warnings),
        seed=next((e.seed for _, e in parts if e.seed is not None), None),
    )
    return StratifiedEstimate(tuple(parts), total)


def _shared(table: CaptureHistories) -> int:
    """People on two lists or more."""
    return int(table.counts[np.bitwise_count(np.arange(len(table.counts))) > 1].sum())


def _too_sparse(table: CaptureHistories, method: str, level: float) -> Estimate:
    why: Sequence[str] = (f"Fewer than {FEWEST} people are on two lists or more.",)
    return Estimate(method, None, None, level, table.observed, "", (), {}, tuple(why))
