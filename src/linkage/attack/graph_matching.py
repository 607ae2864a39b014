"""Graph matching: whose similarities to everybody else are those of which person.

The linkage unit can compare all encodings; an attacker compares its people, encoded under keys
of its own. Where the two lists overlap, the two graphs of similarities are nearly the same but
for the names of the nodes.

Sources: Vidanage, Christen, Ranbaduge and Schnell 2020 (CIKM); Schaefer, Armknecht and Heng 2024;
seeded matching by mutual best and margins as in Narayanan and Shmatikov 2009.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from linkage.attack.attempts import Attempt, attempts, usable_people
from linkage.attack.guesses import Guesses, checked_pairs
from linkage.attack.refine import mutual_pairs, refine
from linkage.attack.target import Background, Target

__all__ = ["match_graphs"]

FEWEST = 10
ENOUGH = 0.95
"""Share of the guesses that are certain, after which no other start is tried."""


FEW_MUTUAL = 0.5
Stack = NDArray[np.float32]


def match_graphs(
    target: Target,
    background: Background,
    *,
    known: NDArray[np.int64] | None = None,
    seed: int = 0,
    restarts: int = 4,
    time_limit: float | None = None,
) -> Guesses:
    """Guess every record's person from all similarities among records and among people.

    With known pairs it starts from them; without any, from several guesses of its own
    (``restarts``), of which the one is taken that agrees with itself best on records that it was
    not made from. People that are not alike in all that is visible are no candidates, nor are
    those of known pairs. The certainty is the share of such records on which it agrees, or of
    known pairs that are named rightly while they are kept back.

    Memory: similarities once more while they are mapped, and 4 bytes for each record and person a
    few times over.

    Args:
        target: the encodings.
        background: the attacker's people.
        known: ``(pairs, 2)`` int64, record index and person index; None for none.
        seed: decides which records or known pairs judge, and how later restarts start.
        restarts: starts that are tried, at least 1; without effect where pairs are known.
        time_limit: seconds after which no other start is tried; None for no limit. Only where a
            limit is reached the result depends on the machine.

    Raises:
        ValueError: a known pair out of range, one record or person in two, fewer than 10 records
            or people, or no start.
    """
    begun = time.monotonic()
    if min(len(target), len(background)) < FEWEST:
        raise ValueError("graph matching needs at least 10 records and 10 people")
    pairs = checked_pairs(known, len(target), len(background))
    generator = np.random.default_rng(seed)
    usable = usable_people(target, background, pairs)
    best: Attempt | None = None
    for attempt in attempts(target, background, pairs, usable, generator, restarts):
        if best is None or attempt.quality > best.quality:
            best = attempt
        if best.certainty >= ENOUGH or (
            time_limit is not None and time.monotonic() - begun > time_limit
        ):
            break
    if best is None:
        raise ValueError("graph matching needs at least 1 start")
    scores, _ = refine(best.score, best.choose, best.pairs, pairs, usable)
    return _assigned(target, background, scores, pairs, best.certainty)


def _assigned(
    target: Target,
    background: Background,
    scores: Stack,
    known: NDArray[np.int64],
    certainty: float,
) -> Guesses:
    """A person for each record, group by group: one each, so that the sum is greatest.

    Where few records and people are each other's best, most have nobody on the other side and
    would only push the others out: then every record has its best.
    """
    from scipy.optimize import linear_sum_assignment

    person = np.full(len(target), -1, dtype=np.int64)
    confidence = np.zeros(len(target))
    person[known[:, 0]], confidence[known[:, 0]] = known[:, 1], np.inf
    free_record, free_person = person < 0, np.ones(len(background), dtype=np.bool_)
    free_person[known[:, 1]] = False
    for group in np.unique(target.visible):
        records = np.flatnonzero(free_record & (target.visible == group))
        people = np.flatnonzero(free_person & (background.visible == group))
        if not len(records) or not len(people):
            continue
        block = scores[np.ix_(records, people)]
        if len(mutual_pairs(block, None)) < FEW_MUTUAL * min(block.shape):
            row, column = np.arange(len(block)), block.argmax(axis=1)
        else:
            row, column = linear_sum_assignment(block, maximize=True)
        person[records[row]] = people[column]
        confidence[records[row]] = 1 + block[row, column] - _rival(block, row, column)
    return Guesses(person, confidence, certainty)


def _rival(block: Stack, row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.float32]:
    """The highest score of another person for each of the rows."""
    if block.shape[1] == 1:
        return np.asarray(block[row, column])
    others = block[row].copy()
    others[np.arange(len(row)), column] = -np.inf
    return np.asarray(others.max(axis=1))
