"""Thresholds as whole numbers: how many bits may differ in two filters that are similar enough.

With ``N`` the set bits of both filters together and ``H`` the bits in which they differ, each
measure is a ratio of whole numbers:

=========== ================== ===========================
measure     similarity         at or above ``t`` where
=========== ================== ===========================
dice        ``(N - H) / N``    ``H <= N (1 - t)``
jaccard     ``(N - H) / (N + H)``  ``H <= N (1 - t) / (1 + t)``
agreement   ``1 - H / bits``   ``H <= bits (1 - t)``
=========== ================== ===========================

The threshold is taken as the decimal number that was written, so 0.8 is four fifths and a pair
at exactly four fifths is found. A filter without a set bit says nothing about its record: its
similarity with any other, another empty one too, is 0 in every measure.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkage.errors import Fault, UsageError

__all__ = [
    "PairMeasure",
    "Threshold",
    "distance_limits",
    "exact_threshold",
    "similarity_of_counts",
]

PairMeasure: TypeAlias = Literal["dice", "jaccard", "agreement"]
Threshold: TypeAlias = float | Fraction | Decimal


def exact_threshold(threshold: Threshold) -> Fraction:
    """The threshold as the fraction that was meant.

    Args:
        threshold: 0 to 1; a float stands for its shortest decimal.

    Raises:
        UsageError: E217 for what is no number from 0 to 1.

    >>> exact_threshold(0.8)
    Fraction(4, 5)
    """
    try:
        exact = Fraction(repr(float(threshold)) if isinstance(threshold, float) else threshold)
    except (TypeError, ValueError, OverflowError):
        exact = Fraction(-1)
    if not 0 <= exact <= 1:
        raise UsageError(
            Fault(
                "E217",
                f"A threshold is a similarity from 0 to 1, not {threshold}.",
                "Give a number such as 0.8.",
                field="threshold",
            )
        )
    return exact


def distance_limits(measure: PairMeasure, threshold: Threshold, bits: int) -> NDArray[np.int32]:
    """The largest Hamming distance at which two filters are similar enough.

    Args:
        measure: dice, jaccard or agreement.
        threshold: least similarity, 0 to 1, inclusive.
        bits: length of the filters.

    Returns:
        ``(2 * bits + 1,)`` int32, rising, by the number of set bits of both filters together;
        for filters that are not empty.

    Raises:
        UsageError: E217 for a threshold outside 0 to 1.
        ValueError: for an unknown measure.

    >>> distance_limits("dice", 0.8, 64)[[4, 5, 10, 128]].tolist()
    [0, 1, 2, 25]
    """
    t = exact_threshold(threshold)
    ones = range(2 * bits + 1)
    above, below = t.denominator - t.numerator, t.denominator
    if measure == "dice":
        limits = [n * above // below for n in ones]
    elif measure == "jaccard":
        limits = [n * above // (below + t.numerator) for n in ones]
    elif measure == "agreement":
        limits = [bits * above // below] * len(ones)
    else:
        raise ValueError(f"unknown measure {measure!r}: dice, jaccard or agreement")
    return np.array(limits, dtype=np.int32)


def similarity_of_counts(
    measure: PairMeasure,
    ones_a: NDArray[np.int32],
    ones_b: NDArray[np.int32],
    distance: NDArray[np.int32],
    bits: int,
) -> NDArray[np.float64]:
    """The similarity of pairs of filters from their counts; 0 where either is empty.

    Args:
        measure: dice, jaccard or agreement.
        ones_a: ``(pairs,)`` set bits of one filter.
        ones_b: ``(pairs,)`` set bits of the other.
        distance: ``(pairs,)`` bits in which they differ.
        bits: length of the filters.

    >>> four, two = np.array([4, 0]), np.array([2, 0])
    >>> similarity_of_counts("dice", four, four, two, 64).tolist()
    [0.75, 0.0]
    """
    total = ones_a.astype(np.int64) + ones_b
    differ = distance.astype(np.int64)
    if measure == "dice":
        similarity = (total - differ) / np.maximum(total, 1)
    elif measure == "jaccard":
        similarity = (total - differ) / np.maximum(total + differ, 1)
    else:
        similarity = (bits - differ) / bits
    similarity[(ones_a == 0) | (ones_b == 0)] = 0.0
    return np.asarray(similarity)
