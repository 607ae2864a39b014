"""Runs under the Python that has clkhash and anonlink: encode, compare, solve at many thresholds.

``python clkhash_anonlink.py FOLDER`` reads ``records.csv`` and ``job.json`` there and writes
``found.npz`` (threshold, and person of every record at it) and ``found.json``. The schema is that
of clkhash's tutorial: bigrams of names and addresses, positional digits of dates and postcodes, 200
bits for names and dates and 100 for the rest, 1,024 in all.
"""

from __future__ import annotations

import array
import base64
import csv
import io
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anonlink
import numpy as np
from clkhash.clk import generate_clk_from_csv
from clkhash.schema import from_json_dict

# anonlink-client's default, and the threshold that its tutorial ends with
OWN_THRESHOLD = 0.8
FLOORS = (0.7, 0.65, 0.6, 0.55)
HIGHEST = 0.95
STEP = 0.01
PAIRS_A_RECORD = 40
WORDS = {"type": "ngram", "n": 2}
DIGITS = {"type": "ngram", "n": 1, "positional": True}
CODE = {"type": "exact"}
FIELDS: dict[str, tuple[dict[str, Any], int]] = {
    "given_name": (WORDS, 200),
    "surname": (WORDS, 200),
    "date_of_birth": (DIGITS, 200),
    "sex": (CODE, 100),
    "nationality": (CODE, 100),
    "postcode": (DIGITS, 100),
    "address": (WORDS, 100),
    "age": (CODE, 100),
}


def schema(fields: list[str]) -> Any:
    kdf = {
        "type": "HKDF",
        "hash": "SHA256",
        "salt": base64.b64encode(b"a salt of the benchmark").decode(),
        "info": base64.b64encode(b"quality").decode(),
        "keySize": 64,
    }
    features = [
        {
            "identifier": name,
            "format": {"type": "string", "encoding": "utf-8"},
            "hashing": {
                "comparison": FIELDS[name][0],
                "strategy": {"bitsPerFeature": FIELDS[name][1]},
                "hash": {"type": "doubleHash"},
            },
        }
        for name in fields
    ]
    return from_json_dict(
        {"version": 3, "clkConfig": {"l": 1024, "kdf": kdf}, "features": features}
    )


def encoded(rows: list[dict[str, str]], fields: list[str]) -> Any:
    text = io.StringIO()
    writer = csv.DictWriter(text, fields, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    text.seek(0)
    return generate_clk_from_csv(
        text, "secret", schema(fields), validate=False, progress_bar=False, max_workers=1
    )


def above(candidates: Any, threshold: float) -> Any:
    """The candidates that reach a threshold; they come in decreasing order."""
    score, lists, rows = candidates
    many = int(np.count_nonzero(np.frombuffer(score) >= threshold)) if len(score) else 0
    return (
        array.array("d", score[:many]),
        tuple(each[:many] for each in lists),
        tuple(each[:many] for each in rows),
    )


def main(place: Path) -> None:
    began = time.perf_counter()
    job = json.loads((place / "job.json").read_text())
    with (place / "records.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    fields = job["fields"]
    lists: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        lists.setdefault(row["source"], []).append(row)
    filters = [encoded(part, fields) for part in lists.values()]
    first = np.cumsum([0, *map(len, filters)])
    density = float(np.mean([one.count() for part in filters for one in part])) / 1024
    floor, candidates = FLOORS[0], None
    for trial in FLOORS:
        found = anonlink.candidate_generation.find_candidate_pairs(
            filters, anonlink.similarities.dice_coefficient, trial
        )
        floor, candidates = trial, found
        if len(found[0]) > PAIRS_A_RECORD * len(rows):
            break
    thresholds = np.round(np.arange(floor, HIGHEST + STEP / 2, STEP), 4)
    person = np.empty((len(thresholds), len(rows)), np.int64)
    for place_of, threshold in enumerate(thresholds):
        person[place_of] = np.arange(len(rows))
        for group in anonlink.solving.greedy_solve(above(candidates, threshold)):
            members = [int(first[which]) + int(row) for which, row in group]
            person[place_of, members] = members[0]
    np.savez(place / "found.npz", threshold=thresholds, person=person)
    told = {
        "own_threshold": OWN_THRESHOLD,
        "versions": {name: version(name) for name in ("clkhash", "anonlink")},
        "seconds": round(time.perf_counter() - began, 1),
        "learnt": {"density": round(density, 3), "floor": floor, "pairs": len(candidates[0])},
    }
    (place / "found.json").write_text(json.dumps(told, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
