"""No withheld number follows from a publication: tested by solving for it, in two ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.overlap import possible, sums_of, table

from linkage.agreement.model import Disclosure
from linkage.errors import PolicyError
from linkage.overlap import (
    WITHHELD,
    PublishedTable,
    all_histories,
    build_overlap_table,
    publish,
    verify_disclosure,
)
from linkage.overlap.items import Items
from linkage.types import PersonHistories


@st.composite
def tables(draw: st.DrawFn, most: int = 60) -> tuple[list[list[int]], int, int]:
    """Sparse tables with many small cells, as victims' lists have them."""
    lists = draw(st.integers(2, 4))
    values = draw(st.integers(0, 3)) if lists < 4 else 0
    count = st.one_of(st.just(0), st.integers(0, 12), st.integers(0, most))
    columns = values + 1 if values else 1
    rows = st.lists(count, min_size=columns, max_size=columns)
    histories = 2**lists - 1
    return draw(st.lists(rows, min_size=histories, max_size=histories)), lists, values


def true_numbers(cells: list[list[int]], lists: int, values: int) -> list[int]:
    flat = {
        (mask, value): n
        for mask, row in zip(all_histories(lists), cells, strict=True)
        for value, n in enumerate(row)
    }
    return sums_of(flat, lists, values)


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([3, 5, 10]))
def test_every_withheld_number_keeps_an_interval_of_minimum_minus_one(drawn, minimum):
    cells, lists, values = drawn
    published = publish(table(cells, lists, values), Disclosure(minimum_cell=minimum))
    true = true_numbers(cells, lists, values)
    for shown, number in zip(published.shown, true, strict=True):
        assert shown in (number, WITHHELD)
        assert shown == WITHHELD or number == 0 or number >= minimum
    by_item = {published.items.describe(item): number for item, number in enumerate(true)}
    intervals = list(verify_disclosure(published))
    assert len(intervals) == published.withheld
    for interval in intervals:
        assert interval.width >= minimum - 1, interval
        assert interval.lower <= by_item[interval.item]
        assert interval.upper is None or interval.upper >= by_item[interval.item]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.just(0), st.integers(0, 12)), min_size=3, max_size=3)
    | st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=3, max_size=3)
)
def test_intervals_are_those_of_all_tables_one_by_one(drawn):
    values = 1 if isinstance(drawn[0], list) else 0
    cells = drawn if values else [[n] for n in drawn]
    published = publish(table(cells, 2, values), Disclosure(minimum_cell=3))
    if published.people == WITHHELD:
        return  # nothing bounds the tables that would have to be tried
    every = np.array(list(possible(published, 2, values)))
    hidden = np.flatnonzero(published.shown == WITHHELD)
    for item, interval in zip(hidden, verify_disclosure(published), strict=True):
        assert (interval.lower, interval.upper) == (every[:, item].min(), every[:, item].max())
        assert every[:, item].max() - every[:, item].min() >= 2


@settings(max_examples=20, deadline=None)
@given(tables(most=30), st.sampled_from([3, 5, 10]))
def test_no_small_count_is_fixed_by_rounded_numbers(drawn, base):
    cells, lists, values = drawn
    published = publish(table(cells, lists, values), Disclosure(rule="round", rounding_base=base))
    true = true_numbers(cells, lists, values)
    by_item = {published.items.describe(item): n for item, n in enumerate(true)}
    for shown, number in zip(published.shown, true, strict=True):
        if shown != WITHHELD:
            assert shown % base == 0
            assert abs(shown - number) * 2 <= base
    for interval in verify_disclosure(published):
        number = by_item[interval.item]
        assert interval.lower <= number
        assert interval.upper is None or number <= interval.upper
        if 0 < number < base:
            assert interval.width >= 1


def test_the_reader_finds_what_careless_suppression_gives_away():
    """A, B and AB with A's size, B's size and the total: three unknowns, three sums."""
    items = Items(("A", "B"), (), ())
    #        people A   B   1   2   A   B  AB
    shown = [50, 29, 25, -1, -1, -1, -1, -1]
    careless = PublishedTable(items, np.array(shown), "suppress", 10)
    found = {
        (i.item.table, i.item.history or i.item.value): (i.lower, i.upper)
        for i in verify_disclosure(careless)
    }
    # 29 + 25 - 50 = 4 are on both.
    assert found["history", "11"] == (4, 4)
    assert found["history", "10"] == (25, 25)
    assert found["history", "01"] == (21, 21)
    assert found["exactly", "2"] == (4, 4)


def test_the_same_table_is_protected_by_withholding_a_margin():
    published = publish(table([[25], [21], [4]], 2), Disclosure(minimum_cell=10))
    assert published.people == 50
    assert published.counts[2] == WITHHELD
    assert published.on_lists[1] == WITHHELD
    assert WITHHELD in published.list_sizes
    assert min(i.width for i in verify_disclosure(published)) >= 9


def test_strata_that_share_their_histories_protect_one_another():
    """Two breakdowns of the same people: what one gives away, the other must not need."""
    random = np.random.default_rng(7)
    on = random.random((900, 3)) < (0.5, 0.3, 0.15)
    history = (on * (1, 2, 4)).sum(axis=1).astype(np.uint32)
    history = history[history > 0]
    stratum = np.column_stack(
        [
            random.choice(3, len(history), p=(0.7, 0.27, 0.03)),
            random.choice(4, len(history), p=(0.6, 0.3, 0.08, 0.02)),
        ]
    ).astype(np.uint8)
    people = PersonHistories(
        ("A", "B", "C"), ("s", "t"), (("a", "b", "c"), ("a", "b", "c", "d")), history, stratum,
        (0, 0),
    )  # fmt: skip
    published = publish(build_overlap_table(people, people, people), Disclosure(minimum_cell=10))
    assert 0 < published.withheld < len(published.items)
    assert published.omitted_strata == ()
    assert min(i.width for i in verify_disclosure(published)) >= 9


def test_nothing_is_withheld_where_nothing_is_small():
    published = publish(table([[25], [21], [14]], 2), Disclosure(minimum_cell=10))
    assert published.withheld == 0
    assert published.counts.tolist() == [25, 21, 14]
    assert list(verify_disclosure(published)) == []


def test_where_even_the_number_of_people_is_withheld_nothing_bounds_it():
    cells = [[0, 0]] * 6 + [[0, 1]]
    intervals = list(verify_disclosure(publish(table(cells, 3, 1), Disclosure(minimum_cell=3))))
    assert [(i.lower, i.upper) for i in intervals if i.item.table == "people"] == [(0, None)]


def test_zeros_are_published():
    cells = [[400], [300], [200], [50], [0], [40], [0]]
    published = publish(table(cells, 3), Disclosure(minimum_cell=10))
    assert published.withheld == 0
    assert published.counts.tolist() == [400, 300, 200, 50, 0, 40, 0]


def test_a_withheld_history_has_no_breakdown():
    cells = [[400, 90, 20], [300, 80, 30], [3, 1, 0]]
    published = publish(table(cells, 2, values=2), Disclosure(minimum_cell=10))
    assert published.counts[2] == WITHHELD
    assert published.by_stratum(0)[2, :2].tolist() == [WITHHELD, WITHHELD]


def test_one_table_has_one_publication():
    cells = [[400, 90, 20], [300, 80, 30], [3, 1, 0]]
    first, second = (
        publish(table(cells, 2, values=2), Disclosure(minimum_cell=10)) for _ in range(2)
    )
    assert first.shown.tolist() == second.shown.tolist()


def test_rounding_withholds_a_margin_that_fixes_a_count():
    # Base 5: 2 + 2 is shown as 0 + 0, and their sum 4 as 5, so at least 3; on either list it
    # is only known that there are at most 2: both could be 1 or 2. Base 3: 1 + 1 is shown as
    # 0 + 0 and 2 as 3, so exactly 2, and both are 1.
    published = publish(table([[1], [1], [0]], 2), Disclosure(rule="round", rounding_base=3))
    small = [i for i in verify_disclosure(published) if i.item.table == "history"]
    assert all(i.width >= 1 for i in small if i.item.history != "11")
    assert published.withheld > 0


def test_more_lists_than_can_be_checked_are_refused():
    with pytest.raises(PolicyError) as caught:
        publish(table([[1]] * 2047, 11), Disclosure())
    assert caught.value.faults[0].code == "E641"
