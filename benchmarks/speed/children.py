"""Contenders' processes, and rounds in which each takes its turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.figures import median, rotated
from benchmarks.speed.peers import interpreter

__all__ = ["Child", "Timing", "take_turns"]

ROOT = Path(__file__).parents[2]
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


class Child:
    """One contender's process, with both matrices loaded.

    Raises:
        RuntimeError: where it cannot start, with the reason.
    """

    def __init__(
        self,
        name: str,
        a: Path,
        b: Path,
        *,
        peers: Path,
        options: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        contender = CONTENDERS[name]
        python = interpreter(peers, contender.peer) if contender.peer else Path(sys.executable)
        if not python.exists():
            raise RuntimeError("no environment; run python -m benchmarks.speed.peers")
        settings = json.dumps({**contender.options, **(options or {})})
        # a pipe that nobody reads would fill up
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by stop
        self._process = subprocess.Popen(
            [str(python), "-m", "benchmarks.speed.serve", contender.module, settings, a, b],
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        try:
            self._answer()
        except RuntimeError:
            self.stop()
            raise

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            status = self._process.wait()
            self._errors.seek(0)
            errors = self._errors.read().strip().splitlines()
            raise RuntimeError(errors[-1] if errors else f"it ended with status {status}")
        values = json.loads(line)
        if "fault" in values:
            raise RuntimeError(values["fault"])
        return dict(values)

    def ask(self, **request: Any) -> dict[str, Any]:
        """Have it do one search, or save the pairs it found last."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def found(self) -> tuple[np.ndarray, np.ndarray]:
        """The pairs of its last search."""
        with tempfile.TemporaryDirectory(prefix="linkage-pairs-") as folder:
            path = str(Path(folder) / "pairs.npy")
            self.ask(save=path)
            left, right = np.load(path)
        return left, right

    def stop(self) -> None:
        """End the process and wait for it."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.communicate()
        self._errors.close()


@dataclass(slots=True)
class Timing:
    """What a contender took in each round, and what it found."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    pairs: int = 0
    checksum: int = 0
    peak_mib: float = 0.0
    note: str = ""
    fault: str = ""

    @property
    def median_wall(self) -> float:
        """Seconds on the clock."""
        return median(self.wall)

    @property
    def median_cpu(self) -> float:
        """CPU-seconds, all threads together."""
        return median(self.cpu)


def take_turns(
    ask: Mapping[str, Callable[[], dict[str, Any]]],
    *,
    rounds: int,
    patience: float = float("inf"),
    warm_up: Collection[str] = (),
) -> dict[str, Timing]:
    """Every contender once a round, in rotating order.

    Who needs more than ``patience`` seconds is measured in the first round alone: the slowest
    by far, whose figure needs no third digit. Who fails is not asked again. ``warm_up`` search
    once before the first round: what they compile for this task must not count.
    """
    timings = {name: Timing() for name in ask}
    for name in warm_up:
        try:
            ask[name]()
        except (RuntimeError, OSError) as fault:
            timings[name].fault = str(fault)
    for turn in range(rounds):
        for name in rotated(list(timings), turn):
            timing = timings[name]
            if timing.fault or (turn and timing.wall[0] > patience):
                continue
            try:
                answer = ask[name]()
            except (RuntimeError, OSError) as fault:
                timing.fault = str(fault) or type(fault).__name__
                continue
            timing.wall.append(answer["wall"])
            timing.cpu.append(answer["cpu"])
            timing.pairs, timing.checksum = answer["pairs"], answer["checksum"]
            timing.peak_mib = answer.get("peak_mib", 0.0)
            timing.note = answer.get("note", "")
    return timings
