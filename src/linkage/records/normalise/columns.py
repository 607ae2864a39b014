"""Read whole columns: one reading per distinct cell, and which rows were how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from linkage.records.quality import ColumnQuality, Finding
from linkage.records.rows import column_letter
from linkage.records.table import Table
from linkage.types import FieldValue

__all__ = ["ReadColumn", "Reading", "read_column"]

UNREADABLE = frozenset({"unparseable", "ambiguous date", "unmapped"})
"""Kinds of a cell that has something in it which cannot be used."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell (or several joined) says.

    Attributes:
        value: the normalised value, empty where there is none.
        present: whether there is a value.
        kinds: what is odd about it; one of :data:`UNREADABLE` where it cannot be used.
    """

    value: FieldValue
    present: bool
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column after reading: a value per record, and its quality."""

    values: tuple[FieldValue, ...]
    present: tuple[bool, ...]
    quality: ColumnQuality
    indices: tuple[int, ...]


def read_column(
    table: Table,
    columns: Sequence[str],
    read: Callable[[tuple[str, ...]], Reading],
    *,
    name: str,
    kind: str,
) -> ReadColumn:
    """Read one field's columns (which exist), each distinct combination of cells once."""
    indices = tuple(index for column in columns if (index := table.index(column)) is not None)
    known: dict[tuple[str, ...], Reading] = {}
    values: list[FieldValue] = []
    present: list[bool] = []
    missing: list[int] = []
    unreadable: list[int] = []
    findings: dict[str, list[int]] = {}
    cells = zip(*(table.columns[index] for index in indices), strict=True)
    for row, key in zip(table.row_numbers.tolist(), cells, strict=True):
        reading = known.get(key)
        if reading is None:
            reading = known[key] = read(key)
        values.append(reading.value)
        present.append(reading.present)
        usable = True
        for odd in reading.kinds:
            if odd in UNREADABLE:
                unreadable.append(row)
                usable = False
            else:
                findings.setdefault(odd, []).append(row)
        if usable and not reading.present:
            missing.append(row)
    quality = ColumnQuality(
        name=name,
        kind=kind,
        columns=tuple(columns),
        letters=tuple(column_letter(index) for index in indices),
        missing=tuple(missing),
        unreadable=tuple(unreadable),
        findings=tuple(Finding(odd, tuple(rows)) for odd, rows in sorted(findings.items())),
    )
    return ReadColumn(tuple(values), tuple(present), quality, indices)
