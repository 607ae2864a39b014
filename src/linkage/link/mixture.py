"""Matches and strangers told apart by how their surplus is spread, without any truth.

Pairs of each two lists, and of each list with itself, are counted by surplus. Every such
count is a sum of two intensities: strangers, whose spread is the same everywhere but for its
amount, and matches, whose spread may lean one way or the other between dirty and clean lists.
The strangers' spread is seen directly, since nearly all pairs are strangers, and most clearly
within lists; the matches are what is left (a mixture with one component from the data itself;
Efron 2004 for the idea, Fellegi and Sunter 1969 for its use). Expectation-maximisation
(Dempster, Laird and Rubin 1977), with competition between the pairs of one record.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.kernels import connected_components
from linkage.link.competition import Competition
from linkage.link.shape import Curve, match_curve, stranger_curve

__all__ = ["MixtureFit", "PairGroups", "fit_mixture", "pair_groups", "unmatched"]

Array = NDArray[np.float64]

WIDTH = 0.01
STRANGER_SLOPE, STRANGER_SLOPE_DEVIATION = 28.0, 3.0
"""Steepness of the strangers' tail per unit of surplus, and its standard deviation: what
names and dates of different people gave under every profile, on the development lists."""

MATCH_SLOPE, MATCH_SLOPE_DEVIATION = 6.0, 2.0
"""The same of the matches' left tail, which rises."""

BEND_LEFT = 50.0
"""The strangers' logarithm is straight where fewer than this many are left."""

COEFFICIENTS, SMOOTHNESS = 12, 2.0
LEAN_CENTRE, LEAN_UNIT = 0.2, 0.1
AMOUNT_RIDGE, LEAN_RIDGE = 0.05, 10.0
ALONE, TOGETHER, AGAIN = 40, 60, 15
"""Iterations before pairs compete, at most thereafter, and at most from an earlier fit."""


@dataclass(frozen=True, slots=True, eq=False)
class PairGroups:
    """Which two lists each pair lies between.

    Attributes:
        group: ``(pairs,)`` int64, number of the two lists.
        lists: ``(groups, 2)`` int64, the two lists, the lower first; twice the same within.
    """

    group: NDArray[np.int64]
    lists: NDArray[np.int64]

    @property
    def within(self) -> NDArray[np.bool_]:
        """``(groups,)`` whether it is one list with itself."""
        return np.asarray(self.lists[:, 0] == self.lists[:, 1])


def pair_groups(
    left: NDArray[np.int64], right: NDArray[np.int64], lists: NDArray[np.int64]
) -> PairGroups:
    """Number the pairs of lists that occur.

    >>> groups = pair_groups(np.array([0, 0]), np.array([1, 2]), np.array([0, 0, 1]))
    >>> groups.group.tolist(), groups.lists.tolist(), groups.within.tolist()
    ([0, 1], [[0, 0], [0, 1]], [True, False])
    """
    number = np.int64(int(lists.max(initial=0)) + 1)
    low = np.minimum(lists[left], lists[right])
    high = np.maximum(lists[left], lists[right])
    keys, group = np.unique(low * number + high, return_inverse=True)
    return PairGroups(group.astype(np.int64), np.stack([keys // number, keys % number], axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class MixtureFit:
    """The two components.

    Attributes:
        edges: ``(bins + 1,)`` surplus.
        strangers: ``(groups, bins)`` expected pairs of different people.
        matches: ``(groups, bins)`` expected pairs of one person.
        log_odds: ``(pairs,)`` natural logarithm of the odds that a pair is a match, alone.
        probability: ``(pairs,)`` that it is, competing with the record's other candidates.
        entry: ``(records,)`` int64, entry each record was counted as.
        slope: steepness of the strangers' tail, per unit of surplus.
    """

    edges: Array
    strangers: Array
    matches: Array
    log_odds: Array
    probability: Array
    entry: NDArray[np.int64]
    slope: float


def fit_mixture(
    surplus: Array,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    lists: NDArray[np.int64],
    groups: PairGroups,
    *,
    weight: Array | None = None,
    stranger_slope: float = STRANGER_SLOPE,
    match_slope: float = MATCH_SLOPE,
    start: MixtureFit | None = None,
) -> MixtureFit:
    """Fit both components.

    Args:
        surplus: ``(pairs,)`` at least 0, at least one pair.
        left: ``(pairs,)`` int64, records of each pair.
        right: ``(pairs,)`` int64.
        lists: ``(records,)`` int64, list of each record.
        groups: which two lists each pair lies between.
        weight: ``(pairs,)`` how often each pair counts; None for once.
        stranger_slope: expected steepness of the strangers' tail.
        match_slope: expected slope of the matches' left tail.
        start: an earlier fit to the same pairs to go on from: a few steps, not a hundred.
    """
    bins = int(surplus.max() / WIDTH) + 1
    cell = groups.group * bins + np.minimum((surplus / WIDTH).astype(np.int64), bins - 1)
    each = np.ones(len(surplus)) if weight is None else weight
    shape = (len(groups.lists), bins)

    def counted(amount: Array) -> Array:
        total = np.bincount(cell, amount, minlength=shape[0] * bins)
        return np.asarray(total.reshape(shape), dtype=np.float64)

    counts = counted(each)
    middle: Array = np.asarray((np.arange(bins) + 0.5) * WIDTH, dtype=np.float64)
    rough = _rough_strangers(counts.sum(axis=0), middle)
    share = np.clip(1.0 - rough / np.maximum(counts.sum(axis=0), 1e-9), 1e-3, 1.0 - 1e-3)
    probability = (
        np.maximum.accumulate(share)[cell % bins] if start is None else start.probability.copy()
    )
    components = _Components(counts, middle, rough, groups.within, stranger_slope, match_slope)
    between = ~groups.within[groups.group]
    place = np.clip(surplus / WIDTH - 0.5, 0.0, max(bins - 1.0, 0.0))
    entry = np.arange(len(lists), dtype=np.int64) if start is None else start.entry
    rivals: Competition | None = None
    before = -1.0
    if start is not None:
        rivals = Competition(left[between], right[between], lists, entry)
    for step in range(ALONE + TOGETHER if start is None else AGAIN):
        matched = counted(each * probability)
        strangers, matches = components.update(counts - matched, matched)
        log_odds = _interpolated(np.log(matches) - np.log(strangers), groups.group, place)
        if step == ALONE and start is None:
            duplicate = ~between & (log_odds > 0.0)
            entry = connected_components(len(lists), left[duplicate], right[duplicate])
            rivals = Competition(left[between], right[between], lists, entry)
        probability = 1.0 / (1.0 + np.exp(-log_odds))
        if rivals is not None:
            correction = unmatched(matches.sum(axis=1), groups, lists)
            alone = (log_odds + correction[groups.group])[between]
            probability[between] = rivals.probability(alone)
        found = float(matches[~groups.within].sum())
        if (start is not None or step > ALONE + 15) and abs(found - before) < 0.02:
            break
        before = found
    return MixtureFit(
        edges=np.asarray(np.arange(bins + 1) * WIDTH, dtype=np.float64),
        strangers=strangers,
        matches=matches,
        log_odds=log_odds,
        probability=probability,
        entry=entry,
        slope=components.slope,
    )


def _rough_strangers(counts: Array, middle: Array) -> Array:
    """A straight logarithm through the lowest bins, where nearly all pairs are strangers."""
    lowest = middle < 4 * WIDTH
    if lowest.sum() < 2:
        return np.asarray(counts, dtype=np.float64)
    slope, level = np.polyfit(middle[lowest], np.log(counts[lowest] + 1.0), 1)
    return np.asarray(np.exp(level + min(slope, -1.0) * middle))


def unmatched(matches: Array, groups: PairGroups, lists: NDArray[np.int64]) -> Array:
    """Logarithm of what competition takes from each two lists' odds if nobody is left out.

    The odds of a pair among all pairs are not those among pairs of two records that have no
    other match: these are fewer by the matched share of either list.

    Args:
        matches: ``(groups,)`` expected matches.
        groups: which two lists.
        lists: ``(records,)`` int64, list of each record.
    """
    size = np.maximum(np.bincount(lists), 1)[groups.lists]
    free = np.maximum(1.0 - matches[:, None] / size, 0.05)
    return np.asarray(-np.log(free).sum(axis=1))


def _interpolated(values: Array, group: NDArray[np.int64], place: Array) -> Array:
    if values.shape[1] == 1:
        return np.asarray(values[group, 0])
    lower = np.minimum(place.astype(np.int64), values.shape[1] - 2)
    part = place - lower
    return np.asarray(values[group, lower] * (1.0 - part) + values[group, lower + 1] * part)


class _Components:
    """Both components' parameters, improved step by step."""

    def __init__(
        self,
        counts: Array,
        middle: Array,
        rough: Array,
        within: NDArray[np.bool_],
        stranger_slope: float,
        match_slope: float,
    ) -> None:
        left = np.cumsum(rough[::-1])[::-1]
        bend = (
            max(float(middle[np.flatnonzero(left >= BEND_LEFT)[-1]]), 0.03)
            if (left[0] >= BEND_LEFT)
            else 0.03
        )
        self._strangers: Curve = stranger_curve(
            middle, bend, stranger_slope, STRANGER_SLOPE_DEVIATION
        )
        self._matches: Curve = match_curve(
            middle, WIDTH, COEFFICIENTS, SMOOTHNESS, match_slope, MATCH_SLOPE_DEVIATION
        )
        level = float(np.log(counts.mean() + 1e-3))
        self._stranger_at = self._strangers.centre + np.eye(len(self._strangers.centre))[0] * level
        self._match_at = self._matches.centre - self._matches.centre.mean() + level
        self._position = (middle - LEAN_CENTRE) / LEAN_UNIT
        self._amount = np.zeros(len(counts))
        self._lean = np.zeros(len(counts))
        self._within = within

    @property
    def slope(self) -> float:
        """Steepness of the strangers' tail."""
        return float(self._stranger_at[1] * STRANGER_SLOPE_DEVIATION)

    def update(self, strangers: Array, matches: Array) -> tuple[Array, Array]:
        """One maximisation step: expected pairs of both kinds, ``(groups, bins)`` each."""
        groups = len(strangers)
        ones = np.full(strangers.shape[1], float(groups))
        self._stranger_at = self._strangers.fit(strangers.sum(axis=0), ones, self._stranger_at)
        curve = np.exp(self._strangers.logarithm(self._stranger_at))
        amount = np.maximum(strangers.sum(axis=1), 0.5) / max(float(curve.sum()), 1e-300)
        for _ in range(2):
            self._fit_groups(matches)
            exposure = np.exp(self._tilt()).sum(axis=0)
            self._match_at = self._matches.fit(matches.sum(axis=0), exposure, self._match_at)
        logarithm = self._matches.logarithm(self._match_at)
        return (
            np.maximum(amount[:, None] * curve, 1e-300),
            np.maximum(np.exp(self._tilt() + logarithm), 1e-300),
        )

    def _tilt(self) -> Array:
        return self._amount[:, None] + self._lean[:, None] * self._position

    def _fit_groups(self, matches: Array) -> None:
        """Amount and lean of each two lists' matches, by Newton's method, all at once."""
        logarithm = self._matches.logarithm(self._match_at)
        total, moment = matches.sum(axis=1), matches @ self._position
        centre = (
            np.where(self._within, self._lean[self._within].mean(), 0.0)
            if (self._within.any())
            else np.zeros(len(total))
        )
        for _ in range(8):
            mean = np.exp(np.clip(self._tilt() + logarithm, -60.0, 40.0))
            first = total - mean.sum(axis=1) - AMOUNT_RIDGE * self._amount
            second = moment - mean @ self._position - LEAN_RIDGE * (self._lean - centre)
            a = mean.sum(axis=1) + AMOUNT_RIDGE
            b = mean @ self._position
            c = mean @ self._position**2 + LEAN_RIDGE
            determinant = a * c - b * b
            self._amount = self._amount + np.clip((c * first - b * second) / determinant, -2, 2)
            self._lean = self._lean + np.clip((a * second - b * first) / determinant, -2, 2)
