"""The merging rule against its definition, and what it promises whatever the pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import naive_linking

from linkage.link import cluster_lists, link_records, merge_duplicates
from linkage.link.agglomerate import agglomerate
from linkage.types import CandidatePairs

FLOOR = 0.125


def pairs_of(scores: dict[tuple[int, int], float]) -> CandidatePairs:
    keys = sorted(scores)
    score = np.array([scores[key] for key in keys], dtype=np.float64)
    return CandidatePairs(
        np.array([key[0] for key in keys], dtype=np.int64),
        np.array([key[1] for key in keys], dtype=np.int64),
        score[:, None],
        score,
    )


@st.composite
def problems(draw: st.DrawFn):
    """Lists, scores of some pairs (few distinct values, so that means tie), thresholds."""
    records = draw(st.integers(0, 14))
    lists = draw(st.lists(st.integers(0, 3), min_size=records, max_size=records))
    possible = [(i, j) for i in range(records) for j in range(i + 1, records)]
    chosen = draw(st.lists(st.sampled_from(possible), unique=True)) if possible else []
    steps = draw(st.lists(st.integers(1, 8), min_size=len(chosen), max_size=len(chosen)))
    scores = {
        pair: FLOOR + (1 - FLOOR) * step / 8 for pair, step in zip(chosen, steps, strict=True)
    }
    thresholds = draw(st.tuples(st.integers(2, 8), st.integers(2, 8)))
    return np.array(lists, dtype=np.int64), scores, thresholds[0] / 8, thresholds[1] / 8


@settings(max_examples=200, deadline=None)
@given(problems())
def test_both_steps_equal_the_definition(problem) -> None:
    lists, scores, threshold, within_threshold = problem
    within = {pair: s for pair, s in scores.items() if lists[pair[0]] == lists[pair[1]]}
    between = {pair: s for pair, s in scores.items() if pair not in within}
    # Records of different lists cannot merge in the first step: no pair joins them.
    entries = naive_linking.agglomerate(
        range(len(lists)), within, within_threshold, FLOOR - 0.01, None
    )
    found = merge_duplicates(
        pairs_of(scores), lists, threshold=within_threshold, floor=FLOOR - 0.01
    )
    assert found.tolist() == entries
    expected = naive_linking.agglomerate(entries, between, threshold, FLOOR - 0.01, lists.tolist())
    clusters = link_records(
        pairs_of(scores),
        lists,
        threshold=threshold,
        within_threshold=within_threshold,
        floor=FLOOR - 0.01,
    )
    assert clusters.person.tolist() == expected


@settings(max_examples=100, deadline=None)
@given(problems())
def test_each_person_has_at_most_one_entry_per_list(problem) -> None:
    lists, scores, threshold, within_threshold = problem
    entries = merge_duplicates(pairs_of(scores), lists, threshold=within_threshold)
    clusters = cluster_lists(pairs_of(scores), lists, entries, threshold=threshold)
    assert len(clusters.person) == len(lists)
    assert sorted(set(clusters.person.tolist())) == list(range(clusters.people))
    on: dict[tuple[int, int], set[int]] = {}
    whole: dict[int, set[int]] = {}
    for entry, person, on_list in zip(entries, clusters.person, lists, strict=True):
        on.setdefault((int(person), int(on_list)), set()).add(int(entry))
        whole.setdefault(int(entry), set()).add(int(person))
    assert all(len(found) == 1 for found in on.values())
    assert all(len(found) == 1 for found in whole.values())
    for entry in set(entries.tolist()):
        assert len(set(lists[entries == entry].tolist())) == 1


@settings(max_examples=100, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_is_without_effect(problem, random) -> None:
    lists, scores, threshold, within_threshold = problem
    pairs = pairs_of(scores)
    order = list(range(len(pairs)))
    random.shuffle(order)
    index = np.array(order, dtype=np.int64)
    shuffled = CandidatePairs(
        pairs.left[index], pairs.right[index], pairs.similarity[index], pairs.score[index]
    )
    one, other = (
        link_records(p, lists, threshold=threshold, within_threshold=within_threshold)
        for p in (pairs, shuffled)
    )
    assert one.person.tolist() == other.person.tolist()


def partition(person: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(person == number).tolist()) for number in set(person.tolist())}


@settings(max_examples=100, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_records_that_arrive_in_another_order_give_the_same_people(problem, random) -> None:
    """The caller's duty is one sort by something of the records' own; ties included."""
    lists, scores, threshold, _ = problem
    records = len(lists)
    arrival = list(range(records))
    random.shuffle(arrival)
    canonical = sorted(range(records), key=lambda position: arrival[position])
    back = {position: place for place, position in enumerate(canonical)}
    moved_scores = {}
    for (left, right), score in scores.items():
        ends = sorted((back[arrival.index(left)], back[arrival.index(right)]))
        moved_scores[ends[0], ends[1]] = score
    arrived_lists = lists[arrival]
    one = link_records(pairs_of(scores), lists, threshold=threshold)
    other = link_records(pairs_of(moved_scores), arrived_lists[canonical], threshold=threshold)
    assert one.person.tolist() == other.person.tolist()


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 12), st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_without_ties_not_even_the_order_of_the_records_matters(records, seed, random) -> None:
    generator = np.random.default_rng(seed)
    lists = generator.integers(0, 3, records)
    scores = {
        (i, j): float(generator.random())
        for i in range(records)
        for j in range(i + 1, records)
        if generator.random() < 0.6
    }
    order = list(range(records))
    random.shuffle(order)  # order[new] = old
    new = {old: place for place, old in enumerate(order)}
    moved = {(min(new[i], new[j]), max(new[i], new[j])): score for (i, j), score in scores.items()}
    one = link_records(pairs_of(scores), lists, threshold=0.45, floor=0.0)
    other = link_records(pairs_of(moved), lists[order], threshold=0.45, floor=0.0)
    back = np.empty(records, dtype=np.int64)
    back[order] = other.person
    assert partition(one.person) == partition(back)


def test_a_mean_equal_to_the_threshold_merges() -> None:
    pairs = pairs_of({(0, 1): 0.75})
    lists = np.array([0, 1])
    assert link_records(pairs, lists, threshold=0.75).people == 1
    assert link_records(pairs, lists, threshold=float(np.nextafter(0.75, 1))).people == 2
    # 0-1 merge at .75; the mean of .25 and .75 with the third is exactly one half.
    pairs = pairs_of({(0, 1): 0.75, (0, 2): 0.25, (1, 2): 0.75})
    # The other order (1-2 first) ties; the first records decide, and the mean is the same.
    assert link_records(pairs, np.array([0, 1, 2]), threshold=0.5).people == 1
    above = float(np.nextafter(0.5, 1))
    assert link_records(pairs, np.array([0, 1, 2]), threshold=above).people == 2


def test_look_alikes_do_not_chain_and_true_groups_hold() -> None:
    """Four records in a row, each like its neighbour only, against four alike all round."""
    lists = np.arange(4)
    chain = {(0, 1): 0.9, (1, 2): 0.8, (2, 3): 0.9}
    assert link_records(pairs_of(chain), lists, threshold=0.6, floor=0.2).person.tolist() == [
        0,
        0,
        1,
        1,
    ]
    # One weak pair (0-3) does not split a group that hangs together otherwise.
    whole = {(0, 1): 0.9, (1, 2): 0.8, (2, 3): 0.9, (0, 2): 0.7, (1, 3): 0.7, (0, 3): 0.3}
    assert link_records(pairs_of(whole), lists, threshold=0.6, floor=0.2).people == 1


def test_two_entries_of_one_list_compete_and_the_better_one_wins() -> None:
    lists = np.array([0, 0, 1])
    pairs = pairs_of({(0, 2): 0.7, (1, 2): 0.8})
    assert link_records(pairs, lists, threshold=0.6).person.tolist() == [0, 1, 1]
    tie = pairs_of({(0, 2): 0.8, (1, 2): 0.8})
    assert link_records(tie, lists, threshold=0.6).person.tolist() == [0, 1, 0]


def test_merged_duplicates_count_as_one_entry() -> None:
    lists = np.array([0, 0, 1])
    pairs = pairs_of({(0, 1): 0.9, (0, 2): 0.8, (1, 2): 0.7})
    assert link_records(pairs, lists, threshold=0.6).people == 1
    # Kept apart inside the list, only one of them can be the person on the other list.
    apart = link_records(pairs, lists, threshold=0.6, within_threshold=0.95)
    assert apart.person.tolist() == [0, 1, 0]


def test_nothing_in_nothing_out() -> None:
    assert link_records(pairs_of({}), np.empty(0, dtype=np.int64), threshold=0.5).people == 0
    alone = link_records(pairs_of({}), np.array([0, 0, 1]), threshold=0.5)
    assert alone.person.tolist() == [0, 1, 2]


def test_a_floor_above_the_threshold_is_refused() -> None:
    with pytest.raises(ValueError, match="floor"):
        agglomerate(np.arange(2), pairs_of({(0, 1): 0.5}), threshold=0.4, floor=0.5)
