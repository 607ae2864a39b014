"""The text of a diagnosis: its parts, its width, and every number where it belongs."""

from __future__ import annotations

import dataclasses
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.diagnosis_page import made_up_page

from linkage.cli.diagnosis_text import diagnosis_text, histogram_lines
from linkage.roles.linkage_unit import Diagnosis
from linkage.roles.linkage_unit.diagnose import count_draws, count_scenario
from linkage.roles.linkage_unit.diagnosis_files import diagnosis_page
from linkage.workspace import SCENARIOS, LinkState

PARTS = ("WHAT WAS FOUND", "HOW SURE", "WHERE IT IS WEAK", "WHAT TO DO NEXT")
RECORDS = 200


def state_of(lists: int, *, probability: bool = True) -> LinkState:
    """Random people on lists of the longest names that an agreement allows."""
    generator = np.random.default_rng(lists)
    names = tuple(f"list_{number:_>11}" for number in range(lists))
    curves = made_up_page(lists).curves
    assert curves is not None
    person = {
        name: np.unique(generator.integers(0, 99, lists * RECORDS), return_inverse=True)[1]
        for name in SCENARIOS
    }
    rate = {"linked": 12_345, "precision": [1.0, 1.0, 1.0], "missed": [0.99, 0.98, 1.0]}
    counts = dict.fromkeys(("joined", "twice", "weak", "chained", "outbid"), 12_345)
    stratum = {"stratum": "nationality_group", "value": "a value of a stratum that is long"}
    return LinkState(
        lists=names,
        records=(RECORDS,) * lists,
        method="probability" if probability else "similarity",
        thresholds={"low": 0.2, "chosen": 0.5, "high": 0.8},
        person=person,
        overridden=False,
        explanation=("word " * 60,),
        rates={
            "overall": rate,
            "lists": [{"lists": list(two), **rate} for two in combinations(names, 2)],
            "strata": [stratum | rate],
        }
        if probability
        else {},
        components=dataclasses.asdict(curves) | {"hidden": 9.0} if probability else {},
        conflicts={
            "overall": counts,
            "lists": [{"list": name, **counts} for name in names],
            "strata": [stratum | counts] if probability else [],
        },
        draws=np.stack(list(person.values())).astype(np.int32)
        if probability
        else np.empty((0, lists * RECORDS), dtype=np.int32),
        candidates=0,
        bin_edges=np.linspace(0.0, 1.0, 101),
        histogram=np.arange(100, dtype=np.int64) ** 4,
        linked="2026-11-23T12:00:00+00:00",
    )


def diagnosis_of(state: LinkState) -> Diagnosis:
    return Diagnosis(
        state=state,
        scenarios={
            name: count_scenario(state.clusters(name), len(state.lists), threshold=0.5)
            for name in SCENARIOS
        },
        drawn=count_draws(state),
        left_out=("Z",),
        log_entries=3,
        log_head="ab" * 32,
    )


@pytest.mark.parametrize("lists", [2, 16])
@pytest.mark.parametrize("probability", [True, False])
def test_every_part_is_there_and_no_line_is_too_long(lists: int, probability: bool) -> None:
    text = diagnosis_text(diagnosis_of(state_of(lists, probability=probability)), Path("run"))
    places = [text.index(part) for part in PARTS]
    assert places == sorted(places)
    assert max(map(len, text.splitlines())) < 100
    assert "Left out: Z." in text
    assert ("90% of draws" in text) is probability
    assert text.splitlines()[-1].startswith("Next: linkage release --run run")


def test_what_two_lists_have() -> None:
    state = state_of(2)
    diagnosis = diagnosis_of(state)
    low, chosen, high = (diagnosis.scenarios[name].overlaps[0, 1] for name in SCENARIOS)
    assert diagnosis.drawn is not None
    least, most = diagnosis.drawn.overlaps[0, 1]
    assert least <= sorted((low, chosen, high))[1] <= most
    (row,) = [
        line.split()
        for line in diagnosis_text(diagnosis, Path("run")).splitlines()
        if line.endswith(f"{least:,} to {most:,}") and " and " in line
    ]
    assert row[3:] == [str(low), str(chosen), str(high), str(least), "to", str(most)]


def test_the_band_and_the_files_are_named() -> None:
    text = diagnosis_text(diagnosis_of(state_of(3)), Path("run"), [Path("a/d.png"), Path("d.csv")])
    assert "The band, 0.070 to 0.160" in text
    marked = [line for line in text.splitlines() if line.endswith("◄ band")]
    assert [line.split()[0] for line in marked] == ["0.04", "0.08", "0.12"]
    assert "Wrote d.png, d.csv." in text


def test_two_lists_of_which_nothing_was_linked_have_no_precision() -> None:
    state = state_of(2)
    rates: dict[str, Any] = dict(state.rates)
    rates["lists"] = [rates["lists"][0] | {"linked": 0}]
    text = diagnosis_text(diagnosis_of(dataclasses.replace(state, rates=rates)), Path("run"))
    (row,) = [line for line in text.splitlines() if line.split()[3:5] == ["0", "-"]]
    assert row.endswith("99% (98% to 100%)")


def test_without_any_pair_there_are_no_bars() -> None:
    state = state_of(2, probability=False)
    empty = dataclasses.replace(state, histogram=np.zeros(100, dtype=np.int64))
    assert histogram_lines(empty) == ["(no pairs)"]
    assert any(line.endswith("◄ low") for line in histogram_lines(state))


def test_the_page_has_what_the_text_has() -> None:
    diagnosis = diagnosis_of(state_of(3))
    page = diagnosis_page(diagnosis)
    assert page.people.chosen == diagnosis.scenarios["chosen"].people
    assert len(page.by_lists) == len(page.overlaps) == 3
    assert page.curves is not None
    assert page.curves.band == (0.07, 0.16)
    assert [row[:3] for row in page.conflicts[:2]] == [
        ("", "", ""),
        (diagnosis.state.lists[0], "", ""),
    ]
