"""Scores against mixtures whose parameters are known."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.mixtures import FLOOR, drawn_lists

from linkage.errors import PolicyError
from linkage.link.competition import Competition
from linkage.link.mixture import fit_mixture, pair_groups
from linkage.link.score import score_candidates
from linkage.link.surplus import stranger_levels, surplus
from linkage.types import CandidatePairs


def candidates(left: list[int], right: list[int], score: list[float]) -> CandidatePairs:
    values = np.array(score)
    ends = (np.array(each, dtype=np.int64) for each in (left, right))
    return CandidatePairs(*ends, values[:, None], values)


def test_stranger_levels_equal_their_definition() -> None:
    generator = np.random.default_rng(3)
    left, right = np.triu_indices(30, 1)
    keep = generator.random(len(left)) < 0.5
    left, right = left[keep], right[keep]
    pairs = candidates(left.tolist(), right.tolist(), generator.random(len(left)).tolist())
    levels = stranger_levels(pairs, 30, floor=-1.0, partners=2, neighbours=4)
    for record in range(30):
        own = sorted(pairs.score[(left == record) | (right == record)], reverse=True)
        expected = ([*own, *[-1.0] * 6])[2:6]
        assert levels[record] == pytest.approx(np.mean(expected))


def test_every_pair_with_a_surplus_is_a_candidate() -> None:
    drawn = drawn_lists(1, size=200, shared=50)
    levels = stranger_levels(drawn.pairs, len(drawn.lists), floor=FLOOR)
    assert levels.min() >= FLOOR
    above = surplus(drawn.pairs, levels)
    assert drawn.pairs.score[above >= 0].min() >= FLOOR


def test_competition_equals_its_definition() -> None:
    left, right = np.array([0, 0, 1, 1, 2]), np.array([3, 4, 3, 4, 5])
    lists = np.array([0, 0, 0, 1, 1, 1])
    log_odds = np.array([2.0, -1.0, 0.5, 1.5, -3.0])
    found = Competition(left, right, lists, np.arange(6)).probability(log_odds)
    odds = np.exp(log_odds)
    for pair in range(5):
        rivals = [
            odds[other]
            for other in range(5)
            if other != pair and (left[other] == left[pair] or right[other] == right[pair])
        ]
        assert found[pair] == pytest.approx(odds[pair] / (1 + odds[pair] + sum(rivals)))


def test_duplicates_do_not_compete() -> None:
    left, right = np.array([0, 0]), np.array([1, 2])
    lists = np.array([0, 1, 1])
    alone = Competition(left, right, lists, np.array([0, 1, 2])).probability(np.zeros(2))
    shared = Competition(left, right, lists, np.array([0, 1, 1])).probability(np.zeros(2))
    assert alone.tolist() == pytest.approx([1 / 3, 1 / 3])
    assert shared.tolist() == pytest.approx([1 / 2, 1 / 2])


@pytest.mark.parametrize("shared", [30, 120, 400])
def test_the_number_of_matches_is_found(shared: int) -> None:
    off = []
    for seed in range(3):
        drawn = drawn_lists(seed, shared=shared)
        scores = score_candidates(drawn.pairs, drawn.lists, floor=FLOOR)
        between = ~scores.groups.within
        found = scores.fit.matches[between].sum() + scores.hidden[between].sum()
        off.append(found / drawn.true_pairs - 1.0)
    assert abs(np.median(off)) < 0.1
    assert max(np.abs(off)) < 0.25


def test_probabilities_are_right_as_often_as_they_say() -> None:
    said: list[np.ndarray] = []
    true: list[np.ndarray] = []
    for seed in range(4):
        drawn = drawn_lists(10 + seed, shared=150, match_top=0.83)
        scores = score_candidates(drawn.pairs, drawn.lists, floor=FLOOR)
        said.append(scores.probability[scores.between])
        same = drawn.person[scores.pairs.left] == drawn.person[scores.pairs.right]
        true.append(same[scores.between])
    probability, same = np.concatenate(said), np.concatenate(true)
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.01)):
        part = (probability >= low) & (probability < high)
        assert part.sum() > 20
        assert abs(probability[part].mean() - same[part].mean()) < 0.12


def test_scores_do_not_depend_on_the_order_of_the_pairs() -> None:
    drawn = drawn_lists(5, size=250, shared=90)
    order = np.random.default_rng(1).permutation(len(drawn.pairs))
    pairs = drawn.pairs
    mixed = CandidatePairs(
        pairs.left[order], pairs.right[order], pairs.similarity[order], pairs.score[order]
    )
    one = score_candidates(pairs, drawn.lists, floor=FLOOR)
    other = score_candidates(mixed, drawn.lists, floor=FLOOR)
    expected = dict(
        zip(zip(one.pairs.left, one.pairs.right, strict=True), one.evidence, strict=True)
    )
    for a, b, evidence in zip(other.pairs.left, other.pairs.right, other.evidence, strict=True):
        assert expected[a, b] == pytest.approx(evidence, abs=1e-6)


def test_strangers_alone_are_refused() -> None:
    drawn = drawn_lists(2, shared=0, duplicates=0)
    with pytest.raises(PolicyError) as caught:
        score_candidates(drawn.pairs, drawn.lists, floor=FLOOR)
    assert caught.value.faults[0].code == "E620"


def test_matches_that_look_like_strangers_are_refused() -> None:
    drawn = drawn_lists(2, shared=300, match_top=0.44, match_scale=0.03)
    with pytest.raises(PolicyError) as caught:
        score_candidates(drawn.pairs, drawn.lists, floor=FLOOR)
    assert caught.value.faults[0].code == "E620"


def test_no_candidates_are_refused() -> None:
    with pytest.raises(PolicyError) as caught:
        score_candidates(candidates([], [], []), np.array([0, 1]), floor=FLOOR)
    assert caught.value.faults[0].code == "E620"


def test_weights_of_one_change_nothing() -> None:
    drawn = drawn_lists(4, size=250, shared=90)
    levels = stranger_levels(drawn.pairs, len(drawn.lists), floor=FLOOR)
    above = surplus(drawn.pairs, levels)
    kept = drawn.pairs.where(above >= 0)
    groups = pair_groups(kept.left, kept.right, drawn.lists)
    arguments = (above[above >= 0], kept.left, kept.right, drawn.lists, groups)
    one = fit_mixture(*arguments)
    other = fit_mixture(*arguments, weight=np.ones(len(kept)))
    assert np.array_equal(one.log_odds, other.log_odds)
    assert one.matches.shape == one.strangers.shape == (6, len(one.edges) - 1)
