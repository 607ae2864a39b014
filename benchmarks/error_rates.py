"""Do the linkage unit's own error rates hold the truth? Coverage over simulated lists.

python -m benchmarks.error_rates [--replicates 100] [--first-seed 6000] [--output results.json]

Every replicate has 2 to 5 lists of 160 to 1,500 people, an overlap from 2% to 80%, error mixes and
rates of their own, and one of three profiles. It is linked without its truth. For every two lists
that share anybody, the 90% intervals of precision and of the share of missed pairs are held
against the truth. Seeds below 6000 were used to set the intervals' widths.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.journey.__main__ import RESULTS, commit, machine

from linkage.agreement.profiles import ProfileName
from linkage.bench.evaluate import compare_clusters
from linkage.bench.in_process import candidates_of
from linkage.bench.simulate import Simulation, simulated_folder
from linkage.bench.text import table
from linkage.errors import PolicyError
from linkage.link.posterior import link_by_probability
from linkage.link.rates import count_pairs

PROFILES: tuple[ProfileName, ...] = ("balanced", "strong", "clk")
OVERLAPS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
ERRORS = (0.4, 1.0, 1.5)
SLACK = 1e-9


def simulation(seed: int) -> tuple[Simulation, ProfileName]:
    """The lists and the profile of a replicate."""
    generator = np.random.default_rng(seed)
    number = int(generator.integers(2, 6))
    largest = int(generator.choice([400, 800, 1500]))
    sizes = tuple(int(largest * share) for share in generator.uniform(0.4, 1.0, number))
    overlap, errors = float(generator.choice(OVERLAPS)), float(generator.choice(ERRORS))
    profile = PROFILES[int(generator.integers(len(PROFILES)))]
    return Simulation(seed, sizes, overlap, errors), profile


def replicate(seed: int) -> dict[str, Any]:
    """One replicate: what it was, and for every two lists both rates beside the truth."""
    made, profile = simulation(seed)
    folder = simulated_folder(made)
    today = dt.date.today()
    found = candidates_of(folder, profile, today, seed=f"key {seed}".encode())
    known = {
        "seed": seed,
        "profile": profile,
        "lists": len(made.sizes),
        "overlap": made.overlap,
        "errors": made.errors,
        "true_pairs": found.true_pairs,
    }
    began = time.monotonic()
    try:
        linkage = link_by_probability(found.pairs, found.lists, floor=found.floor, seed=seed)
    except PolicyError as error:
        return known | {"refused": error.faults[0].code}
    chosen = linkage.person["chosen"]
    counts = count_pairs(chosen, linkage.draws, found.lists)
    rows = []
    for one in range(len(made.sizes)):
        for other in range(one + 1, len(made.sizes)):
            part = np.isin(found.lists, (one, other))
            truth = compare_clusters(
                "ab",
                (found.lists[part] == other).astype(np.int64),
                found.entity[part],
                chosen[part],
            )
            if truth.true_pairs:
                rate = counts.of_lists(one, other)
                rows.append(
                    {
                        "true": truth.true_pairs,
                        "linked": truth.found_pairs,
                        "precision": [truth.precision, *rate.precision.as_list()],
                        "missed": [1 - truth.recall, *rate.missed.as_list()],
                    }
                )
    return known | {"pairs_of_lists": rows, "seconds": round(time.monotonic() - began, 1)}


def holds(values: Sequence[float]) -> bool:
    """Whether the truth lies inside; rates are rounded to four digits."""
    true, _, low, high = values
    return low - 5e-5 - SLACK <= true <= high + 5e-5 + SLACK


def coverage(rows: Sequence[dict[str, Any]], rate: str) -> float:
    return float(np.mean([holds(row[rate]) for row in rows]))


def summary(results: Sequence[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Rows of the table: all, and by what the replicates differ in."""
    linked = [each for each in results if "pairs_of_lists" in each]

    def row(name: str, chosen: Callable[[dict[str, Any], dict[str, Any]], bool]) -> tuple[str, ...]:
        rows = [r for each in linked for r in each["pairs_of_lists"] if chosen(each, r)]
        if not rows:
            return (name, "0", "", "", "", "", "", "")
        weight = np.array([r["true"] for r in rows], dtype=np.float64)
        shares = [
            f"{np.average([r[rate][place] for r in rows], weights=weight):.3f}"
            for rate in ("precision", "missed")
            for place in (0, 1)
        ]
        return (
            name,
            f"{len(rows):,}",
            f"{coverage(rows, 'precision'):.3f}",
            *shares[:2],
            f"{coverage(rows, 'missed'):.3f}",
            *shares[2:],
        )

    yield row("all", lambda _each, _row: True)
    for key in ("profile", "overlap", "errors", "lists"):
        for value in sorted({each[key] for each in linked}):
            yield row(f"{key} {value}", lambda each, _row, k=key, v=value: each[k] == v)
    for low, high in ((1, 5), (6, 20), (21, 80), (81, 10**9)):
        name = f"true pairs {low} to {high}" if high < 10**9 else f"true pairs over {low - 1}"
        yield row(name, lambda _each, r, low=low, high=high: low <= r["true"] <= high)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.error_rates")
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=6000)
    parser.add_argument("--output", type=Path, help="JSON to write instead of a dated one")
    options = parser.parse_args()
    results = []
    for seed in range(options.first_seed, options.first_seed + options.replicates):
        results.append(replicate(seed))
        print(f"{seed}: {results[-1].get('refused', 'linked')}", file=sys.stderr, flush=True)
    heads = ("", "pairs of lists", "covered", "precision", "said", "covered", "missed", "said")
    print(table(heads, list(summary(results))))
    refused = [each for each in results if "refused" in each]
    shared = ", ".join(str(each["true_pairs"]) for each in refused)
    print(f"\nRefused a single answer: {len(refused)} (true pairs: {shared or 'none'})")
    today = dt.date.today().isoformat()
    output = options.output or RESULTS / f"{today}-error-rates.json"
    head = {"format": "linkage-error-rates/1", "date": today, "commit": commit()}
    content = {**head, "machine": machine(), "results": results}
    output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
