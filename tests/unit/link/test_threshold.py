"""The proposed threshold against simulated lists whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from linkage.errors import PolicyError
from linkage.link.threshold import candidate_floor, propose_threshold
from linkage.types import CandidatePairs


def simulated(
    seed: int, *, matches: int, list_size: int = 800, noise_scale: float = 0.035
) -> tuple[CandidatePairs, np.ndarray, np.ndarray]:
    """Three lists; strangers' scores have an exponential tail, matches a broad distribution."""
    generator = np.random.default_rng(seed)
    lists = np.repeat(np.arange(3), list_size)
    left, right = np.triu_indices(len(lists), 1)
    left, right = left.astype(np.int32), right.astype(np.int32)
    score = 0.2 + generator.exponential(noise_scale, len(left))
    truth = np.zeros(len(left), dtype=bool)
    order = generator.permutation(list_size)
    person = np.concatenate([np.arange(list_size)] * 3)
    person[list_size : 2 * list_size] = order
    person[2 * list_size :] = generator.permutation(list_size)
    shared = person < matches
    truth = (person[left] == person[right]) & shared[left] & (lists[left] != lists[right])
    score[truth] = np.clip(generator.normal(0.82, 0.1, int(truth.sum())), 0, 1)
    keep = score > 0.45
    return (
        CandidatePairs(
            left[keep].astype(np.int64),
            right[keep].astype(np.int64),
            score[keep, None],
            score[keep],
        ),
        lists.astype(np.int64),
        truth[keep],
    )


@pytest.mark.parametrize("matches", [60, 100, 200, 600])
def test_false_and_missed_matches_are_balanced(matches: int) -> None:
    excess, optimism = [], []
    for seed in range(4):
        pairs, lists, truth = simulated(seed, matches=matches)
        proposal = propose_threshold(pairs, lists)

        def errors(threshold: float, score=pairs.score, truth=truth) -> int:
            return int(np.sum((score >= threshold) != truth))

        best = min(errors(threshold) for threshold in np.linspace(0.45, 1, 200))
        excess.append(errors(proposal.chosen) - best)
        assert proposal.low <= proposal.chosen <= proposal.high
        linked = (pairs.score >= proposal.chosen) & (lists[pairs.left] != lists[pairs.right])
        optimism.append(abs(proposal.expected_precision - truth[linked].mean()))
    # Of 3 * matches true pairs. A single draw of a few strangers may mislead, but not as a rule.
    assert np.median(excess) <= 0.02 * 3 * matches + 8
    assert max(excess) <= 0.05 * 3 * matches + 20
    assert np.median(optimism) <= 0.05
    assert max(optimism) <= 0.1


def test_order_of_the_pairs_does_not_matter() -> None:
    pairs, lists, _truth = simulated(1, matches=200)
    shuffled = np.random.default_rng(0).permutation(len(pairs))
    other = CandidatePairs(
        pairs.left[shuffled],
        pairs.right[shuffled],
        pairs.similarity[shuffled],
        pairs.score[shuffled],
    )
    first, second = propose_threshold(pairs, lists), propose_threshold(other, lists)
    assert (first.low, first.chosen, first.high) == (second.low, second.chosen, second.high)
    assert first.explanation == second.explanation


@pytest.mark.parametrize("seed", range(6))
def test_lists_that_do_not_overlap_get_no_threshold(seed: int) -> None:
    pairs, lists, _truth = simulated(seed, matches=0)
    with pytest.raises(PolicyError) as caught:
        propose_threshold(pairs, lists)
    assert caught.value.faults[0].code == "E620"


def test_no_candidates_at_all() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    pairs = CandidatePairs(nothing, nothing, np.zeros((0, 1)), np.zeros(0))
    with pytest.raises(PolicyError):
        propose_threshold(pairs, np.array([0, 0, 1, 1]))


def test_duplicates_of_a_partner_are_not_strangers() -> None:
    """Duplicates inside a list must not make strangers look alike."""
    pairs, lists, _truth = simulated(3, matches=200)
    partner = pairs.score > 0.8
    between = lists[pairs.left] != lists[pairs.right]
    copies = np.flatnonzero(partner & between)[:40]
    # The last 40 records of the right record's list become copies of the right record.
    left, right = list(pairs.left), list(pairs.right)
    score = list(pairs.score)
    for number, pair in enumerate(copies):
        home = lists[pairs.right[pair]]
        copy = int(np.flatnonzero(lists == home)[-1 - number])
        for a, value in ((pairs.left[pair], 0.9), (pairs.right[pair], 0.95)):
            left.append(min(a, copy))
            right.append(max(a, copy))
            score.append(value)
    values = np.array(score)
    copied = CandidatePairs(np.array(left), np.array(right), values[:, None], values)
    assert propose_threshold(copied, lists).chosen == pytest.approx(
        propose_threshold(pairs, lists).chosen, abs=0.06
    )


def test_identical_duplicates_do_not_hide_the_clear_partners() -> None:
    """Ten people stand twice, letter by letter, on a list: their second-best is a best, too."""
    pairs, lists, _truth = simulated(4, matches=200)
    between = lists[pairs.left] != lists[pairs.right]
    copies = np.flatnonzero((pairs.score > 0.8) & between)[:10]
    score = pairs.score.copy()
    score[copies] = 1.0
    left, right, value = [], [], []
    for number, pair in enumerate(copies):
        twin = int(np.flatnonzero(lists == lists[pairs.right[pair]])[-1 - number])
        for record in (pairs.left[pair], pairs.right[pair]):
            left.append(min(record, twin))
            right.append(max(record, twin))
            value.append(1.0)
    score = np.concatenate([score, value])
    doubled = CandidatePairs(
        np.concatenate([pairs.left, left]),
        np.concatenate([pairs.right, right]),
        score[:, None],
        score,
    )
    assert propose_threshold(doubled, lists).chosen == pytest.approx(
        propose_threshold(pairs, lists).chosen, abs=0.06
    )


def test_pairs_with_nothing_in_common_are_no_candidates() -> None:
    """Match keys: all but a few pairs share none."""
    histogram = np.zeros(400, dtype=np.int64)
    histogram[200], histogram[[220, 399]] = 1_000_000, 5
    floor = candidate_floor(histogram, np.linspace(-1, 1, 401), 1000)
    assert floor == pytest.approx(0.005)


def test_floor_keeps_about_six_pairs_per_record() -> None:
    histogram = np.array([10_000, 500, 100, 10])
    edges = np.linspace(0, 1, 5)
    assert candidate_floor(histogram, edges, 100) == 0.25
    assert candidate_floor(histogram, edges, 10_000) == 0.25
