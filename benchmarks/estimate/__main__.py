"""Estimates beside R's: figures, and seconds.

python -m benchmarks.estimate [--replicates 10000]

R's figures and seconds are those of `tests/data/estimation/reference.csv`, measured with R on two
cores at 1,000 replicates. Where `Rscript` and a package are here, R runs again on this machine. Our
seconds are for so many replicates as are asked, compiled code ready; the ratio is by replicate.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.journey.__main__ import RESULTS, commit, machine

from linkage.bench.text import table
from linkage.estimate.bic import BestBic
from linkage.estimate.bootstrap import Bootstrap
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.decomposable import DecomposableGraphs
from linkage.estimate.latent_classes import LatentClasses
from linkage.estimate.loglinear import LogLinear
from linkage.estimate.read_table import read_histories
from linkage.estimate.result import Estimate
from linkage.estimate.stepwise import Stepwise

DATA = Path(__file__).parents[2] / "tests" / "data" / "estimation"
R_REPLICATES = 1_000
R_CODE = """
library(MultipleSystemsEstimation)
z <- as.matrix(read.csv("{file}"))
t <- system.time(r <- estimatepopulation(z, nboot = {replicates}, iseed = 1234))
cat(t[["elapsed"]])
"""
Fit = Callable[[CaptureHistories, int], Estimate]
METHODS: dict[str, tuple[str, Fit]] = {
    "stepwise": (
        "MultipleSystemsEstimation stepwise",
        lambda t, n: Stepwise(bootstrap=Bootstrap(n, 1)).fit(t),
    ),
    "bic": (
        "MultipleSystemsEstimation BIC",
        lambda t, n: BestBic(bootstrap=Bootstrap(n, 1)).fit(t),
    ),
    "independent": (
        "MultipleSystemsEstimation fixed",
        lambda t, n: LogLinear(bootstrap=Bootstrap(n, 1)).fit(t),
    ),
    "dga": ("dga", lambda t, _n: DecomposableGraphs().fit(t)),
    "latent-classes": ("LCMCR", lambda t, _n: LatentClasses(seed=1).fit(t)),
}
"""Our method -> R's, and how ours is run."""
BOOTSTRAPPED = ("stepwise", "bic", "independent")


def reference() -> list[dict[str, str]]:
    with (DATA / "reference.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measured(replicates: int) -> Iterator[dict[str, Any]]:
    for name, (theirs, fit) in METHODS.items():
        for row in reference():
            # dga's first prior is the one that sparse tables need
            other_prior = (name == "dga" and "delta=0.5" in row["method"]) or "delta=1," in row[
                "method"
            ]
            if not row["method"].startswith(theirs) or other_prior:
                continue
            counts = read_histories(DATA / f"{row['dataset']}.csv").table()
            if name == "dga" and len(counts.lists) > 5:
                continue
            fit(counts, 100)  # compile, and fill what is kept
            began = time.perf_counter()
            found = fit(counts, replicates)
            seconds = time.perf_counter() - began
            own = seconds * (R_REPLICATES / replicates if name in BOOTSTRAPPED else 1)
            yield {
                "method": name,
                "table": row["dataset"],
                "estimate": found.estimate,
                "interval": found.interval,
                "R": float(row["estimate"]),
                "R_interval": [float(row["lo95"]), float(row["hi95"])],
                "off": None
                if found.estimate is None
                else found.estimate / float(row["estimate"]) - 1,
                "seconds": round(seconds, 3),
                "R_seconds": float(row["seconds"]),
                "times_faster": round(float(row["seconds"]) / own, 1) if own else None,
            }


def r_here(replicates: int) -> dict[str, float] | None:
    """Seconds of R's stepwise bootstrap on this machine; None where there is no R."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    found = {}
    for name in ("UKdat_5", "Ned"):
        code = R_CODE.format(file=(DATA / f"{name}.csv").as_posix(), replicates=replicates)
        done = subprocess.run([program, "-e", code], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            found[name] = float(done.stdout.split()[-1])
    return found or None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimate", description=__doc__)
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    found = list(measured(options.replicates))
    heads = ("method", "table", "ours", "R", "off", "seconds", "R's seconds", "times faster")
    rows = [
        (
            each["method"], each["table"],
            "none" if each["estimate"] is None else f"{each['estimate']:,.1f}", f"{each['R']:,.1f}",
            "" if each["off"] is None else f"{each['off']:+.1e}", f"{each['seconds']:.2f}",
            f"{each['R_seconds']:.1f}", f"{each['times_faster']:,}",
        )
        for each in found
    ]  # fmt: skip
    print(table(heads, rows))
    here = r_here(R_REPLICATES)
    print("R on this machine:", "not installed" if here is None else here)
    today = dt.date.today().isoformat()
    content = {
        "format": "linkage-estimate/1", "date": today, "commit": commit(), "machine": machine(),
        "replicates": options.replicates, "R_replicates": R_REPLICATES, "R_here": here,
        "found": found,
    }  # fmt: skip
    output = options.output or RESULTS / f"{today}-estimate.json"
    output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print("written:", output.name)


if __name__ == "__main__":
    main()
