"""What a search visits of a pair, and what it allows: exactly, whole, or as a sketch.

*Exact*: the positions that fewest filters have come first, because there strangers miss soonest.
Misses among some positions never exceed those among all, so nothing is lost.

*Full*: every position, in order, to the end. As the measure of what the others gain.

*Sketch*: positions in random order, of which only the first set bits of the lighter filter are
visited. The misses among them are hypergeometric; a pair is ruled out beyond the quantile that
a pair *at the threshold* exceeds with probability ``delta``. Nearer pairs exceed it less often,
so every pair above the threshold is found with probability ``1 - delta`` or more, whatever the
data: chance lies in the draw of the positions alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkage.kernels import Rule, Side

__all__ = [
    "chance_to_pass",
    "exact_rule",
    "full_rule",
    "miss_quantiles",
    "most_misses",
    "sketch_rule",
    "weight_groups",
]

_DENSITY_SAMPLE = 1024
_ALIKE = 1.03
"""Weights so close together share their quantiles."""


def exact_rule(limits: NDArray[np.int32], sides: tuple[Side, ...], most: int) -> Rule:
    """Visit up to ``most`` of a row's set bits, those first that the fewest filters have.

    Args:
        limits: see :func:`linkage.compare.limits.distance_limits`.
        sides: the filters that are compared.
        most: set bits of a row that are visited, bits.
    """
    bits = 64 * sides[0].words.shape[1]
    counts = np.zeros(bits, dtype=np.int64)
    for side in sides:
        step = max(1, len(side.words) // _DENSITY_SAMPLE)
        sample = np.ascontiguousarray(side.words[::step]).astype("<u8", copy=False).view(np.uint8)
        counts += np.unpackbits(sample, axis=1, bitorder="little").sum(axis=0, dtype=np.int64)
    order = np.argsort(counts, kind="stable").astype(np.int64)
    return _deterministic(limits, sides, order, most)


def full_rule(limits: NDArray[np.int32], sides: tuple[Side, ...]) -> Rule:
    """Visit every set bit of a row in order."""
    bits = 64 * sides[0].words.shape[1]
    rule = _deterministic(limits, sides, np.arange(bits, dtype=np.int64), bits)
    return rule._replace(early=False)


def sketch_rule(
    limits: NDArray[np.int32], sides: tuple[Side, ...], kept: int, delta: float, seed: int
) -> Rule:
    """Visit ``kept`` of a row's set bits, drawn without regard to the data.

    Args:
        limits: see :func:`linkage.compare.limits.distance_limits`.
        sides: the filters that are compared.
        kept: set bits of a row that are visited, bits.
        delta: probability that a pair at the threshold is missed, over the draw.
        seed: of the draw.
    """
    bits = 64 * sides[0].words.shape[1]
    order = np.random.Generator(np.random.PCG64(seed)).permutation(bits).astype(np.int64)
    weights = np.unique(np.concatenate([side.ones for side in sides])).astype(np.int64)
    lightest, group = weight_groups(weights, kept)
    place = np.zeros(bits + 1, dtype=np.int32)
    place[weights] = group
    table = miss_quantiles(lightest, most_misses(limits, sides), kept, delta)
    return Rule(limits, order, kept, table, place)


def weight_groups(
    weights: NDArray[np.int64], kept: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Weights that may share their quantiles: those of the lightest of them.

    Of two rows with as many misses the heavier shows fewer of them, so what is allowed to the
    lighter is enough for both. Only rows of which the same number of bits is visited share.

    Args:
        weights: ``(weights,)`` set bits of rows, rising, none twice.
        kept: set bits that are visited.

    Returns:
        The lightest of each group, and the group of each weight.

    >>> weight_groups(np.array([3, 100, 101, 104]), 48)
    (array([  3, 100, 104]), array([0, 1, 1, 2]))
    """
    lightest: list[int] = []
    group = np.zeros(len(weights), dtype=np.int64)
    for at, weight in enumerate(weights.tolist()):
        if not lightest or lightest[-1] < kept or weight > _ALIKE * lightest[-1]:
            lightest.append(weight)
        group[at] = len(lightest) - 1
    return np.array(lightest, dtype=np.int64), group


def most_misses(limits: NDArray[np.int32], sides: tuple[Side, ...]) -> int:
    """The most misses that a near pair can have: those of two filters of equal weight."""
    heaviest = max(int(side.ones[-1]) if len(side.ones) else 0 for side in sides)
    return int(limits[2 * heaviest]) // 2


def miss_quantiles(
    weights: NDArray[np.int64], most: int, kept: int, delta: float
) -> NDArray[np.int32]:
    """Misses allowed among the visited bits, by a row's set bits and by those allowed among all.

    Args:
        weights: ``(weights,)`` set bits of rows.
        most: largest number of misses among all set bits.
        kept: set bits that are visited; all of those of a row with fewer.
        delta: probability that as many are exceeded.

    Returns:
        ``(weights, most + 1)`` int32, the least ``q`` with ``P(X > q) <= delta``, ``X`` the
        misses among the visited ones.

    >>> miss_quantiles(np.array([100]), 20, 20, 0.001)[0, [0, 10, 20]].tolist()
    [0, 6, 9]
    """
    n = weights.astype(np.float64)[:, None]
    drawn = np.minimum(kept, n)
    missing = np.minimum(np.arange(most + 1, dtype=np.float64)[None, :], n)
    least = np.maximum(0.0, drawn - (n - missing))
    table, below = least.copy(), np.zeros_like(missing)
    for chance in _chances(n, missing, drawn, min(kept, most) + 1):
        below += chance
        # One more is allowed while the misses beyond are likelier than delta.
        table += 1.0 - below >= delta * (1.0 - 1e-9)
    return np.asarray(np.minimum(table, np.minimum(missing, drawn)), dtype=np.int32)


def chance_to_pass(
    weights: NDArray[np.int64], misses: NDArray[np.int64], kept: int, allowed: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Probability that a sketch lets pairs through.

    Args:
        weights: ``(pairs,)`` set bits of the lighter filter.
        misses: ``(pairs,)`` how many of them the other lacks.
        kept: set bits that are visited.
        allowed: ``(pairs,)`` misses allowed among them.

    >>> chance_to_pass(np.array([100]), np.array([50]), 20, np.array([9])).round(1).tolist()
    [0.4]
    """
    n, missing = weights.astype(np.float64), misses.astype(np.float64)
    drawn = np.minimum(kept, n)
    seen = np.maximum(0.0, drawn - (n - missing))
    below = np.zeros(len(n))
    for chance in _chances(n, missing, drawn, int(allowed.max(initial=0)) + 1):
        below += np.where(seen <= allowed, chance, 0.0)
        seen += 1.0
    return below


def _chances(
    n: NDArray[np.float64], missing: NDArray[np.float64], drawn: NDArray[np.float64], steps: int
) -> Iterator[NDArray[np.float64]]:
    """Hypergeometric probabilities, from the least number possible on."""
    largest = int(n.max(initial=1.0))
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, largest + 1)))])

    def log_choose(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        whole, part = x.astype(np.int64), np.clip(y, 0, x).astype(np.int64)
        return np.asarray(log_factorial[whole] - log_factorial[part] - log_factorial[whole - part])

    least = np.maximum(0.0, drawn - (n - missing))
    chance = np.exp(
        log_choose(missing, least) + log_choose(n - missing, drawn - least) - log_choose(n, drawn)
    )
    for step in range(steps):
        yield chance
        # Each follows from the one before.
        seen = least + step
        again = (missing - seen) * (drawn - seen)
        chance = chance * again / ((seen + 1.0) * np.maximum(1.0, n - missing - drawn + seen + 1.0))


def _deterministic(
    limits: NDArray[np.int32], sides: tuple[Side, ...], order: NDArray[np.int64], most: int
) -> Rule:
    same = np.arange(most_misses(limits, sides) + 1, dtype=np.int32)[np.newaxis]
    return Rule(limits, order, most, same, np.zeros(len(order) + 1, dtype=np.int32))
