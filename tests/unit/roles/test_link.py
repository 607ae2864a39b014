"""link and diagnose: the planted people, whatever the order; nothing that points at a pair."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.unit_run import (
    LISTS,
    MEMBERS,
    NOW,
    Day,
    encode,
    files_of,
    identity,
    true_histories,
)

from linkage.cli.diagnosis_text import diagnosis_text
from linkage.encode.keys import new_project_key
from linkage.errors import LinkageError
from linkage.roles.linkage_unit import diagnose, link, receive
from linkage.roles.linkage_unit.common import (
    canonical_order,
    concatenated_presence,
    concatenated_token_counts,
)
from linkage.types import EncodedList
from linkage.workspace import LinkState, open_run, read_log


@pytest.fixture
def day(tmp_path: Path) -> Day:
    day = Day(tmp_path)
    receive(
        day.packages(), run=day.run, identity=day.identity, now=NOW, agreement=day.agreement_path
    )
    return day


def linked(day: Day, **options: Any) -> LinkState:
    return link(day.run, identity=day.identity, now=NOW, **options)


def code(error: pytest.ExceptionInfo[LinkageError]) -> str:
    return error.value.faults[0].code


def histories(state: LinkState) -> dict[tuple[int, ...], int]:
    clusters = state.clusters()
    found: dict[tuple[int, ...], int] = {}
    for person in range(clusters.people):
        on = tuple(sorted(set(clusters.lists[clusters.person == person].tolist())))
        found[on] = found.get(on, 0) + 1
    return found


def test_the_planted_people_are_found(day: Day) -> None:
    state = linked(day)
    assert state.lists == LISTS
    assert state.records == (62, 60, 65)
    assert histories(state) == true_histories()
    assert state.explanation
    assert not state.overridden
    assert state.thresholds["low"] <= state.thresholds["chosen"] <= state.thresholds["high"]


def test_linking_twice_gives_the_same(day: Day) -> None:
    first, second = linked(day), linked(day)
    assert first.thresholds == second.thresholds
    for name in first.person:
        assert np.array_equal(first.person[name], second.person[name])


def test_order_of_arrival_and_of_records_are_nothing(day: Day, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = Day(elsewhere)
    for list_id in reversed(LISTS):
        receive(
            [other.package(list_id, order=7)],
            run=other.run,
            identity=other.identity,
            now=NOW,
            agreement=other.agreement_path,
        )
    first, second = linked(day), linked(other)
    assert first.thresholds == second.thresholds
    assert np.array_equal(first.histogram, second.histogram)
    for name in first.person:
        assert np.array_equal(first.person[name], second.person[name])


def test_the_state_keeps_the_result(day: Day) -> None:
    state = linked(day)
    kept = diagnose(day.run).state
    assert kept.thresholds == state.thresholds
    assert kept.explanation == state.explanation
    assert kept.linked == "2026-11-23T12:00:00+00:00"
    assert np.array_equal(kept.histogram, state.histogram)
    assert int(kept.histogram.sum()) == 62 * 60 + 62 * 65 + 60 * 65
    assert np.array_equal(kept.draws, state.draws)
    assert kept.rates == state.rates
    assert kept.components == state.components
    assert kept.conflicts == state.conflicts
    for name in state.person:
        assert np.array_equal(kept.person[name], state.person[name])


def test_diagnose_counts_the_planted_people(day: Day) -> None:
    linked(day)
    counts = diagnose(day.run).scenarios["chosen"]
    assert counts.people == 95
    assert counts.on_lists == (25, 50, 20)
    assert counts.overlaps == {(0, 1): 40, (0, 2): 30, (1, 2): 40}
    assert counts.duplicates == (2, 0, 0)
    assert sum(size * n for size, n in counts.cluster_sizes.items()) == 187
    assert counts.on_several == 70


def test_diagnose_ranges_over_the_draws(day: Day) -> None:
    linked(day)
    diagnosis = diagnose(day.run)
    drawn, chosen = diagnosis.drawn, diagnosis.scenarios["chosen"]
    assert drawn is not None
    assert drawn.people[0] <= chosen.people <= drawn.people[1]
    assert drawn.on_several[0] <= chosen.on_several <= drawn.on_several[1]
    assert len(drawn.on_lists) == 3
    for pair, people in chosen.overlaps.items():
        assert drawn.overlaps[pair][0] <= people <= drawn.overlaps[pair][1]


@pytest.mark.parametrize("options", [{}, {"threshold": 0.7}])
def test_diagnose_counts_conflicts_by_list(day: Day, options: dict[str, Any]) -> None:
    conflicts = linked(day, **options).conflicts
    assert conflicts["overall"]["joined"] == 72
    assert conflicts["overall"]["twice"] == 2
    rows = {row["list"]: row for row in conflicts["lists"]}
    assert [rows[name]["twice"] for name in LISTS] == [2, 0, 0]
    assert [rows[name]["joined"] for name in LISTS] == [52, 60, 50]
    assert [rows[name]["weak"] for name in LISTS] == [0, 0, 0]
    assert diagnose(day.run).state.conflicts == conflicts
    small = [row for row in conflicts["strata"] if row["joined"] == 0]
    assert not small
    assert bool(conflicts["strata"]) is not bool(options)


def test_diagnose_shows_no_pair(day: Day) -> None:
    linked(day)
    diagnosis = diagnose(day.run)
    text = diagnosis_text(diagnosis, day.run)
    for needle in ("low", "chosen", "high", "I and K", "stays with the", "Next: ", "Conflicts"):
        assert needle in text
    assert set(diagnosis.as_dict()) == {
        *("lists", "left_out", "linked", "method", "threshold_overridden"),
        *("explanation", "error_rates", "components", "conflicts", "candidate_pairs"),
        *("weak_points", "advice", "scenarios", "draws", "histogram", "log"),
    }


def test_diagnose_needs_a_link(day: Day) -> None:
    with pytest.raises(LinkageError) as caught:
        diagnose(day.run)
    assert code(caught) == "E216"


@pytest.mark.parametrize("threshold", [0.6, 0.9])
def test_an_override_is_used_and_logged(day: Day, threshold: float) -> None:
    assert linked(day).method == "probability"
    state = linked(day, threshold=threshold)
    assert state.overridden
    assert state.method == "similarity"
    assert set(state.thresholds.values()) == {threshold}
    assert not state.rates
    assert state.expected_precision is None
    assert state.expected_missed is None
    assert state.draws.shape == (0, sum(state.records))
    with open_run(day.run) as run:
        details = [dict(entry.details) for entry in read_log(run.connection)[-2:]]
    assert [entry["threshold_overridden"] for entry in details] == [False, True]


def test_a_threshold_that_links_nobody(day: Day) -> None:
    state = linked(day, threshold=1.0)
    assert state.clusters().people == sum(state.records)


@pytest.mark.parametrize("threshold", [0.0, -0.1, 1.1, float("nan")])
def test_a_threshold_that_is_none(day: Day, threshold: float) -> None:
    with pytest.raises(LinkageError) as caught:
        linked(day, threshold=threshold)
    assert code(caught) == "E217"


def test_lists_that_share_nobody(tmp_path: Path) -> None:
    day = Day(tmp_path)
    apart = [range(50), range(50, 100)]
    packages = [day.package(name, members=list(who)) for name, who in zip("IK", apart, strict=True)]
    options = {"run": day.run, "identity": day.identity, "now": NOW}
    receive(packages, agreement=day.agreement_path, **options)
    with pytest.raises(LinkageError) as caught:
        linked(day, lists=["I", "K"])
    assert code(caught) == "E620"
    state = linked(day, lists=["I", "K"], threshold=0.8)
    assert state.clusters().people == 100
    assert state.overridden


def test_a_subset_is_chosen_by_name(day: Day) -> None:
    state = linked(day, lists=["P", "I"])
    assert state.lists == ("I", "P")
    assert linked(day, without=["K"]).lists == ("I", "P")
    with open_run(day.run) as run:
        assert read_log(run.connection)[-1].details["left_out"] == ["K"]


@pytest.mark.parametrize(
    "choice",
    [
        {"lists": ["I"]},
        {"lists": ["I", "I"]},
        {"lists": []},
        {"lists": ["I", "X"]},
        {"without": ["I", "K"]},
        {"without": ["X"]},
        {"lists": ["I", "K"], "without": ["P"]},
    ],
)
def test_a_choice_that_makes_no_sense(day: Day, choice: dict[str, Any]) -> None:
    with pytest.raises(LinkageError) as caught:
        linked(day, **choice)
    assert code(caught) == "E218"


def test_missing_lists_are_left_out_only_explicitly(tmp_path: Path) -> None:
    day = Day(tmp_path)
    packages = [day.package("I"), day.package("P")]
    receive(packages, run=day.run, identity=day.identity, now=NOW, agreement=day.agreement_path)
    with pytest.raises(LinkageError) as caught:
        linked(day)
    assert code(caught) == "E622"
    assert "--without K" in caught.value.faults[0].remedy
    assert linked(day, without=["K"]).lists == ("I", "P")


@pytest.mark.parametrize("where", ["run", "run/packages", "keys"])
def test_no_project_key_beside_the_encodings(day: Day, where: str) -> None:
    bundle = new_project_key(day.agreement, identity("intake"))
    (day.folder / where / "x").write_bytes(bundle)
    with pytest.raises(LinkageError) as caught:
        linked(day, key_folders=[day.folder / "keys"])
    assert code(caught) == "E621"
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(("who", "expected"), [("university", "E626"), ("stranger", "E409")])
def test_only_the_linkage_unit_links(day: Day, who: str, expected: str) -> None:
    with pytest.raises(LinkageError) as caught:
        link(day.run, identity=identity(who), now=NOW)
    assert code(caught) == expected


def test_progress_goes_from_nothing_to_all(day: Day) -> None:
    shares: list[float] = []
    linked(day, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_canonical_order_does_not_depend_on_handles_or_order(day: Day) -> None:
    one, other = (
        encode(day.agreement, "I", list(range(50))),
        encode(day.agreement, "I", list(range(50)), order=3),
    )
    assert not np.array_equal(one.filters[0].words, other.filters[0].words)
    one, other = one.take(canonical_order(one)), other.take(canonical_order(other))
    assert np.array_equal(one.filters[0].words, other.filters[0].words)
    assert np.array_equal(one.strata, other.strata)


@pytest.mark.parametrize("column", ["strata", "weights", "presence", "token_counts", "handles"])
def test_canonical_order_uses_every_column(day: Day, column: str) -> None:
    base = encode(day.agreement, "I", [5] * 8)
    rows = np.arange(8)
    same = np.zeros(8, dtype=np.int64)
    values: dict[str, Any] = {
        "handles": base.handles[same].copy(),
        "strata": np.zeros((8, 1), dtype=np.uint8),
        "weights": np.zeros((8, 1), dtype=np.uint16),
        "presence": np.zeros(8, dtype=np.uint32),
        "token_counts": np.zeros((8, 1), dtype=np.uint8),
    }
    shuffled = np.random.default_rng(5).permutation(8)
    if column == "presence":
        values[column][:] = shuffled
    else:
        values[column][:, 0] = shuffled
    encoded = EncodedList(
        "I", values["handles"], (base.filters[0].take(same),), values["strata"],
        values["weights"], values["presence"], values["token_counts"],
    )  # fmt: skip
    ordered = shuffled[canonical_order(encoded)]
    assert np.array_equal(ordered, rows)


def test_what_travels_beside_the_filters_is_put_one_list_after_the_other(day: Day) -> None:
    lists = [encode(day.agreement, "I", [1, 2, 3]), encode(day.agreement, "K", [4, 5])]
    assert concatenated_presence(lists) is None
    assert concatenated_token_counts(lists) is None
    presence = np.array([7, 5, 7, 3, 7], dtype=np.uint32)
    counts = np.array([[9], [8], [7], [6], [5]], dtype=np.uint8)
    whole = [
        dataclasses.replace(lists[0], presence=presence[:3], token_counts=counts[:3]),
        dataclasses.replace(lists[1], presence=presence[3:], token_counts=counts[3:]),
    ]
    found = concatenated_presence(whole), concatenated_token_counts(whole)
    assert found[0] is not None
    assert found[1] is not None
    assert np.array_equal(found[0], presence)
    assert np.array_equal(found[1], counts)
    assert (found[0].dtype, found[1].dtype) == (np.uint32, np.uint8)


def test_nothing_lies_in_the_clear(day: Day) -> None:
    """No handle and no piece of a filter is anywhere in the run directory or the outputs."""
    linked(day)
    said = json.dumps(diagnose(day.run).as_dict()).encode()
    kept = [*files_of(day.run).values(), said]
    for list_id in LISTS:
        encoded = encode(day.agreement, list_id, MEMBERS[list_id])
        for record in range(len(encoded)):
            handle = bytes(encoded.handles[record])
            words = encoded.filters[0].words[record, :2].tobytes()
            for content in kept:
                assert handle not in content
                assert handle.hex().encode() not in content
                assert words not in content
