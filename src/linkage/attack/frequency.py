"""Bit-pattern frequency: encodings that are frequent stand for values that are frequent.

The most frequent encodings are taken for the most frequent people (equal in all tokens), as far
as frequencies tell ranks apart. Where a person's encoding has a 0, none of its tokens sets that
bit; so each bit loses tokens, and a record may be somebody only if every bit it has could come
from one of that person's tokens.

It needs encodings that repeat: with a date of birth hardly any does, and the attack finds nothing.

Source: Christen, Schnell, Vatsalan and Ranbaduge, PAKDD 2017.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.attack.guesses import Guesses
from linkage.attack.target import Background, Target

__all__ = ["match_frequencies"]

MOST = 200
"""Frequent encodings that are aligned, at most."""
BLOCK = 512

Bits = NDArray[np.uint8]


def match_frequencies(target: Target, background: Background, *, seed: int = 0) -> Guesses:
    """Guess persons by the frequency of encodings.

    The certainty is the share of the records that could be one person only.

    Args:
        target: the encodings; equal ones have one pattern.
        background: the attacker's people, all filters over the same tokens.
        seed: decides between people who are equal.
    """
    bits = np.concatenate([matrix.unpacked() for matrix in target.bits], axis=1)
    tokens = background.dense_tokens() > 0
    patterns, pattern, many = np.unique(
        np.packbits(bits, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    people, kind, frequent = np.unique(
        np.packbits(tokens, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    aligned = _aligned(many, frequent)
    nobody = np.full(len(target), -1, dtype=np.int64)
    if not len(aligned):
        return Guesses(nobody, np.zeros(len(target)), 0.0)
    of_pattern = np.unpackbits(patterns, axis=1, count=bits.shape[1])
    of_kind = np.unpackbits(people, axis=1, count=tokens.shape[1])
    possible = _possible_tokens(of_pattern[aligned[:, 0]], of_kind[aligned[:, 1]])
    candidates, first = _candidates(of_pattern, of_kind, possible)
    order = np.random.default_rng(seed).permutation(len(background))
    of_kind_person = np.zeros(len(people), dtype=np.int64)
    of_kind_person[kind.reshape(-1)[order]] = order
    pattern = pattern.reshape(-1)
    sure = candidates[pattern] == 1
    person = np.where(sure, of_kind_person[first[pattern]], nobody)
    seen = background.visible[np.maximum(person, 0)] == target.visible
    person = np.where(seen, person, -1)
    return Guesses(person, (person >= 0).astype(np.float64), float((person >= 0).mean()))


def _aligned(many: NDArray[np.int64], frequent: NDArray[np.int64]) -> NDArray[np.int64]:
    """``(pairs, 2)``: patterns and kinds of people of one rank, while ranks can be told apart."""
    one, other = np.argsort(-many, kind="stable"), np.argsort(-frequent, kind="stable")
    pairs = []
    for rank in range(min(MOST, len(one) - 1, len(other) - 1)):
        here, there = many[one[rank]], frequent[other[rank]]
        if min(here, there) < 2:
            break
        if here == many[one[rank + 1]] or there == frequent[other[rank + 1]]:
            break
        pairs.append((one[rank], other[rank]))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _possible_tokens(patterns: Bits, kinds: Bits) -> NDArray[np.float32]:
    """``(tokens, bits)``: 1 unless somebody has the token without the bit."""
    against = kinds.T.astype(np.float32) @ (1 - patterns).astype(np.float32)
    return np.asarray(against == 0, dtype=np.float32)


def _candidates(
    patterns: Bits, kinds: Bits, possible: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many kinds of people each pattern may be, and the first of them."""
    allowed = (kinds.astype(np.float32) @ possible) > 0
    forbidden = (~allowed).T.astype(np.float32)
    number, first = [], []
    for start in range(0, len(patterns), BLOCK):
        may_be = patterns[start : start + BLOCK].astype(np.float32) @ forbidden == 0
        number.append(may_be.sum(axis=1))
        first.append(may_be.argmax(axis=1))
    return np.concatenate(number), np.concatenate(first)
