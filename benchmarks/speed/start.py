"""Until the first answer: `find_pairs` of 1,000 x 1,000 in a fresh process, cold and warm.

Cold is with an empty cache of compiled kernels (NUMBA_CACHE_DIR), warm with the one that the
cold start left. Imports are timed apart: `import_s` is `import linkage.compare`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed.children import ROOT
from benchmarks.speed.figures import median

from linkage.bench.text import table

__all__ = ["measure_start", "start_text"]

RECORDS = 1_000
PROGRAM = """
import json, sys, time
began = time.perf_counter()
import numpy
numpy_s = time.perf_counter() - began
began = time.perf_counter()
from linkage.compare import find_pairs
from linkage.types import BitMatrix
import_s = time.perf_counter() - began
generator = numpy.random.default_rng(1)
words = generator.integers(0, 2**64, (2, %d, 16), numpy.uint64)
a, b = (BitMatrix(each, 1024) for each in words)
times = []
for _ in range(2):
    began = time.perf_counter()
    find_pairs(a, b, measure="dice", threshold=0.8, mode=sys.argv[1], threads=1)
    times.append(time.perf_counter() - began)
print(json.dumps({"import_s": numpy_s + import_s, "first_s": times[0], "second_s": times[1]}))
"""


def measure_start(modes: Sequence[str], *, rounds: int) -> list[dict[str, Any]]:
    return [
        {"mode": mode, "start": kind, **_median_run(mode, kind, rounds)}
        for mode in modes
        for kind in ("cold", "warm")
    ]


def _median_run(mode: str, kind: str, rounds: int) -> dict[str, Any]:
    runs: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="linkage-start-") as folder:
        for turn in range(rounds + (kind == "warm")):
            cache = Path(folder) / (f"{turn}" if kind == "cold" else "kept")
            done = subprocess.run(
                [sys.executable, "-c", PROGRAM % RECORDS, mode],
                cwd=ROOT,
                env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                return {"fault": (done.stderr.strip().splitlines() or ["failed"])[-1]}
            runs.append(json.loads(done.stdout))
    runs = runs[kind == "warm" :]  # the first warm run fills the cache
    return {name: median([run[name] for run in runs]) for name in runs[0]}


def start_text(rows: Sequence[dict[str, Any]]) -> str:
    header = ("mode", "start", "import s", "first call s", "second call s")
    names = ("import_s", "first_s", "second_s")
    body = [
        (row["mode"], row["start"], *(f"{row[name]:.3f}" for name in names))
        for row in rows
        if "fault" not in row
    ]
    faults = [f"  {row['mode']} {row['start']}: {row['fault']}" for row in rows if "fault" in row]
    return "\n".join([table(header, body), *faults])
