"""Slow twins of the compiled kernels and of the search: Python integers, no cleverness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def as_integer(words: NDArray[np.uint64]) -> int:
    """A filter as one Python integer."""
    return sum(int(word) << (64 * place) for place, word in enumerate(words))


def popcounts(words: NDArray[np.uint64]) -> list[int]:
    return [as_integer(row).bit_count() for row in words]


def slots(row: NDArray[np.uint64]) -> list[int]:
    """A filter's 128-bit slots."""
    whole = as_integer(row)
    return [whole >> shift & (1 << 128) - 1 for shift in range(0, 64 * len(row), 128)]


def slot_counts(
    a: NDArray[np.uint64], b: NDArray[np.uint64]
) -> tuple[list[list[int]], list[list[int]]]:
    def count(test: Callable[[int, int], bool]) -> list[list[int]]:
        return [
            [sum(test(s, t) for s, t in zip(slots(x), slots(y), strict=True)) for y in b] for x in a
        ]

    return count(lambda s, t: s == t != 0), count(lambda s, t: s != 0 and t != 0)


def all_pairs(
    filters: Sequence[Any],
    similarity: Callable[[int, int, int], float],
    filter_weights: Sequence[int],
    floor: float,
) -> list[tuple[int, int, list[float], float]]:
    """Every pair from the floor up: ``similarity(filter, left, right)`` is given."""
    found = []
    records = len(filters[0])
    for left in range(records):
        for right in range(left + 1, records):
            each = [similarity(number, left, right) for number in range(len(filters))]
            if len(each) == 1:
                score = each[0]
            else:
                score = 0.0
                for weight, value in zip(filter_weights, each, strict=True):
                    score += float(weight) * value
                score /= float(sum(filter_weights))
            if score >= floor:
                found.append((left, right, each, score))
    return found


def components(records: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Connected components by repeated relabelling, numbered by first appearance."""
    label = list(range(records))
    changed = True
    while changed:
        changed = False
        for one, other in pairs:
            low = min(label[one], label[other])
            if label[one] != low or label[other] != low:
                label[one] = label[other] = low
                changed = True
    numbers: dict[int, int] = {}
    return [numbers.setdefault(found, len(numbers)) for found in label]
