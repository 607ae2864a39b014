"""Frozen values that the stages pass to one another. Stages never import each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "UNKNOWN",
    "BitMatrix",
    "CandidatePairs",
    "Clusters",
    "EncodedList",
    "FieldValue",
    "NormalisedList",
    "PartialDate",
    "PersonHistories",
]

UNKNOWN = 255
"""Index that stands for "no known value" in every ``uint8`` array of strata."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which parts may be unknown (``None``); a placeholder day is unknown."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known."""
        return self.year is None and self.month is None and self.day is None


FieldValue: TypeAlias = tuple[str, ...] | PartialDate | str
"""name and text: words, lower-case ASCII; date: PartialDate; code: the agreed code."""


@dataclass(frozen=True, slots=True)
class NormalisedList:
    """A data owner's list after normalisation: plaintext, never leaves the owner.

    Attributes:
        rows: ``(records,)`` int64, row numbers as the spreadsheet shows them.
        fields: for every field of the agreement, one value per record; a missing value
            is ``()``, ``""`` or an empty :class:`PartialDate`.
        strata: ``(records, strata)`` uint8, index into the agreement's allowed values of
            each stratum, or :data:`UNKNOWN`.
    """

    rows: NDArray[np.int64]
    fields: Mapping[str, tuple[FieldValue, ...]] = field(repr=False)
    strata: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class BitMatrix:
    """One filter of every record, packed.

    Bit ``j`` of a record is ``words[record, j // 64] >> (j % 64) & 1``.

    Attributes:
        words: ``(records, bits // 64)`` uint64, C-contiguous.
        bits: length of each filter in bits, a multiple of 64.
    """

    words: NDArray[np.uint64]
    bits: int

    def __post_init__(self) -> None:
        if self.words.dtype != np.uint64 or self.words.ndim != 2:
            raise ValueError("a BitMatrix holds a two-dimensional uint64 array")
        if self.bits % 64 or self.words.shape[1] * 64 != self.bits:
            raise ValueError("a BitMatrix has a multiple of 64 bits and a word for each 64")

    def __len__(self) -> int:
        return int(self.words.shape[0])

    def take(self, rows: NDArray[np.int64]) -> BitMatrix:
        """The same filters in the order of ``rows`` (record indices)."""
        return BitMatrix(np.ascontiguousarray(self.words[rows]), self.bits)

    @classmethod
    def packed(cls, bits: NDArray[np.uint8] | NDArray[np.bool_]) -> BitMatrix:
        """From ``(records, bits)`` of 0 and 1, a multiple of 64 bits.

        >>> BitMatrix.packed(np.eye(2, 64, dtype=np.uint8)).words.tolist()
        [[1], [2]]
        """
        rows = np.packbits(bits, axis=1, bitorder="little")
        # Little-endian whatever the machine: a word's lowest byte holds its lowest bits.
        words = np.ascontiguousarray(rows).view("<u8").astype(np.uint64, copy=False)
        return cls(words, bits.shape[1])

    def unpacked(self) -> NDArray[np.uint8]:
        """``(records, bits)`` of 0 and 1: eight times the memory."""
        rows = self.words.astype("<u8", copy=False).view(np.uint8)
        return np.unpackbits(rows, axis=1, bitorder="little")


@dataclass(frozen=True, slots=True, eq=False)
class EncodedList:
    """What one data owner sends: encodings, random handles and declared strata.

    Attributes:
        list_id: the list's id in the agreement.
        handles: ``(records, 16)`` uint8, random, one per record.
        filters: one :class:`BitMatrix` per filter of the agreement, in its order.
        strata: ``(records, strata)`` uint8, see :data:`UNKNOWN`.
        weights: ``(records, filters)`` uint16, set bits of the filter before hardening;
            None unless the profile carries them.
        presence: ``(records,)`` uint32, bit ``i`` set where the agreement's field ``i`` has
            a value; None unless the agreement lets the pattern travel.
        token_counts: ``(records, filters)`` uint8, number of different tokens of each filter,
            255 for 255 or more; None unless the agreement lets it travel.
    """

    list_id: str
    handles: NDArray[np.uint8]
    filters: tuple[BitMatrix, ...]
    strata: NDArray[np.uint8]
    weights: NDArray[np.uint16] | None = None
    presence: NDArray[np.uint32] | None = None
    token_counts: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.handles)

    def take(self, rows: NDArray[np.int64]) -> EncodedList:
        """The same records in the order of ``rows`` (record indices)."""
        return EncodedList(
            self.list_id,
            np.ascontiguousarray(self.handles[rows]),
            tuple(matrix.take(rows) for matrix in self.filters),
            np.ascontiguousarray(self.strata[rows]),
            None if self.weights is None else np.ascontiguousarray(self.weights[rows]),
            None if self.presence is None else np.ascontiguousarray(self.presence[rows]),
            None if self.token_counts is None else np.ascontiguousarray(self.token_counts[rows]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class CandidatePairs:
    """Pairs of records that may be one person, sorted by ``left`` then ``right``.

    Attributes:
        left: ``(pairs,)`` int64, record index; always less than ``right``.
        right: ``(pairs,)`` int64, record index.
        similarity: ``(pairs, filters)`` float64, one similarity per filter, at most 1.
        score: ``(pairs,)`` float64, the similarities combined; at most 1.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.left)

    def where(self, keep: NDArray[np.bool_]) -> CandidatePairs:
        """Only the pairs for which ``keep`` is true."""
        return CandidatePairs(
            self.left[keep], self.right[keep], self.similarity[keep], self.score[keep]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Which records are held to be one person.

    Attributes:
        person: ``(records,)`` int64, person of each record, numbered 0, 1, ... in the order
            of first appearance.
        lists: ``(records,)`` int64, index of the list each record stands on.
    """

    person: NDArray[np.int64]
    lists: NDArray[np.int64]

    @property
    def people(self) -> int:
        """Number of distinct people."""
        return int(self.person.max()) + 1 if len(self.person) else 0


@dataclass(frozen=True, slots=True, eq=False)
class PersonHistories:
    """For every person, the lists he or she is on and the stratum he or she belongs to.

    Attributes:
        lists: ids of the lists; list ``i`` is bit ``i`` of a history.
        strata: names of the strata.
        values: allowed values of each stratum, in the agreement's order.
        history: ``(people,)`` uint32, never 0.
        stratum: ``(people, strata)`` uint8, resolved value index, or :data:`UNKNOWN`.
        disagreements: for each stratum the number of people whose records disagreed.
    """

    lists: tuple[str, ...]
    strata: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    history: NDArray[np.uint32]
    stratum: NDArray[np.uint8]
    disagreements: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.history)
