"""What an attacker computes before it attacks: similarities, and the scheme under its own keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Profile
from linkage.attack.smooth import smoothed
from linkage.attack.target import Background, Target
from linkage.compare.measures import MEASURES
from linkage.encode.filter_input import EncodedFilter
from linkage.kernels import Backend, load_search_kernels
from linkage.types import BitMatrix

__all__ = [
    "Encode",
    "agreement_rows",
    "agreement_stack",
    "attackers_keys",
    "background_of",
    "similarity_stack",
    "simulated_similarity",
    "slot_bits_of",
    "target_of",
]

Encode: TypeAlias = Callable[[bytes], Sequence[EncodedFilter]]
"""The scheme on some people: a 32-byte key to one filter of every person, several if agreed."""

Stack: TypeAlias = NDArray[np.float32]
ROWS = 512
"""Records compared with all at once."""


def similarity_stack(
    filters: Sequence[EncodedFilter], profile: Profile, *, use: Backend | None = None
) -> Stack:
    """``(filters, records, records)`` float32: every pair as the linkage unit compares it.

    Memory: 4 bytes a pair and filter, 100 MB for one filter of 5,000 records.

    Args:
        filters: the encodings, with the weights that travel if the profile carries them.
        profile: names the measure and its parameters.
        use: kernels, see :func:`linkage.kernels.load_search_kernels`.
    """
    records = len(filters[0].matrix)
    stack = np.empty((len(filters), records, records), dtype=np.float32)
    for each, similarity in zip(filters, stack, strict=True):
        weights = each.weights if profile.carries_weights else None
        comparison = MEASURES[profile.measure](each.matrix, weights, profile, use)
        for first, last in _steps(records):
            similarity[first:last] = comparison.rows(first, last).tile(0, records)
    return stack


def agreement_stack(
    matrices: Sequence[BitMatrix], *, slot_bits: int = 0, use: Backend | None = None
) -> Stack:
    """``(filters, records, records)`` float32: share of equal bits less share of unequal ones.

    Where bits speak together, the share of equal slots.

    Unlike the similarities of a scheme it has no error that grows where filters have little in
    common: what an attacker with much patience adds up.

    Args:
        matrices: one matrix per filter.
        slot_bits: see :class:`linkage.attack.target.Target`.
        use: kernels, see :func:`linkage.kernels.load_search_kernels`.

    >>> words = np.array([[0], [0xFFFF], [2**64 - 1]], dtype=np.uint64)
    >>> agreement_stack([BitMatrix(words, 64)])[0].tolist()
    [[1.0, 0.5, -1.0], [0.5, 1.0, -0.5], [-1.0, -0.5, 1.0]]
    """
    return np.stack(
        [agreement_rows(each, len(each), slot_bits=slot_bits, use=use) for each in matrices]
    )


def agreement_rows(
    matrix: BitMatrix, rows: int, *, slot_bits: int = 0, use: Backend | None = None
) -> Stack:
    """``(rows, records)`` float32: the first records' agreement with every record."""
    if slot_bits:
        return _equal_slots(matrix, rows, slot_bits)
    distances = load_search_kernels(use).prepare_distances(matrix.words)
    found = np.empty((rows, len(matrix)), dtype=np.float32)
    scale = np.float32(-2.0 / matrix.bits)
    for first, last in _steps(rows):
        np.multiply(distances.rows(first, last).tile(0, len(matrix)), scale, out=found[first:last])
    found += 1
    return found


def _equal_slots(matrix: BitMatrix, rows: int, slot_bits: int) -> Stack:
    """``(rows, records)`` float32: share of the slots that are equal and not empty."""
    from scipy.sparse import csr_matrix

    kind = f"V{slot_bits // 8}"
    slots = np.ascontiguousarray(matrix.words.astype("<u8", copy=False)).view(kind)
    records, number = slots.shape
    codes = np.empty((records, number), dtype=np.int64)
    empty = np.zeros(slot_bits // 8, dtype=np.uint8).view(kind)
    many = 0
    for number_of, column in enumerate(slots.T):
        values, group = np.unique(column, return_inverse=True)
        codes[:, number_of] = np.where(column == empty, -1, group + many)
        many += len(values)
    record, place = np.nonzero(codes >= 0)
    ones = np.ones(len(record), dtype=np.float32)
    one = csr_matrix((ones, (record, codes[record, place])), (records, many))
    found = np.asarray((one[:rows] @ one.T).toarray(), dtype=np.float32)
    found /= np.float32(number)
    at = np.arange(rows)
    found[at, at] = matrix.words[:rows].any(axis=1)
    return found


def slot_bits_of(profile: Profile) -> int:
    """How many bits of a filter speak together under a profile; 0 where each does for itself."""
    return {"match-keys": 128, "slots": 32, "slot-jaccard": 16}.get(profile.measure, 0)


def attackers_keys(keys: int, seed: int) -> tuple[bytes, ...]:
    """Keys of the attacker's own, 32 bytes each: any will do, these can be repeated.

    >>> [len(key) for key in attackers_keys(2, seed=1)]
    [32, 32]
    """
    return tuple(
        hashlib.sha256(f"attacker's key {number} of seed {seed}".encode()).digest()
        for number in range(keys)
    )


def simulated_similarity(
    encode: Callable[[bytes], NDArray[np.float32]], keys: int = 4, seed: int = 0
) -> NDArray[np.float32]:
    """The mean over keys of the attacker's own of what ``encode`` makes under each.

    Args:
        encode: a key of 32 bytes to an array, the same shape for every key; similarities.
        keys: number of keys, at least 1.
        seed: which keys.

    >>> simulated_similarity(lambda key: np.full((1, 2, 2), 0.5, dtype=np.float32)).tolist()
    [[[0.5, 0.5], [0.5, 0.5]]]
    """
    first, *others = attackers_keys(keys, seed)
    total = np.array(encode(first), dtype=np.float32)
    for key in others:
        total += encode(key)
    total /= keys
    return total


def target_of(
    filters: Sequence[EncodedFilter],
    profile: Profile,
    visible: NDArray[np.int64] | None = None,
    *,
    use: Backend | None = None,
) -> Target:
    """What the linkage unit has of a list, from its encodings.

    Args:
        filters: the list's encodings.
        profile: their profile.
        visible: see :class:`linkage.attack.target.Target`; nothing unless given.
        use: kernels, see :func:`linkage.kernels.load_search_kernels`.
    """
    bits = tuple(each.matrix for each in filters)
    seen = np.zeros(len(bits[0]), dtype=np.int64) if visible is None else visible
    similarity = similarity_stack(filters, profile, use=use)
    return Target(bits, similarity, seen, slot_bits_of(profile))


def background_of(
    tokens: Any,
    encode: Encode,
    profile: Profile,
    visible: NDArray[np.int64] | None = None,
    *,
    filter_tokens: Sequence[NDArray[np.float32]] | None = None,
    keys: int = 6,
    seed: int = 0,
    use: Backend | None = None,
) -> Background:
    """What the attacker has: its people's tokens, and the scheme simulated on them.

    Memory: similarities and agreement, and once more while they are added up; 8 to 16 bytes a
    pair and filter.

    Args:
        tokens: ``(people, tokens)``, see :class:`linkage.attack.target.Background`.
        encode: the scheme on the attacker's people.
        profile: the scheme's profile.
        visible: see :class:`linkage.attack.target.Background`; nothing unless given.
        filter_tokens: for each filter ``(people, tokens)`` float32, the weights of the tokens
            that go into it (:func:`linkage.attack.people.token_table`); ``tokens`` unless given.
        keys: keys of the attacker's own to take the mean over.
        seed: which keys.
        use: kernels, see :func:`linkage.kernels.load_search_kernels`.
    """
    bits: list[int] = []
    slot_bits = slot_bits_of(profile)

    def both(key: bytes) -> Stack:
        filters = encode(key)
        bits[:] = [each.matrix.bits // max(slot_bits, 1) for each in filters]
        similarity = similarity_stack(filters, profile, use=use)
        matrices = [each.matrix for each in filters]
        agreement = agreement_stack(matrices, slot_bits=slot_bits, use=use)
        return np.stack([similarity, agreement])

    similarity, agreement = simulated_similarity(both, keys, seed)
    people = tokens.shape[0]
    seen = np.zeros(people, dtype=np.int64) if visible is None else visible
    background = Background(tokens, similarity, seen, agreement)
    for number, length in enumerate(bits):
        weights = background.dense_tokens() if filter_tokens is None else filter_tokens[number]
        smoothed(agreement[number], weights, 1 / (length * keys))
    return background


def _steps(records: int) -> Iterator[tuple[int, int]]:
    for first in range(0, records, ROWS):
        yield first, min(first + ROWS, records)
