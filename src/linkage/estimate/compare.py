"""All methods side by side, with what speaks against each: no single number where they disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from linkage.estimate.bootstrap import Bootstrap
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.registry import METHODS, Method, methods_for
from linkage.estimate.reshape import on_one_list, without_list
from linkage.estimate.result import Estimate

__all__ = ["Comparison", "KnownTruth", "compared", "held_against_lists", "leave_one_out"]

APART = 1.5
"""Estimates further apart than this factor are no answer."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The methods' estimates and whether one number may stand for them.

    Attributes:
        estimates: of every method that was asked.
        headline: the number that may be published with its interval; None where none may.
        reasons: why there is none, or what it rests on.
    """

    estimates: tuple[Estimate, ...]
    headline: Estimate | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownTruth:
    """One list taken as the whole population.

    Attributes:
        name: of the list.
        truth: people on it.
        observed: of these, people on another list as well.
        estimate: from the other lists.
        covered: whether the interval holds the truth; None where there is no interval.
    """

    name: str
    truth: int
    observed: int
    estimate: Estimate
    covered: bool | None


def compared(
    table: CaptureHistories,
    methods: Sequence[str] = (),
    *,
    lead: str = "stepwise",
    settings: Bootstrap | None = None,
    level: float = 0.95,
    progress: Callable[[float], None] = lambda _share: None,
) -> Comparison:
    """Every method, and the headline if there may be one.

    A headline needs two sensible methods that give an estimate; none of these two whose points both
    lie outside the other's interval; and no two further apart than by half as much again.

    Args:
        table: the counts.
        methods: names; empty for all that so many lists allow.
        lead: method whose estimate is the headline; chapman for two lists.
        settings: of the bootstrap.
        level: of the intervals.
        progress: called with the share that is done.
    """
    able = methods_for(len(table.lists))
    chosen = [METHODS[name] for name in methods] if methods else list(able)
    found = []
    for number, method in enumerate(chosen):
        found.append(method.make(settings or Bootstrap(), level).fit(table))
        progress((number + 1) / len(chosen))
    own = "chapman" if len(table.lists) == 2 else lead
    headline, reasons = _headline(chosen, found, own)
    return Comparison(tuple(found), headline, reasons)


def _headline(
    methods: Sequence[Method], found: Sequence[Estimate], lead: str
) -> tuple[Estimate | None, tuple[str, ...]]:
    sensible = [
        (method, estimate)
        for method, estimate in zip(methods, found, strict=True)
        if method.sensible and estimate.estimate is not None
    ]
    reasons = [
        f"{method.name} gives no estimate: {' '.join(estimate.warnings)}"
        for method, estimate in zip(methods, found, strict=True)
        if method.sensible and estimate.estimate is None
    ]
    first = next((estimate for method, estimate in sensible if method.name == lead), None)
    refused = False
    if first is None or len(sensible) < 2:
        reasons.append("Fewer than two methods that allow lists to depend give an estimate.")
        refused = True
    points = sorted((e.estimate or 0.0, m.name) for m, e in sensible)
    if points and points[-1][0] > APART * points[0][0]:
        reasons.append(
            f"Sensible methods differ from {points[0][0]:,.0f} ({points[0][1]}) to "
            f"{points[-1][0]:,.0f} ({points[-1][1]})."
        )
        refused = True
    for at, (one, left) in enumerate(sensible):
        for other, right in sensible[at + 1 :]:
            if _outside(left, right) and _outside(right, left):
                reasons.append(f"The intervals of {one.name} and {other.name} exclude each other.")
                refused = True
    if refused:
        return None, tuple(reasons)
    if lead == "chapman":
        agreed = "Two lists cannot show whether they depend on one another: nothing checks this."
    else:
        agreed = f"{len(sensible)} methods agree within their intervals."
    return first, (*reasons, agreed)


def _outside(one: Estimate, other: Estimate) -> bool:
    if one.estimate is None or other.interval is None:
        return False
    return not other.interval[0] <= one.estimate <= other.interval[1]


def leave_one_out(
    table: CaptureHistories, method: str, level: float = 0.95
) -> tuple[tuple[str, Estimate], ...]:
    """The estimate without each list in turn, without intervals; nothing for three lists or fewer.

    Args:
        table: the counts.
        method: its name.
        level: not used without intervals.
    """
    if len(table.lists) - 1 < METHODS[method].lists[0]:
        return ()
    estimator = METHODS[method].make(None, level)
    return tuple((name, estimator.fit(without_list(table, name))) for name in table.lists)


def held_against_lists(
    table: CaptureHistories,
    method: str,
    settings: Bootstrap | None = None,
    level: float = 0.95,
) -> tuple[KnownTruth, ...]:
    """Each list as a population of known size, estimated from the other lists.

    How often the intervals hold the truth says how far the method can be trusted on such lists
    (Binette and Steorts 2022). It needs the method's fewest lists, and one.

    Args:
        table: the counts.
        method: its name.
        settings: of the bootstrap.
        level: of the intervals.
    """
    if len(table.lists) - 1 < METHODS[method].lists[0]:
        return ()
    estimator = METHODS[method].make(settings or Bootstrap(), level)
    found = []
    for name in table.lists:
        others, truth = on_one_list(table, name)
        if others.observed == 0:
            continue
        estimate = estimator.fit(others)
        covered = None
        if estimate.interval is not None:
            covered = estimate.interval[0] <= truth <= estimate.interval[1]
        found.append(KnownTruth(name, truth, others.observed, estimate, covered))
    return tuple(found)
