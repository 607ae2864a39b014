from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.bench.evaluate import (
    NOT_LINKED,
    compare_clusters,
    history_counts,
    sweep_thresholds,
)

RECORDS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(-1, 5)), min_size=1, max_size=30
)


def columns(rows):
    return (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))


def test_a_worked_example():
    # lists: A A B B C C; people 1 is on A B C, 2 on A B, 3 on C; the last record of 3 is
    # taken for person 2, and 1's record on C is missed.
    lists = np.array([0, 0, 1, 1, 2, 2])
    entity = np.array([1, 2, 1, 2, 1, 3])
    person = np.array([0, 1, 0, 1, 5, 1])
    result = compare_clusters("ABC", lists, entity, person)
    assert (result.true_pairs, result.found_pairs, result.right_pairs) == (4, 4, 2)
    assert (result.precision, result.recall, result.f1) == (0.5, 0.5, 0.5)
    assert result.overlaps == {("A", "B"): (2, 2), ("A", "C"): (1, 1), ("B", "C"): (1, 1)}
    assert result.people_on == ((1, 1), (1, 1), (1, 1))
    assert result.people_on_two_or_more == (2, 2)
    assert result.true_histories == {0b111: 1, 0b011: 1, 0b100: 1}
    assert result.absolute_error == 0


def test_absolute_error_counts_every_cell():
    lists = np.array([0, 1, 0, 1])
    result = compare_clusters("AB", lists, np.array([1, 1, 2, 2]), np.array([0, 1, 2, 3]))
    assert result.true_histories == {3: 2}
    assert result.found_histories == {1: 2, 2: 2}
    assert result.absolute_error == 6
    assert result.history_name(3) == "A+B"


def test_duplicates_within_a_list_are_no_pairs_and_one_person():
    lists = np.array([0, 0, 1])
    same = np.array([4, 4, 4])
    result = compare_clusters("AB", lists, same, same)
    assert result.true_pairs == result.right_pairs == 2
    assert result.true_histories == {3: 1}


def test_records_that_were_not_encoded_cost_recall_and_are_not_found():
    lists = np.array([0, 1])
    result = compare_clusters("AB", lists, np.array([1, 1]), np.array([0, NOT_LINKED]))
    assert (result.recall, result.precision) == (0.0, 1.0)
    assert result.found_histories == {1: 1}


@given(RECORDS)
@settings(max_examples=60, deadline=None)
def test_agrees_with_counting_by_hand(rows):
    lists, entity, person = columns(rows)
    result = compare_clusters("ABC", lists, entity, person)
    true = found = right = 0
    for i, j in itertools.combinations(range(len(rows)), 2):
        if lists[i] == lists[j]:
            continue
        is_true = entity[i] == entity[j]
        is_found = person[i] == person[j] != NOT_LINKED
        true, found, right = true + is_true, found + is_found, right + (is_true and is_found)
    assert (result.true_pairs, result.found_pairs, result.right_pairs) == (true, found, right)
    on = [len({e for place, e, _ in rows if place == number}) for number in range(3)]
    for bit, expected in enumerate(on):
        assert expected == sum(c for h, c in result.true_histories.items() if h >> bit & 1)
    assert sum(history_counts(lists, entity).values()) == len(set(entity.tolist()))
    assert sum(true for true, _ in result.people_on) == len(set(entity.tolist()))


@given(RECORDS)
@settings(max_examples=30, deadline=None)
def test_the_truth_itself_has_no_error(rows):
    lists, entity, _ = columns(rows)
    result = compare_clusters("ABC", lists, entity, entity)
    assert (result.precision, result.recall, result.absolute_error) == (1.0, 1.0, 0)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3, 0.4]), st.booleans()), max_size=25))
@settings(max_examples=60, deadline=None)
def test_sweep_agrees_with_counting_at_every_threshold(pairs):
    score = np.array([value for value, _ in pairs])
    same = np.array([flag for _, flag in pairs], dtype=bool)
    total = int(same.sum()) + 2
    sweep = sweep_thresholds(score, same, total)
    assert sorted(set(score.tolist()), reverse=True) == sweep.threshold.tolist()
    for step, threshold in enumerate(sweep.threshold):
        above = [flag for value, flag in pairs if value >= threshold]
        assert sweep.precision[step] == pytest.approx(sum(above) / len(above))
        assert sweep.recall[step] == pytest.approx(sum(above) / total)
        assert sweep.at(threshold) == (sweep.precision[step], sweep.recall[step])


def test_recall_at_a_precision_takes_the_lowest_threshold_that_reaches_it():
    score = np.array([0.9, 0.8, 0.7, 0.6])
    same = np.array([True, False, True, True])
    sweep = sweep_thresholds(score, same, 5)  # precisions 1, 1/2, 2/3, 3/4
    assert sweep.recall_at(0.7) == (0.6, 0.6)
    assert sweep.recall_at(0.8) == (0.2, 0.9)
    wrong = sweep_thresholds(np.array([0.5]), np.array([False]), 1)
    assert wrong.recall_at(0.9) == (0.0, float("inf"))


def test_json_has_no_bare_history_numbers():
    lists = np.array([0, 1])
    both = np.array([1, 1])
    result = compare_clusters("PZ", lists, both, both).as_dict()
    assert result["histories"] == {"P+Z": {"true": 1, "found": 1}}
    assert result["people_on"] == {"1": {"true": 0, "found": 0}, "2": {"true": 1, "found": 1}}
