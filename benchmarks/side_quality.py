"""What filters, presence patterns and token counts could add: a score trained on the truth.

python -m benchmarks.side_quality FOLDER... [--keys 3] [--output results.json]

Candidate pairs are scored by a logistic regression on the filters' similarities, on which filters
are empty and how alike both records are to strangers (visible in any case), and on presence and
token counts where they travel; trained on four fifths of the people and asked about the rest, in
turn. Nobody has the truth in earnest, and a better model may find more: the *differences* between
columns are what this measures. Beside them, what the linkage unit ranks by: no truth, no side
information.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.journey.__main__ import RESULTS, commit, machine
from benchmarks.side_information import counts_of, presence_of
from benchmarks.tokens import BLOOM, COSINE, Case, encoded
from numpy.typing import NDArray

from linkage.bench.configuration import CONFIGURATIONS
from linkage.bench.evaluate import sweep_thresholds
from linkage.bench.folder import BenchmarkFolder, read_folder
from linkage.bench.in_process import NormalisedFolder, normalise_folder
from linkage.bench.projects import folder_agreement
from linkage.bench.text import table
from linkage.compare.score import score_histogram, score_pairs
from linkage.link.score import LinkScores, score_candidates
from linkage.link.surplus import stranger_levels
from linkage.link.threshold import candidate_floor
from linkage.types import CandidatePairs

CASES = (
    Case("clk", "single", BLOOM),
    Case("clk", "split", BLOOM, (6, 3, 2)),
    Case("balanced", "single", COSINE),
    Case("balanced", "double", COSINE, (3, 1)),
    Case("balanced", "split", COSINE, (6, 3, 2)),
    Case("strong", "single", COSINE),
    Case("strong", "double", BLOOM, (3, 1)),
    Case("strong", "split", COSINE, (6, 3, 2)),
)
TRAVELS = ("nothing", "presence", "counts", "presence and counts")
CANDIDATES = 60_000
"""Pairs that are looked at, best mean similarity first: far more than there are true ones."""
FOLDS = 5
STEPS = 12
PENALTY = 1.0

Features = NDArray[np.float64]


def fitted(features: Features, same: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of a logistic regression with a small ridge penalty, by Newton's method."""
    weights = np.zeros(features.shape[1])
    ridge = PENALTY * np.eye(features.shape[1])
    ridge[0, 0] = 0.0
    for _ in range(STEPS):
        odds = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        slope = features.T @ (same - odds) - ridge @ weights
        curvature = (features * (odds * (1 - odds))[:, None]).T @ features + ridge
        weights = weights + np.linalg.solve(curvature, slope)
    return weights


def out_of_fold(
    features: Features, same: NDArray[np.bool_], people: NDArray[np.int64]
) -> NDArray[np.float64]:
    """``(pairs,)`` score of each pair by a model that never saw a pair of its fold.

    A pair belongs to the fold of the lower-numbered of its two people.
    """
    spread = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-9)
    spread = np.hstack([np.ones((len(features), 1)), spread])
    scores = np.empty(len(features))
    for fold in range(FOLDS):
        asked = people % FOLDS == fold
        scores[asked] = spread[asked] @ fitted(spread[~asked], same[~asked])
    return scores


def features_of(
    pairs: CandidatePairs,
    empty: NDArray[np.bool_],
    levels: Features,
    presence: NDArray[np.int64] | None,
    counts: NDArray[np.int64] | None,
) -> Features:
    """``(pairs, features)`` of what the linkage unit sees of both records."""
    similarity = pairs.similarity
    compared = ~(empty[pairs.left] | empty[pairs.right])
    strangers = np.stack(
        [
            (levels[pairs.left] + levels[pairs.right]) / 2,
            np.abs(levels[pairs.left] - levels[pairs.right]),
        ],
        axis=1,
    )
    columns = [similarity, similarity**2, compared, similarity[:, :1] * similarity, strangers]
    if presence is not None:
        both = presence[pairs.left] & presence[pairs.right]
        columns += [both, both * similarity[:, :1]]
    if counts is not None:
        least = np.minimum(counts[pairs.left], counts[pairs.right])
        most = np.maximum(counts[pairs.left], counts[pairs.right])
        ratio = (least + 1) / (most + 1)
        columns += [ratio, np.log1p(least), similarity * ratio, similarity * np.log1p(least)]
    return np.hstack([np.asarray(column, dtype=np.float64) for column in columns])


def candidates(
    case: Case, folder: BenchmarkFolder, normalised: NormalisedFolder, seed: bytes
) -> tuple[CandidatePairs, NDArray[np.bool_], Features, LinkScores]:
    """The most similar cross-list pairs, empty filters, stranger levels, the unit's own scores."""
    filters, profile, filter_weights = encoded(case, folder, normalised, seed)
    matrices = [each.matrix for each in filters]
    lists = normalised.lists
    scoring: dict[str, Any] = {"profile": profile, "filter_weights": filter_weights}
    counted = score_histogram(matrices, lists, **scoring)
    every = counted.histogram_between + counted.histogram_within
    floor = candidate_floor(every, counted.bin_edges, len(lists))
    pairs = score_pairs(matrices, lists, floor=floor, **scoring).pairs
    levels = stranger_levels(pairs, len(lists), floor=floor)
    own = score_candidates(pairs, lists, floor=floor)
    empty = np.stack([~each.words.any(axis=1) for each in matrices], axis=1)
    pairs = pairs.where(lists[pairs.left] != lists[pairs.right])
    least = np.sort(pairs.score)[-CANDIDATES:].min()
    return pairs.where(pairs.score >= least), empty, levels, own


def measured(folder: BenchmarkFolder, keys: int) -> Iterator[dict[str, Any]]:
    """The figures of every case, as they come."""
    today = dt.date.today()
    normalised = normalise_folder(folder, "clk", CONFIGURATIONS["single"], today)
    for case in CASES:
        agreement = folder_agreement(folder, case.profile, today, case.configuration())
        presence = presence_of(normalised.records, agreement)
        counts = counts_of(normalised.records, agreement)
        recall: dict[str, list[float]] = {name: [] for name in ("mean", "own", *TRAVELS)}
        for key in range(keys):
            pairs, empty, levels, own = candidates(case, folder, normalised, f"key {key}".encode())
            same = normalised.entity[pairs.left] == normalised.entity[pairs.right]
            people = np.minimum(normalised.entity[pairs.left], normalised.entity[pairs.right])
            scores = {"mean": pairs.score}
            for name in TRAVELS:
                features = features_of(
                    pairs,
                    empty,
                    levels,
                    presence if "presence" in name else None,
                    counts if "counts" in name else None,
                )
                scores[name] = out_of_fold(features, same, people)
            right = normalised.entity[own.pairs.left] == normalised.entity[own.pairs.right]
            swept = sweep_thresholds(
                own.fit.log_odds[own.between], right[own.between], normalised.true_pairs
            )
            recall["own"].append(round(swept.recall_at(0.95)[0], 4))
            for name, score in scores.items():
                sweep = sweep_thresholds(score, same, normalised.true_pairs)
                recall[name].append(round(sweep.recall_at(0.95)[0], 4))
        yield {
            "data": folder.name,
            "case": case.name,
            "profile": case.profile,
            "split": case.split,
            "recall_at_precision_95": recall,
        }


def row_of(result: dict[str, Any]) -> Sequence[str]:
    recall = result["recall_at_precision_95"].values()
    return (result["data"], result["case"], *(f"{np.mean(each):.3f}" for each in recall))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.side_quality")
    parser.add_argument("folders", nargs="+", type=Path, help="lists and truth.csv(.gz)")
    parser.add_argument("--keys", type=int, default=3)
    parser.add_argument("--output", type=Path, help="JSON to write instead of a dated one")
    options = parser.parse_args()
    results = []
    for path in options.folders:
        for result in measured(read_folder(path.resolve()), options.keys):
            print(" · ".join(row_of(result)), file=sys.stderr, flush=True)
            results.append(result)
    heads = (
        "data",
        "case",
        "mean similarity",
        "linkage unit",
        *(f"trained, {name}" for name in TRAVELS),
    )
    print(table(heads, [row_of(result) for result in results]))
    today = dt.date.today().isoformat()
    output = options.output or RESULTS / f"{today}-side-quality.json"
    head = {"format": "linkage-side-quality/1", "date": today, "commit": commit()}
    content = {**head, "machine": machine(), "keys": options.keys, "results": results}
    output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {output}")


if __name__ == "__main__":
    main()
