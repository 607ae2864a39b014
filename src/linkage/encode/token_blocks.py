"""The tokens of a list as arrays, some thousand records at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.encode.columns import DateColumn, NumberedColumn, ValueColumn, joined_words
from linkage.encode.growing import GrowingRows
from linkage.encode.tokens import GRAM, value_tokens
from linkage.kernels.encode_choice import GRAMS, WEIGHT_BITS, EncodeKernels, TokenEntries
from linkage.types import FieldValue, NormalisedList

__all__ = ["BLOCK", "TokenReader"]

BLOCK = 4096
"""Records at a time: what they need stays in cache."""
WORD_KINDS = ("name", "text")


class TokenReader:
    """Reads the tokens of a list; what tokens there are is known as far as it has read.

    The tokens of a record are those of :func:`linkage.encode.tokens.record_tokens`: a set,
    each with the largest weight of the fields that have it.

    Args:
        records: the normalised list.
        fields: the rules of the fields that take part.
        kernels: the kernels that take words apart.

    Attributes:
        contents: tag and text of every token met so far; its place is its number.
        weights: the fields' distinct weights, rising.
    """

    def __init__(
        self, records: NormalisedList, fields: Sequence[FieldRule], kernels: EncodeKernels
    ) -> None:
        self.contents: list[tuple[str, bytes]] = []
        self.weights = tuple(sorted({field.weight for field in fields}))
        self._records, self._kernels = records, kernels
        self._numbers: dict[tuple[str, str], int] = {}
        self._words = [field for field in fields if field.kind in WORD_KINDS]
        # Fields of one tag share their tokens, so they share a table of bigrams.
        tags = dict.fromkeys(field.token_tag for field in self._words)
        self._tables = {tag: table for table, tag in enumerate(tags)}
        self._grams = np.full((len(tags), GRAMS), -1, dtype=np.int32)
        counter = count()
        self._coded: list[NumberedColumn] = [
            DateColumn(field, counter) if field.kind == "date" else ValueColumn(field, counter)
            for field in fields
            if field.kind not in WORD_KINDS
        ]
        self._strange = [ValueColumn(field, counter) for field in self._words]
        self._value_starts = GrowingRows((), np.int64)
        self._value_starts.extend(np.zeros(1, dtype=np.int64))
        self._value_entries = GrowingRows((), np.int32)

    def blocks(self) -> Iterator[tuple[slice, TokenEntries]]:
        """The records, block after block, each with its tokens.

        An entry is ``place in contents << 4 | weight``, see
        :class:`linkage.kernels.encode_choice.TokenEntries`.
        """
        for first in range(0, len(self._records), BLOCK):
            rows = slice(first, min(first + BLOCK, len(self._records)))
            yield rows, self._read(rows)

    def _read(self, rows: slice) -> TokenEntries:
        fields = self._records.fields
        texts: list[bytes] = []
        codes: list[NDArray[np.int32]] = []
        for field, strange in zip(self._words, self._strange, strict=True):
            values = fields[field.name][rows]
            text = joined_words(values)
            if text is None:
                codes += self._numbered(strange, values)
            texts.append(text or b"")
        for column in self._coded:
            codes += self._numbered(column, fields[column.field.name][rows])
        tokens = self._kernels.tokenise(
            np.frombuffer(b"".join(texts), dtype=np.uint8),
            np.cumsum([len(text) for text in texts], dtype=np.int64),
            np.array([self._tables[field.token_tag] for field in self._words], dtype=np.int64),
            np.array([field.weight for field in self._words], dtype=np.int32),
            self._grams,
            len(self.contents),
            np.stack(codes) if codes else np.empty((0, rows.stop - rows.start), dtype=np.int32),
            self._value_starts.rows,
            self._value_entries.rows,
        )
        tags = list(self._tables)
        for gram in tokens.found.tolist():
            pair = gram % GRAMS
            self._number(tags[gram // GRAMS], chr(pair // 128) + chr(pair % 128))
        return tokens

    def _numbered(
        self, column: NumberedColumn, values: tuple[FieldValue, ...]
    ) -> list[NDArray[np.int32]]:
        """The values' numbers, with the tokens of those that are new put down."""
        numbers = column.read(values)
        field, tag = column.field, column.field.token_tag
        entries: list[int] = []
        ends: list[int] = []
        for value in column.new_values():
            tokens = value_tokens(field.kind, value)
            entries += [self._number(tag, token) << WEIGHT_BITS | field.weight for token in tokens]
            ends.append(len(self._value_entries) + len(entries))
        self._value_entries.extend(np.array(entries, dtype=np.int32))
        self._value_starts.extend(np.array(ends, dtype=np.int64))
        return numbers

    def _number(self, tag: str, token: str) -> int:
        """The number of a token, which is the next if it has none."""
        number = self._numbers.setdefault((tag, token), len(self.contents))
        if number == len(self.contents):
            self.contents.append((tag, token.encode()))
            if len(token) == GRAM and token.isascii() and tag in self._tables:
                self._grams[self._tables[tag], ord(token[0]) * 128 + ord(token[1])] = number
        return number
