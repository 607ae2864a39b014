"""Unions of tokens' masks: each token hashed once, to the bits that it sets in a Bloom filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.encode.growing import GrowingRows
from linkage.encode.list_columns import ColumnBlock, ListColumns
from linkage.encode.token_blocks import gram_number, gram_text
from linkage.encode.tokens import value_tokens
from linkage.kernels.encode_choice import GRAMS, EncodeKernels
from linkage.random_bits import RandomStream, numbers_below
from linkage.types import BitMatrix, FieldValue, NormalisedList

__all__ = ["filter_words"]


def filter_words(
    records: NormalisedList,
    fields: Sequence[FieldRule],
    streams: Mapping[str, RandomStream],
    *,
    bits: int,
    token_bits: int,
    kernels: EncodeKernels,
) -> NDArray[np.uint64]:
    """Every record's Bloom filter.

    A token that several fields have counts with the largest weight. A union needs no such
    choice: the positions of a smaller weight are the first of those of a larger one.

    Args:
        records: the normalised list.
        fields: the rules of the fields that take part.
        streams: every tag's source of random positions.
        bits: length of the filters, a multiple of 64.
        token_bits: positions for a token of weight 1, drawn with replacement.
        kernels: what takes words apart and unites masks.

    Returns:
        ``(records, bits // 64)`` uint64.
    """
    masks = _Masks(records, fields, streams, bits, token_bits)
    words = np.empty((len(records), bits // 64), dtype=np.uint64)
    for block in masks.columns.blocks():
        masks.unite(block, kernels, words[block.rows])
    return words


class _Masks:
    """One mask for every token and weight, and one for every value of a code or date."""

    def __init__(
        self,
        records: NormalisedList,
        fields: Sequence[FieldRule],
        streams: Mapping[str, RandomStream],
        bits: int,
        token_bits: int,
    ) -> None:
        self.columns = ListColumns(records, fields, self._await_value)
        self._streams, self._bits, self._token_bits = streams, bits, token_bits
        self._rows = GrowingRows((bits // 64,), np.uint64)
        self._value_rows = GrowingRows((), np.int32)
        self._place: dict[tuple[str, int, str], int] = {}
        self._unhashed: list[tuple[str, int, str]] = []
        self._values: list[list[int]] = []
        # Fields of one tag and weight share their masks, so they share a table of bigrams.
        words = [(field.token_tag, field.weight) for field in self.columns.words]
        self._kinds = list(dict.fromkeys(words))
        self._tables = np.array([self._kinds.index(kind) for kind in words], dtype=np.int64)
        self._grams = np.full((len(self._kinds), GRAMS), -1, dtype=np.int32)

    def _await_value(self, field: FieldRule, value: FieldValue) -> None:
        """Remember the tokens of a value that has the next number."""
        tokens = value_tokens(field.kind, value)
        self._values.append([self._row(field.token_tag, field.weight, text) for text in tokens])

    def unite(self, block: ColumnBlock, kernels: EncodeKernels, words: NDArray[np.uint64]) -> None:
        """Set ``words`` to the unions of a block's records."""
        self._hash()
        self._unite_values()
        while True:
            found = kernels.unite_masks(
                block.text,
                block.ends,
                self._tables,
                self._grams,
                block.codes,
                self._value_rows.rows,
                self._rows.rows,
                words,
            )
            if not len(found):
                return
            for gram in found.tolist():
                tag, weight = self._kinds[gram // GRAMS]
                self._row(tag, weight, gram_text(gram % GRAMS))
            self._hash()

    def _row(self, tag: str, weight: int, token: str) -> int:
        """The row of a token's mask, which is the next if it has none."""
        key = (tag, weight, token)
        row = self._place.setdefault(key, len(self._rows) + len(self._unhashed))
        if row == len(self._rows) + len(self._unhashed):
            self._unhashed.append(key)
            gram = gram_number(token)
            if gram is not None and (tag, weight) in self._kinds:
                self._grams[self._kinds.index((tag, weight)), gram] = row
        return row

    def _hash(self) -> None:
        """Make the masks of the tokens that have none yet."""
        weights = np.array([weight for _, weight, _ in self._unhashed], dtype=np.int64)
        masks = np.zeros((len(weights), self._bits), dtype=np.uint8)
        for weight in np.unique(weights).tolist():
            rows = np.flatnonzero(weights == weight)
            tokens = [self._unhashed[row] for row in rows.tolist()]
            positions = numbers_below(
                [(self._streams[tag], text.encode()) for tag, _, text in tokens],
                self._bits,
                self._token_bits * weight,
            )
            masks[rows[:, np.newaxis], positions] = 1
        self._rows.extend(BitMatrix.packed(masks).words)
        self._unhashed.clear()

    def _unite_values(self) -> None:
        """Make one mask of all the tokens of each new value."""
        masks = self._rows.rows
        unions = np.zeros((len(self._values), masks.shape[1]), dtype=np.uint64)
        for union, rows in zip(unions, self._values, strict=True):
            np.bitwise_or.reduce(masks[rows], axis=0, out=union)
        first = len(masks)
        self._value_rows.extend(np.arange(first, first + len(unions), dtype=np.int32))
        self._rows.extend(unions)
        self._values.clear()
