"""Fictional records that the checks encode."""

from __future__ import annotations

import numpy as np

from linkage.agreement.model import FieldRule
from linkage.types import FieldValue, NormalisedList, PartialDate

__all__ = [
    "FIELDS",
    "fictional_people",
    "joined",
    "rows_of",
    "slipped",
    "strangers",
    "without_values",
]

Fields = dict[str, tuple[FieldValue, ...]]

FIELDS = (
    FieldRule(name="given", kind="name", tag="name"),
    FieldRule(name="family", kind="name", tag="name", weight=2),
    FieldRule(name="birth", kind="date", weight=2),
    FieldRule(name="sex", kind="code", values=("f", "m")),
)
"""The fields of all these records."""

_GIVEN = ("anna", "boris", "chidi", "doina", "emeka", "fatima", "gheorghe", "huong", "irina", "jan")
_FAMILY = ("okafor", "popescu", "nguyen", "kowalska", "ivanova", "yilmaz", "haddad", "visser")


def fictional_people(size: int = 40) -> NormalisedList:
    """Records with a value in every field, no two alike; at most 80."""
    given = [_GIVEN[i % 10] for i in range(size)]
    return _list(
        {
            "given": tuple((word,) for word in given),
            "family": tuple(
                (_FAMILY[(i * 3 + i // 8) % 8], _GIVEN[i * 7 % 10]) for i in range(size)
            ),
            "birth": tuple(
                PartialDate(1940 + i, 1 + i * 5 % 12, 1 + i * 11 % 28) for i in range(size)
            ),
            "sex": tuple("fm"[i % 2] for i in range(size)),
        }
    )


def slipped(people: NormalisedList, slips: int) -> NormalisedList:
    """The same people with some values gone wrong, the same ones for all: 0 to 3 of them.

    First the given name's last letter, then the day of birth, then the family name.
    """
    fields: Fields = dict(people.fields)
    if slips > 0:
        fields["given"] = tuple((name[0][:-1] + "q",) for name in _names(fields["given"]))
    if slips > 1:
        fields["birth"] = tuple(
            PartialDate(date.year, date.month, 29 - (date.day or 1))
            for date in fields["birth"]
            if isinstance(date, PartialDate)
        )
    if slips > 2:
        fields["family"] = tuple((name[0], "zwxv") for name in _names(fields["family"]))
    return _list(fields)


def _names(values: tuple[FieldValue, ...]) -> list[tuple[str, ...]]:
    return [value for value in values if isinstance(value, tuple)]


def strangers() -> tuple[NormalisedList, NormalisedList]:
    """Two records that share no token."""
    one: Fields = {
        "given": (("anna",),),
        "family": (("kowalska",),),
        "birth": (PartialDate(1961, 3, 14),),
        "sex": ("f",),
    }
    other: Fields = {
        "given": (("rurik",),),
        "family": (("svintus",),),
        "birth": (PartialDate(1987, 10, 29),),
        "sex": ("m",),
    }
    return _list(one), _list(other)


def without_values() -> NormalisedList:
    """One record without a value."""
    return _list({"given": ((),), "family": ((),), "birth": (PartialDate(),), "sex": ("",)})


def joined(*lists: NormalisedList) -> NormalisedList:
    """All records in one list, numbered anew."""
    names = lists[0].fields
    return _list({name: sum((each.fields[name] for each in lists), ()) for name in names})


def rows_of(records: NormalisedList, chosen: slice) -> NormalisedList:
    """Some of the records, with the rows that they had."""
    taken = _list({name: tuple(values[chosen]) for name, values in records.fields.items()})
    return NormalisedList(records.rows[chosen], taken.fields, taken.strata)


def _list(fields: Fields) -> NormalisedList:
    size = len(fields["sex"])
    return NormalisedList(
        np.arange(2, size + 2, dtype=np.int64), fields, np.zeros((size, 0), dtype=np.uint8)
    )
