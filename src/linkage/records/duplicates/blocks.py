"""Which pairs of records are worth a look: those that share a key of one of several kinds.

All pairs of 50,000 records are 1.2 thousand million. A pair of one person agrees on something:
on the date of birth, on the year and the beginning of a name, on the beginnings of two names,
or on how two names sound. Each kind of key forgives what the others do not, and none minds
names in another order. The pairs of a short list are all looked at.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkage.records.duplicates.distinct import DistinctRecords, Words
from linkage.records.duplicates.library import plaintext_library
from linkage.types import FieldValue, PartialDate

__all__ = ["ALL_PAIRS", "LARGEST_BLOCK", "candidate_pairs"]

ALL_PAIRS = 250_000
"""Pairs of a list up to which all are looked at: seven hundred records, a few seconds."""

LARGEST_BLOCK = 100
"""Records in one block; a key that more of them share says little and is passed over."""

_SOUNDED = 4
"""Words of one record that are combined in twos: more are a cell with several people."""


def candidate_pairs(records: DistinctRecords) -> NDArray[np.int64]:
    """Pairs of different records that share at least one key, or all pairs of a short list.

    Args:
        records: the distinct records.

    Returns:
        ``(pairs, 2)`` int64, record indices, the smaller first; sorted, each pair once.

    Raises:
        UsageError: E222 the extra is not installed.
    """
    if len(records) * (len(records) - 1) // 2 <= ALL_PAIRS:
        return np.column_stack(np.triu_indices(len(records), k=1)).astype(np.int64)
    sound = _Sounds()
    blocks: dict[str, list[int]] = defaultdict(list)
    texts = [
        values
        for rule, values in zip(records.rules, records.values, strict=True)
        if rule.kind == "text"
    ]
    described = zip(records.words(), records.date_of_birth(), strict=True)
    for record, (words, date) in enumerate(described):
        keys = {*_date_keys(words, date, sound), *_name_keys(words, sound)}
        for place, values in enumerate(texts):
            keys.update(_text_keys(place, values[record], words))
        for key in keys:
            blocks[key].append(record)
    pairs = [
        np.array(list(itertools.combinations(block, 2)), dtype=np.int64)
        for block in blocks.values()
        if 1 < len(block) <= LARGEST_BLOCK
    ]
    if not pairs:
        return np.zeros((0, 2), dtype=np.int64)
    every = np.concatenate(pairs)
    single = np.unique(every[:, 0] * len(records) + every[:, 1])
    return np.column_stack(np.divmod(single, len(records)))


def _date_keys(words: Words, date: PartialDate, sound: _Sounds) -> Iterator[str]:
    year, month, day = date.year, date.month, date.day
    if year is not None:
        for word in words:
            yield f"year {year} {word[:3]}"
            yield f"year {year} {sound(word)}"
        if month is not None and day is not None:
            yield f"date {year} {min(month, day)} {max(month, day)}"
            for word in words:
                yield f"year {year} {month} {word[:1]}"
                yield f"year {year} {day} {word[:1]}"
    if month is not None and day is not None:
        for word in words:
            yield f"day {month} {day} {word[:2]}"


def _name_keys(words: Words, sound: _Sounds) -> Iterator[str]:
    for one, two in itertools.combinations(sorted(set(words))[:_SOUNDED], 2):
        yield f"names {one[:4]} {two[:4]}"
        first, second = sorted((sound(one), sound(two)))
        yield f"sounds {first} {second}"


def _text_keys(place: int, value: FieldValue, words: Words) -> Iterator[str]:
    if value:
        text = "".join(value) if isinstance(value, tuple) else str(value)
        for word in words:
            yield f"text {place} {text} {word[:1]}"


class _Sounds:
    """How words sound (NYSIIS), each worked out once."""

    def __init__(self) -> None:
        self._nysiis = plaintext_library("jellyfish").nysiis
        self._known: dict[str, str] = {}

    def __call__(self, word: str) -> str:
        if word not in self._known:
            self._known[word] = self._nysiis(word)[:6]
        return self._known[word]
