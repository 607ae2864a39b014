"""What the figures depend on, and the file they go into."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.journey.__main__ import commit, machine
from benchmarks.speed.contenders.limit import compiler
from benchmarks.speed.peers import versions

from linkage import __version__

__all__ = ["RESULTS", "result_path", "surroundings", "write_result"]

RESULTS = Path(__file__).parents[1] / "results"
TELLING_FLAGS = ("avx2", "avx512f", "avx512bw", "avx512vbmi", "avx512_vpopcntdq", "neon", "sve")


def cpu_flags() -> list[str]:
    """The instruction sets that make a difference here, of those the kernel lists."""
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return []
    lines = information.read_text().splitlines()
    words = {
        word for line in lines if line.startswith(("flags", "Features")) for word in line.split()
    }
    return [flag for flag in TELLING_FLAGS if flag in words]


def compiler_version() -> str:
    command = compiler()
    if command is None:
        return "none"
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0] if done.stdout else command


def library_versions() -> dict[str, str]:
    found = {}
    for name in ("numpy", "numba", "llvmlite", "scipy"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "none"
    return found


def surroundings(peers: Path) -> dict[str, Any]:
    return {
        "date": dt.date.today().isoformat(),
        "commit": commit(),
        "software": __version__,
        "machine": {**machine(), "flags": cpu_flags(), "compiler": compiler_version()},
        "libraries": library_versions(),
        "peers": versions(peers),
    }


def result_path(parts: list[str]) -> Path:
    return RESULTS / f"{dt.date.today().isoformat()}-speed-{'-'.join(parts)}.json"


def write_result(path: Path, values: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
