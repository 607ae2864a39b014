"""Figures of the quality benchmark on people whose truth is written down here."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from benchmarks.quality.judge import (
    Judged,
    best_by_f1,
    chained,
    judged,
    least_cell_error,
    sweep,
)
from benchmarks.quality.ours import CONFIGURATIONS
from benchmarks.quality.outcome import Outcome, read_outcomes, stored, write_outcome
from benchmarks.quality.report import write_report
from benchmarks.quality.summary import summaries
from benchmarks.quality.table import markdown

from linkage.agreement.profiles import PROFILES
from linkage.bench.configuration import CONFIGURATIONS as NAMED
from linkage.bench.evaluate import compare_clusters

SURROUNDINGS = {
    "date": "2026-11-26",
    "commit": "abc",
    "machine": {"processor": "a processor", "cores": 2},
}


def example() -> Judged:
    # lists A A B B C; person 1 on A B C, 2 on A B; the record on C is missed
    lists = np.array([0, 0, 1, 1, 2])
    entity = np.array([1, 2, 1, 2, 1])
    person = np.array([0, 1, 0, 1, 4])
    return judged(compare_clusters("ABC", lists, entity, person), 0.7)


def with_figures(f1: float, cells: int, found: int = 90, threshold: float = 0.5) -> Judged:
    return Judged(threshold, f1, f1, f1, (100, found), cells, 200, {"A+B": (100, found)})


def test_an_evaluation_becomes_the_figures_of_the_table():
    made = example()
    assert (made.precision, made.recall) == (1.0, 0.5)
    assert made.two_or_more == (2, 2)
    assert made.count_error == 0.0
    # A+B+C became A+B and C: one cell loses one, two gain one
    assert (made.cell_error, made.true_cells) == (3, 2)
    assert made.overlaps == {"A+B": (2, 2), "A+C": (1, 0), "B+C": (1, 0)}
    assert made.overlap_error == 0.5


def test_a_count_that_is_too_low_has_a_negative_error():
    assert with_figures(0.9, 3, found=80).count_error == pytest.approx(-0.2)
    assert with_figures(0.9, 3, found=125).count_error == pytest.approx(0.25)


def test_figures_survive_being_written():
    made = example()
    again = Judged.from_dict(json.loads(json.dumps(made.as_dict())))
    assert again == made
    short = Judged.from_dict(made.as_dict(overlaps=False))
    assert short == dataclasses.replace(made, overlaps={})


def test_the_best_threshold_is_of_f1_and_the_fewest_wrong_cells_another():
    curve = [with_figures(0.8, 5), with_figures(0.9, 9), with_figures(0.9, 7), with_figures(0.1, 2)]
    assert best_by_f1(curve) is curve[2]
    assert least_cell_error(curve) is curve[3]


def test_who_is_linked_through_others_is_one_person():
    person = chained(np.array([0, 1, 4]), np.array([1, 2, 5]), 7)
    assert len(set(person[:3].tolist())) == 1
    assert person[4] == person[5]
    assert len(set(person.tolist())) == 4


def judge_at(threshold: float) -> Judged:
    # best at .62, fewest wrong cells at .31
    return with_figures(1 - abs(threshold - 0.62), int(1000 * abs(threshold - 0.31)), 0, threshold)


def test_every_distinct_score_is_tried_where_they_are_few():
    score = np.array([0.9, 0.9, 0.5, 0.2, 0.2])
    assert [each.threshold for each in sweep(score, judge_at, most_pairs=5)] == [0.9, 0.5, 0.2]
    assert [each.threshold for each in sweep(score, judge_at, most_pairs=3)] == [0.9, 0.5]
    assert sweep(np.zeros(0), judge_at, most_pairs=3) == []


def test_of_many_scores_those_around_the_best_are_tried():
    score = np.random.default_rng(1).random(20_000)
    curve = sweep(score, judge_at, most_pairs=18_000)
    assert len(curve) <= 120
    assert curve[0].threshold == score.max()
    assert np.count_nonzero(score >= curve[-1].threshold) == 18_000
    assert best_by_f1(curve).threshold == pytest.approx(0.62, abs=0.005)
    assert least_cell_error(curve).threshold == pytest.approx(0.31, abs=0.01)


def outcomes() -> list[Outcome]:
    good = [
        Outcome("lists", draw, "balanced", own, (own, with_figures(0.9, 2, 96)))
        for draw, own in enumerate((with_figures(0.8, 6, 90), with_figures(0.7, 10, 80)))
    ]
    return [*good, Outcome("lists", 0, "Splink", fault="not installed: no such wheel")]


def test_draws_become_a_row_of_means_with_a_range():
    ours, peer = summaries(outcomes())
    assert ours.draws == 2
    assert ours.own is not None
    assert ours.own.f1 == pytest.approx(0.75)
    assert ours.own.count_error == pytest.approx(-0.15)
    assert ours.own.count_range == pytest.approx((-0.2, -0.1))
    assert ours.own.cell_share == pytest.approx(0.04)
    assert ours.lost_f1 == pytest.approx(0.15)
    assert ours.lost_cells == pytest.approx(6)
    assert (peer.draws, peer.own) == (0, None)


def test_the_table_shows_errors_and_does_not_hide_who_failed():
    page = markdown(summaries(outcomes()), SURROUNDINGS, "p.png")
    assert "| balanced | 2 | 0.750 |" in page
    assert "**-15.0%** (-20.0% to -10.0%) of 100" in page
    assert "| Splink | 0 | failed |" in page
    assert "* Splink: not installed: no such wheel" in page
    assert "![" in page
    assert "(p.png)" in page


def test_every_overlap_is_in_the_table_where_there_are_three_lists():
    outcome = Outcome("three", 0, "balanced", example(), (example(),))
    page = markdown(summaries([outcome]), SURROUNDINGS, "p.png")
    assert "| *true* | 2 | 1 | 1 |" in page
    assert "| balanced | +0 | -1 | -1 |" in page


def test_outcomes_are_kept_in_files(tmp_path):
    for outcome in outcomes():
        key = f"{outcome.data}-{outcome.draw}"
        write_outcome(stored(tmp_path, key, outcome.contender), outcome, {"date": "2026-11-26"})
    paths = sorted(tmp_path.glob("*.json"))
    read = list(read_outcomes(paths))
    assert len(read) == 3
    assert not list(tmp_path.glob("*.partial"))
    assert read[0][0].fault == "not installed: no such wheel"
    assert read[1][1]["date"] == "2026-11-26"
    assert summaries([each for each, _ in read[1:]])[0].lost_f1 == pytest.approx(0.15)


def test_every_profile_is_a_contender():
    assert {profile for profile, _ in CONFIGURATIONS.values()} == set(PROFILES)
    assert {configuration for _, configuration in CONFIGURATIONS.values()} <= set(NAMED)


def test_the_report_is_three_files(tmp_path):
    kept = [(each, each.as_dict()) for each in outcomes()]
    written = write_report(kept, SURROUNDINGS, tmp_path / "made.json")
    assert [path.name for path in written] == ["made.json", "made.md", "made.png"]
    values = json.loads(written[0].read_text(encoding="utf-8"))
    assert [each["contender"] for each in values["outcomes"]] == ["balanced", "balanced", "Splink"]
    assert values["outcomes"][0]["curve"]["people_on_two_or_more"] == [90, 96]
    assert written[2].read_bytes().startswith(b"\x89PNG")
