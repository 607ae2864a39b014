"""Linking by probability: people found, error rates that hold the truth, draws that repeat."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.mixtures import FLOOR, Drawn, drawn_lists

from linkage.link.draws import LinkageDraws
from linkage.link.hidden import with_hidden
from linkage.link.posterior import Linkage, cluster_scores, link_by_probability
from linkage.link.rates import count_pairs
from linkage.link.score import score_candidates
from linkage.link.summary import components


def linked(drawn: Drawn, draws: int = 20) -> Linkage:
    return link_by_probability(drawn.pairs, drawn.lists, floor=FLOOR, draws=draws, seed=3)


def together(person: np.ndarray, lists: np.ndarray) -> set[tuple[int, int]]:
    left, right = np.triu_indices(len(person), 1)
    same = (person[left] == person[right]) & (lists[left] != lists[right])
    return set(zip(left[same].tolist(), right[same].tolist(), strict=True))


def test_people_are_found() -> None:
    drawn = drawn_lists(1, size=300, shared=120)
    linkage = linked(drawn)
    true, found = (
        together(person, drawn.lists) for person in (drawn.person, linkage.person["chosen"])
    )
    assert len(true & found) / len(found) > 0.95
    assert len(true & found) / len(true) > 0.85
    people = [len(set(linkage.person[name].tolist())) for name in ("low", "chosen", "high")]
    assert people == sorted(people)


def test_the_rates_hold_the_truth() -> None:
    inside = []
    for seed in range(4):
        drawn = drawn_lists(20 + seed, size=300, shared=100)
        linkage = linked(drawn, draws=40)
        rate = count_pairs(linkage.person["chosen"], linkage.draws, drawn.lists).overall()
        true, found = (
            together(person, drawn.lists) for person in (drawn.person, linkage.person["chosen"])
        )
        assert rate.linked == len(found)
        precision, missed = len(true & found) / len(found), 1 - len(true & found) / len(true)
        inside += [
            rate.precision.low <= precision <= rate.precision.high,
            rate.missed.low <= missed <= rate.missed.high,
        ]
    assert sum(inside) >= 6


def test_equal_seeds_give_equal_draws_and_others_do_not() -> None:
    drawn = drawn_lists(2, size=150, shared=60)
    one, same, other = (
        link_by_probability(drawn.pairs, drawn.lists, floor=FLOOR, draws=4, seed=seed).draws.person
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_the_order_of_the_lists_does_not_matter() -> None:
    drawn = drawn_lists(6, size=200, shared=80)
    scores = score_candidates(drawn.pairs, drawn.lists, floor=FLOOR)
    renamed = (drawn.lists + 1) % 3
    again = score_candidates(drawn.pairs, renamed, floor=FLOOR)
    assert np.array_equal(cluster_scores(scores, drawn.lists), cluster_scores(again, renamed))


@pytest.mark.parametrize("part", [False, True])
def test_pairs_are_counted_as_defined(part: bool) -> None:
    generator = np.random.default_rng(9)
    lists = generator.integers(0, 3, 60)
    chosen = np.unique(generator.integers(0, 25, 60), return_inverse=True)[1]
    drawn = np.stack([generator.integers(0, 25, 60) for _ in range(3)]).astype(np.int32)
    draws = LinkageDraws(drawn)
    among = generator.random(60) < 0.6 if part else None
    counts = count_pairs(chosen, draws, lists, among=among)
    use = np.flatnonzero(among) if part else np.arange(60)
    pairs = [(a, b) for a in use for b in use if a < b and lists[a] != lists[b]]
    found = [(a, b) for a, b in pairs if chosen[a] == chosen[b]]
    overall = counts.overall()
    assert overall.linked == len(found)
    shares = [np.mean([row[a] == row[b] for a, b in found]) for row in drawn]
    assert overall.precision.mean == pytest.approx(np.mean(shares))
    missed = [
        1 - sum(row[a] == row[b] for a, b in found) / sum(row[a] == row[b] for a, b in pairs)
        for row in drawn
    ]
    assert overall.missed.mean == pytest.approx(np.mean(missed))


def test_hidden_matches_are_joined_as_many_as_expected() -> None:
    drawn = drawn_lists(7, size=300, shared=100)
    scores = score_candidates(drawn.pairs, drawn.lists, floor=FLOOR)
    chosen = cluster_scores(scores, drawn.lists)
    expected = np.where(scores.groups.within, 0.0, 40.0)
    alike = drawn.person % 2
    more = []
    for seed in range(10):
        whole = with_hidden(
            chosen, scores, drawn.lists, expected, alike, np.random.default_rng(seed)
        )
        more.append(len(together(whole, drawn.lists)) - len(together(chosen, drawn.lists)))
        for a, b in together(whole, drawn.lists) - together(chosen, drawn.lists):
            assert drawn.lists[a] != drawn.lists[b]
        assert together(chosen, drawn.lists) <= together(whole, drawn.lists)
        assert whole[0] == 0
    assert 0.85 * 120 < np.mean(more) < 1.25 * 120


def test_hidden_matches_do_not_put_two_entries_of_a_list_together() -> None:
    drawn = drawn_lists(8, size=60, shared=20, duplicates=0)
    scores = score_candidates(drawn.pairs, drawn.lists, floor=FLOOR)
    chosen = np.arange(len(drawn.lists))
    expected = np.full(len(scores.groups.lists), 500.0)
    whole = with_hidden(
        chosen, scores, drawn.lists, expected, np.zeros_like(chosen), np.random.default_rng(1)
    )
    for person in range(int(whole.max()) + 1):
        own = drawn.lists[whole == person]
        assert len(own) == len(set(own.tolist()))


def test_components_add_up() -> None:
    drawn = drawn_lists(3, size=200, shared=80)
    scores = score_candidates(drawn.pairs, drawn.lists, floor=FLOOR)
    shown = components(scores)
    assert sum(shown["observed"]) == int(scores.between.sum())
    assert len(shown["edges"]) == len(shown["observed"]) + 1
    total = sum(shown["strangers"]) + sum(shown["matches"])
    assert total == pytest.approx(sum(shown["observed"]), rel=0.1)
    assert all(np.diff(shown["recall"]) <= 0)
