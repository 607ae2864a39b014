"""One filter of every record, from its description: salt, scheme, hardenings."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from linkage.encode.catalogue import parse_hardening
from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.registry import known_schemes
from linkage.encode.scheme import Scheme
from linkage.harden.hardening import HardeningInput
from linkage.random_bits import SubkeySource
from linkage.types import BitMatrix, FieldValue, NormalisedList, PartialDate

__all__ = ["SaltedSubkeys", "encode_filter"]


class SaltedSubkeys:
    """Subkeys under a salt: ``HMAC-SHA-256(subkey, "salt" || 0x00 || salt)``.

    Tokens hashed under them are as different as if the salt were part of each.
    """

    def __init__(self, subkeys: SubkeySource, salt: str) -> None:
        self._subkeys, self._salt = subkeys, salt

    def subkey(self, purpose: str, field: str = "") -> bytes:
        """The subkey of one purpose and field, 32 bytes."""
        key = self._subkeys.subkey(purpose, field)
        return hmac.digest(key, b"salt\0" + self._salt.encode(), "sha256")


def encode_filter(task: FilterInput) -> EncodedFilter:
    """The filter of every record under any encoding of the catalogue.

    Args:
        task: the filter to be made; its profile names the scheme, the salt and the hardenings.

    Raises:
        ValueError: an unknown scheme, a salt that is no field of the list, noise without the
            owner's own subkeys.
    """
    profile = task.profile
    scheme = known_schemes().get(profile.scheme)
    if scheme is None:
        raise ValueError(f"there is no scheme {profile.scheme}")
    made = _salted(task, scheme) if profile.salt else scheme.encode(task)
    matrix = made.matrix
    context = HardeningInput(task.name, task.subkeys, task.private, task.records.rows)
    for text in profile.hardenings:
        hardening, values = parse_hardening(text)
        matrix = hardening.apply(matrix, context, values)
    return made if matrix is made.matrix else EncodedFilter(matrix, made.weights)


def _salted(task: FilterInput, scheme: Scheme) -> EncodedFilter:
    """Records of one salt are encoded together, under subkeys of their own."""
    if task.profile.salt not in task.records.fields:
        raise ValueError(f"the list has no field {task.profile.salt}")
    groups: dict[str, list[int]] = {}
    for record, value in enumerate(task.records.fields[task.profile.salt]):
        groups.setdefault(_salt_of(value), []).append(record)
    words: np.ndarray | None = None
    weights = np.zeros(len(task.records), dtype=np.uint16)
    for salt, chosen in groups.items():
        subkeys = SaltedSubkeys(task.subkeys, salt)
        part = scheme.encode(replace(task, records=_taken(task.records, chosen), subkeys=subkeys))
        if words is None:
            words = np.zeros((len(task.records), part.matrix.words.shape[1]), dtype=np.uint64)
        words[chosen], weights[chosen] = part.matrix.words, part.weights
    if words is None:
        return scheme.encode(task)
    return EncodedFilter(BitMatrix(words, words.shape[1] * 64), weights)


def _salt_of(value: FieldValue) -> str:
    if isinstance(value, PartialDate):
        return "" if value.year is None else str(value.year)
    return value if isinstance(value, str) else " ".join(value)


def _taken(records: NormalisedList, rows: Sequence[int]) -> NormalisedList:
    fields = {name: tuple(column[row] for row in rows) for name, column in records.fields.items()}
    return NormalisedList(records.rows[list(rows)], fields, records.strata[list(rows)])
