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

import numpy as np
from numpy.typing import NDArray

from linkage.compare.quantiles import miss_quantiles
from linkage.kernels import Rule, Side

__all__ = [
    "exact_rule",
    "full_rule",
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
    weights = np.flatnonzero(sum(np.bincount(side.ones, minlength=bits + 1) for side in sides))
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


def _deterministic(
    limits: NDArray[np.int32], sides: tuple[Side, ...], order: NDArray[np.int64], most: int
) -> Rule:
    same = np.arange(most_misses(limits, sides) + 1, dtype=np.int32)[np.newaxis]
    return Rule(limits, order, most, same, np.zeros(len(order) + 1, dtype=np.int32))
