"""Date columns: declared formats, unknown parts, placeholders, impossible years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from linkage.records.normalise.date_formats import DateFormat, plain_digits
from linkage.types import PartialDate

__all__ = ["EARLIEST_YEAR", "DateReader", "ReadDate"]

EARLIEST_YEAR = 1900
"""A year before this one is taken for a mistake."""

_ISO = "%Y-%m-%d"
_EMPTY = PartialDate()


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A cell of a date column: what it says, and what is odd about it.

    Attributes:
        date: the parts that are known.
        kind: None, or ``unparseable``, ``ambiguous date``, ``future date``,
            ``implausible date``, ``placeholder date``.
    """

    date: PartialDate
    kind: str | None = None


class DateReader:
    """Reads the cells of one date column.

    Args:
        formats: the declared formats.
        today: a later date is in the future: flagged, and missing.
        placeholders: ``MM-DD`` that stand for an unknown day and month.
        two_digit_years_from: first year that a two-digit year can stand for.
        real_dates: whether the column has real spreadsheet dates (read as ``YYYY-MM-DD``).

    >>> reader = DateReader(["%d-%m-%Y"], dt.date(2024, 5, 1), placeholders=["01-01"])
    >>> reader.read("01-01-1990")
    ReadDate(date=PartialDate(year=1990, month=None, day=None), kind='placeholder date')
    >>> reader.read("1990").kind
    'unparseable'
    """

    def __init__(
        self,
        formats: Sequence[str],
        today: dt.date,
        *,
        placeholders: Sequence[str] = (),
        two_digit_years_from: int | None = None,
        real_dates: bool = False,
    ) -> None:
        names = dict.fromkeys(([_ISO] if real_dates else []) + list(formats))
        self._formats = [DateFormat(text) for text in names]
        self._today = today
        self._placeholders = {(int(text[:2]), int(text[3:])) for text in placeholders}
        self._first = two_digit_years_from

    def read(self, text: str) -> ReadDate:
        """Read one cell that is not missing."""
        text = plain_digits(text)
        readings = {date for form in self._formats if (date := form.parse(text, self._first))}
        if not readings:
            return ReadDate(_EMPTY, "unparseable")
        if len(readings) > 1:
            return ReadDate(_EMPTY, "ambiguous date")
        date = readings.pop()
        if date.year is not None and date.year < EARLIEST_YEAR:
            return ReadDate(_EMPTY, "implausible date")
        if self._is_future(date):
            return ReadDate(_EMPTY, "future date")
        if (date.month, date.day) in self._placeholders:
            return ReadDate(PartialDate(date.year), "placeholder date")
        return ReadDate(date)

    def _is_future(self, date: PartialDate) -> bool:
        """Whether even the earliest day that the parts allow is after today."""
        if date.year is None:
            return False
        earliest = (date.year, date.month or 1, date.day or 1)
        return earliest > (self._today.year, self._today.month, self._today.day)
