"""The different records of a list, in an order that depends on the records alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from linkage.agreement.model import FieldRule
from linkage.types import FieldValue, NormalisedList, PartialDate

__all__ = ["DistinctRecords", "distinct_records"]

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DistinctRecords:
    """Records that differ in some field, and the rows that hold each of them.

    Rows that are the same in every field cannot be told apart, so they are looked at once.
    The order is that of the values: rows in another order give the same records in the same
    order.

    Attributes:
        rules: the fields' rules, in the agreement's order.
        values: for every field, one value per distinct record.
        rows: for every distinct record, its rows as the spreadsheet shows them, rising.
    """

    rules: tuple[FieldRule, ...]
    values: tuple[tuple[FieldValue, ...], ...] = field(repr=False)
    rows: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def words(self) -> list[Words]:
        """All words of all names of every record, in the order of the fields."""
        names = self._of_kind("name")
        return [
            tuple(word for value in values for word in value)
            for values in (zip(*names, strict=True) if names else [()] * len(self))
        ]

    def date_of_birth(self) -> list[PartialDate]:
        """The first date of every record; empty dates where the agreement has none."""
        dates = self._of_kind("date")
        return dates[0] if dates else [PartialDate()] * len(self)

    def _of_kind(self, kind: str) -> list[list[Any]]:
        return [
            list(values)
            for rule, values in zip(self.rules, self.values, strict=True)
            if rule.kind == kind
        ]


def distinct_records(records: NormalisedList, rules: Sequence[FieldRule]) -> DistinctRecords:
    """Gather the rows that are the same in every field.

    Args:
        records: the normalised list.
        rules: the agreement's fields, every one of which the list has.

    >>> import numpy as np
    >>> rule = FieldRule(name="surname", kind="name")
    >>> listed = NormalisedList(
    ...     np.array([2, 3, 4]), {"surname": (("b",), ("a",), ("b",))}, np.zeros((3, 0), np.uint8))
    >>> distinct_records(listed, [rule]).rows
    ((3,), (2, 4))
    """
    rows: dict[tuple[FieldValue, ...], list[int]] = {}
    columns = [records.fields[rule.name] for rule in rules]
    for row, *values in zip(records.rows.tolist(), *columns, strict=True):
        rows.setdefault(tuple(values), []).append(row)
    ordered = sorted(rows, key=repr)
    return DistinctRecords(
        rules=tuple(rules),
        values=tuple(tuple(key[place] for key in ordered) for place in range(len(columns))),
        rows=tuple(tuple(sorted(rows[key])) for key in ordered),
    )
