"""A data owner's list as it was read: text cells, with the spreadsheet's row numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.errors import DataError, Fault
from linkage.records.rows import RowsFault, describe_columns, describe_rows

__all__ = ["Table", "build_table", "missing_column_faults"]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Text cells by column. Plaintext: it never leaves the owner and its repr shows none.

    Attributes:
        name: the file's name, for messages.
        header: name of every column, trimmed. A file without a header has a record here, so
            no message ever quotes it.
        columns: one list of cells per column, all of the same length.
        row_numbers: ``(records,)`` int64, rows as a spreadsheet shows them (header = row 1).
        blank_rows: rows without any content, which were skipped (but counted in the numbers).
        date_columns: columns that hold real spreadsheet dates, written as ``YYYY-MM-DD``.
        delimiter: what separated the cells; None for a spreadsheet.
    """

    name: str
    header: tuple[str, ...] = field(repr=False)
    columns: tuple[list[str], ...] = field(repr=False)
    row_numbers: NDArray[np.int64] = field(repr=False)
    blank_rows: int = 0
    date_columns: frozenset[int] = frozenset()
    delimiter: str | None = None

    def __len__(self) -> int:
        return len(self.row_numbers)

    def index(self, column: str) -> int | None:
        """Position of the column of that name, or None."""
        name = column.strip()
        return self.header.index(name) if name in self.header else None


def build_table(
    name: str,
    records: Sequence[Sequence[str]],
    *,
    expected: Iterable[str] = (),
    date_columns: frozenset[int] = frozenset(),
    delimiter: str | None = None,
    faults: Sequence[Fault] = (),
) -> Table:
    """Make a table of records (the first is the header), reporting every fault at once.

    Args:
        name: the file's name.
        records: cells of every row from row 1 on, blank rows included.
        expected: names of columns that must be there.
        date_columns: columns with real dates.
        delimiter: what separated the cells.
        faults: what was found wrong before.

    Raises:
        DataError: ``faults``, and E303 no rows, E304 nothing in the file, E307 duplicate
            column names, E308 rows of another length than the header, E309 NUL characters,
            E311 missing columns, E315 nothing in row 1.
    """
    if not any(cell.strip() for record in records for cell in record):
        raise DataError(*faults, _empty(name))
    header = tuple(cell.strip() for cell in records[0])
    while header and not header[-1]:
        header = header[:-1]
    found = list(faults)
    rows: list[int] = []
    kept: list[Sequence[str]] = []
    ragged: list[int] = []
    nul: list[int] = [1] if any("\0" in cell for cell in header) else []
    for row, record in enumerate(records[1:], start=2):
        if not any(cell and not cell.isspace() for cell in record):
            continue
        if "\0" in "".join(record):
            nul.append(row)
        if len(record) != len(header):
            if len(record) < len(header) or any(cell.strip() for cell in record[len(header) :]):
                ragged.append(row)
                continue
            record = record[: len(header)]
        rows.append(row)
        kept.append(record)
    if not header:
        found.append(_no_header(name))
    else:
        found += _duplicate_faults(name, header)
        if ragged:
            found.append(_ragged(name, ragged, len(header)))
        found += missing_column_faults(name, header, expected)
    if nul:
        found.append(_nul(name, nul))
    if not kept and not ragged and not faults:
        found.append(_no_rows(name))
    if found:
        raise DataError(*found)
    columns = tuple(list(column) for column in zip(*kept, strict=True))
    return Table(
        name=name,
        header=header,
        columns=columns,
        row_numbers=np.array(rows, dtype=np.int64),
        blank_rows=len(records) - 1 - len(kept),
        date_columns=frozenset(index for index in date_columns if index < len(header)),
        delimiter=delimiter,
    )


def missing_column_faults(
    name: str, header: Sequence[str], expected: Iterable[str]
) -> tuple[Fault, ...]:
    """One E311 for every expected column that the header does not have."""
    unnamed = [index for index, cell in enumerate(header) if not cell]
    hint = f"\nThe header has no name in {describe_columns(unnamed)}." if unnamed else ""
    wanted = dict.fromkeys(column.strip() for column in expected)
    return tuple(
        Fault(
            "E311",
            f'{name} has no column "{column}", which mapping.toml names.',
            "Row 1 must hold the column names, spelled as in mapping.toml. Correct one of the "
            "two, or run linkage map again." + hint,
            file=name,
            row=1,
            field=column,
        )
        for column in wanted
        if column not in header
    )


def _empty(name: str) -> Fault:
    return Fault(
        "E304",
        f"{name} is empty.",
        "Export the list again, and check that it was saved before it was closed.",
        file=name,
    )


def _no_rows(name: str) -> Fault:
    return Fault(
        "E303",
        f"{name} has a header but no rows.",
        "Export the list again with its records; row 1 holds the column names.",
        file=name,
        row=1,
    )


def _no_header(name: str) -> Fault:
    return Fault(
        "E315",
        f"{name} has nothing in row 1, where the column names belong.",
        "Remove the rows above the column names, so that they stand in row 1.",
        file=name,
        row=1,
    )


def _duplicate_faults(name: str, header: Sequence[str]) -> list[Fault]:
    places: dict[str, list[int]] = {}
    for index, cell in enumerate(header):
        if cell:
            places.setdefault(cell, []).append(index)
    return [
        Fault(
            "E307",
            f"{name} has the same name above {describe_columns(indices)}.",
            "Give every column its own name in row 1.",
            file=name,
            row=1,
        )
        for indices in places.values()
        if len(indices) > 1
    ]


def _ragged(name: str, rows: Sequence[int], width: int) -> Fault:
    place = describe_rows(rows, more="--json lists all")
    return RowsFault(
        "E308",
        f"{name} has {width} columns in its header but another number in {place}.",
        "A cell that holds the delimiter must be in double quotes. Save the list from the "
        "spreadsheet again, or give me the .xlsx.",
        file=name,
        row=rows[0],
        rows=tuple(rows),
    )


def _nul(name: str, rows: Sequence[int]) -> Fault:
    return RowsFault(
        "E309",
        f"{name} has NUL characters in {describe_rows(rows, more='--json lists all')}.",
        "The file is damaged, or is UTF-16 without its mark. Export the list again as UTF-8.",
        file=name,
        row=rows[0],
        rows=tuple(rows),
    )
