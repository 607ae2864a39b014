"""Read a data owner's list: delimited text or a spreadsheet, strictly, all faults at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from linkage.errors import DataError, Fault
from linkage.files import read_bytes
from linkage.records.decode import decode
from linkage.records.sheet import read_sheet
from linkage.records.table import Table, build_table

__all__ = ["DELIMITERS", "proposed_delimiter", "read_table"]

DELIMITERS = (",", ";", "\t")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}
_IN_TOML = {",": '","', ";": '";"', "\t": r'"\t"'}
_TEXT = (".csv", ".txt", ".tsv")
_ZIP = b"PK\x03\x04"
_SPREADSHEET = (".xlsx",)


def read_table(
    path: Path,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    sheet: str | None = None,
    expected: Iterable[str] = (),
) -> Table:
    """Read a list from .csv, .txt, .tsv or .xlsx.

    Blank rows are skipped but counted, so that every row number is the one that a
    spreadsheet shows (the header is row 1).

    Args:
        path: the list.
        encoding: declared encoding of a text file (see :mod:`linkage.records.decode`).
        delimiter: declared delimiter of a text file; None takes the one that the header
            line shows.
        sheet: name of the sheet of a spreadsheet; None for the first.
        expected: names of columns that must be there.

    Raises:
        MachineError: E102-E104.
        DataError: E301-E306 text that cannot be read as declared, E310 unbalanced quotes,
            E312 another kind of file, E313-E314 a workbook or sheet that is not there, and
            what :func:`~linkage.records.table.build_table` finds; all at once.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        read_bytes(path)  # raises
    if suffix in _SPREADSHEET:
        return read_sheet(read_bytes(path), name=path.name, sheet=sheet, expected=expected)
    if suffix not in _TEXT:
        raise DataError(_unknown_type(path))
    data = read_bytes(path)
    if data.startswith(_ZIP):
        raise DataError(_disguised(path))
    text = decode(data, name=path.name, encoding=encoding)
    return _read_text(text, name=path.name, delimiter=delimiter, expected=expected)


def proposed_delimiter(text: str) -> str:
    r"""The delimiter that gives the header line the most columns; a comma where none does.

    Of two that give as many, the one under which the first rows agree with the header.

    >>> proposed_delimiter("naam;geboren\nx;1,5\n")
    ';'
    """

    def merit(delimiter: str) -> tuple[int, int]:
        widths = []
        reader = csv.reader(io.StringIO(text[:65536], newline=""), delimiter=delimiter)
        try:
            for _, record in zip(range(20), reader, strict=False):
                widths.append(len(record))
        except csv.Error:
            pass  # reported by the strict reading that follows
        return (widths[0], widths.count(widths[0])) if widths else (0, 0)

    return max(DELIMITERS, key=merit)


def _read_text(text: str, *, name: str, delimiter: str | None, expected: Iterable[str]) -> Table:
    text, announced = _without_separator_line(text)
    if announced and delimiter and announced != delimiter:
        raise DataError(_wrong_delimiter(name, delimiter, announced))
    delimiter = delimiter or announced or proposed_delimiter(text)
    records, faults = _parse(text, name, delimiter)
    if records and len(records[0]) == 1 and not faults:
        better = proposed_delimiter(text)
        if better != delimiter and any(
            len(record) > 1 for record in _parse(text, name, better)[0][:1]
        ):
            raise DataError(_wrong_delimiter(name, delimiter, better))
    return build_table(name, records or [[]], expected=expected, delimiter=delimiter, faults=faults)


def _without_separator_line(text: str) -> tuple[str, str | None]:
    """Remove the line ``sep=;`` that Excel writes and does not show."""
    first, _, rest = text.partition("\n")
    first = first.rstrip("\r")
    if len(first) == 5 and first.lower().startswith("sep=") and first[4] in DELIMITERS:
        return rest, first[4]
    return text, None


def _parse(text: str, name: str, delimiter: str) -> tuple[list[list[str]], list[Fault]]:
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        records.extend(reader)
    except csv.Error:
        row = len(records) + 1
        return records, [
            Fault(
                "E310",
                f"{name} has double quotes that do not close, or text after a closing quote, "
                f"in the record that starts in row {row}.",
                'Write a quote inside a cell twice (""), or give me the .xlsx. '
                "Rows after it were not read.",
                file=name,
                row=row,
            )
        ]
    return records, []


def _wrong_delimiter(name: str, declared: str, better: str) -> Fault:
    return Fault(
        "E302",
        f"{name} seems to have {_NAMES[better]} between its columns, not {_NAMES[declared]}.",
        f"Write delimiter = {_IN_TOML[better]} in mapping.toml, or give me the .xlsx.",
        file=name,
        field="delimiter",
    )


def _disguised(path: Path) -> Fault:
    return Fault(
        "E312",
        f"{path.name} is a workbook or an archive, not a text file.",
        "If it is a workbook, give its name the ending .xlsx, and give me that.",
        file=path.name,
    )


def _unknown_type(path: Path) -> Fault:
    kind = f'"{path.suffix}" files' if path.suffix else "files without an ending"
    return Fault(
        "E312",
        f"{path.name}: {kind} cannot be read.",
        "Save the list as .xlsx, or as .csv (UTF-8), and give me that.",
        file=path.name,
    )
