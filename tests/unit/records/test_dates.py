"""Dates: declared formats only, unknown parts, placeholders, the future."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.records.normalise.date_formats import DateFormat
from linkage.records.normalise.dates import DateReader
from linkage.types import PartialDate

TODAY = dt.date(2025, 6, 1)


def reader(*formats: str, **options: object) -> DateReader:
    return DateReader(formats, TODAY, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "text", "parts"),
    [
        ("%d-%m-%Y", "23-05-1990", (1990, 5, 23)),
        ("%Y%m%d", "19900523", (1990, 5, 23)),
        ("%-d/%-m/%Y", "3/5/1990", (1990, 5, 3)),
        ("%-d/%-m/%Y", "03/12/1990", (1990, 12, 3)),
        ("%Y", "1990", (1990, None, None)),
        ("%m-%Y", "05-1990", (1990, 5, None)),
        ("%Y-%m-%d", "1990-00-00", (1990, None, None)),
        ("%Y-%m-%d", "1990-05-00", (1990, 5, None)),
        ("%d-%m-%Y", "00-00-1990", (1990, None, None)),
        ("%d-%m-%Y", "23-05-0000", (None, 5, 23)),
        ("%d-%m-%Y", "29-02-2000", (2000, 2, 29)),
        ("%-d %b %Y", "3 mei 1990", (1990, 5, 3)),
        ("%-d %b %Y", "3 März 1990", (1990, 3, 3)),
        ("%-d-%b-%Y", "03-Dec.-1990", (1990, 12, 3)),
        ("%Y-%m-%d %H:%M:%S", "1990-05-23 12:30:00", (1990, 5, 23)),
        ("%d-%m-%Y", "２３-05-1990", (1990, 5, 23)),
        ("%d-%m-%Y", "٢٣-٠٥-١٩٩٠", (1990, 5, 23)),
    ],
)
def test_declared_formats(form: str, text: str, parts: tuple[int | None, ...]) -> None:
    assert reader(form).read(text).date == PartialDate(*parts)
    assert reader(form).read(text).kind is None


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d-%m-%Y", "3-05-1990"),
        ("%d-%m-%Y", "23/05/1990"),
        ("%d-%m-%Y", "23-05-90"),
        ("%d-%m-%Y", "31-02-1990"),
        ("%d-%m-%Y", "29-02-1900"),
        ("%d-%m-%Y", "23-13-1990"),
        ("%d-%m-%Y", "23-05-1990 "[:-1] + "x"),
        ("%d.%m.%Y", "23x05x1990"),
        ("%-d %b %Y", "3 foo 1990"),
        ("%Y", "c. 1990"),
    ],
)
def test_what_is_not_declared_is_not_read(form: str, text: str) -> None:
    read = reader(form).read(text)
    assert (read.kind, read.date.is_empty) == ("unparseable", True)


def test_two_digit_years_by_the_declared_first_year() -> None:
    read = reader("%d-%m-%y", two_digit_years_from=1930)
    years = {text: read.read(f"23-05-{text}").date.year for text in ("30", "99", "00", "10")}
    assert years == {"30": 1930, "99": 1999, "00": 2000, "10": 2010}
    assert read.read("23-05-29").kind == "future date"  # 2029


def test_two_formats_that_disagree() -> None:
    both = reader("%d-%m-%Y", "%m-%d-%Y")
    assert both.read("03-04-1990").kind == "ambiguous date"
    assert both.read("04-04-1990").date == PartialDate(1990, 4, 4)
    assert both.read("23-04-1990").date == PartialDate(1990, 4, 23)


def test_placeholders_keep_the_year_only() -> None:
    read = reader("%d-%m-%Y", placeholders=["01-01", "07-01"])
    assert read.read("01-07-1990").date == PartialDate(1990)
    assert read.read("01-01-1990").kind == "placeholder date"
    assert read.read("07-01-1990").date == PartialDate(1990, 1, 7)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("01-06-2025", None),
        ("02-06-2025", "future date"),
        ("00-06-2025", None),
        ("00-07-2025", "future date"),
        ("00-00-2025", None),
        ("00-00-2026", "future date"),
        ("31-12-1899", "implausible date"),
        ("31-12-1900", None),
    ],
)
def test_future_and_implausible_dates_are_missing(text: str, kind: str | None) -> None:
    read = reader("%d-%m-%Y").read(text)
    assert read.kind == kind
    assert read.date.is_empty == (kind is not None)


def test_real_spreadsheet_dates_need_no_declared_format() -> None:
    assert reader("%d-%m-%Y", real_dates=True).read("1990-05-23").date == PartialDate(1990, 5, 23)
    assert reader("%d-%m-%Y").read("1990-05-23").kind == "unparseable"


@pytest.mark.parametrize("text", ["%q", "%d-%m", "%d-%Y", "%Y-%Y", "%Y %y", "%Y-%", "", "x"])
def test_formats_that_cannot_be_declared(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        DateFormat(text)


@given(st.dates(dt.date(1900, 1, 1), TODAY), st.sampled_from(["%d-%m-%Y", "%Y/%m/%d", "%d.%m.%Y"]))
def test_what_strftime_writes_is_read(date: dt.date, form: str) -> None:
    read = reader(form).read(date.strftime(form))
    assert read.date == PartialDate(date.year, date.month, date.day)
