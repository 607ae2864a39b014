"""Why a list cannot be encoded: codes without a meaning, too many unreadable dates."""

from __future__ import annotations

from collections.abc import Sequence

from linkage.errors import Fault
from linkage.records.normalise.columns import ReadColumn
from linkage.records.rows import RowsFault, describe_rows

__all__ = ["column_faults", "nothing_linkable"]

_MORE = "--json lists all"


def column_faults(
    name: str, columns: Sequence[ReadColumn], records: int, maximum_bad_dates: float
) -> tuple[Fault, ...]:
    """E340 and E341 for every column that has them; a column used twice is named once.

    Args:
        name: the list's file name.
        columns: the columns as read.
        records: number of records.
        maximum_bad_dates: share of a column's dates that may be unreadable.
    """
    found: dict[tuple[object, ...], Fault] = {}
    for column in columns:
        quality = column.quality
        rows = quality.unreadable
        if not rows:
            continue
        key = (column.indices, quality.kind, rows)
        if quality.kind == "code":
            found.setdefault(key, _unmapped(name, column))
        elif quality.kind == "date":
            filled = records - len(quality.missing)
            if len(rows) > maximum_bad_dates * filled:
                found.setdefault(key, _bad_dates(name, column, filled, maximum_bad_dates))
    return tuple(found.values())


def nothing_linkable(name: str) -> Fault:
    """E342: not one record can be linked."""
    return Fault(
        "E342",
        f"{name} has no record that can be linked.",
        "Check in mapping.toml that the fields name the right columns; "
        "linkage check says what each row lacks.",
        file=name,
    )


def _place(column: ReadColumn) -> str:
    quality = column.quality
    return f'column {quality.letters[0]} ("{quality.columns[0]}")'


def _setting(name: str) -> str:
    """The dotted place of a field or stratum in the mapping."""
    return name if name.startswith("strata.") else f"fields.{name}"


def _unmapped(name: str, column: ReadColumn) -> Fault:
    quality = column.quality
    rows = quality.unreadable
    setting = _setting(quality.name)
    return RowsFault(
        "E340",
        f"{name}, {_place(column)}: codes that are not in {setting}.values in "
        f"{describe_rows(rows, more=_MORE)}.",
        f'Add them to {setting}.values in mapping.toml ("" for unknown), or correct the cells.',
        file=name,
        row=rows[0],
        field=quality.name,
        rows=rows,
    )


def _bad_dates(name: str, column: ReadColumn, filled: int, limit: float) -> Fault:
    quality = column.quality
    rows = quality.unreadable
    setting = _setting(quality.name)
    formats = "formats"
    for part in ("birth", "reference"):
        if setting.endswith(f".{part}"):
            setting, formats = setting.removesuffix(f".{part}"), f"{part}_formats"
    return RowsFault(
        "E341",
        f"{name}, {_place(column)}: {len(rows):,} of {filled:,} dates "
        f"({len(rows) / filled:.1%}, at most {limit:.1%}) are in none of the declared formats, "
        f"or in two: {describe_rows(rows, more=_MORE)}.",
        f"Declare their format in {setting}.{formats} in mapping.toml, or correct the cells.",
        file=name,
        row=rows[0],
        field=quality.name,
        rows=rows,
    )
