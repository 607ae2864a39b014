"""The arithmetic of the speed benchmark, without any peer."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.speed import figures


@pytest.fixture
def pairs() -> tuple[np.ndarray, np.ndarray]:
    return np.array([0, 0, 7, 9]), np.array([3, 5, 1, 2])


def test_everyone_is_first_once() -> None:
    names = ["a", "b", "c"]
    rounds = [figures.rotated(names, turn) for turn in range(3)]
    assert [each[0] for each in rounds] == names
    assert all(sorted(each) == names for each in rounds)
    assert figures.rotated(names, 3) == names
    assert figures.rotated([], 2) == []


def test_checksum_ignores_order_and_tells_sides_apart(
    pairs: tuple[np.ndarray, np.ndarray],
) -> None:
    left, right = pairs
    shuffled = np.array([2, 0, 3, 1])
    assert figures.checksum(left, right) == figures.checksum(left[shuffled], right[shuffled])
    assert figures.checksum(left, right) != figures.checksum(right, left)
    assert figures.checksum(left, right) == sum(
        int(i) * 1_000_003 + int(j) for i, j in zip(left, right, strict=True)
    )


def test_checksum_wraps_like_integers_do() -> None:
    left = np.full(5_000, 2**31 - 1)
    right = np.arange(5_000)
    total = sum(int(i) * 1_000_003 + int(j) for i, j in zip(left, right, strict=True))
    assert total > 1 << 61
    assert figures.checksum(left, right) == total % (1 << 61)


def test_recall(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    left, right = pairs
    assert figures.recall((left[1:], right[1:]), pairs) == 0.75
    assert figures.recall(pairs, pairs) == 1
    nothing = np.zeros(0, np.int64), np.zeros(0, np.int64)
    assert figures.recall(pairs, nothing) == 1
    assert figures.recall(nothing, pairs) == 0


def test_exponent_of_a_power_law() -> None:
    sizes = [10_000, 30_000, 100_000]
    assert figures.fitted_exponent(sizes, [n**1.3 for n in sizes]) == 1.3
    assert figures.fitted_exponent([10_000], [1.0]) is None
    assert figures.fitted_exponent([10, 10], [1.0, 2.0]) is None


def test_rates_and_ratios() -> None:
    assert figures.million_per_second(4_000_000, 2.0) == 2
    assert figures.million_per_second(1, 0.0) == float("inf")
    assert figures.ratio(6.0, 3.0) == 2
    assert figures.ratio(6.0, None) is None
    assert figures.median([3.0, 1.0, 10.0]) == 3
