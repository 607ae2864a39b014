"""Unions of tokens' masks for encodings that no kernel makes: one mask for every token."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.encode.filter_input import FilterInput
from linkage.encode.growing import GrowingRows
from linkage.encode.token_blocks import TokenReader
from linkage.kernels.encode_choice import WEIGHT_BITS, load_encode_kernels

__all__ = ["Masks", "record_tokens_of", "united"]

Content = tuple[str, bytes]
"""A token's tag and text."""
Masks = Callable[[Sequence[Content], int], NDArray[np.uint8]]
"""Tokens of one weight, and that weight, to ``(tokens, bits)`` of 0 and 1."""


def record_tokens_of(
    task: FilterInput,
) -> Iterator[tuple[slice, list[Content], NDArray[np.int64], NDArray[np.int32]]]:
    """The records block by block: rows, contents so far, starts of each record, entries.

    An entry is ``place in contents << 4 | weight``.
    """
    reader = TokenReader(task.records, task.fields, load_encode_kernels("numpy", 0))
    for rows, tokens in reader.blocks():
        yield rows, reader.contents, tokens.starts, tokens.entries


def united(task: FilterInput, bits: int, masks: Masks) -> NDArray[np.uint8]:
    """The union of every record's masks.

    Args:
        task: the filter to be made.
        bits: length of a mask.
        masks: makes masks; asked once for every token and weight.

    Returns:
        ``(records, bits)`` uint8 of 0 and 1; zeros for a record without tokens.
    """
    made = GrowingRows((bits,), np.uint8)
    place: dict[int, int] = {}
    out = np.zeros((len(task.records), bits), dtype=np.uint8)
    for rows, contents, starts, entries in record_tokens_of(task):
        new = [entry for entry in np.unique(entries).tolist() if entry not in place]
        for weight in sorted({entry & (1 << WEIGHT_BITS) - 1 for entry in new}):
            of_weight = [entry for entry in new if entry & (1 << WEIGHT_BITS) - 1 == weight]
            place |= {entry: len(made) + at for at, entry in enumerate(of_weight)}
            made.extend(masks([contents[entry >> WEIGHT_BITS] for entry in of_weight], weight))
        numbers = np.array([place[entry] for entry in entries.tolist()], dtype=np.int64)
        table = made.rows
        for record, (start, end) in enumerate(itertools.pairwise(starts.tolist())):
            if end > start:
                out[rows.start + record] = table[numbers[start:end]].max(axis=0)
    return out
