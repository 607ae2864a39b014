"""What weights of tokens and filters are worth: recall at precision .95 over several keys.

python -m benchmarks.tokens FOLDER... [--keys 5] [--only WORD] [--output results.json]

Reads the lists of every folder once, encodes them in this process under several keys, scores all
pairs and sweeps the threshold on the truth. One key alone moves the recall on few true pairs by
.01 to .02, so a case counts by its mean. Thresholds are chosen on the truth: this compares
encodings and is no measure of what the software finds.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.journey.__main__ import RESULTS, commit, machine

from linkage.agreement.profiles import PROFILES, Profile, ProfileName
from linkage.bench.configuration import CONFIGURATIONS, Configuration
from linkage.bench.evaluate import Sweep, sweep_thresholds
from linkage.bench.folder import BenchmarkFolder, read_folder
from linkage.bench.in_process import NormalisedFolder, encode_filters, normalise_folder
from linkage.bench.projects import folder_agreement
from linkage.bench.text import table
from linkage.compare.score import score_histogram, score_pairs
from linkage.encode.filter_input import EncodedFilter
from linkage.link.threshold import candidate_floor

Weights = tuple[int, int, int, int]
"""Weight of a token of: names, date, sex, nationality."""

SPLITS = {name: CONFIGURATIONS[name].split for name in ("single", "double", "split")}


@dataclass(frozen=True, slots=True)
class Case:
    """One encoding.

    Attributes:
        profile: the profile it starts from.
        split: name of the split of fields over filters.
        weights: of the tokens.
        filter_weights: of the filters' similarities; empty for one filter.
        bits: length of every filter; None for the profile's own.
    """

    profile: ProfileName
    split: str
    weights: Weights
    filter_weights: tuple[int, ...] = ()
    bits: int | None = None

    @property
    def name(self) -> str:
        """One line."""
        bits = self.bits or PROFILES[self.profile].bits
        of_filters = f" filters {_ratio(self.filter_weights)}" if self.filter_weights else ""
        return f"{self.profile} {bits} {self.split} tokens {_ratio(self.weights)}{of_filters}"

    def configuration(self) -> Configuration:
        """The same as a configuration of a benchmark."""
        names, date, sex, nationality = self.weights
        return Configuration(
            split=SPLITS[self.split],
            filter_weights=self.filter_weights,
            token_weights=(
                *(("name", names), ("date", date)),
                *(("sex", sex), ("nationality", nationality)),
            ),
        )


def _ratio(weights: Sequence[int]) -> str:
    return ":".join(map(str, weights))


BLOOM: Weights = (2, 3, 3, 3)
COSINE: Weights = (4, 5, 4, 5)
CASES = (
    *(Case("balanced", "single", each) for each in (BLOOM, COSINE, (4, 5, 5, 5))),
    *(Case("clk", "single", each) for each in (BLOOM, (2, 3, 2, 2), (2, 3, 3, 2))),
    *(
        Case("strong", "double", each, (3, 1))
        for each in (BLOOM, COSINE, (4, 7, 6, 6), (4, 7, 5, 7))
    ),
    *(Case("strong", "single", each, bits=8192) for each in (BLOOM, COSINE)),
    Case("balanced", "split", COSINE, (6, 3, 2)),
    Case("clk", "split", BLOOM, (6, 3, 2)),
)
"""The weights that profiles start with, and others near them."""


def encoded(
    case: Case, folder: BenchmarkFolder, normalised: NormalisedFolder, seed: bytes
) -> tuple[tuple[EncodedFilter, ...], Profile, tuple[int, ...]]:
    """Every filter of all records, the profile they were made under, the filters' weights."""
    profile = PROFILES[case.profile]
    profile = dataclasses.replace(profile, bits=case.bits or profile.bits)
    agreement = folder_agreement(folder, case.profile, dt.date.today(), case.configuration())
    filters = encode_filters(normalised.records, agreement, profile, profile.bits, seed)
    return filters, profile, agreement.filter_weights


def swept(
    case: Case, folder: BenchmarkFolder, normalised: NormalisedFolder, keys: int
) -> Iterator[Sweep]:
    """Precision and recall at every threshold, under one key after the other."""
    lists = normalised.lists
    floor: float | None = None
    for key in range(keys):
        filters, profile, filter_weights = encoded(case, folder, normalised, f"key {key}".encode())
        matrices = [each.matrix for each in filters]
        weights = np.stack([each.weights for each in filters], axis=1)
        scoring: dict[str, Any] = {
            "profile": profile,
            "filter_weights": filter_weights,
            "weights": weights if profile.carries_weights else None,
        }
        if floor is None:  # the floor hardly depends on the key, and lies far below any threshold
            counted = score_histogram(matrices, lists, **scoring)
            every = counted.histogram_between + counted.histogram_within
            floor = candidate_floor(every, counted.bin_edges, len(lists))
        pairs = score_pairs(matrices, lists, floor=floor, **scoring).pairs
        pairs = pairs.where(lists[pairs.left] != lists[pairs.right])
        same = normalised.entity[pairs.left] == normalised.entity[pairs.right]
        yield sweep_thresholds(pairs.score, same, normalised.true_pairs)


def measured(cases: Sequence[Case], folder: BenchmarkFolder, keys: int) -> Iterator[dict[str, Any]]:
    """The figures of every case, as they come."""
    plain = CONFIGURATIONS["single"]
    normalised = normalise_folder(folder, "clk", plain, dt.date.today())
    for case in cases:
        began = time.monotonic()
        sweeps = list(swept(case, folder, normalised, keys))
        recall = [sweep.recall_at(0.95)[0] for sweep in sweeps]
        f1 = [sweep.best_f1()[0] for sweep in sweeps]
        yield {
            "data": folder.name,
            "case": case.name,
            "profile": case.profile,
            "split": case.split,
            "token_weights": dict(
                zip(("names", "date", "sex", "nationality"), case.weights, strict=True)
            ),
            "filter_weights": list(case.filter_weights),
            "bits": case.bits or PROFILES[case.profile].bits,
            "recall_at_precision_95": [round(value, 4) for value in recall],
            "best_f1": [round(value, 4) for value in f1],
            "seconds": round(time.monotonic() - began, 1),
        }


def row_of(result: dict[str, Any]) -> tuple[str, ...]:
    recall, f1 = result["recall_at_precision_95"], result["best_f1"]
    return (
        result["data"],
        result["case"],
        f"{np.mean(recall):.3f}",
        f"{min(recall):.3f} to {max(recall):.3f}",
        f"{np.mean(f1):.3f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tokens")
    parser.add_argument("folders", nargs="+", type=Path, help="lists and truth.csv(.gz)")
    parser.add_argument("--keys", type=int, default=5)
    parser.add_argument("--only", default="", help="cases whose name has this in it")
    parser.add_argument("--output", type=Path, help="JSON to write instead of a dated one")
    options = parser.parse_args()
    cases = [case for case in CASES if options.only in case.name]
    results = []
    for path in options.folders:
        for result in measured(cases, read_folder(path.resolve()), options.keys):
            print(" · ".join(row_of(result)), file=sys.stderr, flush=True)
            results.append(result)
    heads = ("data", "case", "recall at precision .95", "over the keys", "best F1")
    print(table(heads, [row_of(result) for result in results]))
    today = dt.date.today().isoformat()
    output = options.output or RESULTS / f"{today}-tokens.json"
    head = {"format": "linkage-tokens/1", "date": today, "commit": commit(), "machine": machine()}
    content = {**head, "keys": options.keys, "results": results}
    output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {output}")


if __name__ == "__main__":
    main()
