"""A small agreement, a list that fits it, and the mapping between the two."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from linkage.agreement.model import Agreement
from linkage.records.mapping import Mapping

TODAY = dt.date(2025, 6, 1)
HEADER = ("Nr", "Voornaam", "Achternaam", "Geboortedatum", "Geslacht", "Vorm", "Melding")


def agreement(**changes: Any) -> Agreement:
    """Two names, a date of birth, a sex; strata by form, year and age."""
    tree: dict[str, Any] = {
        "format": "linkage-agreement/1",
        "id": "demo",
        "title": "Demonstration",
        "purpose": "Testing",
        "dpia_reference": "DPIA-1",
        "case_definition": "Anyone",
        "reference_period_start": dt.date(2018, 1, 1),
        "reference_period_end": dt.date(2020, 12, 31),
        "expires": dt.date(2030, 1, 1),
        "delete_by": dt.date(2031, 1, 1),
        "minimum_list_size": 10,
        "minimum_stratum_records": 2,
        "fields": [
            {"name": "given_name", "kind": "name", "tag": "name"},
            {"name": "surname", "kind": "name", "tag": "name"},
            {"name": "date_of_birth", "kind": "date", "placeholders": ["01-01", "07-01"]},
            {"name": "sex", "kind": "code", "values": ["F", "M"]},
        ],
        "strata": [
            {"name": "exploitation", "values": ["sexual", "labour"]},
            {"name": "year", "kind": "year", "values": ["2018", "2019", "2020"]},
            {"name": "age", "kind": "age-group", "values": ["minor", "adult"], "bounds": [18]},
        ],
        "parties": [{"id": "unit", "name": "Unit", "role": "linkage-unit", "public_key": "x"}],
    }
    return Agreement.model_validate(tree | changes)


def mapping_tree(**changes: Any) -> dict[str, Any]:
    """The mapping of :data:`HEADER`, confirmed."""
    dates = ["%d-%m-%Y", "%Y"]
    tree: dict[str, Any] = {
        "format": "linkage-mapping/1",
        "confirmed": True,
        "fields": {
            "given_name": {"columns": ["Voornaam"]},
            "surname": {"columns": ["Achternaam"]},
            "date_of_birth": {"columns": ["Geboortedatum"], "formats": dates},
            "sex": {"columns": ["Geslacht"], "values": {"V": "F", "M": "M"}},
        },
        "strata": {
            "exploitation": {
                "columns": ["Vorm"],
                "values": {"seksueel": "sexual", "arbeid": "labour"},
            },
            "year": {"columns": ["Melding"], "formats": ["%d-%m-%Y"]},
            "age": {
                "birth": "Geboortedatum",
                "birth_formats": dates,
                "reference": "Melding",
                "reference_formats": ["%d-%m-%Y"],
            },
        },
    }
    return tree | changes


def mapping(**changes: Any) -> Mapping:
    return Mapping.model_validate(mapping_tree(**changes))


def record(number: int, **changes: str) -> tuple[str, ...]:
    """A clean record, different for every number."""
    letters = "abcdefghij"
    word = "".join(letters[int(digit)] for digit in f"{number:03d}")
    values = {
        "Nr": str(number),
        "Voornaam": f"Anna{word}",
        "Achternaam": f"Visser{word}",
        "Geboortedatum": f"{number % 27 + 2:02d}-03-1990",
        "Geslacht": "VM"[number % 2],
        "Vorm": ("seksueel", "arbeid")[number % 2],
        "Melding": f"15-06-{2018 + number % 3}",
    }
    return tuple((values | changes)[name] for name in HEADER)


def records(count: int = 20) -> list[tuple[str, ...]]:
    return [record(number) for number in range(count)]


def csv_text(
    rows: Iterable[Sequence[str]],
    *,
    header: Sequence[str] = HEADER,
    delimiter: str = ",",
) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def write_list(folder: Path, rows: Iterable[Sequence[str]], **options: Any) -> Path:
    path = folder / "victims.csv"
    encoding = options.pop("encoding", "utf-8")
    path.write_bytes(csv_text(rows, **options).encode(encoding))
    return path


def write_mapping(folder: Path, **changes: Any) -> Path:
    import tomli_w

    path = folder / "mapping.toml"
    path.write_text(tomli_w.dumps(mapping_tree(**changes)), encoding="utf-8")
    return path
