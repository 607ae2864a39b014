"""The encoding kernels in plain numpy: for the small install, and for short lists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.encode_choice import (
    GRAMS,
    RECORD_END,
    WEIGHT_BITS,
    WORD_END,
    TokenEntries,
)

__all__ = ["diffuse", "tokenise", "unite_masks", "vote"]

PAD, INITIAL = ord("_"), ord("^")
WORKING_WORDS = 1 << 14
"""Words that a block of records holds at once: 128 KiB, so that several stay in cache."""
RECORDS_PER_BLOCK = 8192
POSITIONS_PER_BLOCK = 512


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
    records = codes.shape[1]
    owners, contents_of, found = _numbered_bigrams(text, ends, tables, grams, contents)
    entries = [
        numbers.astype(np.int64) << WEIGHT_BITS | weight
        for numbers, weight in zip(contents_of, weights, strict=True)
    ]
    lengths = np.diff(value_starts)
    for values in codes:
        counts = lengths[values]
        owners.append(np.repeat(np.arange(records), counts))
        # The places of each record's entries: from its value's first, one after the other.
        steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        entries.append(value_entries[np.repeat(value_starts[values], counts) + steps])
    nothing = np.empty(0, dtype=np.int64)
    return _merged(
        np.concatenate([nothing, *owners]), np.concatenate([nothing, *entries]), records, found
    )


def _numbered_bigrams(
    text: NDArray[np.uint8],
    ends: NDArray[np.int64],
    tables: NDArray[np.int64],
    grams: NDArray[np.int32],
    known: int,
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int32]], NDArray[np.int64]]:
    """Of every column's bigrams the records and the numbers; and those that are new."""
    owners, numbers, found = [], [], [np.empty(0, dtype=np.int64)]
    for column, end in enumerate(ends):
        owner, pairs = _bigrams(text[ends[column - 1] if column else 0 : end])
        table = grams[tables[column]]
        new = np.unique(pairs[table[pairs] < 0])
        table[new] = np.arange(known, known + len(new), dtype=np.int32)
        known += len(new)
        found.append(tables[column] * GRAMS + new)
        owners.append(owner)
        numbers.append(table[pairs])
    return owners, numbers, np.concatenate(found)


def _bigrams(letters: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Record and pair of letters of every bigram and initial of one column's text."""
    record_end = letters == ord(RECORD_END)
    between = record_end | (letters == ord(WORD_END))
    first = np.concatenate([[True], between[:-1]])[: len(letters)]  # no letter before it
    second = np.concatenate([[True], first[:-1]])[: len(letters)]  # at most one before it
    shown = np.where(between, PAD, letters).astype(np.int64)
    before = np.where(first, PAD, np.roll(shown, 1))
    # A word of one letter has no closing bigram, and nothing has none at all.
    wanted = ~(between & (first | second))
    owner = np.cumsum(record_end) - record_end
    initial = first & ~between
    return (
        np.concatenate([owner[wanted], owner[initial]]),
        np.concatenate([(before * 128 + shown)[wanted], INITIAL * 128 + shown[initial]]),
    )


def _merged(
    owners: NDArray[np.int64],
    entries: NDArray[np.int64],
    records: int,
    found: NDArray[np.int64],
) -> TokenEntries:
    """Rows of entries in which every content stands once, with its largest weight."""
    keys = np.unique(owners << 32 | entries)
    contents = keys >> WEIGHT_BITS
    keys = keys[np.append(contents[1:] != contents[:-1], True)[: len(keys)]]
    starts = np.searchsorted(keys, np.arange(records + 1, dtype=np.int64) << 32)
    return TokenEntries(
        starts.astype(np.int64), (keys & 0xFFFFFFFF).astype(np.int32), found.astype(np.int64)
    )


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
    records = codes.shape[1]
    owners, rows, found = _numbered_bigrams(text, ends, tables, grams, len(masks))
    if len(found):
        return found
    owners += [np.arange(records)] * len(codes)
    rows += [value_rows[values] for values in codes]
    keys = np.concatenate([np.empty(0, np.int64), *owners]) << 32
    keys = np.sort(keys | np.concatenate([np.empty(0, np.int64), *rows]))
    starts = np.searchsorted(keys, np.arange(records + 1, dtype=np.int64) << 32)
    chosen = keys & 0xFFFFFFFF
    words[:] = 0
    occupied = np.flatnonzero(np.diff(starts))
    step = max(1, WORKING_WORDS // (8 * words.shape[1]))
    for first in range(0, len(occupied), step):
        block = occupied[first : first + step]
        low, high = starts[block[0]], starts[block[-1] + 1]
        # Records without tokens have no rows, so those of the block are adjacent.
        words[block] = np.bitwise_or.reduceat(masks[chosen[low:high]], starts[block] - low, axis=0)
    return found


def vote(
    tokens: TokenEntries,
    random: NDArray[np.uint64],
    coins: NDArray[np.uint64],
    words: NDArray[np.uint64],
) -> None:
    """SAUL's majorities, see :class:`linkage.kernels.encode_choice.EncodeKernels`.

    Counters for 64 positions at a time: bit ``p`` of every count lies in plane ``p``. Counting
    begins so high that plane ``top`` tells whether the majority is reached, and one higher
    where the coin decides a tie.
    """
    contents, layers, width = random.shape
    lines = np.concatenate(
        [random.reshape(contents, layers * width), np.zeros((1, layers * width), np.uint64)]
    )
    counts = np.diff(tokens.starts)
    weights = tokens.entries & 15
    sums = np.concatenate([[0], np.cumsum(weights, dtype=np.int64)])[tokens.starts]
    totals = np.diff(sums)
    words[:] = 0
    step = max(1, WORKING_WORDS // (layers * width))
    # Records of about equally many tokens together: rows are filled up to the longest.
    order = np.argsort(counts, kind="stable")
    order = order[counts[order] > 0]
    for first in range(0, len(order), step):
        block = order[first : first + step]
        planes = _beginning(totals[block], coins.reshape(-1))
        for digit in range(WEIGHT_BITS):
            rows = _with_digit(tokens, block, digit, contents)
            for column in range(0, rows.shape[1], 8):
                _add_eight(planes[digit:], [lines[row] for row in rows[:, column : column + 8].T])
        top = int(totals[block].max()).bit_length()
        layered = planes[top].reshape(len(block), layers, width)
        words[block] = np.bitwise_xor.reduce(layered, axis=1)


def _beginning(totals: NDArray[np.int64], coins: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """``(planes, records, positions)``: what counting begins with."""
    top = int(totals.max()).bit_length()
    least = (1 << top) - totals // 2 - 1
    tied = least + 1 - totals % 2
    # Adders of eight use planes beyond the top for what is always zero.
    planes = np.empty((max(top + 1, WEIGHT_BITS + 2), len(totals), len(coins)), dtype=np.uint64)
    for number, plane in enumerate(planes):
        low = -(least >> number & 1)[:, np.newaxis].astype(np.uint64)
        high = -(tied >> number & 1)[:, np.newaxis].astype(np.uint64)
        plane[:] = low ^ ((low ^ high) & coins)
    return planes


def _add_eight(planes: NDArray[np.uint64], lines: list[NDArray[np.uint64]]) -> None:
    """Add eight bits to every counter: full adders as far as they go, then half adders."""
    fours = []
    for half in (lines[:4], lines[4:]):
        twos = [_full_adder(planes[0], *half[:2]), _full_adder(planes[0], *half[2:])]
        fours.append(_full_adder(planes[1], *twos))
    carry = _full_adder(planes[2], *fours)
    for plane in planes[3:]:
        old = plane & carry
        plane ^= carry
        carry = old


def _full_adder(
    plane: NDArray[np.uint64], one: NDArray[np.uint64], other: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Add two bits to every bit of a plane, and return what is carried."""
    carry = plane & one
    plane ^= one
    carry |= plane & other
    plane ^= other
    return carry


def _with_digit(
    tokens: TokenEntries, records: NDArray[np.int64], digit: int, filler: int
) -> NDArray[np.int64]:
    """``(records, eights)`` contents whose weight has a binary digit, filled up."""
    starts, counts = tokens.starts[records], np.diff(tokens.starts)[records]
    inside = np.arange(counts.max()) < counts[:, np.newaxis]
    places = np.where(inside, starts[:, np.newaxis] + np.arange(counts.max()), 0)
    entries = tokens.entries[places]
    chosen = inside & ((entries >> digit & 1) == 1)
    most = int(chosen.sum(axis=1).max())
    front = np.argsort(~chosen, axis=1, kind="stable")[:, :most]
    contents = np.where(chosen, entries >> WEIGHT_BITS, filler).astype(np.int64)
    filled = np.full((len(records), -(-most // 8) * 8), filler, dtype=np.int64)
    filled[:, :most] = np.take_along_axis(contents, front, axis=1)
    return filled


def diffuse(source: NDArray[np.uint64], taps: NDArray[np.int64], words: NDArray[np.uint64]) -> None:
    """ELD's diffusion, see :class:`linkage.kernels.encode_choice.EncodeKernels`.

    With a bit of every record side by side, a tap is one row.
    """
    for first in range(0, len(source), RECORDS_PER_BLOCK):
        block = source[first : first + RECORDS_PER_BLOCK]
        packed = np.ascontiguousarray(block.astype("<u8", copy=False)).view(np.uint8)
        bits = np.unpackbits(packed, axis=1, bitorder="little")
        columns = np.packbits(bits.T, axis=1, bitorder="little")
        for start in range(0, len(taps), POSITIONS_PER_BLOCK):
            piece = np.bitwise_xor.reduce(
                columns[taps[start : start + POSITIONS_PER_BLOCK]], axis=1
            )
            made = np.unpackbits(piece, axis=1, count=len(block), bitorder="little").T
            packed = np.packbits(made, axis=1, bitorder="little")
            begin = start // 64
            words[first : first + len(block), begin : begin + packed.shape[1] // 8] = (
                np.ascontiguousarray(packed).view("<u8")
            )
