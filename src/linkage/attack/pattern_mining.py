"""Pattern mining: bits that occur together as often as a q-gram does are that q-gram's.

All bits of a q-gram are set in every record that has it. So in a set of records, bits that occur
together as often as a q-gram that no other one comes near in frequency are that one's. They split
the records in two, those with the q-gram and those without, in each of which another q-gram stands
out; and so on. Records are then compared with people by the q-grams
whose bits are known.

Source: Christen, Vidanage, Ranbaduge and Schnell, PAKDD 2018 and TKDE 2020.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.attack.guesses import Guesses
from linkage.attack.target import Background, Target

__all__ = ["MinedTokens", "match_patterns", "mine_patterns"]

LEAST_RECORDS = 50
"""Records of a set that is still split."""
LEAST_LEAD = 0.01
"""By how much a q-gram's frequency must differ from its neighbours', as a share of the records."""
FEWEST_BITS = 3
RANKS = 15
"""Tokens among which one is looked for that stands out by its frequency."""
LEAST_TOKENS = 5
STARTS = 60
"""Pairs of bits that a set is grown from."""
KEPT = 0.98
"""Share of the records with some bits of a q-gram that have its other bits as well."""
BLOCK = 512
MOST_BITS = 4_096
"""Of longer filters, as many bits drawn by lot: what is looked at grows with their square."""

Bits = NDArray[np.float32]


@dataclass
class MinedTokens:
    """Tokens whose bits are known.

    Attributes:
        bits: token -> positions, those that were found together wherever it was mined.
    """

    bits: dict[int, NDArray[np.int64]] = field(default_factory=dict)

    def add(self, token: int, positions: NDArray[np.int64]) -> None:
        """Put down what was found; a token that is mined twice keeps what both agree on."""
        known = self.bits.get(token)
        both = positions if known is None else np.intersect1d(known, positions)
        self.bits[token] = both if len(both) >= FEWEST_BITS or known is None else known


def match_patterns(
    target: Target, background: Background, *, seed: int = 0, time_limit: float = 60.0
) -> Guesses:
    """Guess persons by the q-grams whose bits were mined.

    A record is named where one person alone has the q-grams that it shows, of those that are known,
    and none that it cannot have. The certainty is the share of such records.

    Args:
        target: the encodings.
        background: the attacker's people.
        seed: decides between equal frequencies.
        time_limit: seconds for mining.
    """
    bits = np.concatenate([matrix.unpacked() for matrix in target.bits], axis=1)
    if bits.shape[1] > MOST_BITS:
        drawn = np.random.default_rng([seed, 1]).permutation(bits.shape[1])[:MOST_BITS]
        bits = np.ascontiguousarray(bits[:, np.sort(drawn)])
    tokens = (background.dense_tokens() > 0).astype(np.float32)
    mined = mine_patterns(bits, tokens, seed=seed, time_limit=time_limit)
    person = np.full(len(target), -1, dtype=np.int64)
    confidence = np.zeros(len(target))
    if len(mined.bits) < LEAST_TOKENS:
        return Guesses(person, confidence, 0.0)
    known = sorted(mined.bits)
    shown = np.stack([bits[:, mined.bits[token]].all(axis=1) for token in known], axis=1)
    has = tokens[:, known]
    for start in range(0, len(target), BLOCK):
        rows = slice(start, start + BLOCK)
        own = shown[rows].astype(np.float32)
        # Bits may all be set by chance, so what is shown need not be there; the reverse is sure.
        lacking = (1 - own) @ has.T
        agreeing = own @ has.T
        agreeing[lacking > 0] = -1
        agreeing[target.visible[rows][:, None] != background.visible] = -1
        best = agreeing.max(axis=1)
        unique = ((agreeing == best[:, None]).sum(axis=1) == 1) & (best > 0)
        person[rows] = np.where(unique, agreeing.argmax(axis=1), -1)
        confidence[rows] = np.where(unique, best, 0)
    return Guesses(person, confidence, float((person >= 0).mean()))


def mine_patterns(
    bits: NDArray[np.uint8],
    tokens: NDArray[np.float32],
    *,
    seed: int = 0,
    time_limit: float = 60.0,
) -> MinedTokens:
    """Tokens and the bits that are found to be theirs.

    Args:
        bits: ``(records, bits)`` of 0 and 1.
        tokens: ``(people, tokens)`` of 0 and 1, of a population like the records'.
        seed: decides between equal frequencies.
        time_limit: seconds.
    """
    mined = MinedTokens()
    until = time.monotonic() + time_limit
    shuffled = np.random.default_rng(seed).permutation(tokens.shape[1])
    records = np.arange(len(bits))
    people = np.arange(len(tokens))
    # Sets of records beside the people they stand for, and the tokens that are settled in them.
    waiting: list[tuple[NDArray[np.int64], NDArray[np.int64], frozenset[int]]] = [
        (records, people, frozenset())
    ]
    wide = bits.astype(np.float32)
    while waiting and time.monotonic() < until:
        records, people, settled = waiting.pop(0)
        if min(len(records), len(people)) < LEAST_RECORDS:
            continue
        open_tokens = np.array([token for token in shuffled.tolist() if token not in settled])
        frequency = tokens[np.ix_(people, open_tokens)].mean(axis=0)
        taken = [mined.bits[each] for each in settled if each in mined.bits]
        found = (
            (place, positions)
            for place, least, most in _standing_out(frequency)
            if len(positions := _together(wide[records], least, most, taken, until)) >= FEWEST_BITS
        )
        place, positions = next(found, (-1, records[:0]))
        if place < 0:
            continue
        token = int(open_tokens[place])
        mined.add(token, positions)
        has = tokens[people, token] > 0
        shows = bits[np.ix_(records, positions)].all(axis=1)
        now = settled | {token}
        waiting.append((records[shows], people[has], now))
        waiting.append((records[~shows], people[~has], now))
    return mined


def _standing_out(frequency: Bits) -> Iterator[tuple[int, float, float]]:
    """Tokens by their distance from the next in frequency, and the limits halfway to those."""
    order = np.argsort(-frequency, kind="stable")[: RANKS + 1]
    ranked = frequency[order].astype(np.float64)
    below = ranked[:-1] - ranked[1:]
    above = np.append(np.inf, below[:-1])[: len(below)]
    gap = np.minimum(above, below)
    for rank in np.argsort(-gap, kind="stable").tolist():
        if gap[rank] < LEAST_LEAD:
            return
        most = min(ranked[rank] + above[rank] / 2, 1.0)
        yield int(order[rank]), float(ranked[rank] - below[rank] / 2), float(most)


def _together(
    bits: Bits, least: float, most: float, taken: list[NDArray[np.int64]], until: float
) -> NDArray[np.int64]:
    """The largest set of bits, none of them taken, found by growing it from the best pair.

    The share of the records in which all of its bits are set lies between the two limits; a set
    that is more frequent belongs to a more frequent token, and another one is looked for.
    """
    free = bits.mean(axis=0) >= least
    for positions in taken:
        free[positions] = False
    open_bits = np.flatnonzero(free)
    nothing = open_bits[:0]
    if len(open_bits) < FEWEST_BITS:
        return nothing
    chosen = bits[:, open_bits]
    joint = chosen.T @ chosen / np.float32(len(bits))
    np.fill_diagonal(joint, 0)
    for _ in range(STARTS):
        if joint.max() < least or time.monotonic() > until:
            break
        found, support = _grown(chosen, joint)
        if len(found) >= FEWEST_BITS and least <= support <= most:
            return np.asarray(np.sort(open_bits[found]))
        # Bits of a more frequent token, or two that several tokens set.
        chosen[:, found] = 0
        joint[found] = 0
        joint[:, found] = 0
    return nothing


def _grown(chosen: Bits, joint: Bits) -> tuple[list[int], float]:
    """Bits that are set together, and the share of the records in which they are.

    A q-gram's bits all come at once: a bit that is missing in some of the records is another one's.
    """
    start, best = divmod(int(joint.argmax()), len(joint))
    inside = (chosen[:, start] > 0) & (chosen[:, best] > 0)
    found = [start, best]
    while True:
        share = float(inside.mean())
        together = chosen[inside].sum(axis=0) / len(chosen)
        together[found] = 0
        best = int(together.argmax())
        if together[best] < KEPT * share:
            return found, share
        found.append(best)
        inside &= chosen[:, best] > 0
