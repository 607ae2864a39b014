"""From a normalised list to the encodings that its owner sends."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement, FieldRule
from linkage.agreement.profiles import PROFILES, sized_bits
from linkage.encode.filter_input import EncodedFilter, FilterInput, Progress
from linkage.encode.registry import ENCODERS
from linkage.encode.token_counts import count_tokens
from linkage.encode.tokens import has_value
from linkage.errors import DataError, Fault, PolicyError
from linkage.random_bits import SubkeySource
from linkage.types import EncodedList, NormalisedList

__all__ = ["HANDLE_BYTES", "EncodingResult", "encode_records"]

HANDLE_BYTES = 16


@dataclass(frozen=True, slots=True, eq=False)
class EncodingResult:
    """Encodings to be sealed, and what stays with the owner.

    Attributes:
        encoded: the encodings, in random order, under random handles.
        rows: ``(records,)`` int64, spreadsheet row of each encoded record, in the order of
            ``encoded``: with the handles, the crosswalk. It never travels.
        not_linkable: ``(left out,)`` int64, spreadsheet rows, rising, of the records that
            were left out: every filter empty, or a required field missing.
    """

    encoded: EncodedList
    rows: NDArray[np.int64] = field(repr=False)
    not_linkable: NDArray[np.int64] = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)


def encode_records(
    records: NormalisedList,
    agreement: Agreement,
    subkeys: SubkeySource,
    *,
    list_id: str,
    progress: Progress | None = None,
) -> EncodingResult:
    """Encode a list as its agreement says, in a random order and under random handles.

    The filters depend on the records, the agreement and the key alone; order and handles
    come from the operating system's random source. Encodings remain personal data.

    Args:
        records: the normalised list.
        agreement: the agreement, which names the profile, the filters, the fields, the lists'
            sizes, and what travels beside the encodings.
        subkeys: the project key's subkeys.
        list_id: id of this list in the agreement.
        progress: called with the share that is done, 0 to 1.

    Raises:
        PolicyError: E603 for a profile known to fall that the agreement does not allow.
        DataError: E380 where no record can be encoded, E381 for a list that the agreement
            does not have.
        AgreementError: E530 where the profile cannot serve lists of this size.
        ValueError: for a list that lacks a field of the agreement.
    """
    _refuse(records, agreement, list_id)
    # In the order of random 64-bit numbers: a random permutation, a tie being out of reach.
    drawn = np.frombuffer(secrets.token_bytes(8 * len(records)), dtype=np.uint64)
    order = np.argsort(drawn, kind="stable").astype(np.int64)
    handles = np.frombuffer(secrets.token_bytes(HANDLE_BYTES * len(records)), dtype=np.uint8)
    return _encode_from_parts(
        records,
        agreement,
        subkeys,
        list_id,
        order,
        handles.reshape(-1, HANDLE_BYTES),
        progress,
    )


def _encode_from_parts(
    records: NormalisedList,
    agreement: Agreement,
    subkeys: SubkeySource,
    list_id: str,
    order: NDArray[np.int64],
    handles: NDArray[np.uint8],
    progress: Progress | None = None,
) -> EncodingResult:
    """The pure part of :func:`encode_records`, which has checked what it is given.

    Args:
        records: the normalised list.
        agreement: the agreement.
        subkeys: the project key's subkeys.
        list_id: id of this list in the agreement.
        order: ``(records,)`` int64, a permutation of the record indices; records that are
            left out are skipped.
        handles: ``(records, 16)`` uint8; the record in place ``i`` of the result has row
            ``i``, and rows beyond the result are not used.
        progress: called with the share that is done, 0 to 1.
    """
    filters = _encode_filters(records, agreement, subkeys, progress)
    linkable = np.any([each.matrix.words.any(axis=1) for each in filters], axis=0)
    for rule in agreement.fields:
        if rule.required:
            linkable &= np.array([has_value(value) for value in records.fields[rule.name]])
    chosen = order[linkable[order]]
    if not len(chosen):
        raise DataError(
            Fault(
                "E380",
                f'No record of list "{list_id}" can be encoded: none has enough identifiers.',
                "Check the mapping: are the identifying columns mapped to the agreement's "
                "fields?\nNothing was written.",
            )
        )
    profile = PROFILES[agreement.encoding.profile]
    weights = np.stack([each.weights for each in filters], axis=1)
    encoded = EncodedList(
        list_id=list_id,
        handles=np.ascontiguousarray(handles[: len(chosen)]),
        filters=tuple(each.matrix.take(chosen) for each in filters),
        strata=np.ascontiguousarray(records.strata[chosen]),
        weights=np.ascontiguousarray(weights[chosen]) if profile.carries_weights else None,
        presence=_presence(records, agreement)[chosen] if agreement.encoding.presence else None,
        token_counts=(
            np.ascontiguousarray(_token_counts(records, agreement)[chosen])
            if agreement.encoding.token_counts
            else None
        ),
    )
    return EncodingResult(encoded, records.rows[chosen], np.sort(records.rows[~linkable]))


def _refuse(records: NormalisedList, agreement: Agreement, list_id: str) -> None:
    """Raise what can be known before anything is encoded."""
    profile = PROFILES[agreement.encoding.profile]
    if profile.insecure and not agreement.encoding.insecure:
        raise PolicyError(
            Fault(
                "E603",
                f'Profile "{profile.name}" is not safe and the agreement does not allow it. '
                f"{profile.broken_by}",
                'Use profile "strong", or let every party sign an agreement that says\n'
                "insecure = true under [encoding]. Nothing was written.",
                field="encoding.profile",
            )
        )
    if list_id not in agreement.lists:
        raise DataError(
            Fault(
                "E381",
                f'The agreement has no list "{list_id}".',
                f"Its lists are: {', '.join(agreement.lists)}.",
            )
        )
    _check_shape(records, [rule.name for rule in agreement.fields])


def _check_shape(records: NormalisedList, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in records.fields]
    if missing:
        raise ValueError(f"the normalised list lacks the fields {', '.join(missing)}")
    if any(len(records.fields[name]) != len(records) for name in names):
        raise ValueError("every field has one value for each record")


def _encode_filters(
    records: NormalisedList,
    agreement: Agreement,
    subkeys: SubkeySource,
    progress: Progress | None,
) -> list[EncodedFilter]:
    profile = PROFILES[agreement.encoding.profile]
    sizes = tuple(owner.list.expected_records for owner in agreement.owners if owner.list)
    bits = sized_bits(profile, sizes)
    filters = []
    for place, name in enumerate(agreement.filters):

        def report(share: float, place: int = place) -> None:
            if progress is not None:
                progress((place + share) / len(agreement.filters))

        fields = _fields_of(name, agreement)
        task = FilterInput(name, records, fields, profile, bits, subkeys, report)
        filters.append(ENCODERS[profile.scheme](task))
    return filters


def _fields_of(name: str, agreement: Agreement) -> tuple[FieldRule, ...]:
    return tuple(rule for rule in agreement.fields if name in rule.filters)


def _token_counts(records: NormalisedList, agreement: Agreement) -> NDArray[np.uint8]:
    """``(records, filters)`` uint8, see :class:`linkage.types.EncodedList`."""
    counts = [count_tokens(records, _fields_of(name, agreement)) for name in agreement.filters]
    return np.stack(counts, axis=1)


def _presence(records: NormalisedList, agreement: Agreement) -> NDArray[np.uint32]:
    """``(records,)`` uint32: bit ``i`` set where the agreement's field ``i`` has a value."""
    bits = np.zeros(len(records), dtype=np.uint32)
    for place, rule in enumerate(agreement.fields):
        present = np.array([has_value(value) for value in records.fields[rule.name]], dtype=bool)
        bits |= present.astype(np.uint32) << np.uint32(place)
    return bits
