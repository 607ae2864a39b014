"""What linkage errors do to an estimate, and what knowing of them mends.

python -m benchmarks.linkage_error [--repeats 200] [--replicates 60]

Three simulations with known population: the table of section 10 of the specification (mean of the
naive and the corrected estimate under known error rates); coverage of the 95% interval where rates
come from 100 or 400 validated pairs; and everything from end to end, people with errors on lists,
encoded, linked, counted, estimated, where the error rates are the linkage unit's own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.journey.__main__ import RESULTS, commit, machine
from numpy.typing import NDArray

from linkage.agreement.profiles import ProfileName
from linkage.bench.in_process import candidates_of
from linkage.bench.simulate import Simulation, simulated_folder
from linkage.bench.text import table
from linkage.errors import PolicyError
from linkage.estimate.average import average_over_draws
from linkage.estimate.bootstrap import Bootstrap
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.known_rates import rates_of_lists
from linkage.estimate.linkage_error import ErrorRates, LinkageErrorCorrected
from linkage.estimate.loglinear import LogLinear, fit_model
from linkage.estimate.models import main_effects
from linkage.estimate.registry import METHODS
from linkage.link.posterior import link_by_probability
from linkage.link.rates import count_pairs

PEOPLE = 6_000
CONTENDERS = ("true links", "links as chosen", "over draws", "error rates")
FOUR, THREE = (0.3, 0.25, 0.2, 0.15), (0.3, 0.3, 0.3)
ROWS: Sequence[tuple[str, float, float, bool, int, int]] = (
    ("pairs, 10% missed", 0.1, 0.0, False, 6_591, 5_974),
    ("pairs, 20% missed", 0.2, 0.0, False, 7_420, 6_009),
    ("1e-5 false", 0.0, 1e-5, False, 5_723, 6_025),
    ("10% missed, 1e-5 false", 0.1, 1e-5, False, 6_249, 5_996),
    ("10% of records link to nobody", 0.1, 0.0, True, 7_483, 6_019),
)
"""Name, missed, false, whether by record, and the specification's naive and corrected means."""


def simulated(
    chances: Sequence[float], missed: float, false: float, *, records: bool,
    generator: np.random.Generator,
) -> CaptureHistories:  # fmt: skip
    """People on lists, their records linked with errors, person by person."""
    lists = len(chances)
    counts = np.zeros(1 << lists)
    for row in generator.random((PEOPLE, lists)) < np.array(chances):
        members = np.flatnonzero(row).tolist()
        if records:
            bad = [i for i in members if generator.random() < missed]
            clean = sum(1 << i for i in members if i not in bad)
            for part in [*(1 << i for i in bad), *([clean] if clean else [])]:
                counts[part] += 1
            continue
        group = {i: i for i in members}
        for i, j in combinations(members, 2):
            if generator.random() >= missed:
                old, new = group[j], group[i]
                group = {k: new if g == old else g for k, g in group.items()}
        for root in set(group.values()):
            counts[sum(1 << k for k, g in group.items() if g == root)] += 1
    if false:
        before = counts.copy()
        for a, b in combinations(range(1, 1 << lists), 2):
            if not a & b:
                chance = false * a.bit_count() * b.bit_count()
                merged = generator.poisson(chance * before[a] * before[b])
                counts[[a, b]] -= merged
                counts[a | b] += merged
    names = tuple("ABCDEF"[:lists])
    return CaptureHistories(names, np.maximum(counts, 0).astype(np.int64))


def means(repeats: int) -> Iterator[dict[str, Any]]:
    generator = np.random.default_rng(1)
    for name, missed, false, records, naive_said, corrected_said in ROWS:
        naive, corrected = [], []
        rates = ErrorRates.known(4, missed, false)
        if records:
            rates = ErrorRates.known(4, 1 - (1 - missed) ** 2, level="records")
        for _ in range(repeats):
            counts = simulated(FOUR, missed, false, records=records, generator=generator)
            naive.append(fit_model(counts, main_effects(4)).estimate)
            found = LinkageErrorCorrected(rates, replicates=0).fit(counts)
            corrected.append(found.estimate or np.nan)
        yield {
            "errors": name,
            "naive": round(float(np.mean(naive))),
            "corrected": round(float(np.nanmean(corrected))),
            "specification": [naive_said, corrected_said],
        }


def coverage(repeats: int) -> Iterator[dict[str, Any]]:
    """Three lists, a tenth missed; the rate comes from a validated sample of true pairs."""
    for pairs in (100, 400):
        generator = np.random.default_rng(2)
        held = {"naive": 0, "rate taken as known": 0, "rate's uncertainty drawn": 0}
        for seed in range(repeats):
            counts = simulated(THREE, 0.1, 0.0, records=False, generator=generator)
            naive = LogLinear(bootstrap=Bootstrap(300, seed)).fit(counts)
            rate = float(generator.binomial(pairs, 0.1)) / pairs
            known = LinkageErrorCorrected(ErrorRates.known(3, rate), replicates=300, seed=seed)
            drawn = LinkageErrorCorrected(
                ErrorRates.known(3, rate, pairs=pairs), replicates=300, seed=seed
            )
            for name, found in zip(
                held, (naive, known.fit(counts), drawn.fit(counts)), strict=True
            ):
                low, high = found.interval or (0.0, 0.0)
                held[name] += low <= PEOPLE <= high
        yield {"validated pairs": pairs} | {name: n / repeats for name, n in held.items()}


def tables_of(
    persons: Sequence[NDArray[np.int64]], lists: NDArray[np.int64], names: tuple[str, ...]
) -> list[CaptureHistories]:
    made = []
    for person in persons:
        history = np.zeros(int(person.max()) + 1, dtype=np.int64)
        np.bitwise_or.at(history, person, 1 << lists)
        counts = np.bincount(history, minlength=1 << len(names))
        counts[0] = 0
        made.append(CaptureHistories(names, counts.astype(np.int64)))
    return made


def end_to_end(replicates: int, first_seed: int) -> Iterator[dict[str, Any]]:
    """Independent lists of synthetic people: true size known, all between by this software."""
    profiles: tuple[ProfileName, ...] = ("balanced", "strong")
    for seed in range(first_seed, first_seed + replicates):
        generator = np.random.default_rng(seed)
        number = int(generator.integers(3, 5))
        sizes = tuple(int(n) for n in generator.integers(400, 900, number))
        overlap = float(generator.choice([0.15, 0.3, 0.5]))
        made = Simulation(seed, sizes, overlap, float(generator.choice([0.4, 1.0])))
        truth = round(max(sizes) / overlap)
        folder = simulated_folder(made)
        profile = profiles[seed % 2]
        found = candidates_of(folder, profile, dt.date.today(), seed=f"key {seed}".encode())
        known = {"seed": seed, "profile": profile, "lists": number, "overlap": overlap}
        try:
            linked = link_by_probability(found.pairs, found.lists, floor=found.floor, seed=seed)
        except PolicyError as error:
            yield known | {"refused": error.faults[0].code}
            continue
        names = tuple("ABCDEF"[:number])
        (chosen,) = tables_of([linked.person["chosen"]], found.lists, names)
        (true,) = tables_of([found.entity], found.lists, names)
        drawn = tables_of(list(linked.draws.person), found.lists, names)
        make = METHODS["independent"].unseen
        assert make is not None
        counts = count_pairs(linked.person["chosen"], linked.draws, found.lists)
        said = {}
        for i, j in combinations(range(number), 2):
            rate = counts.of_lists(i, j)
            precision, missing = rate.precision.as_list(), rate.missed.as_list()
            said[i, j] = (rate.linked, precision[0], *missing)
        answers = {
            "error rates": LinkageErrorCorrected(
                rates_of_lists(chosen, said), replicates=300, seed=seed
            ).fit(chosen),
            "true links": LogLinear(bootstrap=Bootstrap(500, seed)).fit(true),
            "links as chosen": LogLinear(bootstrap=Bootstrap(500, seed)).fit(chosen),
            "over draws": average_over_draws(
                drawn, make(chosen), method="independent", settings=Bootstrap(1_500, seed)
            ),
        }
        yield known | {
            "truth": truth,
            "estimates": {
                name: [each.estimate, *(each.interval or (None, None))]
                for name, each in answers.items()
            },
        }


def held(results: Sequence[dict[str, Any]], name: str) -> tuple[float, float]:
    """Share of intervals that hold the truth, and the median estimate over the truth."""
    rows = [each for each in results if "truth" in each and each["estimates"][name][0]]
    inside = [r["estimates"][name][1] <= r["truth"] <= r["estimates"][name][2] for r in rows]
    return float(np.mean(inside)), float(
        np.median([r["estimates"][name][0] / r["truth"] for r in rows])
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage_error", description=__doc__)
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--replicates", type=int, default=60, help="from end to end")
    parser.add_argument("--first-seed", type=int, default=7000)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    by_mean = list(means(options.repeats))
    print(table(("errors", "naive", "corrected", "specification"),
                [(m["errors"], m["naive"], m["corrected"], str(m["specification"]))
                 for m in by_mean]))  # fmt: skip
    by_sample = list(coverage(options.repeats))
    for row in by_sample:
        print(row, flush=True)
    whole = []
    for each in end_to_end(options.replicates, options.first_seed):
        whole.append(each)
        print(each, flush=True)
    summary = {name: held(whole, name) for name in CONTENDERS}
    print(table(("from end to end", "coverage", "median over truth"),
                [(n, f"{c:.3f}", f"{m:.3f}") for n, (c, m) in summary.items()]))  # fmt: skip
    today = dt.date.today().isoformat()
    content = {
        "format": "linkage-linkage-error/1", "date": today, "commit": commit(),
        "machine": machine(), "means": by_mean, "coverage": by_sample, "end_to_end": whole,
        "summary": summary,
    }  # fmt: skip
    output = options.output or RESULTS / f"{today}-linkage-error.json"
    output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print("written:", output.name)


if __name__ == "__main__":
    main()
