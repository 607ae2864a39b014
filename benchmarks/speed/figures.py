"""The arithmetic behind the tables: pure functions, tested without any peer."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np

__all__ = [
    "checksum",
    "fitted_exponent",
    "median",
    "million_per_second",
    "ratio",
    "recall",
    "rotated",
]


def rotated(names: Sequence[str], turn: int) -> list[str]:
    """Everyone once, starting one further each round, so that nobody is always first.

    >>> rotated(["a", "b", "c"], 1)
    ['b', 'c', 'a']
    """
    start = turn % len(names) if names else 0
    return [*names[start:], *names[:start]]


def checksum(left: np.ndarray, right: np.ndarray) -> int:
    """A sum over pairs that does not depend on their order: i * 1,000,003 + j, modulo 2^61.

    >>> checksum(np.array([1, 0]), np.array([2, 3]))
    1000008
    """
    keys = left.astype(np.uint64) * np.uint64(1_000_003) + right.astype(np.uint64)
    return int(keys.sum(dtype=np.uint64)) % (1 << 61)


def recall(found: tuple[np.ndarray, np.ndarray], truth: tuple[np.ndarray, np.ndarray]) -> float:
    """Share of the true pairs that were found; 1 where there are none."""
    if not len(truth[0]):
        return 1.0

    def keys(pairs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        return pairs[0].astype(np.int64) << 32 | pairs[1].astype(np.int64)

    return float(np.isin(keys(truth), keys(found)).mean())


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def million_per_second(pairs: int, seconds: float) -> float:
    return pairs / seconds / 1e6 if seconds > 0 else math.inf


def ratio(value: float, base: float | None) -> float | None:
    return value / base if base else None


def fitted_exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float | None:
    """Slope of log time over log size by least squares; None with fewer than two sizes.

    >>> fitted_exponent([10, 100, 1000], [1, 100, 10000])
    2.0
    """
    if len(set(sizes)) < 2:
        return None
    x, y = [math.log(size) for size in sizes], [math.log(second) for second in seconds]
    return round(statistics.linear_regression(x, y).slope, 3)
