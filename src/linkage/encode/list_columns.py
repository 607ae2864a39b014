"""A list's fields as arrays, some thousand records at a time: text of words, numbers of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.encode.columns import DateColumn, NumberedColumn, ValueColumn, joined_words
from linkage.types import FieldValue, NormalisedList

__all__ = ["BLOCK", "ColumnBlock", "ListColumns"]

BLOCK = 4096
"""Records at a time: what they need stays in cache."""
WORD_KINDS = ("name", "text")


@dataclass(frozen=True, slots=True, eq=False)
class ColumnBlock:
    """Some records, column by column.

    Attributes:
        rows: which records.
        text: uint8, the words of one field after the other, see
            :class:`linkage.kernels.encode_choice.EncodeKernels`.
        ends: ``(fields of words,)`` int64, where each field ends in ``text``.
        codes: ``(numbered columns, records)`` int32, numbers of values.
    """

    rows: slice
    text: NDArray[np.uint8]
    ends: NDArray[np.int64]
    codes: NDArray[np.int32]


class ListColumns:
    """Reads a list's columns; equal values of codes and dates have one number.

    Args:
        records: the normalised list.
        fields: the rules of the fields that take part.
        on_value: called with every value that gets a number, and its field, in the order of
            the numbers 0, 1, ...

    Attributes:
        words: the rules of the fields of words, in the order of ``ends``.
    """

    def __init__(
        self,
        records: NormalisedList,
        fields: Sequence[FieldRule],
        on_value: Callable[[FieldRule, FieldValue], None],
    ) -> None:
        self._records, self._on_value = records, on_value
        self.words = [field for field in fields if field.kind in WORD_KINDS]
        counter = count()
        self._coded: list[NumberedColumn] = [
            DateColumn(field, counter) if field.kind == "date" else ValueColumn(field, counter)
            for field in fields
            if field.kind not in WORD_KINDS
        ]
        self._strange = [ValueColumn(field, counter) for field in self.words]

    def blocks(self) -> Iterator[ColumnBlock]:
        """The records, block after block."""
        for first in range(0, len(self._records), BLOCK):
            yield self._read(slice(first, min(first + BLOCK, len(self._records))))

    def _read(self, rows: slice) -> ColumnBlock:
        fields = self._records.fields
        texts: list[bytes] = []
        codes: list[NDArray[np.int32]] = []
        for field, strange in zip(self.words, self._strange, strict=True):
            values = fields[field.name][rows]
            text = joined_words(values)
            if text is None:
                codes += self._numbered(strange, values)
            texts.append(text or b"")
        for column in self._coded:
            codes += self._numbered(column, fields[column.field.name][rows])
        return ColumnBlock(
            rows,
            np.frombuffer(b"".join(texts), dtype=np.uint8),
            np.cumsum([len(text) for text in texts], dtype=np.int64),
            np.stack(codes) if codes else np.empty((0, rows.stop - rows.start), dtype=np.int32),
        )

    def _numbered(
        self, column: NumberedColumn, values: tuple[FieldValue, ...]
    ) -> list[NDArray[np.int32]]:
        numbers = column.read(values)
        for value in column.new_values():
            self._on_value(column.field, value)
        return numbers
