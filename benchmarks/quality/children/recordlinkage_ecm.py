"""Runs under the Python that has recordlinkage: compare, learn by ECM, score every pair.

``python recordlinkage_ecm.py FOLDER`` reads ``records.csv`` and ``job.json`` there and writes
``found.npz`` (left, right, score) and ``found.json``. As its guide does: Jaro-Winkler >= 0.85 for
names and addresses, equality for the rest, a missing value disagrees.

ECM takes the fields to be independent given the truth. Pairs from several blocking rules are not:
each rule selects on a field that is compared. So all pairs are compared, list by list and a slice
at a time, of which only the pattern of agreement is kept; where there are too many pairs, those of
one birth year.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import recordlinkage as rl

SIMILAR = 0.85
OWN_THRESHOLD = 0.5
TEXTS = ("given_name", "surname", "address")
SLICE = 4_000_000
MOST_DISTINCT = 12_000
MOST_PAIRS = 130_000_000
PAIRS_A_RECORD = 20


def frames(frame: pd.DataFrame, *, duplicates: bool) -> Iterator[tuple[pd.DataFrame, ...]]:
    """Two lists, or one that is compared with itself."""
    parts = [part for _, part in frame.groupby("source")]
    yield from itertools.combinations(parts, 2)
    if duplicates:
        yield from ((part,) for part in parts)


def slices(frame: pd.DataFrame, job: dict[str, Any], block: str | None) -> Iterator[pd.MultiIndex]:
    """The pairs to compare, a slice at a time."""
    for parts in frames(frame, duplicates=job["duplicates"]):
        index = rl.Index()
        if block:
            index.block(block)
        else:
            index.full()
        rows = max(SLICE // len(parts[-1]), 1)
        if len(parts) == 1:
            yield index.index(parts[0])
            continue
        for first in range(0, len(parts[0]), rows):
            yield index.index(parts[0].iloc[first : first + rows], parts[1])


def similar(name: str, values: pd.Series) -> np.ndarray:
    """``(distinct + 1, distinct + 1)`` bool: which values are alike; the last one is "missing".

    A text occurs in many pairs: comparing distinct values once gives the same, in less time.
    """
    table = pd.DataFrame({name: values})
    alike = np.zeros((len(values) + 1, len(values) + 1), bool)
    rows = max(SLICE // max(len(values), 1), 1)
    for first in range(0, len(values), rows):
        index = rl.Index()
        index.full()
        part = table.iloc[first : first + rows]
        compare = rl.Compare()
        compare.string(name, name, method="jarowinkler", threshold=SIMILAR, label=name)
        found = compare.compute(index.index(part, table), part, table)[name].to_numpy() > 0
        alike[first : first + len(part), :-1] = found.reshape(len(part), len(values))
    return alike


class Agreement:
    """Which fields of two records agree, as a pattern of bits."""

    def __init__(self, frame: pd.DataFrame, fields: list[str]) -> None:
        self.fields = fields
        self.frame = frame
        self.alike: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for name in fields:
            codes, values = pd.factorize(frame[name])
            if name in TEXTS and len(values) <= MOST_DISTINCT:
                self.alike[name] = codes, similar(name, pd.Series(values, dtype=object))

    def of(self, pairs: pd.MultiIndex) -> np.ndarray:
        """``(pairs,)`` uint8, bit ``i`` set where field ``i`` agrees."""
        compare = rl.Compare()
        direct = [name for name in self.fields if name not in self.alike]
        for name in direct:
            if name in TEXTS:
                compare.string(name, name, method="jarowinkler", threshold=SIMILAR, label=name)
            else:
                compare.exact(name, name, label=name)
        values = compare.compute(pairs, self.frame, self.frame) if direct else None
        left, right = (pairs.get_level_values(level).to_numpy() for level in (0, 1))
        pattern = np.zeros(len(pairs), np.uint8)
        for place, name in enumerate(self.fields):
            if name in self.alike:
                codes, alike = self.alike[name]
                agree = alike[codes[left], codes[right]]
            else:
                agree = values[name].to_numpy() > 0
            pattern |= agree.astype(np.uint8) << place
        return pattern


def learnt(patterns: np.ndarray, table: pd.DataFrame) -> rl.ECMClassifier:
    """ECM fitted to all pairs.

    It counts the distinct rows by sorting them, minutes for millions of pairs; here they are
    counted from the patterns, with the same outcome.
    """
    sort = np.unique
    counts = np.bincount(patterns, minlength=len(table))

    def unique(values: Any, *arguments: Any, axis: int | None = None, **options: Any) -> Any:
        if axis is None or len(values) != len(patterns):
            return sort(values, *arguments, axis=axis, **options)
        return table.to_numpy()[counts > 0], counts[counts > 0]

    learner = rl.ECMClassifier()
    with mock.patch.object(np, "unique", unique):
        learner.fit(pd.DataFrame(table.to_numpy()[patterns], columns=table.columns))
    return learner


def number_of_pairs(frame: pd.DataFrame, *, duplicates: bool) -> int:
    sizes = [[len(part) for part in parts] for parts in frames(frame, duplicates=duplicates)]
    return sum(
        each[0] * each[1] if len(each) > 1 else each[0] * (each[0] - 1) // 2 for each in sizes
    )


def main(place: Path) -> None:
    began = time.perf_counter()
    job = json.loads((place / "job.json").read_text())
    # an empty cell is missing: two of them must not agree, nor make a block
    frame = pd.read_csv(
        place / "records.csv", dtype=str, keep_default_na=False, na_values=[""], index_col="record"
    )
    frame.index = frame.index.astype(np.int64)
    fields = job["fields"]
    every = number_of_pairs(frame, duplicates=job["duplicates"])
    block = None
    if every > MOST_PAIRS:
        block = "birth_year" if "birth_year" in frame else "postcode"
    agreement = Agreement(frame, fields)
    left, right, pattern = [], [], []
    for pairs in slices(frame, job, block):
        if len(pairs):
            left.append(pairs.get_level_values(0).to_numpy(np.int32))
            right.append(pairs.get_level_values(1).to_numpy(np.int32))
            pattern.append(agreement.of(pairs))
    patterns = np.concatenate(pattern)
    table = (np.arange(1 << len(fields))[:, None] >> np.arange(len(fields)) & 1).astype(np.uint8)
    named = pd.DataFrame(table, columns=fields)
    learner = learnt(patterns, named)
    score = learner.prob(named).to_numpy()[patterns]
    last = max(len(score) - PAIRS_A_RECORD * len(frame), 0)
    kept = score >= min(OWN_THRESHOLD, np.partition(score, last)[last])
    np.savez(
        place / "found.npz",
        left=np.concatenate(left)[kept].astype(np.int64),
        right=np.concatenate(right)[kept].astype(np.int64),
        score=score[kept],
    )
    told = {
        "own_threshold": OWN_THRESHOLD,
        "versions": {"recordlinkage": version("recordlinkage")},
        "seconds": round(time.perf_counter() - began, 1),
        "pairs": f"{len(patterns):,} of {every:,}" + (f", same {block}" if block else ""),
        "learnt": {
            "share of matches": float(learner.p),
            "m": {name: float(values.get(1, 0)) for name, values in learner.m_probs.items()},
            "u": {name: float(values.get(1, 0)) for name, values in learner.u_probs.items()},
        },
    }
    (place / "found.json").write_text(json.dumps(told, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
