"""From normalised values to tokens: the only thing that an encoding sees of a record.

What tokens a kind of field has stands in two tables, :data:`KINDS` and :data:`DATE_PARTS`;
to change the tokens, change the tables (and the format: other tokens are other encodings).
A field without a value has no tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from linkage.agreement.model import FieldRule
from linkage.types import FieldValue, PartialDate

__all__ = [
    "DATE_PARTS",
    "KINDS",
    "Token",
    "has_value",
    "record_tokens",
    "value_tokens",
]

GRAM = 2
"""Letters of a q-gram."""
PAD = "_"
"""Stands before and after every word; normalised words do not contain it."""
INITIAL = "^"
"""Stands before a word's first letter in a token of its own: first letters are seldom wrong."""

DATE_PARTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("decade", "D{decade:03d}", ("year",)),
    ("digit of the year", "d{digit}", ("year",)),
    ("year", "Y{year:04d}", ("year",)),
    ("month", "M{month:02d}", ("month",)),
    ("day", "T{day:02d}", ("day",)),
    ("month and day", "MT{month:02d}{day:02d}", ("month", "day")),
    ("day and month in either order", "U{lower:02d}-{upper:02d}", ("month", "day")),
)
"""A date's tokens: what it is, how it is written, which parts of the date it needs."""


def _word_tokens(value: FieldValue) -> Iterable[str]:
    for word in value if isinstance(value, tuple) else ():
        if word:
            yield INITIAL + word[0]
        if len(word) == 1:
            yield PAD + word  # an initial agrees with the first letter of a full name
        elif word:
            padded = PAD + word + PAD
            for start in range(len(padded) - GRAM + 1):
                yield padded[start : start + GRAM]


def _date_tokens(value: FieldValue) -> Iterable[str]:
    if not isinstance(value, PartialDate):
        return
    parts: dict[str, int] = {}
    if value.year is not None:
        parts |= {"year": value.year, "decade": value.year // 10, "digit": value.year % 10}
    if value.month is not None:
        parts["month"] = value.month
    if value.day is not None:
        parts["day"] = value.day
    if value.month is not None and value.day is not None:
        parts["lower"], parts["upper"] = sorted((value.month, value.day))
    for _, form, needs in DATE_PARTS:
        if all(need in parts for need in needs):
            yield form.format_map(parts)


def _code_tokens(value: FieldValue) -> Iterable[str]:
    if isinstance(value, str) and value:
        yield "=" + value


KINDS: Mapping[str, Callable[[FieldValue], Iterable[str]]] = MappingProxyType(
    {"name": _word_tokens, "text": _word_tokens, "date": _date_tokens, "code": _code_tokens}
)
"""Which tokens a value of each kind of field has."""


@dataclass(frozen=True, slots=True, order=True)
class Token:
    """One token, the tag under which it is hashed, and its weight."""

    tag: str
    content: bytes
    weight: int


def has_value(value: FieldValue) -> bool:
    """Whether a field has a value at all.

    >>> has_value(()), has_value(PartialDate(year=1990))
    (False, True)
    """
    return not value.is_empty if isinstance(value, PartialDate) else bool(value)


def value_tokens(kind: str, value: FieldValue) -> tuple[str, ...]:
    """The tokens of one value, duplicates merged, in order of first appearance.

    Args:
        kind: the field's kind: name, text, date or code.
        value: its normalised value.

    >>> value_tokens("name", ("an", "j"))
    ('^a', '_a', 'an', 'n_', '^j', '_j')
    >>> value_tokens("date", PartialDate(1995, 3, 14))
    ('D199', 'd5', 'Y1995', 'M03', 'T14', 'MT0314', 'U03-14')
    >>> value_tokens("date", PartialDate(year=1995)), value_tokens("code", "F")
    (('D199', 'd5', 'Y1995'), ('=F',))
    """
    return tuple(dict.fromkeys(KINDS[kind](value)))


def record_tokens(fields: Sequence[FieldRule], values: Sequence[FieldValue]) -> tuple[Token, ...]:
    """The tokens of one record over some fields, sorted.

    Fields of one tag share their tokens; a token that two of them have is kept once, with
    the larger weight.

    Args:
        fields: the fields' rules.
        values: one value for each of them.

    >>> rules = (FieldRule(name="given", kind="name", tag="name"),
    ...          FieldRule(name="family", kind="name", tag="name", weight=2))
    >>> [(token.content, token.weight) for token in record_tokens(rules, (("bo",), ("bob",)))]
    [(b'^b', 2), (b'_b', 2), (b'b_', 2), (b'bo', 2), (b'o_', 1), (b'ob', 2)]
    """
    weights: dict[tuple[str, bytes], int] = {}
    for field, value in zip(fields, values, strict=True):
        for token in value_tokens(field.kind, value):
            key = (field.token_tag, token.encode())
            weights[key] = max(field.weight, weights.get(key, 0))
    return tuple(sorted(Token(tag, content, weight) for (tag, content), weight in weights.items()))
