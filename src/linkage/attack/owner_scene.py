"""What a data owner's attack needs: the agreed encoding, and the attacker's people."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES, Profile, sized_bits
from linkage.attack.people import chosen_records, token_table
from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.registry import ENCODERS
from linkage.encode.token_counts import count_tokens
from linkage.encode.tokens import has_value
from linkage.random_bits import DerivedSubkeys
from linkage.types import NormalisedList

__all__ = ["AgreedEncoding", "attackers_people", "groups_of"]


class AgreedEncoding:
    """How the agreement encodes, and what travels beside.

    Args:
        agreement: the agreement.

    Attributes:
        profile: its profile.
        bits: length of each filter.
    """

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self.profile: Profile = PROFILES[agreement.encoding.profile]
        sizes = tuple(owner.list.expected_records for owner in agreement.owners if owner.list)
        self.bits = sized_bits(self.profile, sizes)
        self._filters = [
            (name, tuple(rule for rule in agreement.fields if name in rule.filters))
            for name in agreement.filters
        ]

    @property
    def travels(self) -> tuple[str, ...]:
        """In words, as :func:`columns` has them."""
        encoding = self._agreement.encoding
        return (
            *(f'stratum "{stratum.name}"' for stratum in self._agreement.strata),
            *(("which fields have a value",) if encoding.presence else ()),
            *(("number of tokens",) if encoding.token_counts else ()),
        )

    def encode(self, records: NormalisedList, key: bytes) -> list[EncodedFilter]:
        """Every filter of every record."""
        return [
            ENCODERS[self.profile.scheme](
                FilterInput(name, records, fields, self.profile, self.bits, DerivedSubkeys(key))
            )
            for name, fields in self._filters
        ]

    def filter_tokens(self, people: NormalisedList) -> list[NDArray[np.float32]]:
        """For each filter the weights of everybody's tokens, see :func:`token_table`."""
        return [token_table(people, fields, weighted=True) for _, fields in self._filters]

    def linkable(self, records: NormalisedList) -> NDArray[np.bool_]:
        """Records that would be sent: some identifier, and all that are required."""
        has = {
            rule.name: np.array([has_value(v) for v in records.fields[rule.name]], dtype=np.bool_)
            for rule in self._agreement.fields
        }
        sent = np.zeros(len(records), dtype=np.bool_)
        for values in has.values():
            sent |= values
        for rule in self._agreement.fields:
            if rule.required:
                sent &= has[rule.name]
        return sent

    def columns(self, records: NormalisedList) -> NDArray[np.int64]:
        """``(records, columns)``: strata, and what the agreement lets travel."""
        columns = [records.strata.astype(np.int64)]
        if self._agreement.encoding.presence:
            columns += [
                np.array([[has_value(v)] for v in records.fields[rule.name]], dtype=np.int64)
                for rule in self._agreement.fields
            ]
        if self._agreement.encoding.token_counts:
            columns += [
                count_tokens(records, fields).astype(np.int64)[:, None]
                for _, fields in self._filters
            ]
        return np.concatenate(columns, axis=1)


def groups_of(
    one: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the groups of rows that are equal, over both arrays.

    >>> one, other = groups_of(np.array([[1], [2]]), np.array([[2]]))
    >>> one.tolist(), other.tolist()
    ([0, 1], [1])
    """
    if not one.shape[1]:
        return np.zeros(len(one), dtype=np.int64), np.zeros(len(other), dtype=np.int64)
    number = np.unique(np.concatenate([one, other]), axis=0, return_inverse=True)[1].reshape(-1)
    return number[: len(one)].astype(np.int64), number[len(one) :].astype(np.int64)


def attackers_people(
    sampled: NormalisedList,
    others: NormalisedList | None,
    most: int,
    generator: np.random.Generator,
) -> tuple[NormalisedList, NDArray[np.int64]]:
    """The people whom the attacker has, and which of them each record is.

    Args:
        sampled: the records that are attacked.
        others: the population; None for the records themselves.
        most: people that the attacker has at most, unless more are on the list.
        generator: of their order.

    Returns:
        People, and ``(records,)`` int64: a person equal in every field, -1 where there is none.
    """
    if others is None:
        order = generator.permutation(len(sampled))
        truth = np.empty(len(sampled), dtype=np.int64)
        truth[order] = np.arange(len(sampled))
        return chosen_records(sampled, order), truth
    wanted: dict[tuple[Any, ...], int] = {}
    names = list(sampled.fields)
    for place, values in enumerate(zip(*(others.fields[name] for name in names), strict=True)):
        wanted.setdefault(values, place)
    same = [
        wanted.get(values, -1)
        for values in zip(*(sampled.fields[name] for name in names), strict=True)
    ]
    rest = generator.permutation(np.setdiff1d(np.arange(len(others)), same))
    distinct = np.unique([place for place in same if place >= 0]).astype(np.int64)
    rows = generator.permutation(np.concatenate([distinct, rest[: max(0, most - len(distinct))]]))
    at = {place: number for number, place in enumerate(rows.tolist())}
    first: set[int] = set()
    truth = np.full(len(sampled), -1, dtype=np.int64)
    for record, place in enumerate(same):
        if place >= 0 and place not in first:  # a duplicate record stands for nobody else
            truth[record] = at[place]
            first.add(place)
    return chosen_records(others, rows), truth
