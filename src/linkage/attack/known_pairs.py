"""Known pairs: what some true pairs of record and person tell about all other records.

Several models are tried: ridge regression from bits to tokens under several penalties and token
weights, and, where the scheme was simulated, kriging with the simulated covariance. The attacker
takes the one that puts the known pairs, each left out in turn, highest: it needs no truth for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from linkage.attack.collisions import collision_models
from linkage.attack.guesses import Guesses, checked_pairs
from linkage.attack.kriging import krigings
from linkage.attack.ridge import regressions
from linkage.attack.scored import Known, Scorer
from linkage.attack.target import Background, Target

__all__ = ["regress_known_pairs"]

PROBES = 400
"""Known pairs that are left out in turn, at most."""
BLOCK = 1024
"""Records that are guessed at once."""


def regress_known_pairs(
    target: Target, background: Background, known: NDArray[np.int64], *, seed: int = 0
) -> Guesses:
    """Guess every record's person from the known pairs' bits and tokens.

    Candidates are people alike in all that is visible, those of known pairs excepted. The
    certainty is the share of the known pairs that are named rightly when left out.

    Args:
        target: the encodings; all filters are used.
        background: the attacker's people.
        known: ``(pairs, 2)`` int64, record index and person index, at least 3 pairs.
        seed: decides between people who are equally likely.

    Raises:
        ValueError: fewer than 3 pairs, one out of range, or one record or person twice.
    """
    pairs = checked_pairs(known, len(target), len(background))
    if len(pairs) < 3:
        raise ValueError("known-pair regression needs at least 3 pairs")
    learned = Known.of(target, pairs)
    models: Iterable[Scorer] = regressions(learned, background.dense_tokens())
    if background.agreement is not None:
        # Slots are equal too seldom for a model that takes bits as normal.
        better = (
            collision_models(target, background.agreement, pairs)
            if target.slot_bits
            else krigings(learned, background.agreement)
        )
        models = chain(models, better)
    seen = background.visible
    # People in random order: argmax takes the first of equals.
    order = np.random.default_rng(seed).permutation(len(background))
    free = np.ones(len(background), dtype=np.bool_)
    free[learned.people] = False
    scorer, certainty = _best(models, learned, target, seen, free)
    person = np.full(len(target), -1, dtype=np.int64)
    confidence = np.zeros(len(target))
    person[pairs[:, 0]], confidence[pairs[:, 0]] = pairs[:, 1], np.inf
    unknown = np.setdiff1d(np.arange(len(target)), pairs[:, 0])
    for start in range(0, len(unknown), BLOCK):
        records = unknown[start : start + BLOCK]
        usable = free & (target.visible[records][:, None] == seen)
        scores = np.where(usable, scorer.scores(records), -np.inf)[:, order]
        guess, margin = _first_and_margin(scores)
        some = usable.any(axis=1)
        person[records[some]] = order[guess[some]]
        confidence[records[some]] = margin[some]
    return Guesses(person, confidence, certainty)


def _best(
    models: Iterable[Scorer],
    known: Known,
    target: Target,
    seen: NDArray[np.int64],
    free: NDArray[np.bool_],
) -> tuple[Scorer, float]:
    """The model that ranks left-out pairs best, and the share of them that it puts first."""
    step = max(1, len(known) // PROBES)
    probes = np.arange(0, len(known), step)
    own = known.people[probes]
    rivals = free & (target.visible[known.records[probes]][:, None] == seen)
    found: list[tuple[float, float, Scorer]] = []
    for model in models:
        scores = model.left_out(probes)
        above = rivals & (scores >= scores[np.arange(len(probes)), own][:, None])
        rank = above.sum(axis=1)
        found.append((float(np.log1p(rank).mean()), float((rank == 0).mean()), model))
        found = [min(found, key=lambda each: each[0])]  # the others' memory is let go
    return found[0][2], found[0][1]


def _first_and_margin(
    scores: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Best column of every row, and its lead over the second in units of the row's spread."""
    guess = scores.argmax(axis=1)
    finite = np.isfinite(scores)
    many = np.maximum(finite.sum(axis=1), 1)
    filled = np.where(finite, scores, 0).astype(np.float64)
    mean = filled.sum(axis=1) / many
    spread = np.sqrt(np.maximum((filled**2).sum(axis=1) / many - mean**2, 1e-12))
    if scores.shape[1] < 2:
        return guess, np.ones(len(scores))
    second = np.partition(scores, -2, axis=1)[:, -2]
    first = scores[np.arange(len(scores)), guess]
    lead = np.where(np.isfinite(second), first - np.where(np.isfinite(second), second, 0), spread)
    return guess, np.asarray(lead / spread, dtype=np.float64)
