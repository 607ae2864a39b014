"""Sketches: some bits, drawn without regard to the data, that rule pairs out.

The bits among them in which a pair differs, or which the heavier filter lacks, are
hypergeometric. A pair is ruled out beyond the quantile that a pair *at the threshold* exceeds
with probability ``delta``; nearer pairs exceed it less often still.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["chance_to_pass", "miss_quantiles", "sketch_limits", "sketch_positions"]


def sketch_positions(bits: int, kept: int, seed: int) -> NDArray[np.int64]:
    """``(kept,)`` int64: distinct bits drawn without regard to the data, rising.

    Args:
        bits: length of the filters.
        kept: how many bits to keep.
        seed: of the draw; the same seed keeps the same bits.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = generator.choice(bits, size=kept, replace=False)
    return np.sort(drawn).astype(np.int64)


def sketch_limits(
    limits: NDArray[np.int32], bits: int, kept: int, delta: float
) -> NDArray[np.int32]:
    """What a pair may differ by in its sketch: quantiles of the hypergeometric distribution.

    Args:
        limits: largest Hamming distance of pairs to be found, see
            :func:`linkage.compare.limits.distance_limits`.
        bits: length of the filters.
        kept: bits of a sketch.
        delta: probability that a pair at its limit is ruled out, over the draw of positions.

    Returns:
        int32, as long as ``limits``: the least ``q`` with ``P(X > q) <= delta``, ``X`` the
        differing bits among the kept ones.

    >>> sketch_limits(np.array([0, 64], dtype=np.int32), 64, 16, 0.001).tolist()
    [0, 16]
    """
    allowed = np.clip(limits, 0, bits)
    table = miss_quantiles(np.array([bits]), int(allowed.max(initial=0)), kept, delta)
    return np.asarray(table[0, allowed])


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
