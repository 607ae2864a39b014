"""Run the strong attacks beside the figures that they have to reach.

python -m benchmarks.attacks FOLDER_OR_FILE ... [--only clk,saul-4-4096] [--attack seeded]
                             [--repeats 1]

Files are tab-separated lists (``fakename_1k.tsv.gz``), a folder stands for those in it. A row of
`reference.csv` is run where there is a file of as many people and an encoder; what stands in the
reference must be attacked at least as hard here: a ratio of .95 or more passes, two records
more or less.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.attacks.schemes import People, encoder, read_people, scheme
from benchmarks.journey.__main__ import RESULTS, commit, machine

from linkage.attack import Background, Target, match_graphs, regress_known_pairs
from linkage.attack.people import Overlap, draw_overlap
from linkage.attack.simulate import background_of, target_of
from linkage.bench.text import table

REFERENCE = Path(__file__).with_name("reference.csv")
PASSES = 0.95
CHANCE = 2
"""Records that a figure may fall short by: one in a thousand found by chance is no figure."""


def files_of(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.tsv.gz")) if path.is_dir() else [path]


def prepared(
    people: People, name: str, overlap: float, seed: int
) -> tuple[Overlap, Target, Background] | None:
    """A list under a key, and the attacker's people; None without an encoder."""
    profile = scheme(name)
    if profile is None:
        return None
    drawn = draw_overlap(len(people), overlap, seed)
    listed, owned = (people.take(rows) for rows in (drawn.target, drawn.background))
    target = target_of(encoder(listed, profile)(b"secret %d" % seed), profile)
    background = background_of(owned.tokens(), encoder(owned, profile), profile, seed=seed)
    return drawn, target, background


def run(
    row: dict[str, str], drawn: Overlap, target: Target, background: Background, seed: int
) -> dict[str, Any]:
    """One attack: what it found, how sure it was, seconds."""
    known = drawn.draw_known(int(row["known_pairs"]), seed)
    begun = time.perf_counter()
    if row["attack"] == "known-pair regression":
        guesses = regress_known_pairs(target, background, known, seed=seed)
    else:
        guesses = match_graphs(target, background, known=known, seed=seed)
    seconds = time.perf_counter() - begun
    return {
        "figure": guesses.share_right(drawn.truth, known),
        "certainty": guesses.certainty,
        "seconds": round(seconds, 2),
    }


def measured(
    rows: Sequence[dict[str, str]], lists: dict[int, People], repeats: int
) -> Iterator[dict[str, Any]]:
    """Every row of the reference that can be run, with the mean over the repeats."""
    ready: tuple[Any, Any] = (None, None)
    for row in rows:
        people = lists.get(int(row["people"]))
        if people is None:
            continue
        found = []
        for seed in range(1, repeats + 1):
            what = (row["encoding"], row["people"], row["overlap"], seed)
            if ready[0] != what:
                ready = what, prepared(people, row["encoding"], float(row["overlap"]), seed)
            if ready[1] is not None:
                found.append(run(row, *ready[1], seed))
        if not found:
            continue
        mean = {name: round(float(np.mean([each[name] for each in found])), 4) for name in found[0]}
        reference = float(row["figure"])
        ratio = round(mean["figure"] / reference, 3) if reference else None
        result = {
            **{name: row[name] for name in ("encoding", "attack", "people", "overlap")},
            "known_pairs": int(row["known_pairs"]),
            "reference": reference,
            **mean,
            "ratio": ratio,
            "passes": mean["figure"] + CHANCE / len(people) >= PASSES * reference,
        }
        print(result, file=sys.stderr, flush=True)
        yield result


def printed(found: Sequence[dict[str, Any]]) -> str:
    heads = ("encoding", "attack", "people", "overlap", "known", "here", "reference", "ratio")
    rows = [
        (
            *(str(each[name]) for name in ("encoding", "attack", "people", "overlap")),
            str(each["known_pairs"]),
            f"{each['figure']:.3f}",
            f"{each['reference']:.3f}",
            "" if each["ratio"] is None else f"{each['ratio']:.2f}",
            f"{each['certainty']:.2f}",
            f"{each['seconds']:.1f}",
            "" if each["passes"] else "short",
        )
        for each in found
    ]
    return table((*heads, "certainty", "seconds", ""), rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attacks")
    parser.add_argument("paths", type=Path, nargs="+", help="lists, or folders of lists")
    parser.add_argument("--only", help="encodings, separated by commas")
    parser.add_argument("--attack", default="", help="part of the attack's name")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--output", type=Path, help="JSON to write instead of a dated one")
    options = parser.parse_args()
    every = [read_people(path) for path in files_of(options.paths)]
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if options.attack in row["attack"]]
    if options.only:
        rows = [row for row in rows if row["encoding"] in options.only.split(",")]
    rows.sort(key=lambda row: (row["people"], row["encoding"], row["overlap"]))
    found = list(measured(rows, {len(each): each for each in every}, options.repeats))
    print(printed(found))
    today = dt.date.today().isoformat()
    content = {
        "format": "linkage-attacks/1",
        "date": today,
        "commit": commit(),
        "machine": machine(),
        "repeats": options.repeats,
        "found": found,
    }
    output = options.output or RESULTS / f"{today}-attacks.json"
    output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {output}")


if __name__ == "__main__":
    main()
