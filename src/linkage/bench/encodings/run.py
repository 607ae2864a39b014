"""Measures many encodings on the cores there are; what is done is kept and not done again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from linkage.bench.encodings.task import Task, kept, perform

__all__ = ["run_tasks"]

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def run_tasks(
    tasks: Sequence[Task],
    folder: Path,
    *,
    jobs: int,
    added: Sequence[str] = (),
    progress: Callable[[float], None] = lambda _share: None,
) -> list[dict[str, Any]]:
    """The results of all tasks, in their order.

    Args:
        tasks: what to measure.
        folder: where results are kept, one file each.
        jobs: processes at once, each with one thread.
        added: files that register encodings of somebody else's.
        progress: called with the share of the tasks that is done.
    """
    found = {task: kept(task, folder) for task in tasks}
    missing = [task for task, result in found.items() if result is None]
    done = len(found) - len(missing)
    progress(done / max(len(found), 1))
    if jobs == 1:
        for task in missing:
            found[task] = perform(task, folder, added)
            done += 1
            progress(done / len(found))
    elif missing:
        with _one_thread_each():
            pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
        try:
            with _one_thread_each():
                futures = {pool.submit(perform, task, folder, added): task for task in missing}
                for future in as_completed(futures):
                    found[futures[future]] = future.result()
                    done += 1
                    progress(done / len(found))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return [result for task in tasks if (result := found[task]) is not None]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started within have one thread each; several would only get in each other's way."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
