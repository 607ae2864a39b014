"""Folders of one or more lists with truth, each list as its owner has it after `check`."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES

# Its public reader takes folders to link, of two lists or more; this takes one, too.
from linkage.bench import folder as folders
from linkage.records import Mapping as ListMapping
from linkage.records import normalise_list, read_table
from linkage.types import NormalisedList

__all__ = ["Judged", "Listed", "judge", "pairs_of", "read_lists", "same_name_and_date"]

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of a folder.

    Attributes:
        list_id: its id.
        rows: its rows, those that cannot be linked included.
        records: its linkable records.
        agreement: an agreement on its fields, for the profile that was asked for.
        true: pairs of rows of one person, those of rows that cannot be linked included.
    """

    list_id: str
    rows: int
    records: NormalisedList
    agreement: Agreement
    true: frozenset[Pair]


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs beside the truth."""

    found: int
    right: int
    true: int

    def __add__(self, other: Judged) -> Judged:
        return Judged(self.found + other.found, self.right + other.right, self.true + other.true)

    def as_dict(self) -> dict[str, float | int | None]:
        """Counts and shares; a share of nothing is None."""
        return {
            "found": self.found,
            "right": self.right,
            "true": self.true,
            "precision": round(self.right / self.found, 4) if self.found else None,
            "recall": round(self.right / self.true, 4) if self.true else None,
        }


def judge(found: Iterable[Pair], true: frozenset[Pair]) -> Judged:
    pairs = set(found)
    return Judged(len(pairs), len(pairs & true), len(true))


def pairs_of(groups: Iterable[Iterable[int]]) -> set[Pair]:
    """All pairs of rows, the smaller first, inside each group."""
    return {pair for group in groups for pair in itertools.combinations(sorted(group), 2)}


def same_name_and_date(listed: Listed) -> set[Pair]:
    """The reference: the same words in the same names and the same full date, if there is one."""
    chosen = [rule.name for rule in listed.agreement.fields if rule.kind in ("name", "date")]
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    columns = [listed.records.fields[name] for name in chosen]
    for row, *values in zip(listed.records.rows.tolist(), *columns, strict=True):
        dated = [value.day for value in values if hasattr(value, "day")]
        if all(day is not None for day in dated):
            groups[tuple(values)].append(row)
    return pairs_of(groups.values())


def read_lists(folder: Path, profile: str) -> list[Listed]:
    """Every list of a folder, normalised."""
    files = {path.name.split(".")[0]: path for path in sorted(folders._tables(folder))}
    truth = folders._rows(folders._content(files["truth"]))
    entity = {row["rec_id"]: row["entity_id"] for row in truth}
    numbers = {name: number for number, name in enumerate(sorted(set(entity.values())))}
    names = [
        name
        for name in files
        if not name.startswith(("truth", "population")) and "label" not in name
    ]
    read = [folders._list(name, folders._content(files[name]), entity, numbers) for name in names]
    return [_listed(each, profile) for each in read]


def _listed(owned: folders.BenchmarkList, profile: str) -> Listed:
    fields, mapping = [], {}
    for wanted in folders._usual_fields(set(owned.header)):
        heading = owned.column_of(wanted)
        assert heading is not None
        values = owned.values(heading)
        rule, column = _field(wanted, heading, values, profile)
        fields.append(rule)
        mapping[wanted.name] = column
    agreement = _agreement(fields, profile, len(owned.rows))
    mapped = ListMapping.model_validate(
        {
            "format": "linkage-mapping/1",
            "confirmed": True,
            "maximum_bad_dates": 0.5,
            "fields": mapping,
        }
    )
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "list.csv"
        path.write_bytes(owned.content)
        table = read_table(path, delimiter=",", expected=mapped.column_names())
    records, _ = normalise_list(table, mapped, agreement, dt.date.today())
    persons: dict[int, list[int]] = defaultdict(list)
    for row, person in owned.entity.items():
        persons[person].append(row)
    return Listed(
        owned.list_id,
        len(owned.rows),
        records,
        agreement,
        frozenset(pairs_of(persons.values())),
    )


def _field(
    wanted: folders.BenchmarkField, heading: str, values: list[str], profile: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    filters = PROFILES[profile].filters
    is_name = wanted.kind == "name"
    rule: dict[str, Any] = {
        "name": wanted.name,
        "kind": wanted.kind,
        "weight": wanted.weight,
        "filters": list(filters if is_name else filters[:1]),
    }
    column: dict[str, Any] = {"columns": [heading]}
    if is_name:
        rule["tag"] = "name"
    if wanted.kind == "date":
        column["formats"] = folders.date_formats(values)
    if wanted.kind == "code":
        rule["values"] = sorted(set(values) - {""})
        column["values"] = {value: value for value in rule["values"]}
    return rule, column


def _agreement(fields: list[Mapping[str, Any]], profile: str, rows: int) -> Agreement:
    day = dt.date(2025, 1, 1)
    owner = {"id": "owner", "name": "Owner", "role": "data-owner", "public_key": "x"}
    owned = {"id": "L", "description": "List", "expected_records": rows}
    return Agreement.model_validate(
        {
            "format": "linkage-agreement/1",
            "id": "benchmark",
            "title": "Benchmark",
            "purpose": "Benchmark",
            "dpia_reference": "Fictitious people",
            "case_definition": "Every record",
            "reference_period_start": day,
            "reference_period_end": day,
            "expires": dt.date(2098, 1, 1),
            "delete_by": dt.date(2099, 1, 1),
            "encoding": {"profile": profile, "insecure": PROFILES[profile].insecure},
            "fields": fields,
            "parties": [owner | {"legal_basis": "None", "list": owned}],
        }
    )
