"""Exact Dice of some pairs, for peers whose search returns a superset."""

from __future__ import annotations

from fractions import Fraction

import numpy as np


def popcounts(words: np.ndarray) -> np.ndarray:
    return np.bitwise_count(words).sum(axis=1, dtype=np.int64)


def at_least(
    a: np.ndarray, b: np.ndarray, left: np.ndarray, right: np.ndarray, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """The pairs whose Dice is at least the threshold, in integers."""
    share = Fraction(str(threshold))
    kept = []
    for start in range(0, len(left), 1 << 20):
        part = slice(start, start + (1 << 20))
        one, other = a[left[part]], b[right[part]]
        common = np.bitwise_count(one & other).sum(axis=1, dtype=np.int64)
        total = popcounts(one) + popcounts(other)
        enough = 2 * common * share.denominator >= share.numerator * total
        kept.append(start + np.flatnonzero(enough & (common > 0)))
    keep = np.concatenate(kept) if kept else np.zeros(0, np.int64)
    return left[keep], right[keep]
