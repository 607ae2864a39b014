"""Seeded draws that give the same result on every platform."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

__all__ = ["Draws", "Weighted"]

T = TypeVar("T")
_BLOCK = 4096


class Weighted(Generic[T]):
    """Items with weights, ready to be drawn from.

    Args:
        items: what is drawn.
        weights: one positive weight per item; they need not sum to 1.
    """

    def __init__(self, items: Sequence[T], weights: Sequence[float]) -> None:
        if len(items) != len(weights) or not items:
            raise ValueError("as many weights as items, and at least one")
        self.items = tuple(items)
        self.cumulative = np.array(list(accumulate(weights)), dtype=np.float64)


class Draws:
    """Draws from one seeded generator, through uniform doubles only.

    Every draw is a comparison with ``generator.random()``: no library function whose
    stream or last digit may differ between versions and platforms is involved.

    Args:
        generator: a seeded numpy generator; it is advanced in blocks.

    >>> draws = Draws(np.random.default_rng(1))
    >>> draws.pick("abc"), draws.between(1, 6), draws.chance(0.5)
    ('b', 6, True)
    """

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._block = generator.random(_BLOCK)
        self._next = 0

    def uniform(self) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        if self._next == _BLOCK:
            self._block = self._generator.random(_BLOCK)
            self._next = 0
        value = float(self._block[self._next])
        self._next += 1
        return value

    def chance(self, probability: float) -> bool:
        """True with ``probability``; always uses one draw, so that draws stay aligned."""
        return self.uniform() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of ``items``, all equally likely."""
        return items[int(self.uniform() * len(items))]

    def weighted(self, choice: Weighted[T]) -> T:
        """One item of ``choice``, in proportion to the weights."""
        target = self.uniform() * float(choice.cumulative[-1])
        index = int(np.searchsorted(choice.cumulative, target, side="right"))
        return choice.items[min(index, len(choice.items) - 1)]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """``items`` in random order (Fisher-Yates)."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.between(0, last)
            result[last], result[other] = result[other], result[last]
        return result
