"""Many small tasks on a few threads: results in order, progress, and a stop within a second."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["Clock", "SearchProgress", "available_cores", "in_order"]

Result = TypeVar("Result")

_PATIENCE_S = 0.1


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """How far a search is.

    Attributes:
        done: pairs of records compared so far, or ruled out.
        total: pairs of records in all.
        elapsed: seconds since the start.
        left: seconds that are still to come at the pace so far; None before the first result.
    """

    done: int
    total: int
    elapsed: float
    left: float | None


class Clock:
    """Tells progress and time left.

    Args:
        total: pairs of records in all.
        tell: called with every step.
    """

    def __init__(self, total: int, tell: Callable[[SearchProgress], None] | None) -> None:
        self._total, self._tell = total, tell
        self._share = 0.0
        self._start = time.perf_counter()

    def advance(self, share: float) -> None:
        """A further share of the work is done, 0 to 1 in all."""
        self._share = min(1.0, self._share + share)
        self._report(round(self._total * self._share))

    def finish(self) -> None:
        """All is done."""
        self._share = 1.0
        self._report(self._total)

    def _report(self, done: int) -> None:
        if self._tell is None:
            return
        elapsed = time.perf_counter() - self._start
        left = elapsed * (1.0 - self._share) / self._share if self._share else None
        self._tell(SearchProgress(done, self._total, elapsed, left))


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def in_order(
    tasks: Iterable[Callable[[threading.Event], Result]], threads: int
) -> Generator[Result]:
    """Results in the order of the tasks, with at most two tasks per thread in the air.

    When the consumer stops, by an exception, by Ctrl-C or by closing the generator, the event
    that the tasks are given is set, no further task starts, and running ones are waited for.

    Args:
        tasks: each takes a fraction of a second, or looks at the event that often.
        threads: tasks that run at once; with one they run in the caller's thread.
    """
    stop = threading.Event()
    if threads == 1:
        for task in tasks:
            yield task(stop)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="linkage-compare") as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(task, stop))
                if len(waiting) >= 2 * threads:
                    yield _result(waiting.popleft())
            while waiting:
                yield _result(waiting.popleft())
        finally:
            stop.set()
            for future in waiting:
                future.cancel()


def _result(future: Future[Result]) -> Result:
    # A wait without end cannot be interrupted on Windows.
    while True:
        try:
            return future.result(timeout=_PATIENCE_S)
        except futures.TimeoutError:
            if future.done():
                return future.result()
