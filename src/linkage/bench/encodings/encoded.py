"""Records under an encoding of the catalogue: all filters, and what travels beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import Profile
from linkage.encode.catalogue import filters_of
from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.make import encode_filter
from linkage.encode.token_counts import count_tokens
from linkage.encode.tokens import has_value
from linkage.random_bits import DerivedSubkeys
from linkage.types import NormalisedList

__all__ = ["CARRIED", "carried_columns", "encode_all", "encoder", "groups_of"]

CARRIED = ("presence", "counts")
"""What an agreement may let travel beside the encodings."""


def encode_all(
    records: NormalisedList,
    rules: Sequence[FieldRule],
    profile: Profile,
    key: bytes,
    owner: bytes = b"owner",
) -> list[EncodedFilter]:
    """Every filter of every record.

    Args:
        records: the records.
        rules: the fields.
        profile: the encoding.
        key: stands for the project key.
        owner: stands for the data owner's own key, which noise comes from.
    """
    private = DerivedSubkeys(hashlib.sha256(b"private" + owner + key).digest())
    return [
        encode_filter(
            FilterInput(
                name, records, fields, profile, profile.bits, DerivedSubkeys(key), private=private
            )
        )
        for name, fields, _ in filters_of(profile, rules)
    ]


def encoder(
    records: NormalisedList, rules: Sequence[FieldRule], profile: Profile
) -> Callable[[bytes], list[EncodedFilter]]:
    """The scheme on some people, as an attack simulates it."""
    return lambda key: encode_all(records, rules, profile, key)


def carried_columns(
    records: NormalisedList,
    rules: Sequence[FieldRule],
    profile: Profile,
    carried: Sequence[str],
) -> NDArray[np.int64]:
    """``(records, columns)`` int64: what travels, record by record.

    Args:
        records: the records.
        rules: the fields.
        profile: the encoding; says which fields are in a filter.
        carried: of :data:`CARRIED`.
    """
    columns = []
    if "presence" in carried:
        columns += [[int(has_value(v)) for v in records.fields[rule.name]] for rule in rules]
    if "counts" in carried:
        columns += [
            count_tokens(records, fields).tolist() for _, fields, _ in filters_of(profile, rules)
        ]
    return np.array(columns, dtype=np.int64).reshape(len(columns), len(records)).T


def groups_of(*parts: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Numbers of the groups of rows that are equal, one array for each part.

    >>> [each.tolist() for each in groups_of(np.array([[1], [2]]), np.array([[2]]))]
    [[0, 1], [1]]
    """
    rows = np.concatenate(parts)
    number = np.zeros(len(rows), dtype=np.int64)
    if rows.shape[1]:
        number = np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return np.split(number, np.cumsum([len(part) for part in parts])[:-1])
