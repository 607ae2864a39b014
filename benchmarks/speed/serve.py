"""A contender in its own process: reads requests as lines of JSON, answers each by a line.

    python -m benchmarks.speed.serve MODULE OPTIONS A.npy B.npy

Needs numpy and what the contender needs, nothing of ours. Whatever a library prints goes to
stderr: standard output belongs to the answers.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.speed.figures import checksum

WARM_UP_RECORDS = 2_000
WARM_UP_THRESHOLD = 0.9


def cpu_seconds() -> float:
    """Of this process with all its threads, and of its children that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def peak_mib() -> float:
    """Greatest resident memory; on Linux since this program began, not its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024


def described(fault: Exception) -> str:
    first = (str(fault).splitlines() or [""])[0]
    return f"{type(fault).__name__}: {first}"


def main() -> None:
    module, options, *paths = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(**values: Any) -> None:
        answers.write(json.dumps(values) + "\n")

    try:
        a, b = (np.load(path) for path in paths)
        prepare = importlib.import_module(f"benchmarks.speed.contenders.{module}").prepare
        settings = json.loads(options)
        warm_up = settings.pop("warm_up", {})
        search = prepare(a[:WARM_UP_RECORDS], b[:WARM_UP_RECORDS], **settings)
        search(WARM_UP_THRESHOLD, **warm_up)
        search = prepare(a, b, **settings)
    except Exception as fault:  # noqa: BLE001 - reported, and the contender is skipped
        answer(fault=described(fault))
        return
    answer(ready=True)
    left = right = np.zeros(0, np.int64)
    for line in sys.stdin:
        request = json.loads(line)
        if path := request.pop("save", None):
            np.save(path, np.stack([left, right]))
            answer(saved=path)
            continue
        wall, cpu = time.perf_counter(), cpu_seconds()
        try:
            left, right = search(**request)
        except Exception as fault:  # noqa: BLE001 - reported, and the contender is skipped
            answer(fault=described(fault))
            continue
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        answer(
            wall=wall,
            cpu=cpu,
            pairs=len(left),
            checksum=checksum(left, right),
            peak_mib=peak_mib(),
            note=getattr(search, "note", ""),
        )


if __name__ == "__main__":
    main()
