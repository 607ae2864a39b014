"""Bloom filters from words and codes, compiled: bigrams are united as they are read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.encode_rows_numba import LANES, unite_rows
from linkage.kernels.encode_tokens_numba import MOST_TOKENS, read_bigrams

__all__ = ["unite_masks"]


def unite_masks(
    text: NDArray[np.uint8],
    ends: NDArray[np.int64],
    tables: NDArray[np.int64],
    grams: NDArray[np.int32],
    codes: NDArray[np.int32],
    value_rows: NDArray[np.int32],
    masks: NDArray[np.uint64],
    words: NDArray[np.uint64],
) -> NDArray[np.int64]:
    """Unions of masks, see :class:`linkage.kernels.encode_choice.EncodeKernels`."""
    found = np.empty(min(MOST_TOKENS * len(text), grams.size), dtype=np.int64)
    chosen = np.empty(MOST_TOKENS * len(text) + len(codes), dtype=np.int64)
    places = np.concatenate([ends[:1] * 0, ends[:-1]])
    columns = (text, ends, tables, grams, codes, value_rows, masks, words)
    return found[: _unite(*columns, places, chosen, found)]


@compiled
def _unite(
    text: NDArray[np.uint8],
    ends: NDArray[np.int64],
    tables: NDArray[np.int64],
    grams: NDArray[np.int32],
    codes: NDArray[np.int32],
    value_rows: NDArray[np.int32],
    masks: NDArray[np.uint64],
    words: NDArray[np.uint64],
    places: NDArray[np.int64],
    chosen: NDArray[np.int64],
    found: NDArray[np.int64],
) -> int:
    """Fill ``words`` and ``found``, and return how far the latter.

    ``places`` is where each column is read next, ``chosen`` room for a record's rows.
    """
    known, width = masks.shape
    vectors = width // LANES * LANES
    new = 0
    for record in range(codes.shape[1]):
        count = 0
        for column in range(len(ends)):
            at, new, count = read_bigrams(
                text, places[column], ends[column], tables[column], grams, known, new, found,
                chosen, count,
            )  # fmt: skip
            places[column] = at
        if new:
            continue  # some mask is not made yet
        for column in range(codes.shape[0]):
            chosen[count] = value_rows[codes[column, record]]
            count += 1
        for offset in range(0, vectors, LANES):
            unite_rows(masks, chosen, 0, count, offset, words, record)
        for w in range(vectors, width):
            union = np.uint64(0)
            for k in range(count):
                union |= masks[chosen[k], w]
            words[record, w] = union
    return new
