"""Lists of made-up people, some of them entered twice, as normalised records."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from linkage.agreement.model import FieldRule
from linkage.types import UNKNOWN, FieldValue, NormalisedList, PartialDate

RULES = (
    FieldRule(name="given_name", kind="name"),
    FieldRule(name="surname", kind="name"),
    FieldRule(name="date_of_birth", kind="date"),
    FieldRule(name="sex", kind="code", values=("F", "M")),
    FieldRule(name="nationality", kind="code", values=("NL", "PL", "RO", "VN")),
)
Record = tuple[FieldValue, ...]
_STARTS, _ENDS = tuple("bdfghjklmnprstvz"), (*"aeiou", "an", "el", "in", "or", "us")


def _word(draw: random.Random) -> str:
    return "".join(draw.choice(_STARTS) + draw.choice(_ENDS) for _ in range(draw.randint(2, 4)))


def person(draw: random.Random) -> Record:
    """A record with nothing missing."""
    given = (_word(draw), _word(draw)) if draw.random() < 0.3 else (_word(draw),)
    date = PartialDate(draw.randint(1960, 2005), draw.randint(1, 12), draw.randint(1, 28))
    return given, (_word(draw),), date, draw.choice("FM"), draw.choice(("NL", "PL", "RO", "VN"))


def entered_again(record: Record, draw: random.Random) -> Record:
    """The same person with one of the errors that people make."""
    given, surname, date, sex, nationality = record
    assert isinstance(given, tuple)
    assert isinstance(surname, tuple)
    assert isinstance(date, PartialDate)
    error = draw.randrange(6)
    if error == 0:
        return surname, given, date, sex, nationality
    if error == 1:
        word = surname[0]
        return given, (word[:2] + word[3:],), date, sex, nationality
    if error == 2:
        return given[:1], surname, PartialDate(date.year), sex, nationality
    if error == 3:
        return given, surname, PartialDate(date.year, date.day, date.month), sex, ""
    if error == 4:
        return given, surname, PartialDate(), sex, nationality
    return record


def listed(
    records: Sequence[Record], rows: Sequence[int] | None = None, strata: Any = None
) -> NormalisedList:
    """Records as a normalised list; rows 2, 3, ... unless given."""
    numbers = np.arange(2, len(records) + 2) if rows is None else np.array(rows)
    columns = zip(*records, strict=True) if records else [()] * len(RULES)
    return NormalisedList(
        numbers.astype(np.int64),
        {rule.name: tuple(column) for rule, column in zip(RULES, columns, strict=True)},
        np.full((len(records), 1), UNKNOWN, np.uint8) if strata is None else np.array(strata),
    )


def list_with_duplicates(
    people: int, twice: int, seed: int
) -> tuple[NormalisedList, set[tuple[int, int]]]:
    """A list in random order, and the pairs of rows that are one person."""
    draw = random.Random(seed)
    first = [person(draw) for _ in range(people)]
    again = [(number, entered_again(first[number], draw)) for number in range(twice)]
    entries = [*enumerate(first), *again]
    draw.shuffle(entries)
    rows: dict[int, list[int]] = {}
    for row, (number, _) in enumerate(entries, start=2):
        rows.setdefault(number, []).append(row)
    pairs = {(pair[0], pair[1]) for pair in rows.values() if len(pair) > 1}
    return listed([record for _, record in entries]), pairs
