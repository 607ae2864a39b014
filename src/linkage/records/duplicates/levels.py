"""How alike two records are, field by field, as levels: the input of the weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.records.duplicates.distinct import DistinctRecords, Words
from linkage.records.duplicates.library import plaintext_library, quiet
from linkage.types import FieldValue, PartialDate

__all__ = ["MISSING", "Code", "Date", "Names", "Text", "compare_pairs", "feature_names"]

MISSING = -1
"""Level of a field that one of the two records does not have: it says nothing either way."""

CHUNK = 100_000
"""Pairs compared at a time: bounds what the library holds in memory."""


class Names(IntEnum):
    """All words of all names, in whatever order and field they stand."""

    DIFFERENT = 0
    HARDLY = 1
    SIMILAR = 2
    VERY_SIMILAR = 3
    CONTAINED = 4  # every word of one record is on the other, which has more
    SAME = 5
    ONE_DIFFERENT = 6  # one of the two records has a single word
    ONE_SIMILAR = 7
    ONE_SAME = 8


class Date(IntEnum):
    """A date, parts of which may be unknown."""

    DIFFERENT = 0
    YEAR_ONLY = 1  # the same year, another month and day
    ONE_PART = 2  # one of year, month and day differs
    SWAPPED = 3  # day and month change places
    SAME = 4
    PARTLY_DIFFERENT = 5  # one of the two records does not know all parts
    COMPATIBLE = 6  # ... and what both know is the same


class Code(IntEnum):
    """A code."""

    DIFFERENT = 0
    SAME = 1


class Text(IntEnum):
    """A text, such as a postcode or a street."""

    DIFFERENT = 0
    SIMILAR = 1
    SAME = 2


_NAME_STEPS = (0.80, 0.88, 0.94)
_ALIKE = 0.88
_INITIAL = 0.9


def feature_names(records: DistinctRecords) -> tuple[str, ...]:
    """What is compared: all names as one, then every other field.

    The first is ``""`` where the agreement has names.
    """
    names = [""] if any(rule.kind == "name" for rule in records.rules) else []
    return (*names, *(rule.name for rule in records.rules if rule.kind != "name"))


def compare_pairs(records: DistinctRecords, pairs: NDArray[np.int64]) -> NDArray[np.int8]:
    """Compare pairs of records in every feature, with ``recordlinkage.Compare``.

    Args:
        records: the distinct records.
        pairs: ``(pairs, 2)`` int64, record indices.

    Returns:
        ``(pairs, features)`` int8 in the order of :func:`feature_names`: the level of
        :class:`Names`, :class:`Date`, :class:`Code` or :class:`Text`, or :data:`MISSING`.

    Raises:
        UsageError: E222 the extra is not installed.
    """
    library, pandas = plaintext_library(), plaintext_library("pandas")
    compare, table = library.Compare(), {}
    similarity = _Similarity()
    for name in feature_names(records):
        kind, column = _column(records, name)
        table[name] = pandas.Series(column, dtype=object)
        compare.compare_vectorized(_each(_LEVELS[kind], similarity), name, name, label=name)
    if not table or not len(pairs):
        return np.zeros((len(pairs), len(table)), dtype=np.int8)
    frame = pandas.DataFrame(table)
    parts = []
    for start in range(0, len(pairs), CHUNK):
        index = pandas.MultiIndex.from_arrays(pairs[start : start + CHUNK].T)
        with quiet():
            parts.append(compare.compute(index, frame).to_numpy(dtype=np.int8))
    return np.concatenate(parts)


def _column(records: DistinctRecords, name: str) -> tuple[str, Sequence[FieldValue]]:
    if not name:
        return "name", records.words()
    for rule, values in zip(records.rules, records.values, strict=True):
        if rule.name == name:
            return rule.kind, values
    raise KeyError(name)


class _Similarity:
    """Jaro-Winkler similarity of words; a letter alone stands for any word it begins."""

    def __init__(self) -> None:
        self._measure = plaintext_library("jellyfish").jaro_winkler_similarity
        self._known: dict[tuple[str, str], float] = {}

    def __call__(self, one: str, two: str) -> float:
        if one == two:
            return 1.0
        key = (one, two) if one < two else (two, one)
        found = self._known.get(key)
        if found is None:
            if 1 in (len(one), len(two)):
                found = _INITIAL if one[0] == two[0] else 0.0
            else:
                found = self._measure(one, two)
            if len(self._known) < 2_000_000:
                self._known[key] = found
        return found


def _each(level: Callable[[Any, Any, _Similarity], int], similarity: _Similarity) -> Any:
    def levels(left: Any, right: Any) -> NDArray[np.int8]:
        found = (level(one, two, similarity) for one, two in zip(left, right, strict=True))
        return np.fromiter(found, dtype=np.int8, count=len(left))

    return levels


def _names(one: Words, two: Words, similarity: _Similarity) -> int:
    if not one or not two:
        return MISSING
    if len(one) > len(two):
        one, two = two, one
    if len(one) == 1:
        best = max(similarity(one[0], word) for word in two)
        if best == 1.0:
            return Names.ONE_SAME
        return Names.ONE_SIMILAR if best >= _ALIKE else Names.ONE_DIFFERENT
    if len(one) == len(two) and sorted(one) == sorted(two):
        return Names.SAME
    score = _best_match(one, two, similarity)
    if len(one) != len(two) and score < 1.0:
        score = max(score, similarity("".join(one), "".join(two)))
    if score == 1.0:
        return Names.CONTAINED
    return sum(score >= step for step in _NAME_STEPS)


def _best_match(one: Words, two: Words, similarity: _Similarity) -> float:
    """Mean similarity of the words of the shorter name to words of the other, each used once."""
    scored = sorted(
        ((similarity(a, b), i, j) for i, a in enumerate(one) for j, b in enumerate(two)),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    left, right, total = set(range(len(one))), set(range(len(two))), 0.0
    for score, i, j in scored:
        if i in left and j in right:
            left.discard(i)
            right.discard(j)
            total += score
    return total / len(one)


def _date(one: PartialDate, two: PartialDate, _similarity: _Similarity) -> int:
    if one.is_empty or two.is_empty:
        return MISSING
    parts = [(one.year, two.year), (one.month, two.month), (one.day, two.day)]
    known = [(a, b) for a, b in parts if a is not None and b is not None]
    if not known:
        return MISSING
    same = sum(a == b for a, b in known)
    if len(known) < len(parts):
        return Date.COMPATIBLE if same == len(known) else Date.PARTLY_DIFFERENT
    if same == len(parts):
        return Date.SAME
    if one.year == two.year and (one.month, one.day) == (two.day, two.month):
        return Date.SWAPPED
    if same == len(parts) - 1:
        return Date.ONE_PART
    return Date.YEAR_ONLY if one.year == two.year else Date.DIFFERENT


def _code(one: str, two: str, _similarity: _Similarity) -> int:
    return Code(one == two) if one and two else MISSING


def _text(one: Words, two: Words, similarity: _Similarity) -> int:
    if not one or not two:
        return MISSING
    if one == two:
        return Text.SAME
    return Text.SIMILAR if similarity("".join(one), "".join(two)) >= _ALIKE else Text.DIFFERENT


_LEVELS: dict[str, Callable[[Any, Any, _Similarity], int]] = {
    "name": _names,
    "date": _date,
    "code": _code,
    "text": _text,
}
