"""The tokens of a list as arrays, some thousand records at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from linkage.agreement.model import FieldRule
from linkage.encode.growing import GrowingRows
from linkage.encode.list_columns import ColumnBlock, ListColumns
from linkage.encode.tokens import GRAM, value_tokens
from linkage.kernels.encode_choice import GRAMS, WEIGHT_BITS, EncodeKernels, TokenEntries
from linkage.types import FieldValue, NormalisedList

__all__ = ["TokenReader", "gram_number", "gram_text"]


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
    """

    def __init__(
        self, records: NormalisedList, fields: Sequence[FieldRule], kernels: EncodeKernels
    ) -> None:
        self.contents: list[tuple[str, bytes]] = []
        self._kernels = kernels
        self._columns = ListColumns(records, fields, self._put_down)
        self._numbers: dict[tuple[str, str], int] = {}
        # Fields of one tag share their tokens, so they share a table of bigrams.
        tags = dict.fromkeys(field.token_tag for field in self._columns.words)
        self._tables = {tag: table for table, tag in enumerate(tags)}
        self._grams = np.full((len(tags), GRAMS), -1, dtype=np.int32)
        self._value_starts = GrowingRows((), np.int64)
        self._value_starts.extend(np.zeros(1, dtype=np.int64))
        self._value_entries = GrowingRows((), np.int32)

    def blocks(self) -> Iterator[tuple[slice, TokenEntries]]:
        """The records, block after block, each with its tokens.

        An entry is ``place in contents << 4 | weight``, see
        :class:`linkage.kernels.encode_choice.TokenEntries`.
        """
        for block in self._columns.blocks():
            yield block.rows, self._tokens(block)

    def _tokens(self, block: ColumnBlock) -> TokenEntries:
        words = self._columns.words
        tokens = self._kernels.tokenise(
            block.text,
            block.ends,
            np.array([self._tables[field.token_tag] for field in words], dtype=np.int64),
            np.array([field.weight for field in words], dtype=np.int32),
            self._grams,
            len(self.contents),
            block.codes,
            self._value_starts.rows,
            self._value_entries.rows,
        )
        tags = list(self._tables)
        for gram in tokens.found.tolist():
            self._number(tags[gram // GRAMS], gram_text(gram % GRAMS))
        return tokens

    def _put_down(self, field: FieldRule, value: FieldValue) -> None:
        """Put down the tokens of a value that has the next number."""
        tag = field.token_tag
        tokens = value_tokens(field.kind, value)
        entries = [self._number(tag, token) << WEIGHT_BITS | field.weight for token in tokens]
        self._value_entries.extend(np.array(entries, dtype=np.int32))
        self._value_starts.extend(np.array([len(self._value_entries)], dtype=np.int64))

    def _number(self, tag: str, token: str) -> int:
        """The number of a token, which is the next if it has none."""
        number = self._numbers.setdefault((tag, token), len(self.contents))
        if number == len(self.contents):
            self.contents.append((tag, token.encode()))
            gram = gram_number(token)
            if gram is not None and tag in self._tables:
                self._grams[self._tables[tag], gram] = number
        return number


def gram_number(token: str) -> int | None:
    """The number of a bigram of ASCII letters, see :data:`linkage.kernels.encode_choice.GRAMS`.

    >>> gram_number("an"), gram_number("Y1995")
    (12526, None)
    """
    if len(token) != GRAM or not token.isascii():
        return None
    return ord(token[0]) * 128 + ord(token[1])


def gram_text(number: int) -> str:
    """The bigram of a number.

    >>> gram_text(12526)
    'an'
    """
    return chr(number // 128) + chr(number % 128)
