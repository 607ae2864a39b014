"""Runs under the Python that has Splink 4: train by EM on DuckDB, score every blocked pair.

``python splink_em.py FOLDER`` reads ``records.csv`` and ``job.json`` there and writes
``found.npz`` (left, right, score as match weight) and ``found.json``. As its demonstrations do: one
comparison of both names, dates, term frequencies for codes, u by random sampling, m by EM on two
blocking rules, the share of matches from deterministic rules with a guessed recall.
"""

from __future__ import annotations

import json
import logging
import math
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

# the clustering threshold of Splink's "Getting started"
OWN_THRESHOLD = 0.95
GUESSED_RECALL = 0.7
LOWEST_WEIGHT = -20.0
SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"


class Kept(logging.Handler):
    """Keeps warnings, such as that a model is not fully trained."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning, in one line."""
        self.said.append(" ".join(record.getMessage().split()))


def comparisons(fields: list[str]) -> list[Any]:
    made: list[Any] = [
        cl.ForenameSurnameComparison(
            "given_name", "surname", forename_surname_concat_col_name="full_name"
        )
    ]
    for name in fields:
        if name == "date_of_birth":
            made.append(cl.DateOfBirthComparison(name, input_is_string=True))
        elif name == "postcode":
            made.append(
                cl.DamerauLevenshteinAtThresholds(name, [1, 2]).configure(
                    term_frequency_adjustments=True
                )
            )
        elif name == "address":
            made.append(cl.JaroWinklerAtThresholds(name, [0.92, 0.8]))
        elif name == "nationality":
            made.append(cl.ExactMatch(name).configure(term_frequency_adjustments=True))
        elif name in ("sex", "age"):
            made.append(cl.ExactMatch(name))
    return made


def certain(fields: list[str]) -> list[str]:
    """Rules that hardly any two people satisfy, after Splink's tutorial."""
    near_names = "l.given_name = r.given_name and levenshtein(r.surname, l.surname) <= 2"
    if "date_of_birth" not in fields:
        return [near_names]
    near_dates = "levenshtein(r.date_of_birth, l.date_of_birth) <= 1"
    return [f"l.{name} = r.{name} and {near_dates}" for name in ("given_name", "surname")] + [
        near_names
    ]


def main(place: Path) -> None:
    began = time.perf_counter()
    kept = Kept()
    logging.getLogger("splink").addHandler(kept)
    job = json.loads((place / "job.json").read_text())
    frame = pd.read_csv(
        place / "records.csv", dtype=str, keep_default_na=False, na_values=[""]
    ).astype(object)
    frame = frame.where(frame.notna(), None)
    frame["record"] = frame["record"].astype(np.int64)
    frame["full_name"] = frame["given_name"] + " " + frame["surname"]
    fields = job["fields"]
    parts = {name: part.copy() for name, part in frame.groupby("source")}
    settings = SettingsCreator(
        link_type="link_and_dedupe" if job["duplicates"] else "link_only",
        unique_id_column_name="record",
        comparisons=comparisons(fields),
        blocking_rules_to_generate_predictions=[*(block_on(*r) for r in job["blocks"]), SWAPPED]
        if job["blocks"]
        else ["1=1"],
    )
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    linker = Linker(
        list(parts.values()),
        settings,
        db_api=DuckDBAPI(connection=connection),
        input_table_aliases=list(parts),
    )
    training = linker.training
    training.estimate_probability_two_random_records_match(certain(fields), recall=GUESSED_RECALL)
    training.estimate_u_using_random_sampling(max_pairs=job["u_pairs"], seed=1)
    other = "date_of_birth" if "date_of_birth" in fields else "postcode"
    for rule in (block_on("given_name", "surname"), block_on(other)):
        training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    pairs = linker.inference.predict(threshold_match_weight=LOWEST_WEIGHT).as_pandas_dataframe()
    np.savez(
        place / "found.npz",
        left=pairs["record_l"].to_numpy(np.int64),
        right=pairs["record_r"].to_numpy(np.int64),
        score=pairs["match_weight"].to_numpy(np.float64),
    )
    learnt = linker.misc.save_model_to_json()
    told = {
        "own_threshold": math.log2(OWN_THRESHOLD / (1 - OWN_THRESHOLD)),
        "versions": {name: version(name) for name in ("splink", "duckdb")},
        "seconds": round(time.perf_counter() - began, 1),
        "learnt": {"share of matches": learnt["probability_two_random_records_match"]},
        "warnings": sorted(set(kept.said)),
    }
    (place / "found.json").write_text(json.dumps(told, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
