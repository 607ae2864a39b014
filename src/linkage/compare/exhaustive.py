"""Every pair of records, task by task: the exact, full and sketch modes."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkage.compare.question import Pass, Question
from linkage.compare.tasks import in_order
from linkage.kernels import Found, Rule

__all__ = ["RawPairs", "every_pair"]

_TASK_PAIRS = 1 << 27
"""Pairs of a task: a tenth of a second, or four for the longest filters."""
_TASK_WORDS = 1 << 31
_LEAST_ROWS, _MOST_ROWS = 64, 2048
_TASK_COLUMNS = 1 << 18
_MOST_FOUND = 1 << 22
"""Pairs after which a task is halved, so that its memory stays bounded: 80 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class RawPairs:
    """Pairs of one task.

    Attributes:
        left: ``(pairs,)`` int64, record of the first side.
        right: ``(pairs,)`` int64, record of the second side, or of the first.
        distance: ``(pairs,)`` int32, differing bits.
        ones: ``(2, pairs)`` int32, set bits of the two.
        share: the task's share of the whole search.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    distance: NDArray[np.int32]
    ones: NDArray[np.int32]
    share: float


def every_pair(question: Question, rule: Rule, threads: int) -> Generator[RawPairs]:
    """The near pairs, task by task in an order that depends on the sizes alone.

    Args:
        question: what is searched for.
        rule: how.
        threads: tasks that run at once.

    Yields:
        The pairs of each task, in no particular order but always the same.
    """
    ready = zip(question.passes, question.prepared(rule.order, threads), strict=True)
    tasks = (task for which, columns in ready for task in _tasks(question, which, columns, rule))
    # A task without pairs has only filters that are lighter than the row: the other pass's.
    yield from in_order((task for task in tasks if task.pairs), threads)


@dataclass(frozen=True, eq=False)
class _Task:
    question: Question
    which: Pass
    columns: Any
    rule: Rule
    rows: tuple[int, int]
    span: tuple[int, int]

    def __call__(self, stop: threading.Event) -> RawPairs:
        found = self._search(*self.rows, stop)
        rows, columns = self.which.rows, self.which.columns
        left, right = rows.record[found.left], columns.record[found.right]
        ones = np.stack([rows.side.ones[found.left], columns.side.ones[found.right]])
        turned = left > right if self.which.within else np.full(len(left), self.which.swapped)
        left, right = np.where(turned, right, left), np.where(turned, left, right)
        ones = np.where(turned, ones[::-1], ones)
        share = self.pairs / self.question.pairs
        return RawPairs(left, right, found.distance, ones, share)

    def _search(self, first: int, last: int, stop: threading.Event) -> Found:
        """Search some rows, in halves where that finds too much at once."""
        if stop.is_set():
            first = last
        found = self.question.kernels.near_pairs(
            self.which.rows.side,
            first,
            last,
            self.columns,
            *self.span,
            self.rule,
            self.which.relation,
            _MOST_FOUND if last - first > 1 else 1 << 62,
        )
        if len(found.left) <= _MOST_FOUND or last - first <= 1:
            return found
        middle = (first + last) // 2
        halves = self._search(first, middle, stop), self._search(middle, last, stop)
        left, right, distance = (
            np.concatenate([getattr(half, name) for half in halves])
            for name in ("left", "right", "distance")
        )
        return Found(left, right, distance, found.steps, found.verified)

    @cached_property
    def pairs(self) -> int:
        """Pairs of records that the task compares or rules out."""
        (first, last), (start, end) = self.rows, self.span
        if self.which.relation == "earlier":
            begin = np.maximum(start, np.arange(first, last, dtype=np.int64) + 1)
        else:
            heavier: Literal["left", "right"] = (
                "right" if self.which.relation == "lighter" else "left"
            )
            own = self.which.rows.side.ones[first:last]
            begin = start + np.searchsorted(self.which.columns.side.ones[start:end], own, heavier)
        return int(np.maximum(0, end - begin).sum())


def _tasks(question: Question, which: Pass, columns: Any, rule: Rule) -> Iterator[_Task]:
    rows, size, tile = len(which.rows), len(which.columns), question.kernels.TILE
    width = max(tile, _TASK_COLUMNS // tile * tile)
    words = max(1, question.bits // 64)
    most = min(_TASK_PAIRS, _TASK_WORDS // words)
    height = min(_MOST_ROWS, max(_LEAST_ROWS, most // max(1, min(width, size))))
    for first in range(0, rows, height):
        last = min(first + height, rows)
        for start in range(0, size, width):
            end = min(start + width, size)
            yield _Task(question, which, columns, rule, (first, last), (start, end))
