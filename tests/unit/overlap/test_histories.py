"""Capture histories, strata and the analyst's table, against definitions written by hand."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.overlap import found, table

from linkage.errors import PolicyError
from linkage.overlap import (
    all_histories,
    build_overlap_table,
    capture_histories,
    history_text,
    table_content,
    table_from_content,
)
from linkage.types import UNKNOWN, Clusters, PersonHistories

LISTS = ("A", "B", "C")


def histories_of(records: list[tuple[int, int, int]]) -> PersonHistories:
    """Records of (person, list, value), with a stratum of three values."""
    columns = np.array(records, dtype=np.int64).reshape(-1, 3)
    return capture_histories(
        Clusters(columns[:, 0], columns[:, 1]),
        columns[:, 2:].astype(np.uint8),
        lists=LISTS,
        strata=("form",),
        values=(("a", "b", "c"),),
    )


def naive_value(records: list[tuple[int, int]]) -> int:
    """The rule of strata.py, one person at a time; records of (list, value)."""

    def top(votes: Counter[int]) -> set[int]:
        return {value for value, n in votes.items() if n == max(votes.values())}

    voices: dict[int, int] = {}
    for index in sorted({on for on, _ in records}):
        votes = Counter(value for on, value in records if on == index and value != UNKNOWN)
        if votes:
            voices[index] = min(top(votes))
    if not voices:
        return UNKNOWN
    best = top(Counter(voices.values()))
    return next(value for _, value in sorted(voices.items()) if value in best)


def test_order_of_histories_is_by_number_of_lists_then_first_list_first():
    assert [history_text(mask, 3) for mask in all_histories(3)] == [
        "100", "010", "001", "110", "101", "011", "111",
    ]  # fmt: skip
    assert sorted(all_histories(6)) == list(range(1, 64))


def test_more_than_sixteen_lists_are_refused():
    assert len(all_histories(16)) == 65535
    with pytest.raises(PolicyError) as caught:
        all_histories(17)
    assert caught.value.faults[0].code == "E640"


@pytest.mark.parametrize(
    ("records", "value", "disagree"),
    [
        ([(0, 0, 1)], 1, 0),
        ([(0, 0, UNKNOWN), (0, 1, 2)], 2, 0),
        ([(0, 0, UNKNOWN), (0, 1, UNKNOWN)], UNKNOWN, 0),
        ([(0, 0, 1), (0, 1, 2), (0, 2, 2)], 2, 1),  # two lists against one
        ([(0, 0, 2), (0, 1, 1)], 2, 1),  # a tie: the first list
        ([(0, 0, 1), (0, 0, 1), (0, 0, 1), (0, 1, 2), (0, 2, 2)], 2, 1),  # duplicates are one voice
        ([(0, 0, 2), (0, 0, 1)], 1, 1),  # a tie within a list: the agreement's first value
        ([(0, 0, 0), (0, 0, 1), (0, 0, 1)], 1, 1),
    ],
)
def test_rule_for_strata_that_disagree(records, value, disagree):
    histories = histories_of(records)
    assert histories.stratum.tolist() == [[value]]
    assert histories.disagreements == (disagree,)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([0, 1, 2, UNKNOWN])),
        max_size=25,
    ),
    st.randoms(use_true_random=False),
)
def test_histories_and_strata_match_their_definition_in_any_order(records, random):
    seen = sorted({person for person, _, _ in records})
    records = [(seen.index(person), on, value) for person, on, value in records]
    shuffled = random.sample(records, len(records))
    histories = histories_of(shuffled)
    assert len(histories) == len(seen)
    disagreements = 0
    for person in range(len(seen)):
        own = [(on, value) for who, on, value in records if who == person]
        assert histories.history[person] == sum(1 << on for on in {on for on, _ in own})
        assert histories.stratum[person, 0] == naive_value(own)
        disagreements += len({value for _, value in own if value != UNKNOWN}) > 1
    assert histories.disagreements == (disagreements,)


def test_arguments_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="list that does not exist"):
        histories_of([(0, 3, 0)])
    with pytest.raises(ValueError, match="allowed values"):
        histories_of([(0, 0, 3)])
    with pytest.raises(ValueError, match="without a gap"):
        histories_of([(0, 0, 0), (2, 0, 0)])


def test_margins_by_hand():
    cells = [[5], [0], [3], [2], [0], [1], [4]]  # A B C AB AC BC ABC
    small = table(cells, 3)
    assert small.counts.tolist() == [5, 0, 3, 2, 0, 1, 4]
    assert small.people == 15
    assert small.list_sizes == (11, 7, 8)
    assert small.on_lists == (8, 3, 4)
    assert small.pair_overlaps == {(0, 1): 6, (0, 2): 4, (1, 2): 5}


def test_strata_end_with_unknown_and_add_up_to_the_whole():
    small = table([[3, 1, 0], [0, 2, 2], [1, 0, 4]], 2, values=2)
    assert small.values == (("f", "m", "unknown"),)
    assert small.by_stratum[0].tolist() == [[3, 1, 0], [0, 2, 2], [1, 0, 4]]
    assert small.counts.tolist() == [4, 4, 5]
    assert small.joint_count.tolist() == [3, 1, 1, 2, 2, 4]  # only what occurs, by value


def test_scenarios_keep_their_order_and_thresholds():
    low, chosen, high = (found([[a], [b], [c]], 2) for a, b, c in [(1, 1, 9), (4, 4, 5), (9, 9, 0)])
    built = build_overlap_table(low, chosen, high, thresholds=(0.5, 0.625, 0.7500004))
    assert built.scenarios.tolist() == [[1, 1, 9], [4, 4, 5], [9, 9, 0]]
    assert built.counts.tolist() == [4, 4, 5]
    assert built.thresholds == (500_000, 625_000, 750_000)


def test_scenarios_of_different_lists_are_refused():
    with pytest.raises(ValueError, match="different lists"):
        build_overlap_table(found([[1]], 1), found([[1]] * 3, 2), found([[1]] * 3, 2))


def test_nobody_on_any_list_is_a_table_of_zeros():
    empty = table([[0, 0], [0, 0], [0, 0]], 2, values=1)
    assert empty.people == 0
    assert empty.by_stratum[0].tolist() == [[0, 0]] * 3
    assert table_from_content(table_content(empty)).counts.tolist() == [0, 0, 0]


@given(st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=7, max_size=7))
def test_what_is_sealed_is_what_is_opened(cells):
    small = table(cells, 3, values=2)
    opened = table_from_content(table_content(small))
    assert opened.by_stratum[0].tolist() == cells
    assert opened.scenarios.tolist() == small.scenarios.tolist()
    assert (opened.lists, opened.strata, opened.values) == (small.lists, small.strata, small.values)
    assert table_content(opened) == table_content(small)


CHANGES = {
    "format": lambda data: data.update(format="linkage-overlap/2"),
    "a later format": lambda data: data.update(format="linkage-overlap/3"),
    "a cell": lambda data: data["by_stratum"][0][0].__setitem__(0, 4),
    "a joint count": lambda data: data["joint"][0].__setitem__(2, 4),
    "the order": lambda data: data["joint"].reverse(),
    "a repeated row": lambda data: data["joint"].append(data["joint"][-1]),
    "a negative count": lambda data: data["scenarios"]["low"].__setitem__(0, -1),
    "a float": lambda data: data["scenarios"]["low"].__setitem__(0, 1.0),
    "a truth value": lambda data: data["scenarios"]["low"].__setitem__(0, True),
    "a margin": lambda data: data["margins"].update(people=14),
    "a pair": lambda data: data["margins"]["pairs"][0].__setitem__(2, 9),
    "one more key": lambda data: data.update(note="hello"),
    "a missing key": lambda data: data.pop("joint"),
    "a history": lambda data: data["histories"].reverse(),
    "a missing value": lambda data: data["strata"][0]["values"].pop(),
    "a huge index": lambda data: data["joint"][0].__setitem__(0, 10**30),
    "no lists": lambda data: data.update(lists=[]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_that_does_not_add_up_is_refused(change):
    data = json.loads(table_content(table([[3, 1, 0], [0, 2, 2], [1, 0, 4]], 2, values=2)))
    CHANGES[change](data)
    content = json.dumps(data, separators=(",", ":"), sort_keys=True).encode()
    with pytest.raises(ValueError, match="not a sound"):
        table_from_content(content)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"nonsense", b"[" * 5000])
def test_what_is_no_table_is_refused(content):
    with pytest.raises(ValueError, match="not a sound"):
        table_from_content(content)


def test_white_space_or_another_key_order_is_not_canonical():
    content = table_content(table([[1], [1], [1]], 2))
    with pytest.raises(ValueError, match="not a sound"):
        table_from_content(content.replace(b",", b", "))
