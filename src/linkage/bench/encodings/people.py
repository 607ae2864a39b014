"""Whom the benchmark attacks and links: people of lists with truth, of a file, or made up."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.attack.people import chosen_records
from linkage.bench.configuration import CONFIGURATIONS
from linkage.bench.folder import BenchmarkFolder, BenchmarkList, read_folder
from linkage.bench.in_process import NormalisedFolder, normalise_folder
from linkage.bench.projects import folder_agreement
from linkage.bench.simulate import FIELDS, Simulation, simulated_folder
from linkage.errors import Fault, UsageError
from linkage.types import NormalisedList

__all__ = ["SIMULATED", "People", "read_people"]

SIMULATED = "simulated"
"""Stands for people that are made up on the spot."""
_COLUMNS = {"GivenName": "given_name", "Surname": "surname", "Birthday": "date_of_birth"}
_LIST = "L"


@dataclass(frozen=True, slots=True)
class People:
    """One record each of many people, and the lists that they come from.

    Attributes:
        name: what the data are called.
        records: one record of each person, in random order.
        rules: the fields.
        lists: all records of all lists with their truth; None where there is one list only.
    """

    name: str
    records: NormalisedList = field(repr=False)
    rules: tuple[FieldRule, ...]
    lists: NormalisedFolder | None = field(repr=False)

    def __len__(self) -> int:
        return len(self.records)

    def take(self, rows: NDArray[np.int64]) -> NormalisedList:
        """The records of some people."""
        return chosen_records(self.records, rows)


def read_people(source: str, today: dt.date) -> People:
    """People of a folder of lists with truth, of a delimited file, or made up.

    Args:
        source: a folder as :func:`linkage.bench.folder.read_folder` takes it; a file of one list
            without duplicates with the columns GivenName, Surname and Birthday (month/day/year),
            separated by tabs, ``.tsv`` or ``.tsv.gz``; or :data:`SIMULATED`.
        today: the current date.

    Raises:
        UsageError: E225 where it is none of these.
    """
    if source == SIMULATED:
        simulation = Simulation(11, (6_000, 6_000), 0.3, duplicates=0.0)
        return _of_folder(simulated_folder(simulation), today)
    path = Path(source)
    if path.is_dir():
        return _of_folder(read_folder(path.resolve()), today)
    if path.is_file():
        return _of_folder(_file_folder(path), today, single=True)
    raise _no_people(path)


def _of_folder(folder: BenchmarkFolder, today: dt.date, *, single: bool = False) -> People:
    configuration = CONFIGURATIONS["single"]
    normalised = normalise_folder(folder, "clk", configuration, today)
    rules = folder_agreement(folder, "clk", today, configuration).fields
    order = np.random.default_rng(1).permutation(len(normalised.lists))
    first = np.unique(normalised.entity[order], return_index=True)[1]
    rows = np.random.default_rng(2).permutation(order[first])
    records = chosen_records(normalised.records, rows)
    return People(folder.name, records, tuple(rules), None if single else normalised)


def _file_folder(path: Path) -> BenchmarkFolder:
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8"), newline=""), delimiter="\t"))
    if not rows or not set(_COLUMNS) <= set(rows[0]):
        raise _no_people(path)
    clean = [{name: row[column] for column, name in _COLUMNS.items()} for row in rows]
    for row in clean:
        month, day, year = (int(part) for part in row["date_of_birth"].split("/"))
        row["date_of_birth"] = f"{year:04d}-{month:02d}-{day:02d}"
    header = tuple(_COLUMNS.values())
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(clean)
    lists = [
        BenchmarkList(
            list_id=name,
            name=f"{name}.csv",
            content=out.getvalue().encode("utf-8"),
            header=header,
            rows=tuple(clean),
            entity={row: row for row in range(2, len(clean) + 2)},
        )
        for name in (_LIST, "M")  # an agreement has two lists; both are this one
    ]
    fields = tuple(each for each in FIELDS if each.name in header)
    return BenchmarkFolder(path.name.partition(".")[0], tuple(lists), fields)


def _no_people(path: Path) -> UsageError:
    return UsageError(
        Fault(
            "E225",
            f"{path} holds no people for a benchmark.",
            "Give a folder of lists with truth.csv, a tab-separated file with GivenName, Surname\n"
            f'and Birthday, or "{SIMULATED}".',
        )
    )
