"""Tokens of words and codes, compiled: a few nanoseconds a letter, see `encode_numba`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.encode_choice import GRAMS, WEIGHT_BITS, TokenEntries

__all__ = ["MOST_TOKENS", "read_bigrams", "tokenise"]

WORD_END, RECORD_END, PAD, INITIAL = 0x1F, 0x1E, ord("_"), ord("^")
MOST_TOKENS = 2
"""Most tokens of a letter: a word has one more than its letters, and its initial."""


def tokenise(
    text: NDArray[np.uint8],
    ends: NDArray[np.int64],
    tables: NDArray[np.int64],
    weights: NDArray[np.int32],
    grams: NDArray[np.int32],
    contents: int,
    codes: NDArray[np.int32],
    value_starts: NDArray[np.int64],
    value_entries: NDArray[np.int32],
) -> TokenEntries:
    """Tokens of some records, see :class:`linkage.kernels.encode_choice.EncodeKernels`."""
    most = min(MOST_TOKENS * len(text), grams.size)
    found = np.empty(most, dtype=np.int64)
    last = np.zeros(contents + most, dtype=np.int32)
    starts = np.empty(codes.shape[1] + 1, dtype=np.int64)
    lengths = np.diff(value_starts)
    room = MOST_TOKENS * len(text) + int(lengths[codes].sum())
    entries = np.empty(room, dtype=np.int32)
    places = np.concatenate([ends[:1] * 0, ends[:-1]])
    columns = (text, ends, tables, weights, grams, contents, codes, value_starts, value_entries)
    numbers = np.empty(MOST_TOKENS * len(text), dtype=np.int64)
    fill, new = _tokenise(*columns, places, last, starts, entries, found, numbers)
    return TokenEntries(starts, entries[:fill], found[:new])


@compiled
def read_bigrams(
    text: NDArray[np.uint8],
    at: int,
    end: int,
    table: int,
    grams: NDArray[np.int32],
    known: int,
    new: int,
    found: NDArray[np.int64],
    numbers: NDArray[np.int64],
    count: int,
) -> tuple[int, int, int]:
    """Read one record of a column; a pair of letters that has no number gets the next.

    Writes to ``numbers`` from ``count`` on, and new bigrams to ``found`` from ``new`` on; returns
    where the next record begins, and how far the two are filled.
    """
    before = PAD
    letters = 0
    while at < end:
        letter = int(text[at])
        at += 1
        between = letter in (WORD_END, RECORD_END)
        if not between and letters == 0:
            pair = INITIAL * 128 + letter
            numbers[count], new = _number(table, pair, grams, known, new, found)
            count += 1
        # A word of one letter has no closing bigram, and nothing has none at all.
        if not between or letters > 1:
            pair = before * 128 + (PAD if between else letter)
            numbers[count], new = _number(table, pair, grams, known, new, found)
            count += 1
        if between:
            if letter == RECORD_END:
                break
            before = PAD
            letters = 0
        else:
            before = letter
            letters += 1
    return at, new, count


@compiled
def _number(
    table: int,
    pair: int,
    grams: NDArray[np.int32],
    known: int,
    new: int,
    found: NDArray[np.int64],
) -> tuple[int, int]:
    """The number of a pair, and how many pairs are new by now."""
    number = grams[table, pair]
    if number < 0:
        number = known + new
        grams[table, pair] = number
        found[new] = table * GRAMS + pair
        new += 1
    return number, new


@compiled
def _tokenise(
    text: NDArray[np.uint8],
    ends: NDArray[np.int64],
    tables: NDArray[np.int64],
    weights: NDArray[np.int32],
    grams: NDArray[np.int32],
    contents: int,
    codes: NDArray[np.int32],
    value_starts: NDArray[np.int64],
    value_entries: NDArray[np.int32],
    places: NDArray[np.int64],
    last: NDArray[np.int32],
    starts: NDArray[np.int64],
    entries: NDArray[np.int32],
    found: NDArray[np.int64],
    numbers: NDArray[np.int64],
) -> tuple[int, int]:
    """Fill ``starts``, ``entries`` and ``found``, and return how far the last two.

    ``places`` is where each column is read next, ``last`` one more than the place in
    ``entries`` where a content stands; ``numbers`` is room for a column of a record.
    """
    fill = 0
    new = 0
    for record in range(codes.shape[1]):
        starts[record] = fill
        first = fill
        for column in range(len(ends)):
            at, new, count = read_bigrams(
                text, places[column], ends[column], tables[column], grams, contents, new, found,
                numbers, 0,
            )  # fmt: skip
            places[column] = at
            weight = weights[column]
            for k in range(count):
                entry = numbers[k] << WEIGHT_BITS | weight
                place = last[numbers[k]]
                if place > first:
                    entries[place - 1] = max(entries[place - 1], entry)
                else:
                    entries[fill] = entry
                    fill += 1
                    last[numbers[k]] = fill
        for column in range(codes.shape[0]):
            value = codes[column, record]
            for k in range(value_starts[value], value_starts[value + 1]):
                entry = value_entries[k]
                place = last[entry >> WEIGHT_BITS]
                if place > first:
                    entries[place - 1] = max(entries[place - 1], entry)
                else:
                    entries[fill] = entry
                    fill += 1
                    last[entry >> WEIGHT_BITS] = fill
    starts[codes.shape[1]] = fill
    return fill, new
