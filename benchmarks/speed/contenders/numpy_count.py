"""numpy: `bitwise_count` of the AND, word by word, in blocks that stay in cache."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from benchmarks.speed.contenders.recheck import popcounts

ROWS, COLUMNS = 32, 2048


def prepare(a: np.ndarray, b: np.ndarray) -> Callable[[float], tuple[np.ndarray, np.ndarray]]:
    columns = np.ascontiguousarray(b.T)
    ones_a, ones_b = popcounts(a), popcounts(b)

    def search(threshold: float) -> tuple[np.ndarray, np.ndarray]:
        share = Fraction(str(threshold))
        lefts, rights = [], []
        for i in range(0, len(a), ROWS):
            for j in range(0, len(b), COLUMNS):
                rows = a[i : i + ROWS]
                common = np.zeros((len(rows), len(ones_b[j : j + COLUMNS])), np.uint16)
                for word in range(a.shape[1]):
                    both = rows[:, word, None] & columns[word, j : j + COLUMNS]
                    common += np.bitwise_count(both)
                total = ones_a[i : i + ROWS, None] + ones_b[j : j + COLUMNS]
                least = -(-share.numerator * total // (2 * share.denominator))
                left, right = np.nonzero(common >= np.maximum(least, 1))
                lefts.append(left + i)
                rights.append(right + j)
        return np.concatenate(lefts), np.concatenate(rights)

    return search
