"""One reader per kind of field: from the cells of a record to a :class:`Reading`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeAlias

from linkage.records.normalise.codes import CodeReader, MissingMarkers
from linkage.records.normalise.columns import Reading
from linkage.records.normalise.dates import DateReader
from linkage.records.normalise.names import ReadWords
from linkage.types import PartialDate

__all__ = ["CellReader", "code_cells", "date_cells", "word_cells"]

CellReader: TypeAlias = Callable[[tuple[str, ...]], Reading]


def word_cells(read: Callable[[str], ReadWords], missing: MissingMarkers) -> CellReader:
    """Reader of names or texts: the words of all cells, in the order of the columns."""

    def reader(cells: tuple[str, ...]) -> Reading:
        parts = [read(cell) for cell in cells if cell not in missing]
        words = tuple(word for part in parts for word in part.words)
        kinds = dict.fromkeys(kind for part in parts for kind in part.kinds)
        return Reading(words, bool(words), tuple(kinds))

    return reader


def date_cells(
    formats: Sequence[str],
    missing: MissingMarkers,
    today: dt.date,
    *,
    placeholders: Sequence[str] = (),
    two_digit_years_from: int | None = None,
    real_dates: bool = False,
) -> CellReader:
    """Reader of one date column."""
    dates = DateReader(
        formats,
        today,
        placeholders=placeholders,
        two_digit_years_from=two_digit_years_from,
        real_dates=real_dates,
    )

    def reader(cells: tuple[str, ...]) -> Reading:
        (cell,) = cells
        if cell in missing:
            return Reading(PartialDate(), present=False)
        found = dates.read(cell)
        kinds = (found.kind,) if found.kind else ()
        return Reading(found.date, not found.date.is_empty, kinds)

    return reader


def code_cells(values: dict[str, str], missing: MissingMarkers) -> CellReader:
    """Reader of one code column."""
    codes = CodeReader(values)

    def reader(cells: tuple[str, ...]) -> Reading:
        (cell,) = cells
        code = codes.read(cell)  # before the markers: a map may give "-" a meaning
        if code is None:
            if cell in missing:
                return Reading("", present=False)
            return Reading("", present=False, kinds=("unmapped",))
        return Reading(code, bool(code))

    return reader
