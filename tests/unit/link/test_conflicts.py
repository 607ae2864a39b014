"""Conflicts are what the definitions say, record by record; and the band of a threshold."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from linkage.link.conflicts import ConflictCounts, find_conflicts
from linkage.link.summary import recommended_band
from linkage.types import CandidatePairs, Clusters


def pairs_of(scores: dict[tuple[int, int], float]) -> CandidatePairs:
    ordered = sorted(scores)
    left, right = (np.array([pair[end] for pair in ordered], dtype=np.int64) for end in (0, 1))
    score = np.array([scores[pair] for pair in ordered])
    return CandidatePairs(left, right, score[:, None], score)


def naive(
    scores: dict[tuple[int, int], float], person: list[int], lists: list[int], part: list[bool]
) -> ConflictCounts:
    """The definitions, one record at a time; a pair is likely from a score of 0."""
    members: dict[int, list[int]] = {}
    for record, who in enumerate(person):
        members.setdefault(who, []).append(record)

    def likely(one: int, other: int) -> bool:
        return scores.get((min(one, other), max(one, other)), -1.0) >= 0.0

    joined, twice, weak, chained = set(), set(), set(), set()
    outbid = 0
    for record, who in enumerate(person):
        others = [other for other in members[who] if other != record]
        candidates = [
            (-score, *(set(pair) - {record}))
            for pair, score in scores.items()
            if record in pair and score >= 0.0 and lists[pair[0]] != lists[pair[1]]
        ]
        if not part[record]:
            continue
        if candidates:
            best = person[min(candidates)[1]]
            outbid += best != who and any(lists[m] == lists[record] for m in members[best])
        if others:
            joined.add(who)
        if any(lists[other] == lists[record] for other in others):
            twice.add(who)
        if not all(likely(record, other) for other in others):
            weak.add(who)
            reached = {record}
            for _ in members[who]:
                reached |= {m for m in members[who] for at in reached if likely(m, at)}
            if reached == set(members[who]):
                chained.add(who)
    return ConflictCounts(len(joined), len(twice), len(weak), len(chained), outbid)


@pytest.mark.parametrize("seed", range(20))
def test_flags_are_what_they_are_called(seed: int) -> None:
    generator = np.random.default_rng(seed)
    records = 24
    lists = np.sort(generator.integers(0, 3, records))
    person = np.unique(generator.integers(0, 9, records), return_inverse=True)[1]
    scores = {
        pair: float(generator.normal(0.3, 1.0))
        for pair in combinations(range(records), 2)
        if generator.random() < (0.8 if person[pair[0]] == person[pair[1]] else 0.1)
    }
    pairs = pairs_of(scores)
    found = find_conflicts(
        pairs, Clusters(person, lists), likely=pairs.score >= 0.0, strength=pairs.score
    )
    for among in (np.ones(records, dtype=bool), lists == 1, generator.random(records) < 0.5):
        expected = naive(scores, person.tolist(), lists.tolist(), among.tolist())
        assert found.count(among) == expected
    assert found.count() == found.count(np.ones(records, dtype=bool))


def test_nothing_linked_is_no_conflict() -> None:
    none = pairs_of({})
    found = find_conflicts(
        none,
        Clusters(np.arange(4), np.array([0, 0, 1, 1])),
        likely=np.zeros(0, dtype=bool),
        strength=none.score,
    )
    assert found.count() == ConflictCounts(0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ([0.1, 0.3, 0.9], (0.1, 0.2333)),
        ([0.9, 0.9, 0.9], (0.0, 0.0)),  # whatever is a candidate is a likely match
        ([0.1, 0.1, 0.1], (0.3, 0.3)),  # nothing is
        ([0.9, 0.1, 0.9], (0.1625, 0.2375)),  # what matters is the last rise
        ([0.1, 0.5, 0.5], (0.075, 0.3)),
    ],
)
def test_the_band_is_where_pairs_turn_into_matches(
    share: list[float], expected: tuple[float, float]
) -> None:
    matches = np.array(share) * 8.0
    found = recommended_band(np.array([0.0, 0.1, 0.2, 0.3]), 8.0 - matches, matches)
    assert found == pytest.approx(expected, abs=1e-4)
