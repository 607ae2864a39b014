"""Tokens of words and codes, compiled: a few nanoseconds a letter, see `encode_numba`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.encode_choice import GRAMS, WEIGHT_BITS, TokenEntries

__all__ = ["MOST_TOKENS", "read_bigrams", "tokenise"]

ZERO, ONE, PAIRS = np.uint64(0), np.uint64(1), np.uint64(128)
END, FIRST = np.uint64(0x1E), np.uint64(0x20)  # end of a record; letters come after all ends
BLANK, INITIALS = np.uint64(ord("_")), np.uint64(ord("^") * 128)
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
    # Without branches on the letters: where words end cannot be foretold, and a wrong guess costs
    # more than all else. What is no token is written as well, and then written over.
    row = grams[table]
    base = table * GRAMS
    before = BLANK
    inside = ZERO  # letters of this word so far
    letter = ZERO
    while at < end and letter != END:
        letter = np.uint64(text[at])
        at += 1
        of_word = np.uint64(letter >= FIRST)
        first = of_word & np.uint64(inside == ZERO)
        pair = INITIALS + letter
        number = int(row[pair])
        if number < 0 and first:
            number = known + new
            row[pair] = number
            found[new] = base + int(pair)
            new += 1
        numbers[count] = number
        count += int(first)
        # A word of one letter has no closing bigram, and nothing has none at all.
        valid = of_word | np.uint64(inside > ONE)
        current = letter if of_word else BLANK
        pair = before * PAIRS + current
        number = int(row[pair])
        if number < 0 and valid:
            number = known + new
            row[pair] = number
            found[new] = base + int(pair)
            new += 1
        numbers[count] = number
        count += int(valid)
        before = current
        inside = (inside + ONE) * of_word
    return at, new, count


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
