"""A folder of lists with a truth file, as benchmarks hold them.

Files are ``NAME.csv`` or ``NAME.csv.gz``: one per list, and ``truth.csv`` with ``rec_id``
and ``entity_id``. A list's id is the letter before the first ``_`` of its name, if there is
just one (``P_police`` is list P), else the name itself.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = [
    "BenchmarkField",
    "BenchmarkFolder",
    "BenchmarkList",
    "date_formats",
    "read_fields",
    "read_folder",
]

RECORD_ID, ENTITY_ID = "rec_id", "entity_id"
_NOT_LISTS = ("truth", "population")
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "given_name": ("given_name", "first_name", "gname", "pername1", "imie"),
    "surname": ("surname", "last_name", "fname", "pername2", "nazwisko"),
    "date_of_birth": ("date_of_birth", "birth_date", "dob", "data_ur"),
    "sex": ("sex", "gender"),
    "nationality": ("nationality", "kraj"),
    "postcode": ("postcode", "enumpc"),
    "address": ("address_1", "enumcap"),
    "age": ("age",),
}
_KINDS = {
    "given_name": "name",
    "surname": "name",
    "date_of_birth": "date",
    "sex": "code",
    "nationality": "code",
    "postcode": "text",
    "address": "text",
    "age": "code",
}
_DATE_SHAPES = (
    ("%Y-%m-%d", r"\d{4}-\d\d-\d\d"),
    ("%Y/%m/%d", r"\d{4}/\d\d/\d\d"),
    ("%d-%m-%Y", r"\d\d-\d\d-\d{4}"),
    ("%d/%m/%Y", r"\d\d/\d\d/\d{4}"),
    ("%Y%m%d", r"\d{8}"),
    ("%Y", r"\d{4}"),
)


@dataclass(frozen=True, slots=True)
class BenchmarkField:
    """An identifying field, and the column of that name or another in every list.

    Attributes:
        name: name of the field.
        kind: name, date, code or text.
        columns: possible headings, the first that a list has is taken.
        weight: token weight; None for what the profile starts with.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class BenchmarkList:
    """One list of the folder.

    Attributes:
        list_id: its id.
        name: name of the file, ending in .csv.
        content: its bytes, decompressed.
        header: its columns.
        rows: its records.
        entity: row as a spreadsheet shows it -> true person, numbered.
    """

    list_id: str
    name: str
    content: bytes = field(repr=False)
    header: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...] = field(repr=False)
    entity: Mapping[int, int] = field(repr=False)

    def column_of(self, wanted: BenchmarkField) -> str | None:
        """The heading under which the list has a field."""
        return next((name for name in wanted.columns if name in self.header), None)

    def values(self, heading: str) -> list[str]:
        """The cells of a column, stripped."""
        return [row[heading].strip() for row in self.rows]


@dataclass(frozen=True, slots=True)
class BenchmarkFolder:
    """A folder of lists with known truth.

    Attributes:
        name: the folder's name.
        lists: the lists, in order of their ids.
        fields: the identifying fields.
    """

    name: str
    lists: tuple[BenchmarkList, ...]
    fields: tuple[BenchmarkField, ...]

    @property
    def truth(self) -> dict[str, Mapping[int, int]]:
        """List id -> row -> true person."""
        return {each.list_id: each.entity for each in self.lists}


def date_formats(values: Sequence[str]) -> list[str]:
    """The formats that occur among the cells of a date column, commonest first.

    >>> date_formats(["1990-05-23", "1975", "", "1991-01-02"])
    ['%Y-%m-%d', '%Y']
    """
    shapes: Counter[str] = Counter()
    for value in values:
        shapes.update(name for name, shape in _DATE_SHAPES if re.fullmatch(shape, value))
    return [name for name, _ in shapes.most_common()] or ["%Y-%m-%d"]


def read_folder(folder: Path, fields: Sequence[BenchmarkField] | None = None) -> BenchmarkFolder:
    """Read every list and the truth.

    Args:
        folder: the folder.
        fields: the identifying fields; None takes those whose usual headings occur.

    Raises:
        ValueError: fewer than two lists, no truth, no usable column, or a record whose
            truth is missing.
    """
    files = {path.name.split(".")[0]: path for path in sorted(_tables(folder))}
    if "truth" not in files:
        raise ValueError(f"{folder.name} has no truth.csv or truth.csv.gz")
    entity_of = {row[RECORD_ID]: row[ENTITY_ID] for row in _rows(_content(files["truth"]))}
    names = [name for name in files if not name.startswith(_NOT_LISTS) and "label" not in name]
    if len(names) < 2:
        raise ValueError(f"{folder.name} has {len(names)} list; linking needs at least two")
    numbers = {entity: number for number, entity in enumerate(sorted(set(entity_of.values())))}
    lists = tuple(
        sorted(
            (_list(name, _content(files[name]), entity_of, numbers) for name in names),
            key=lambda each: each.list_id,
        )
    )
    headings = {heading for each in lists for heading in each.header}
    chosen = tuple(fields or _usual_fields(headings))
    if not chosen:
        raise ValueError(f"{folder.name} has no column with a usual name; give --fields")
    return BenchmarkFolder(folder.name, lists, chosen)


def read_fields(path: Path) -> tuple[BenchmarkField, ...]:
    """Fields from a TOML file: tables ``[[fields]]`` with name, kind, columns and weight."""
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        BenchmarkField(
            name=table["name"],
            kind=table["kind"],
            columns=tuple(table["columns"]),
            weight=table.get("weight"),
        )
        for table in tree["fields"]
    )


def _usual_fields(headings: set[str]) -> Iterator[BenchmarkField]:
    for name, kind in _KINDS.items():
        if headings.intersection(_ALIASES[name]):
            yield BenchmarkField(name, kind, _ALIASES[name])


def _tables(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.endswith((".csv", ".csv.gz")):
            yield path


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def _rows(content: bytes) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def _list(
    name: str, content: bytes, entity_of: Mapping[str, str], numbers: Mapping[str, int]
) -> BenchmarkList:
    rows = tuple(_rows(content))
    first, _, rest = name.partition("_")
    try:
        entity = {
            row_number: numbers[entity_of[row[RECORD_ID]]]
            for row_number, row in enumerate(rows, start=2)
        }
    except KeyError:
        raise ValueError(f"a record of {name} is not in the truth") from None
    return BenchmarkList(
        list_id=first if len(first) == 1 and rest else re.sub(r"\W", "_", name)[:16],
        name=f"{name}.csv",
        content=content,
        header=tuple(rows[0]) if rows else (),
        rows=rows,
        entity=entity,
    )
