"""The requirements on an encoder that do not need statistics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Profile
from linkage.compare.measures import MEASURES
from linkage.conformance.people import (
    FIELDS,
    fictional_people,
    joined,
    rows_of,
    slipped,
    without_values,
)
from linkage.encode.filter_input import EncodedFilter, Encoder, FilterInput
from linkage.random_bits import DerivedSubkeys
from linkage.types import BitMatrix, NormalisedList

__all__ = ["check_encoder", "encoded_under"]

_SLIPS = 3


def encoded_under(
    encoder: Encoder,
    profile: Profile,
    records: NormalisedList,
    *,
    seed: bytes = b"one",
    name: str = "",
    owner: bytes = b"owner",
) -> EncodedFilter:
    """Fictional records under an encoder.

    Args:
        encoder: the encoder.
        profile: a profile of its scheme.
        records: with the fields of :data:`linkage.conformance.people.FIELDS`.
        seed: stands for the project key.
        name: the filter's name; the profile's first if empty.
        owner: stands for the data owner's own key.
    """
    return encoder(
        FilterInput(
            name or profile.filters[0],
            records,
            FIELDS,
            profile,
            profile.bits,
            DerivedSubkeys(seed),
            private=DerivedSubkeys(owner),
        )
    )


def check_encoder(encoder: Encoder, profile: Profile) -> tuple[str, ...]:
    """What an encoder does wrong on fictional records; nothing if it conforms.

    It must be deterministic under a key; depend on the key and on the filter's name; not
    depend on the other records of the list; have the declared shape; give a record without
    values the all-zero filter; and, by the measure of its profile, find a record more similar to
    itself than to itself with errors, the less similar the more errors there are, and all of
    them more similar than another person.

    Args:
        encoder: the encoder.
        profile: a profile of its scheme.

    Returns:
        One sentence for each requirement that it fails.
    """
    return tuple(_failures(encoder, profile))


def _failures(encoder: Encoder, profile: Profile) -> Iterator[str]:
    people, nobody = fictional_people(), without_values()

    def encode(records: NormalisedList, seed: bytes = b"one", filter_name: str = "") -> _Bits:
        return _Bits(encoded_under(encoder, profile, records, seed=seed, name=filter_name))

    first = encode(people)
    rows = len(people)
    declared = profile.bits if not profile.hardenings else first.matrix.bits
    if first.matrix.bits != declared or len(first.matrix) != rows:
        yield "the result has not the declared shape"
        return
    if first.weights.shape != (rows,) or first.weights.dtype != np.uint16:
        yield "the weights are not one uint16 for each record"
    if not np.array_equal(first.words, encode(people).words):
        yield "the same key and records give different filters"
    if first.agreement(encode(people, seed=b"two")).max() > 0.9:
        yield "another key gives nearly the same filters"
    if first.agreement(encode(people, filter_name="another")).max() > 0.9:
        yield "a filter of another name has nearly the same bits"
    if not np.array_equal(encode(rows_of(people, slice(5, 9))).words, first.words[5:9]):
        yield "a filter depends on the other records of the list"
    yield from _unlike(encoder, profile, people)
    if encode(nobody).words.any():
        yield "a record without values has not the all-zero filter"
    if encode(rows_of(people, slice(0, 0))).words.size:
        yield "an empty list has filters"


def _unlike(encoder: Encoder, profile: Profile, people: NormalisedList) -> Iterator[str]:
    """Similarity falls with every error, and is least between two people."""
    size = len(people)
    versions = [slipped(people, slips) for slips in range(_SLIPS + 1)]
    made = encoded_under(encoder, profile, joined(people, *versions))
    weights = made.weights if profile.carries_weights else None
    compared = MEASURES[profile.measure](made.matrix, weights, profile, None)
    tile = compared.rows(0, size).tile(0, (_SLIPS + 2) * size).reshape(size, _SLIPS + 2, size)
    own = np.arange(size)
    same = tile[own, 1:, own]  # (people, slips)
    others = tile[:, 0][~np.eye(size, dtype=bool)]
    means = same.mean(axis=0)
    steps = np.diff(same, axis=1)
    rises = steps.mean(axis=0) > 4 * steps.std(axis=0) / np.sqrt(size)  # beyond what noise does
    # Match keys forgive some errors altogether, so an error may cost nothing.
    if rises.any() or means[0] <= means[-1]:
        yield "similarity does not fall with the number of errors"
    if means[1] <= others.mean() or np.median(same[:, 1]) <= np.quantile(others, 0.99):
        yield "records of one person are not closer than records of two"


class _Bits:
    """An encoder's result, ready to be compared."""

    def __init__(self, result: EncodedFilter) -> None:
        self.matrix: BitMatrix = result.matrix
        self.weights = result.weights
        self.words = result.matrix.words

    def agreement(self, other: _Bits) -> NDArray[np.float64]:
        """Share of equal bits, record by record."""
        differing = np.bitwise_count(self.words ^ other.words).sum(axis=1)
        return np.asarray(1 - differing / self.matrix.bits, dtype=np.float64)
