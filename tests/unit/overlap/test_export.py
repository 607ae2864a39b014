"""CSV for analysts, for R and for the public: columns, order, marks and nothing executable."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from tests.support.overlap import drawn_table, rates_of, table

from linkage.agreement.model import Disclosure
from linkage.overlap import (
    OverlapTable,
    build_overlap_table,
    csv_files,
    publication_files,
    publish,
    single_csv,
)
from linkage.types import UNKNOWN, PersonHistories

CELLS = [[3, 1, 0], [0, 2, 2], [1, 0, 4]]  # A, B, AB by f, m, unknown


def rows(content: bytes) -> list[list[str]]:
    assert b"\r" not in content
    return list(csv.reader(io.StringIO(content.decode("utf-8"))))


def strange() -> OverlapTable:
    """A list called count, a stratum called like a list, values that look like formulas."""
    people = PersonHistories(
        lists=("count", "B"),
        strata=("b",),
        values=(("=1+1", "@x", "Łódź, north", "-"),),
        history=np.array([1, 2, 3, 3, 3], dtype=np.uint32),
        stratum=np.array([[0], [1], [2], [3], [UNKNOWN]], dtype=np.uint8),
        disagreements=(0,),
    )
    return build_overlap_table(people, people, people)


def test_shape_of_sparsemse_leaves_zeros_out_and_ends_with_the_count():
    files = csv_files(table([[5], [0], [3], [2], [0], [0], [1]], 3), "sparsemse")
    assert files == {"sparsemse.csv": b"A,B,C,count\n1,0,0,5\n0,0,1,3\n1,1,0,2\n1,1,1,1\n"}


def test_shape_of_rcapture_is_numeric_with_the_frequency_last_and_no_zero_row():
    files = csv_files(table([[5], [4], [3]], 2), "rcapture")
    assert files == {"rcapture.csv": b"A,B,freq\n1,0,5\n0,1,4\n1,1,3\n"}


def test_packages_of_r_get_one_file_for_each_value_that_occurs():
    files = csv_files(table(CELLS, 2, values=2), "sparsemse", "sex")
    assert files == {
        "sparsemse_sex_01_f.csv": b"A,B,count\n1,0,3\n1,1,1\n",
        "sparsemse_sex_02_m.csv": b"A,B,count\n1,0,1\n0,1,2\n",
        "sparsemse_sex_03_unknown.csv": b"A,B,count\n0,1,2\n1,1,4\n",
    }


def test_plain_files_hold_every_history_and_every_stratum():
    files = csv_files(table(CELLS, 2, values=2), "csv")
    assert files["overlap.csv"] == b"A,B,count\n1,0,4\n0,1,4\n1,1,5\n"
    assert files["scenarios.csv"] == b"A,B,low,chosen,high\n1,0,4,4,4\n0,1,4,4,4\n1,1,5,5,5\n"
    assert rows(files["joint.csv"]) == [
        ["A", "B", "sex", "count"],
        ["1", "0", "f", "3"],
        ["1", "1", "f", "1"],
        ["1", "0", "m", "1"],
        ["0", "1", "m", "2"],
        ["0", "1", "unknown", "2"],
        ["1", "1", "unknown", "4"],
    ]
    tidy = rows(files["by_stratum.csv"])
    assert tidy[0] == ["stratum", "value", "A", "B", "count"]
    assert len(tidy) == 1 + 3 * 3
    assert ["sex", "f", "0", "1", "0"] in tidy
    assert sum(int(row[-1]) for row in tidy[1:]) == 13


def test_one_file_holds_lists_strata_and_counts():
    small = table(CELLS, 2, values=2)
    assert single_csv(small, "csv") == csv_files(small, "csv")["joint.csv"]
    assert single_csv(small, "csv", "sex") == csv_files(small, "csv")["by_stratum.csv"]
    assert single_csv(small, "rcapture") == csv_files(small, "rcapture")["rcapture.csv"]
    plain = table([[5], [4], [3]], 2)
    assert single_csv(plain, "csv") == csv_files(plain, "csv")["overlap.csv"]


def test_column_names_stay_apart_and_nothing_looks_like_a_formula():
    files = csv_files(strange(), "csv")
    joint = rows(files["joint.csv"])
    assert joint[0] == ["count", "B", "b_", "count_"]
    assert [row[2] for row in joint[1:]] == ["'=1+1", "'@x", "Łódź, north", "'-", "unknown"]
    assert rows(files["by_stratum.csv"])[0] == ["stratum", "value", "count", "B", "count_"]
    names = csv_files(strange(), "rcapture", "b")
    assert sorted(names)[:3] == [
        "rcapture_b_01_1-1.csv",
        "rcapture_b_02_x.csv",
        "rcapture_b_03_d-north.csv",
    ]
    assert all("/" not in name and ".." not in name for name in names)


DRAWS = [CELLS, [[2, 1, 0], [0, 1, 2], [2, 0, 5]]]


def test_draws_hold_every_history_and_the_combinations_that_occur():
    files = csv_files(drawn_table(DRAWS, 2, values=2), "csv")
    assert files["draws.csv"] == (
        b"draw,A,B,count\n1,1,0,4\n1,0,1,4\n1,1,1,5\n2,1,0,3\n2,0,1,3\n2,1,1,7\n"
    )
    assert rows(files["draws_joint.csv"])[:4] == [
        ["draw", "A", "B", "sex", "count"],
        ["1", "1", "0", "f", "3"],
        ["1", "1", "1", "f", "1"],
        ["1", "1", "0", "m", "1"],
    ]
    first = [row[1:] for row in rows(files["draws_joint.csv"])[1:] if row[0] == "1"]
    assert first == rows(files["joint.csv"])[1:], "the first draw is what was chosen"
    assert files["error_rates.csv"] == (
        b"list_1,list_2,linked,precision,precision_low,precision_high,"
        b"missed,missed_low,missed_high\n"
        b"A,B,5,0.9512,0.9001,1.0000,0.1250,0.0500,0.2000\n"
    )


def test_the_other_files_do_not_change_with_the_draws():
    drawn, plain = drawn_table(DRAWS, 2, values=2), table(CELLS, 2, values=2)
    files, before = csv_files(drawn, "csv"), csv_files(plain, "csv")
    assert set(files) - set(before) == {"draws.csv", "draws_joint.csv", "error_rates.csv"}
    assert {name: files[name] for name in before} == before
    assert single_csv(drawn, "csv") == single_csv(plain, "csv")
    assert csv_files(drawn, "rcapture", "sex") == csv_files(plain, "rcapture", "sex")


def test_without_strata_draws_have_no_joint_counts():
    files = csv_files(drawn_table([[[5], [4], [3]]], 2), "csv")
    assert "draws.csv" in files
    assert "draws_joint.csv" not in files


def test_columns_of_draws_stay_apart_and_nothing_looks_like_a_formula():
    people = PersonHistories(
        lists=("draw", "B"),
        strata=("Count",),
        values=(("=1+1", "Łódź, north"),),
        history=np.array([1, 3], dtype=np.uint32),
        stratum=np.array([[0], [1]], dtype=np.uint8),
        disagreements=(0,),
    )
    drawn = build_overlap_table(
        people, people, people, method="probability", records=(2, 1), draws=[people],
        rates=rates_of(people),
    )  # fmt: skip
    assert rows(csv_files(drawn, "csv")["draws_joint.csv"]) == [
        ["draw_", "draw", "B", "Count", "count_"],
        ["1", "1", "0", "'=1+1", "1"],
        ["1", "1", "1", "Łódź, north", "1"],
    ]


def test_publication_marks_what_is_withheld_and_holds_no_exact_small_count():
    cells = [[400, 90, 20], [300, 80, 30], [3, 1, 0]]
    published = publish(table(cells, 2, values=2), Disclosure(minimum_cell=10))
    files = publication_files(published)
    assert list(files) == ["overlap.csv", "by_stratum.csv", "margins.csv"]
    overlap = rows(files["overlap.csv"])
    assert overlap[0] == ["A", "B", "count"]
    assert overlap[3] == ["1", "1", ".."]
    margins = rows(files["margins.csv"])
    assert margins[:2] == [["margin", "value", "count"], ["people", "", "924"]]
    assert [row[:2] for row in margins[2:]] == [
        ["list", "A"], ["list", "B"], ["exactly_on_lists", "1"], ["exactly_on_lists", "2"],
        ["stratum:sex", "f"], ["stratum:sex", "m"], ["stratum:sex", "unknown"],
    ]  # fmt: skip
    for content in files.values():
        for row in rows(content)[1:]:
            assert row[-1] == ".." or int(row[-1]) == 0 or int(row[-1]) >= 10


@pytest.mark.parametrize("disclosure", [Disclosure(minimum_cell=10), Disclosure(rule="round")])
def test_draws_and_error_rates_change_nothing_in_a_publication(disclosure: Disclosure):
    cells = [[400, 90, 20], [300, 80, 30], [3, 1, 0]]
    others = [[[401, 89, 19], [299, 83, 31], [11, 2, 7]], [[17, 5, 4], [6, 8, 2], [160, 71, 43]]]
    plain = publication_files(publish(table(cells, 2, values=2), disclosure))
    drawn = publication_files(publish(drawn_table([cells, *others], 2, values=2), disclosure))
    assert drawn == plain


def test_publication_without_strata_has_no_table_of_strata():
    files = publication_files(publish(table([[25], [21], [14]], 2), Disclosure()))
    assert list(files) == ["overlap.csv", "margins.csv"]
