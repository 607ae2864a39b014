"""Read one sheet of an .xlsx workbook as the spreadsheet shows its rows."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from linkage.errors import DataError, Fault
from linkage.records.table import Table, build_table

__all__ = ["read_sheet"]


def read_sheet(
    data: bytes, *, name: str, sheet: str | None = None, expected: Iterable[str] = ()
) -> Table:
    """Read a sheet; real dates become ``YYYY-MM-DD``, whole numbers have no decimals.

    A cell with an error (``#N/A``) is empty.

    Args:
        data: the workbook's bytes.
        name: its file name, for messages.
        sheet: name of the sheet; None for the first.
        expected: names of columns that must be there.

    Raises:
        DataError: E304 no bytes, E313 not a workbook (or a protected one), E314 no such
            sheet, and what :func:`~linkage.records.table.build_table` raises.
    """
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        WorksheetNotFound,
    )

    if not data:
        raise DataError(Fault("E304", f"{name} is empty.", "Save the workbook again.", file=name))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = workbook.sheet_names
        chosen = workbook.get_sheet_by_name(sheet) if sheet else workbook.get_sheet_by_index(0)
        cells: list[list[Any]] = chosen.to_python(skip_empty_area=False)
    except PasswordError:
        raise DataError(_not_readable(name, "is protected by a password")) from None
    except WorksheetNotFound:
        raise DataError(_no_sheet(name, sheet or "", len(sheets))) from None
    except (CalamineError, OSError, ValueError, IndexError):
        raise DataError(_not_readable(name, "is not a readable .xlsx workbook")) from None
    dates: set[int] = set()
    records = [
        [_cell(value, index, dates, header=row == 0) for index, value in enumerate(record)]
        for row, record in enumerate(cells)
    ]
    return build_table(name, records or [[]], expected=expected, date_columns=frozenset(dates))


def _cell(value: Any, column: int, dates: set[int], *, header: bool) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.date):  # a datetime is one too; its time of day is not used
        if not header:
            dates.add(column)
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    return str(value)


def _not_readable(name: str, reason: str) -> Fault:
    return Fault(
        "E313",
        f"{name} {reason}.",
        "Open it in the spreadsheet program, save it as .xlsx without a password, "
        "and give me that.",
        file=name,
    )


def _no_sheet(name: str, sheet: str, number: int) -> Fault:
    # The sheets are not listed: one sheet per person is named after the person.
    return Fault(
        "E314",
        f'{name} has no sheet "{sheet}".',
        f"It has {number:,}. Write the name in mapping.toml (or --sheet) as its tab shows it.",
        file=name,
        field="sheet",
    )
