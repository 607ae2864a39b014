"""What a peer gets: one CSV file with the fields that the journey encodes, and no truth.

Every peer reads the same file. Names, addresses and codes are folded to lower-case ASCII, as its
user would do first and as our own encoder does; dates are ISO, and where only the year is known
the date is empty and the year stands beside it.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from linkage.bench.folder import BenchmarkFolder, BenchmarkList, date_formats

__all__ = ["PARTS", "entities", "list_index", "write_job"]

PARTS = ("birth_year", "birth_month", "birth_day")
BLOCKS = (("surname",), ("given_name",), ("date_of_birth",), ("postcode",), ("initials_and_year",))
LARGEST_PRODUCT = 1_000_000


def entities(folder: BenchmarkFolder) -> NDArray[np.int64]:
    """``(records,)`` true person of every record, list after list."""
    return np.array([who for each in folder.lists for who in each.entity.values()], np.int64)


def list_index(folder: BenchmarkFolder) -> NDArray[np.int64]:
    """``(records,)`` index of the list of every record."""
    sizes = [len(each.rows) for each in folder.lists]
    return np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)


def folded(value: str) -> str:
    """Lower-case ASCII with single spaces.

    >>> folded(" Łukasz  ŻUŁAWSKI ")
    'lukasz zulawski'
    """
    return " ".join(anyascii(value).lower().split())


def parsed_date(value: str, formats: list[str]) -> tuple[str, str, str, str]:
    """ISO date, year, month and day of a cell; empty where it does not say.

    >>> parsed_date("1990-05-23", ["%Y-%m-%d", "%Y"]), parsed_date("1975", ["%Y-%m-%d", "%Y"])
    (('1990-05-23', '1990', '05', '23'), ('', '1975', '', ''))
    """
    for form in formats:
        try:
            date = dt.datetime.strptime(value, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
        year, month, day = date.isoformat().split("-")
        return ("", year, "", "") if form == "%Y" else (date.isoformat(), year, month, day)
    return "", "", "", ""


def write_job(folder: BenchmarkFolder, *, duplicates: bool, u_pairs: int, place: Path) -> None:
    """Write ``records.csv`` and ``job.json`` into a folder.

    Args:
        folder: the lists.
        duplicates: whether a list may hold a person twice.
        u_pairs: random pairs from which Splink learns how often strangers agree.
        place: where; made if it is not there.
    """
    place.mkdir(parents=True, exist_ok=True)
    fields = [each.name for each in folder.fields]
    dated = "date_of_birth" in fields
    columns = ["record", "source", *fields, *(PARTS if dated else ()), "initials_and_year"]
    with (place / "records.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        rows = (row for each in folder.lists for row in _rows(folder, each))
        writer.writerows({"record": number, **row} for number, row in enumerate(rows))
    total = sum(len(each.rows) for each in folder.lists)
    full = total * total // 2 <= LARGEST_PRODUCT
    job = {
        "fields": fields,
        "duplicates": duplicates,
        "u_pairs": u_pairs,
        "blocks": [] if full else [rule for rule in BLOCKS if set(rule) <= set(columns)],
    }
    (place / "job.json").write_text(json.dumps(job, indent=2) + "\n", encoding="utf-8")


def _rows(folder: BenchmarkFolder, owned: BenchmarkList) -> Iterator[dict[str, str]]:
    headings = {each.name: owned.column_of(each) for each in folder.fields}
    born = headings.get("date_of_birth")
    formats = date_formats(owned.values(born)) if born else []
    for row in owned.rows:
        values = {name: folded(row[at]) if at else "" for name, at in headings.items()}
        year = ""
        if "date_of_birth" in headings:
            date, year, month, day = parsed_date(row[born].strip() if born else "", formats)
            values["date_of_birth"] = date
            values.update(zip(PARTS, (year, month, day), strict=True))
        given, family = values.get("given_name", ""), values.get("surname", "")
        known = given and family and year
        values["initials_and_year"] = f"{given[:2]} {family[:2]} {year}" if known else ""
        yield {"source": owned.list_id, **values}
