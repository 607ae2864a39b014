"""Sketches: some bits of a filter, drawn without regard to the data, that rule pairs out.

The bits among them in which a pair differs are hypergeometric. A pair is ruled out beyond the
quantile that a pair *at the threshold* exceeds with probability ``delta``; nearer pairs exceed
it less often still.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["sketch_limits", "sketch_positions"]


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
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, bits + 1)))])

    def log_choose(n: NDArray[np.int64], k: NDArray[np.int64]) -> NDArray[np.float64]:
        possible = (k >= 0) & (k <= n)
        inside = np.where(possible, k, 0)
        value = factorial[n] - factorial[inside] - factorial[n - inside]
        return np.where(possible, value, -np.inf)

    distances, place = np.unique(np.clip(limits, 0, bits), return_inverse=True)
    wanted = distances.astype(np.int64)[:, None]
    count = np.arange(kept + 1, dtype=np.int64)[None, :]
    whole = factorial[bits] - factorial[kept] - factorial[bits - kept]
    probability = np.exp(
        log_choose(wanted, count) + log_choose(bits - wanted, kept - count) - whole
    )
    # From the far end, so that the small probabilities are summed first.
    beyond = np.cumsum(probability[:, ::-1], axis=1)[:, ::-1]
    over = np.concatenate([beyond[:, 1:], np.zeros((len(distances), 1))], axis=1)
    quantile = np.argmax(over <= delta * (1.0 - 1e-9), axis=1)
    return np.asarray(quantile.astype(np.int32)[place.reshape(limits.shape)])
