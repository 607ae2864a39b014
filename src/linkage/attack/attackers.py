"""Attackers who know so many pairs, each with all attacks at hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.attack.frequency import match_frequencies
from linkage.attack.graph_matching import match_graphs
from linkage.attack.guesses import Guesses
from linkage.attack.known_pairs import regress_known_pairs
from linkage.attack.measures import mean_interval
from linkage.attack.pattern_mining import match_patterns
from linkage.attack.target import Background, Target

__all__ = ["Outcome", "mount_attacks"]

FEWEST_FOR_REGRESSION = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attacker with so many known pairs finds.

    Attributes:
        known: known pairs.
        others: records that are not among them and whose person the attacker has.
        right: of those, how many the best attack names rightly, mean over the repetitions.
        half: half the width of its 95% interval; 0 for one repetition.
        attack: name of the best attack.
        guessed: of the others, how many somebody would name rightly who draws a person by lot among
            those alike in all that is seen beside the encodings.
        sure: guesses that the attack itself is sure of, mean over the repetitions.
        sure_right: how many of those are right.
    """

    known: int
    others: int
    right: float
    half: float
    attack: str
    guessed: float
    sure: float
    sure_right: float

    @property
    def share(self) -> float:
        """Of the others, the share that is named rightly."""
        return self.right / self.others if self.others else 0.0


def mount_attacks(
    target: Target,
    background: Background,
    truth: NDArray[np.int64],
    known: Sequence[int],
    *,
    repeats: int,
    seed: int,
    seconds: float,
    progress: Callable[[float], None] = lambda _share: None,
) -> tuple[Outcome, ...]:
    """Every attacker's best attack; one with more pairs can do all that one with fewer can.

    Args:
        target: the encodings.
        background: the attacker's people.
        truth: ``(records,)`` int64, the person of each record, -1 where the attacker has none.
        known: numbers of known pairs, 0 for none; rising.
        repeats: draws of the known pairs.
        seed: of everything random.
        seconds: for all graph matchings together.
        progress: called with the share that is done.
    """
    until = time.monotonic() + seconds
    common = np.flatnonzero(truth >= 0)
    outcomes: list[Outcome] = []
    steps = sum(1 if pairs == 0 else repeats for pairs in known)
    done = 0
    for pairs in known:
        runs: dict[str, list[tuple[float, float, float]]] = {}
        guessed = []
        for repeat in range(1 if pairs == 0 else repeats):
            order = np.random.default_rng([seed, pairs, repeat]).permutation(common)[:pairs]
            drawn = np.column_stack([order, truth[order]])
            guessed.append(_by_lot(background, truth, drawn))
            left = max(until - time.monotonic(), 1.0) / (steps - done)
            for name, guesses in _all(target, background, drawn, seed + repeat, left):
                runs.setdefault(name, []).append(_judged(guesses, truth, drawn))
            done += 1
            progress(done / steps)
        outcomes.append(_best(runs, pairs, len(common) - pairs, float(np.mean(guessed))))
    return tuple(outcomes)


def _all(
    target: Target, background: Background, known: NDArray[np.int64], seed: int, seconds: float
) -> list[tuple[str, Guesses]]:
    pairs = known if len(known) else None
    found = [
        (
            "graph matching",
            match_graphs(target, background, known=pairs, seed=seed, time_limit=seconds),
        )
    ]
    if len(known) >= FEWEST_FOR_REGRESSION:
        guesses = regress_known_pairs(target, background, known, seed=seed)
        found.append(("known-pair regression", guesses))
    if not len(known):
        found.append(("bit-pattern frequency", match_frequencies(target, background, seed=seed)))
        mined = match_patterns(target, background, seed=seed, time_limit=min(seconds, 60.0))
        found.append(("pattern mining", mined))
    return found


def _judged(
    guesses: Guesses, truth: NDArray[np.int64], known: NDArray[np.int64]
) -> tuple[float, float, float]:
    """Right, sure, and right among the sure, of the records that were not known."""
    counted = truth >= 0
    counted[known[:, 0]] = False
    right = (guesses.person == truth) & counted
    unknown = np.setdiff1d(np.flatnonzero(guesses.person >= 0), known[:, 0])
    sure = unknown[np.argsort(-guesses.confidence[unknown], kind="stable")]
    sure = sure[: round(guesses.certainty * len(unknown))]
    return float(right.sum()), float(len(sure)), float(right[sure].sum())


def _by_lot(
    background: Background,
    truth: NDArray[np.int64],
    known: NDArray[np.int64],
) -> float:
    """Records named rightly, on average, by one draw for each among the people left alike."""
    free = np.ones(len(background), dtype=np.bool_)
    free[known[:, 1]] = False
    counted = truth >= 0
    counted[known[:, 0]] = False
    groups, many = np.unique(background.visible[free], return_counts=True)
    alike = many[np.searchsorted(groups, background.visible[truth[counted]])]
    return float((1.0 / alike).sum())


def _best(
    runs: dict[str, list[tuple[float, float, float]]], known: int, others: int, guessed: float
) -> Outcome:
    name = max(runs, key=lambda each: float(np.mean([run[0] for run in runs[each]])))
    mean, half = mean_interval([run[0] for run in runs[name]])
    sure, sure_right = (float(np.mean([run[at] for run in runs[name]])) for at in (1, 2))
    return Outcome(known, others, mean, half, name, guessed, sure, sure_right)
