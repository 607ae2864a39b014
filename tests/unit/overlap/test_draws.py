"""Draws of the linkage in the analyst's table: counted, sealed, opened and refused."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.overlap import drawn_table, found, rates_of, table

from linkage.overlap import (
    OverlapTable,
    build_overlap_table,
    table_content,
    table_from_content,
)
from linkage.overlap.rates import table_rates
from linkage.types import UNKNOWN, PersonHistories

TWO_DRAWS = [
    [[3, 1, 0], [0, 2, 2], [1, 0, 4]],  # A, B, AB by f, m, unknown
    [[2, 1, 0], [0, 1, 2], [2, 0, 5]],
]


@st.composite
def draws_of_three_lists(draw: st.DrawFn) -> list[list[list[int]]]:
    """The same lists in every draw, each with somebody on it, as records do not go away."""
    row = st.lists(st.integers(0, 4), min_size=3, max_size=3)
    cells = st.lists(row, min_size=7, max_size=7)
    found_draws = draw(st.lists(cells, min_size=1, max_size=4))
    for cells_of_draw in found_draws:
        cells_of_draw[6][0] += 1
    return found_draws


@settings(max_examples=60, deadline=None)
@given(draws_of_three_lists())
def test_what_is_sealed_is_what_is_opened(cells):
    small = drawn_table(cells, 3, values=2)
    content = table_content(small)
    opened = table_from_content(content)
    assert table_content(opened) == content
    assert np.array_equal(opened.draws.count, small.draws.count)
    assert np.array_equal(opened.draws.strata, small.draws.strata)
    assert np.array_equal(opened.draws.history, small.draws.history)
    assert (opened.method, opened.records) == ("probability", small.records)
    assert opened.rates == small.rates


@settings(max_examples=60, deadline=None)
@given(draws_of_three_lists())
def test_sums_of_draws_are_those_of_the_people(cells):
    small = drawn_table(cells, 3, values=2)
    by_hand = np.array(cells)  # (draws, histories, values)
    assert np.array_equal(small.draw_histories, by_hand.sum(axis=2))
    assert np.array_equal(small.draws.people, by_hand.sum(axis=(1, 2)))
    assert np.array_equal(small.draw_on_several, by_hand[:, 3:].sum(axis=(1, 2)))
    assert np.array_equal(small.draws.count.sum(axis=1), small.draws.people)
    assert (small.draws.count.max(axis=0) > 0).all(), "only what some draw has"
    for draw, row in zip(by_hand, small.draws.count, strict=True):
        assert {
            (int(history), int(values[0])): int(count)
            for values, history, count in zip(
                small.draws.strata, small.draws.history, row, strict=True
            )
            if count
        } == {(h, v): int(draw[h, v]) for h in range(7) for v in range(3) if draw[h, v]}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 12), st.integers(1, 10), st.integers(0, 2**32))
def test_any_number_of_strata_sorts_as_a_table_does(strata, lists, seed):
    generator = np.random.default_rng(seed)
    people = PersonHistories(
        tuple("ABCDEFGHIJ"[:lists]),
        tuple(f"s{number}" for number in range(strata)),
        (("x", "y"),) * strata,
        generator.integers(1, 2**lists, 30).astype(np.uint32),
        generator.choice(np.array([0, 1, UNKNOWN], dtype=np.uint8), (30, strata)),
        (0,) * strata,
    )
    small = build_overlap_table(people, people, people)
    place = {mask: at for at, mask in enumerate(small.histories)}
    expected = Counter(
        (*(2 if value == UNKNOWN else value for value in values), place[mask])
        for values, mask in zip(people.stratum.tolist(), people.history.tolist(), strict=True)
    )
    rows = [
        (*values, history)
        for values, history in zip(
            small.joint_strata.tolist(), small.joint_history.tolist(), strict=True
        )
    ]
    assert rows == sorted(expected)
    assert small.joint_count.tolist() == [expected[row] for row in rows]


def test_people_on_several_lists():
    small = drawn_table(TWO_DRAWS, 2, values=2)
    assert small.on_several == (5, 5, 5)
    assert small.draw_on_several.tolist() == [5, 7]


def test_a_linkage_by_similarity_has_none_of_it():
    plain = table([[5], [4], [3]], 2)
    assert (plain.method, plain.records, len(plain.draws), plain.rates) == ("similarity", (), 0, {})
    assert plain.draw_histories.shape == (0, 3)
    assert plain.draw_on_several.tolist() == []


@pytest.mark.parametrize("missing", ["records", "draws", "rates", "method"])
def test_some_of_it_is_refused(missing):
    chosen = found([[5], [4], [3]], 2)
    whole = {
        "method": "probability",
        "records": (9, 9),
        "draws": [chosen],
        "rates": rates_of(chosen),
    }
    build_overlap_table(chosen, chosen, chosen, **whole)
    del whole[missing]
    with pytest.raises(ValueError, match="records, draws and rates"):
        build_overlap_table(chosen, chosen, chosen, **whole)


@pytest.mark.parametrize("records", [(7, 9), (9, 6), (9,), (9, 9, 9), (9, 0)])
def test_more_people_than_records_are_refused(records):
    chosen = found([[5], [4], [3]], 2)
    with pytest.raises(ValueError, match="so many records"):
        build_overlap_table(
            chosen, chosen, chosen, method="probability", records=records, draws=[chosen],
            rates=rates_of(chosen),
        )  # fmt: skip


def test_draws_or_rates_of_other_lists_are_refused():
    chosen, other = found([[5], [4], [3]], 2), found([[1]] * 7, 3)
    with pytest.raises(ValueError, match="different lists"):
        build_overlap_table(chosen, chosen, chosen, draws=[other])
    with pytest.raises(ValueError, match="other lists"):
        table_rates(rates_of(other), ("A", "B"))


def sealed() -> OverlapTable:
    return drawn_table(TWO_DRAWS, 2, values=2)


def draws_of(data):
    return data["draws"]


CHANGES = {
    "the older format": lambda data: data.update(format="linkage-overlap/1"),
    "a later format": lambda data: data.update(format="linkage-overlap/3"),
    "the method": lambda data: data.update(method="similarity"),
    "no method": lambda data: data.pop("method"),
    "no records": lambda data: data.pop("records"),
    "no draws": lambda data: data.pop("draws"),
    "no error rates": lambda data: data.pop("error_rates"),
    "not one draw": lambda data: draws_of(data).update(counts=[], people=[], on_several=[]),
    "fewer records than people": lambda data: data["records"].__setitem__(0, 9),
    "no records where there are people": lambda data: data["records"].__setitem__(1, 0),
    "records of one more list": lambda data: data["records"].append(3),
    "more records than can be": lambda data: data["records"].__setitem__(0, 2**32),
    "a number that overflows": lambda data: data["records"].__setitem__(0, 10**30),
    "a draw with more people than records": lambda data: (
        draws_of(data)["counts"][1].__setitem__(0, 900),
        draws_of(data)["people"].__setitem__(1, 911),
    ),
    "a draw that leaves a list empty": lambda data: (
        draws_of(data)["counts"].__setitem__(1, [5, 0, 0, 0, 0, 0]),
        draws_of(data)["people"].__setitem__(1, 5),
        draws_of(data)["on_several"].__setitem__(1, 0),
    ),
    "people of a draw": lambda data: draws_of(data)["people"].__setitem__(0, 14),
    "several of a draw": lambda data: draws_of(data)["on_several"].__setitem__(0, 6),
    "a count": lambda data: draws_of(data)["counts"][0].__setitem__(0, 4),
    "a negative count": lambda data: draws_of(data)["counts"][0].__setitem__(0, -1),
    "a float": lambda data: draws_of(data)["counts"][0].__setitem__(0, 3.0),
    "a truth value": lambda data: draws_of(data)["counts"][0].__setitem__(1, True),
    "a text": lambda data: draws_of(data)["counts"][0].__setitem__(0, "3"),
    "a short draw": lambda data: draws_of(data)["counts"][1].pop(),
    "a missing row": lambda data: draws_of(data)["joint"].pop(),
    "a row that no draw has": lambda data: (
        draws_of(data)["joint"].append([2, 2]),
        [counts.append(0) for counts in draws_of(data)["counts"]],
    ),
    "an order": lambda data: draws_of(data)["joint"].reverse(),
    "a repeated row": lambda data: draws_of(data)["joint"].__setitem__(
        1, draws_of(data)["joint"][0]
    ),
    "a value": lambda data: draws_of(data)["joint"][-1].__setitem__(0, 3),
    "a history": lambda data: draws_of(data)["joint"][-1].__setitem__(1, 3),
    "one more key": lambda data: draws_of(data).update(note="hello"),
    "draws that are no object": lambda data: data.update(draws=[1, 2]),
    "a rate of nobody": lambda data: data["error_rates"]["lists"].pop(),
    "a rate of other lists": lambda data: data["error_rates"]["lists"][0].update(pair=[0, 2]),
    "a rate of the lists reversed": lambda data: data["error_rates"]["lists"][0].update(
        pair=[1, 0]
    ),
    "fewer pairs than people": lambda data: (
        data["error_rates"]["lists"][0].update(linked=4),
        data["error_rates"]["overall"].update(linked=4),
    ),
    "more pairs than records have": lambda data: (
        data["error_rates"]["lists"][0].update(linked=10_000),
        data["error_rates"]["overall"].update(linked=10_000),
    ),
    "a sum of linked pairs": lambda data: data["error_rates"]["overall"].update(linked=6),
    "a share above 1": lambda data: data["error_rates"]["overall"][
        "missed_ten_thousandths"
    ].__setitem__(2, 10_001),
    "a negative share": lambda data: data["error_rates"]["overall"][
        "missed_ten_thousandths"
    ].__setitem__(0, -1),
    "a range the wrong way": lambda data: data["error_rates"]["overall"].update(
        missed_ten_thousandths=[1250, 2000, 500]
    ),
    "a share as a float": lambda data: data["error_rates"]["overall"].update(
        missed_ten_thousandths=[0.5, 0.4, 0.6]
    ),
    "no share": lambda data: data["error_rates"]["overall"].pop("missed_ten_thousandths"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_draws_that_do_not_fit_are_refused(change):
    data = json.loads(table_content(sealed()))
    CHANGES[change](data)
    content = json.dumps(data, separators=(",", ":"), sort_keys=True).encode()
    with pytest.raises(ValueError, match="not a sound"):
        table_from_content(content)


def test_a_table_by_similarity_with_a_part_of_the_other_is_refused():
    data = json.loads(table_content(table([[5], [4], [3]], 2)))
    for part in ("method", "records", "draws", "error_rates"):
        more = data | {part: json.loads(table_content(sealed()))[part]}
        content = json.dumps(more, separators=(",", ":"), sort_keys=True).encode()
        with pytest.raises(ValueError, match="not a sound"):
            table_from_content(content)


# Byte for byte: what was sealed by software before there were draws, and what is sealed now.
BEFORE = (
    b'{"by_stratum":[],"format":"linkage-overlap/1","histories":["10","01","11"],"joint":'
    b'[[0,5],[1,4],[2,3]],"lists":["A","B"],"margins":{"lists":[8,7],"on_lists":[9,3],'
    b'"pairs":[[0,1,3]],"people":12},"scenarios":{"chosen":[5,4,3],"high":[5,4,3],'
    b'"low":[5,4,3]},"strata":[],"thresholds_millionths":null}'
)
NOW = (
    b'{"by_stratum":[],"draws":{"counts":[[5,4,3],[6,5,2]],"joint":[[0],[1],[2]],'
    b'"on_several":[3,2],"people":[12,13]},"error_rates":{"lists":[{"linked":3,'
    b'"missed_ten_thousandths":[1250,500,2000],"pair":[0,1],'
    b'"precision_ten_thousandths":[9512,9001,10000]}],"overall":{"linked":3,'
    b'"missed_ten_thousandths":[1250,500,2000],'
    b'"precision_ten_thousandths":[9512,9001,10000]}},"format":"linkage-overlap/2",'
    b'"histories":["10","01","11"],"joint":[[0,5],[1,4],[2,3]],"lists":["A","B"],"margins":'
    b'{"lists":[8,7],"on_lists":[9,3],"pairs":[[0,1,3]],"people":12},"method":"probability",'
    b'"records":[11,10],"scenarios":{"chosen":[5,4,3],"high":[5,4,3],"low":[5,4,3]},'
    b'"strata":[],"thresholds_millionths":[200000,500000,800000]}'
)


def test_known_bytes():
    assert table_content(table([[5], [4], [3]], 2)) == BEFORE
    assert table_content(drawn_table([[[5], [4], [3]], [[6], [5], [2]]], 2)) == NOW


def test_a_table_sealed_before_there_were_draws_still_opens():
    opened = table_from_content(BEFORE)
    assert opened.counts.tolist() == [5, 4, 3]
    assert (opened.method, len(opened.draws)) == ("similarity", 0)
    assert table_content(opened) == BEFORE
