"""The frontier of privacy and quality: every encoding, the profiles and what was tried for them.

python -m benchmarks.encodings [--data ../shared/data] [--work FOLDER] [--jobs 2]
                               [--sets vic6k_dense_dev,vic60k_dutch_dev,fakename]

The people are those of the victim lists, where quality is recall at precision .95, and a list of
names and dates of birth (`fakename`), where it is F1; there the figures of `reference.csv` of
`benchmarks/attacks` stand beside ours as ratios. What is measured is kept in the work folder, so
the command may be stopped and given again. Written: dated JSON, table and pictures.
"""
# ruff: noqa: A005 - a folder of commands, imported by nobody

from __future__ import annotations

import argparse
import csv
import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.journey.__main__ import RESULTS, commit, machine

from linkage.bench.encodings.benchmark import Benchmark, run_benchmark, write_benchmark
from linkage.bench.encodings.standard import STANDARD
from linkage.bench.encodings.summary import EncodingRow
from linkage.bench.encodings.table import as_text
from linkage.bench.text import table
from linkage.version import __version__

REFERENCE = Path(__file__).parents[1] / "attacks" / "reference.csv"
PLACES = {
    "vic6k_dense_dev": "vic6k_dense_dev",
    "vic60k_dutch_dev": "vic60k_dutch_dev",
    "fakename": "fakename/fakename_5k.tsv.gz",
}
KINDS = {
    "vic6k_dense_dev": ("lists", "graph", "known pairs"),
    "vic60k_dutch_dev": ("lists",),
    "fakename": ("quality", "graph", "known pairs", "leakage"),
}
"""What is measured: of the sparse lists the linkage alone, their people are like the dense ones."""
COSINE = "weighing name=4, date=5, code=5, text=2, sex=4"
COUNTED = "weighing name=2, date=3, code=3, text=1"
TRIED = (
    "profile strong",
    "profile balanced",
    "profile diffused",
    "profile clk",
    f"saul(t=3, l=4096) {COSINE}",
    f"saul(t=4, l=4096) on all*3, names {COUNTED}",
    f"saul(t=4, l=8192) {COSINE}",
    f"saul(t=5, l=16384) {COSINE}",
    f"minhash-keys(t=6, l=8192) {COUNTED}",
    f"minhash-keys(t=8, l=8192) {COUNTED}",
    f"minhash-keys(t=10, l=16384) {COUNTED}",
)
"""The profiles, what they were before, and what was tried for them, with the profiles' weights."""
NAMES = {
    "clk(k=10, l=1024)": "clk",
    "clk(k=10, l=1024) + xor-fold": "xor-fold",
    "clk(k=10, l=1024) + rule-90": "rule-90",
    "clk(k=25, l=1024) + blip(f=0.1)": "blip-0.1",
    "clk(k=25, l=1024) + blip(f=0.3)": "blip-0.3",
    "clk(k=25, l=1024) + blip(f=0.5)": "blip-0.5",
    "clk(k=10, l=1024, salt=date_of_birth)": "salt-year",
    "tmh(l=1024)": "tmh-1",
    "eld(k=10, m=1024, t=2, l=1024)": "eld-2",
    "eld(k=10, m=1024, t=5, l=1024)": "eld-5",
    "eld(k=10, m=1024, t=10, l=1024)": "eld-10",
    "eld(k=10, m=1024, t=12, l=2048)": "eld-12-2048",
    "saul(t=1, l=1024)": "saul-1",
    "saul(t=2, l=1024)": "saul-2",
    "saul(t=3, l=1024)": "saul-3",
    "saul(t=3, l=2048)": "saul-3-2048",
    "saul(t=4, l=4096)": "saul-4-4096",
    "saul(t=5, l=8192)": "saul-5-8192",
}
"""Description -> name in the reference; only the data set of names and dates is like its own."""


def references() -> Mapping[tuple[str, int], float]:
    """Name and known pairs -> share that known-pair regression named, in the reference."""
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        return {
            (row["encoding"], int(row["known_pairs"])): float(row["figure"])
            for row in csv.DictReader(file)
            if row["attack"] == "known-pair regression" and row["people"] == "5000"
        }


def beside(rows: Sequence[EncodingRow]) -> str:
    """Ours and the reference's known-pair regression, as a ratio, where both were measured."""
    known = references()
    lines = []
    for row in rows:
        for pairs in (100, 500, 2_000):
            figure = row.figures.get(f"regression, {pairs} known")
            reference = known.get((NAMES.get(row.encoding, ""), pairs))
            if row.data.startswith("fakename") and figure and reference is not None:
                ratio = f"{figure[0] / reference:.2f}" if reference else ""
                cells = (f"{pairs:,}", f"{figure[0]:.3f}", f"{reference:.3f}", ratio)
                lines.append((row.encoding, *cells))
    heads = ("known-pair regression, 5,000 records", "known", "here", "reference", "ratio")
    return table(heads, lines) if lines else ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.encodings", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sets", default=",".join(PLACES))
    parser.add_argument("--work", type=Path, default=Path("linkage-bench"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    rows: list[EncodingRow] = []
    results = []
    benchmark = Benchmark()
    for name in options.sets.split(","):
        encodings = STANDARD if name == "fakename" else (*STANDARD, *TRIED)
        benchmark = Benchmark(
            encodings=encodings,
            data=(str(options.data / PLACES[name]),),
            seeds=options.seeds,
            kinds=KINDS[name],
        )
        found, own = run_benchmark(benchmark, options.work, jobs=options.jobs)
        results += found
        rows += own
        print(f"\n{name}\n{as_text(own)}", flush=True)
    print(beside(rows))
    today = dt.date.today().isoformat()
    output = options.output or RESULTS / f"{today}-encodings.json"
    surroundings = {
        "date": today,
        "version": __version__,
        "commit": commit(),
        "machine": machine(),
    }
    written = write_benchmark(output, benchmark, results, rows, surroundings)
    print("written:", ", ".join(path.name for path in written))


if __name__ == "__main__":
    main()
