"""Reading, reshaping, comparing and breaking down tables of capture histories."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.estimation import published

from linkage.errors import DataError
from linkage.estimate.bootstrap import Bootstrap
from linkage.estimate.compare import compared, held_against_lists, leave_one_out
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.read_table import read_histories
from linkage.estimate.reshape import merged_lists, on_one_list, without_list
from linkage.estimate.strata import pooled, stratified

PLAIN = "A,B,count\n1,0,30\n0,1,20\n1,1,11\n"


def read(folder: Path, text: str | bytes):  # type: ignore[no-untyped-def]
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_histories(path)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace(",", ";"),
        b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("count", "freq"),
        "count,A,B\n30,1,0\n20,0,1\n11,1,1\n",
        "A,B\n" + "1,0\n" * 30 + "0,1\n" * 20 + "1,1\n" * 11,
        "A,B,low,chosen,high\n1,0,31,30,29\n0,1,20,20,20\n1,1,10,11,12\n",
        "A,B,Total\n1,0,30\n0,1,20\n1,1,11\n",
        "A,B,sex,minor,count\n1,0,F,1,20\n1,0,M,0,10\n0,1,F,0,20\n1,1,M,1,11\n",
        "A,B,sex,count\n1,0,F,20\n1,0,M,10\n0,1,F,20\n1,1,M,11\n",
    ],
)
def test_shapes(tmp_path: Path, text: str | bytes) -> None:
    table = read(tmp_path, text).table()
    assert table.lists == ("A", "B")
    assert table.counts.tolist() == [0, 30, 20, 11]


def test_strata_and_draws(tmp_path: Path) -> None:
    file = read(tmp_path, "A,B,sex,count\n1,0,F,20\n1,0,M,10\n0,1,F,20\n1,1,M,11\n")
    assert file.strata == ("sex",)
    assert file.values_of("sex") == ("F", "M")
    assert file.table(values={"sex": "M"}).counts.tolist() == [0, 10, 0, 11]
    drawn = read(tmp_path, "draw,A,B,count\n1,1,0,3\n1,1,1,2\n2,1,0,4\n2,0,1,1\n2,1,1,1\n1,0,1,9\n")
    assert drawn.draw_numbers == (1, 2)
    assert drawn.table(2).counts.tolist() == [0, 4, 1, 1]
    tidy = read(tmp_path, "stratum,value,A,B,count\nsex,F,1,0,3\nsex,M,0,1,4\nage,x,1,0,3\n"
                          "age,y,0,1,4\nsex,F,1,1,2\nage,x,1,1,2\n")  # fmt: skip
    assert tidy.tidy


@pytest.mark.parametrize(
    ("text", "codes", "row"),
    [
        ("", ["E351"], None),
        ("A,B,count\n", ["E351"], None),
        (b"A,B,count\n1,0,\xff\n", ["E351"], None),
        ("A,A,count\n1,0,3\n", ["E352"], None),
        ("A,B,count\n1,0\n", ["E352"], 2),
        ("A,count\n1,30\n0,20\n", ["E352", "E356"], 3),
        ("A,B,count\n1,0,-3\n1,1,2.5\n0,1,many\n", ["E353"] * 3, 2),
        ("A,B,count\n1,0,<5\n0,1,..\n1,1,NA\n", ["E354"] * 3, 2),
        ("A,B,count\n1,0,3\n1,0,4\n0,1,1\n", ["E355"], 3),
        ("A,B,count\n1,0,3\n0,0,40\n0,1,1\n", ["E356"], 3),
        ("A,B,count\n1,0,0\n0,1,0\n", ["E357"], None),
        ("A,B,C,count\n" + "".join(f"{i & 1},{i >> 1 & 1},{i >> 2},{i * 10}\n"
                                    for i in range(1, 8)), ["E358"], None),
        ("A,B,count\n1,0,-3\n1,0,<5\n", ["E353", "E354", "E355"], 2),
        ("A,B,count\n1,0,1-4\n0,1,suppressed\n1,1,9\n", ["E354", "E354"], 2),
        ("A,B,Persons\n1,0,30\n0,1,20\n1,1,10\n", ["E352"], None),
        ("A,B,C,count\n1,0,0,9\n0,1,0,8\n0,0,1,7\n1,1,0,6\n1,0,1,5\n2,1,1,4\n", ["E352"], 7),
    ],
)  # fmt: skip
def test_bad_tables_say_all_that_is_wrong(
    tmp_path: Path, text: str | bytes, codes: list[str], row: int | None
) -> None:
    with pytest.raises(DataError) as error:
        read(tmp_path, text)
    assert [fault.code for fault in error.value.faults] == codes
    assert all(fault.message.startswith("table.csv") for fault in error.value.faults)
    if row is not None:
        assert row in {fault.row for fault in error.value.faults}


def test_rounded_counts_may_be_insisted_on(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = (f"{i & 1},{i >> 1 & 1},{i >> 2},{i * 10}\n" for i in range(1, 8))
    path.write_text("A,B,C,count\n" + "".join(rows))
    assert read_histories(path, insist=True).table().observed == 280


tables = st.integers(3, 5).flatmap(
    lambda k: st.lists(st.integers(0, 40), min_size=1 << k, max_size=1 << k).map(
        lambda c: CaptureHistories(tuple("ABCDE"[:k]), np.array([0, *c[1:]], dtype=np.int64))
    )
)


@given(tables, st.data())
def test_reshaping_keeps_people(table: CaptureHistories, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(table.lists))
    place = table.lists.index(name)
    fewer = without_list(table, name)
    assert fewer.observed == table.observed - int(table.counts[1 << place])
    sizes = dict(zip(fewer.lists, fewer.list_sizes, strict=True))
    before = dict(zip(table.lists, table.list_sizes, strict=True))
    assert sizes == {other: before[other] for other in fewer.lists}
    others, truth = on_one_list(table, name)
    assert truth == before[name]
    assert others.observed == truth - int(table.counts[1 << place])
    pair = data.draw(st.lists(st.sampled_from(table.lists), min_size=2, max_size=2, unique=True))
    merged = merged_lists(table, pair)
    assert merged.observed == table.observed
    assert len(merged.lists) == len(table.lists) - 1


def test_the_dutch_lists_merged_are_the_published_five() -> None:
    merged = merged_lists(published("Ned"), ["I", "O"])
    five = published("Ned_5")
    assert merged.lists == ("I+O", "K", "P", "R", "Z")
    assert merged.counts.tolist() == five.counts.tolist()


def test_no_single_number_where_methods_disagree() -> None:
    found = compared(published("Ned_5"), ["stepwise", "bic", "dga"], settings=Bootstrap(200, 1))
    assert found.headline is None
    assert any("Sensible methods differ from 50," in reason for reason in found.reasons)
    agreed = compared(published("UKdat_4"), ["stepwise", "bic", "dga"], settings=Bootstrap(300, 1))
    assert agreed.headline is not None
    assert agreed.headline.method == "stepwise"
    alone = compared(published("UKdat_4"), ["stepwise", "chao"], settings=Bootstrap(200, 1))
    assert alone.headline is None


def test_each_list_left_out_and_taken_for_the_truth() -> None:
    table = published("UKdat_4")
    without = dict(leave_one_out(table, "stepwise"))
    assert set(without) == set(table.lists)
    held = held_against_lists(table, "stepwise", Bootstrap(200, 1))
    assert [each.truth for each in held] == list(table.list_sizes)
    for each in held:
        low, high = each.estimate.interval or (0.0, 0.0)
        assert each.covered == (low <= each.truth <= high)
    assert held_against_lists(published("Korea"), "stepwise") == ()


def independent(sizes: int, chances: tuple[float, ...]) -> CaptureHistories:
    masks = np.arange(1 << len(chances))
    share = np.ones(len(masks))
    for place, chance in enumerate(chances):
        share *= np.where(masks >> place & 1, chance, 1 - chance)
    counts = np.round(sizes * share).astype(np.int64)
    counts[0] = 0
    return CaptureHistories(tuple("ABC"[: len(chances)]), counts)


def test_strata_sum_to_the_total() -> None:
    parts = {"a": independent(3_000, (0.3, 0.3, 0.3)), "b": independent(2_000, (0.5, 0.2, 0.3))}
    found = stratified(parts, "independent", settings=Bootstrap(200, 1))
    sums = sum(part.estimate or 0 for _, part in found.parts)
    assert found.total.estimate == pytest.approx(sums)
    assert found.total.estimate == pytest.approx(5_000, rel=0.01)
    assert found.total.interval is not None
    assert found.total.interval[0] < 5_000 < found.total.interval[1]
    widths = [part.interval[1] - part.interval[0] for _, part in found.parts if part.interval]
    total = found.total.interval[1] - found.total.interval[0]
    assert max(widths) * 0.9 < total < sum(widths)


def test_sparse_strata_are_pooled() -> None:
    tiny, big = independent(60, (0.3, 0.3, 0.3)), independent(3_000, (0.3, 0.3, 0.3))
    groups = pooled({"a": tiny, "b": big, "c": tiny})
    assert [values for values, _ in groups] == [("a", "c"), ("b",)]
    alone = pooled({"a": tiny, "b": big})
    assert [values for values, _ in alone] == [("a", "b")]
    assert sum(table.observed for _, table in groups) == 2 * tiny.observed + big.observed
    found = stratified({"a": tiny, "b": big, "c": tiny}, "independent", settings=Bootstrap(100, 1))
    (_, sparse), (_, whole) = found.parts
    assert (sparse.estimate is None) == (sparse.warnings != ())
    assert whole.estimate is not None


def test_two_lists_have_nothing_that_checks_them() -> None:
    found = compared(
        CaptureHistories(("A", "B"), np.array([0, 180, 130, 70])), settings=Bootstrap(100, 1)
    )
    assert found.headline is not None
    assert found.headline.method == "chapman"
    assert any("cannot show" in reason for reason in found.reasons)
