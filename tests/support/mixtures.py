"""Candidate pairs drawn from known components: what a score has to find again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.types import CandidatePairs

FLOOR = 0.4


@dataclass(frozen=True)
class Drawn:
    """Lists with known people.

    Attributes:
        pairs: candidates down to :data:`FLOOR`.
        lists: ``(records,)`` int64.
        person: ``(records,)`` int64, the truth.
        true_pairs: pairs of one person between lists, also those that are no candidates.
    """

    pairs: CandidatePairs
    lists: NDArray[np.int64]
    person: NDArray[np.int64]
    true_pairs: int

    @property
    def same(self) -> NDArray[np.bool_]:
        """``(pairs,)`` whether the records are one person."""
        return self.person[self.pairs.left] == self.person[self.pairs.right]


def drawn_lists(
    seed: int,
    *,
    size: int = 700,
    lists: int = 3,
    shared: int = 250,
    duplicates: int = 10,
    match_top: float = 0.93,
    match_scale: float = 0.13,
    stranger_scale: float = 0.032,
) -> Drawn:
    """Lists of ``size`` people of whom ``shared`` are on every list, some entered twice.

    Strangers' scores have an exponential tail that begins higher for some records than for
    others (common names); matches' scores fall off from the top, as errors add up.
    """
    generator = np.random.default_rng(seed)
    people = [
        np.concatenate([np.arange(shared), shared + place * size + np.arange(size - shared)])
        for place in range(lists)
    ]
    people = [
        np.concatenate([own, generator.choice(own, duplicates, replace=False)]) for own in people
    ]
    where = np.repeat(np.arange(lists), [len(own) for own in people])
    person = np.concatenate(people)
    shuffled = generator.permutation(len(person))
    order = shuffled[np.argsort(where[shuffled], kind="stable")]
    person, where = person[order], where[order]
    records = len(person)
    left, right = np.triu_indices(records, 1)
    common = np.abs(generator.normal(0.0, 0.04, records))
    score = 0.25 + common[left] + common[right]
    score = score + generator.exponential(stranger_scale, len(left))
    same = person[left] == person[right]
    matches = int(same.sum())
    errors = generator.exponential(match_scale, matches)
    score[same] = generator.normal(match_top, 0.03, matches) - errors
    score = np.clip(score, 0.0, 1.0)
    keep = score >= FLOOR
    between = where[left] != where[right]
    return Drawn(
        CandidatePairs(
            left[keep].astype(np.int64),
            right[keep].astype(np.int64),
            score[keep, None],
            score[keep],
        ),
        where.astype(np.int64),
        person.astype(np.int64),
        int((same & between).sum()),
    )
