"""Graph matching's attempts: where each starts, what comes of it, and how good it is without truth.

An attempt is judged on what it was not made from: on known pairs that are kept back, in turns, or
else on records that are never among its pairs, for which both halves of its pairs must say the
same person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.attack.initialise import (
    align,
    mapped_onto,
    profile_scores,
    profiles,
    spectral_embedding,
)
from linkage.attack.pair_scores import BitScores, cosine_scores
from linkage.attack.refine import (
    Choose,
    Pairs,
    Score,
    clear_lead,
    growing_share,
    mutual_pairs,
    refine,
)
from linkage.attack.target import Background, Target

__all__ = ["Attempt", "attempts", "usable_people"]

DIMENSIONS = (64, 32, 64)
"""Of the embeddings that are aligned, one after the other: each frees the last from false pairs."""
BEGIN = (0.5, 0.15, 0.05)
"""Share of the pairs of alike profiles that an alignment begins with."""
LEADS = (2.0, 1.0, np.inf)
"""Log-likelihood by which a pair must lead to be kept: what is tried, one after the other."""
SHARES = (0.4, 0.9)
"""Share of each other's best that are kept in the end, likewise: few where lists overlap little."""
FEWEST_KNOWN = 3
RESERVED, FEWEST_BACK = 0.2, 5
"""Share of the records, or of the known pairs and at least so many, that judge an attempt."""
MOST_BACK = 20
"""Known pairs that are kept back at least, in turns."""
Stack = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """What came of one start.

    Attributes:
        score: how it scores.
        choose: how it chooses.
        pairs: where to go on from; none where known pairs are enough.
        quality: higher is better, comparable between attempts on one target.
        certainty: the share of its guesses that are expected to be right.
    """

    score: Score = field(repr=False)
    choose: Choose = field(repr=False)
    pairs: Pairs = field(repr=False)
    quality: float
    certainty: float


def attempts(
    target: Target,
    background: Background,
    known: NDArray[np.int64],
    usable: NDArray[np.bool_] | None,
    generator: np.random.Generator,
    restarts: int,
) -> Iterator[Attempt]:
    """What comes of each start, the most promising first.

    Args:
        target: the encodings.
        background: the attacker's people.
        known: ``(pairs, 2)`` int64.
        usable: see :func:`usable_people`.
        generator: which records or pairs judge, and how later restarts start.
        restarts: starts without a known pair.
    """
    bits = None
    if background.agreement is not None:
        bits = BitScores(target.bits, background.agreement, target.slot_bits)
    if len(known) >= FEWEST_KNOWN:
        yield from _from_known(target, background, known, generator, bits)
        return
    mapped = mapped_onto(target.similarity, background.similarity)
    cosines = cosine_scores(mapped, background.similarity)
    reserved = generator.permutation(len(target))[: max(2, round(RESERVED * len(target)))]
    for start in _starts(mapped, background.similarity, usable, generator, restarts):
        ways: list[tuple[Score, Choose]] = [(cosines, growing_share(SHARES[0]))]
        if bits is not None:
            ways.append((bits.correlation, growing_share(SHARES[0])))
            ways.append((bits.likelihood, clear_lead(LEADS[0])))
        pairs = start
        for score, choose in ways:
            _, pairs = refine(score, choose, pairs, known, usable, reserved)
            share = _agreed(score, pairs, reserved, usable)
            yield Attempt(score, choose, pairs, share, share)


def _from_known(
    target: Target,
    background: Background,
    known: NDArray[np.int64],
    generator: np.random.Generator,
    bits: BitScores | None,
) -> Iterator[Attempt]:
    """From known pairs: by all that is alike, by likelihood with smaller leads, then by cosines.

    Some of the known pairs are kept back and say how good an attempt is.
    """
    ways: list[tuple[Score, Choose]] = []
    if bits is not None:
        clean = bits.alike(clean=True)
        ways += [(clean, growing_share(share)) for share in SHARES]
        ways.append((bits.alike(clean=False), growing_share(SHARES[0])))
        ways += [(bits.likelihood, clear_lead(lead)) for lead in LEADS]
        ways.append((bits.correlation, growing_share(SHARES[1])))
    cosines = cosine_scores(target.similarity, background.similarity)
    ways += [(cosines, growing_share(share)) for share in SHARES]
    nobody = np.zeros(0, dtype=np.int64)
    none = Pairs(nobody, nobody, np.zeros(0, dtype=np.float32))
    order = generator.permutation(len(known))
    back = max(1, min(len(known) - 2, max(FEWEST_BACK, round(RESERVED * len(known)))))
    turns = -(-min(MOST_BACK, len(known)) // back)
    for score, choose in ways:
        ranks = np.concatenate(
            [
                _kept_back(
                    target, background, score, choose, known, np.roll(order, turn * back)[:back]
                )
                for turn in range(turns)
            ]
        )
        quality = -float(np.log1p(ranks).mean())
        yield Attempt(score, choose, none, quality, float((ranks == 0).mean()))


def _kept_back(
    target: Target,
    background: Background,
    score: Score,
    choose: Choose,
    known: NDArray[np.int64],
    places: NDArray[np.int64],
) -> NDArray[np.int64]:
    """How many people come before the right one, for known pairs that are kept back."""
    kept, rest = known[places], np.delete(known, places, axis=0)
    rivals = np.equal.outer(target.visible[kept[:, 0]], background.visible)
    rivals[:, known[:, 1]] = False
    usable = usable_people(target, background, rest)
    nobody = np.zeros(0, dtype=np.int64)
    none = Pairs(nobody, nobody, np.zeros(0, dtype=np.float32))
    scores = refine(score, choose, none, rest, usable, kept[:, 0])[0][kept[:, 0]]
    own = scores[np.arange(len(kept)), kept[:, 1]]
    return np.asarray((rivals & (scores >= own[:, None])).sum(axis=1))


def _starts(
    target: Stack,
    background: Stack,
    usable: NDArray[np.bool_] | None,
    generator: np.random.Generator,
    restarts: int,
) -> Iterator[Pairs]:
    """Pairs to start from without a known one."""
    alike = mutual_pairs(profile_scores(profiles(target), profiles(background)), usable)
    most = min(DIMENSIONS[0], target.shape[1] - 2, background.shape[1] - 2)
    one = spectral_embedding(target.mean(axis=0), most)
    other = spectral_embedding(background.mean(axis=0), most)
    for number in range(restarts):
        if number < len(BEGIN):
            start = alike.surest(BEGIN[number])
        else:
            part = generator.permutation(len(alike))[: max(3, len(alike) // 3)]
            start = alike.take(np.sort(part))
        if number != len(BEGIN):  # once without
            for dimensions in DIMENSIONS:
                start = align(one[:, :dimensions], other[:, :dimensions], start, usable)
        yield start


def _agreed(
    score: Score, pairs: Pairs, reserved: NDArray[np.int64], usable: NDArray[np.bool_] | None
) -> float:
    """Share of the reserved records for which both halves of the pairs say the same person.

    The pairs were chosen without these records: what does not hold for all, hardly agrees.
    """
    if len(pairs) < 2 * FEWEST_KNOWN:
        return 0.0
    said = []
    for half in (np.arange(0, len(pairs), 2), np.arange(1, len(pairs), 2)):
        scores = score(pairs.take(half), usable)[reserved]
        if usable is not None:
            scores[~usable[reserved]] = -np.inf
        said.append(np.where(np.isfinite(scores.max(axis=1)), scores.argmax(axis=1), -1))
    return float(((said[0] == said[1]) & (said[0] >= 0)).mean())


def usable_people(
    target: Target, background: Background, known: NDArray[np.int64]
) -> NDArray[np.bool_] | None:
    """``(records, people)``: who can be whose; None if everybody can be everybody's."""
    alike = len(np.unique(np.concatenate([target.visible, background.visible]))) == 1
    if alike and not len(known):
        return None
    usable = np.equal.outer(target.visible, background.visible)
    usable[known[:, 0]] = False
    usable[:, known[:, 1]] = False
    return np.asarray(usable, dtype=np.bool_)
