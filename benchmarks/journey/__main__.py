"""Take a folder of lists with a truth file through the real command line.

python -m benchmarks.journey PATH_TO_FOLDER [--profile balanced]
                             [--configuration split+presence+counts] [--output results.json]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from linkage import __version__
from linkage.agreement.profiles import PROFILES
from linkage.bench.configuration import CONFIGURATIONS
from linkage.bench.folder import read_fields, read_folder
from linkage.bench.journey import JourneyResult, run_journey
from linkage.bench.play import Command, Outcome, Step, went_well

MEASURE = Path(__file__).with_name("measure.py")
RESULTS = Path(__file__).parents[1] / "results"


def command_in(work: Path) -> Command:
    """Runs `linkage` in a process of its own, measured by what the kernel says of it."""

    def run(arguments: Sequence[str]) -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "cost.json"
            measured = [sys.executable, "-I", "-S", str(MEASURE), str(report)]
            done = subprocess.run(
                [*measured, sys.executable, "-m", "linkage", *arguments],
                cwd=work,
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=True,
            )
            cost = json.loads(report.read_text())
        if not went_well(arguments, cost["status"]):
            command = " ".join(arguments)
            sys.exit(f"linkage {command}\n{done.stdout}{done.stderr}exit {cost['status']}")
        return Outcome(done.stdout, cost["seconds"], cost["peak_kib"] / 1024)

    return run


def machine() -> dict[str, object]:
    """What the numbers depend on."""
    import numpy as np

    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def commit() -> str:
    """The commit, with a + where the working tree differs from it."""
    root = Path(__file__).parents[2]

    def git(*arguments: str) -> str:
        done = subprocess.run(
            [shutil.which("git") or "git", *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    return f"{git('rev-parse', '--short=12', 'HEAD') or 'none'}{'+' if git('status', '-s') else ''}"


def record(result: JourneyResult, today: dt.date, seconds: float) -> dict[str, object]:
    return {
        "date": today.isoformat(),
        "commit": commit(),
        "software": __version__,
        "machine": machine(),
        "seconds": round(seconds, 1),
        **result.as_dict(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.journey", description=__doc__)
    parser.add_argument("folder", type=Path, help="lists and truth.csv(.gz)")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="balanced")
    parser.add_argument(
        "--configuration",
        choices=CONFIGURATIONS,
        default="default",
        help="filters, and what travels beside the encodings",
    )
    parser.add_argument("--fields", type=Path, help="TOML with [[fields]]: name, kind, columns")
    parser.add_argument("--output", type=Path, help="JSON to write instead of a dated one")
    parser.add_argument("--keep", type=Path, help="new folder for all files of all parties")
    options = parser.parse_args()
    fields = read_fields(options.fields) if options.fields else None
    try:
        folder = read_folder(options.folder.resolve(), fields)
    except ValueError as error:
        parser.error(str(error))
    today = dt.date.today()

    def observe(step: Step) -> None:
        cost = f"{step.outcome.seconds:6.1f} s {step.outcome.peak_mib or 0:6.0f} MiB"
        print(f"{cost}  {step.party}: {step.name}", file=sys.stderr)

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="linkage-journey-") as temporary:
        work = options.keep or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        result = run_journey(
            folder,
            options.profile,
            CONFIGURATIONS[options.configuration],
            work=work.resolve(),
            command=command_in(work.resolve()),
            observe=observe,
            today=today,
        )
    seconds = time.monotonic() - began
    print(result.text())
    chosen = "" if options.configuration == "default" else f"-{options.configuration}"
    name = f"{today.isoformat()}-journey-{folder.name}-{options.profile}{chosen}.json"
    output = options.output or RESULTS / name
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(record(result, today, seconds), indent=2) + "\n", encoding="utf-8")
    print(f"\n{seconds:.0f} seconds in all; written to {output}")


if __name__ == "__main__":
    main()
