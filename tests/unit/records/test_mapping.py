"""mapping.toml: strict, all faults at once, confirmed by the owner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w
from tests.support.lists import agreement, mapping_tree, write_mapping

from linkage.errors import DataError
from linkage.records.mapping import fit_faults, load_mapping, parse_mapping


def faults_of(tree: dict[str, Any]) -> dict[str | None, str]:
    with pytest.raises(DataError) as caught:
        parse_mapping(tomli_w.dumps(tree).encode())
    assert {fault.code for fault in caught.value.faults} == {"E321"}
    return {fault.field: fault.message for fault in caught.value.faults}


def unfit(**changes: Any) -> set[str | None]:
    parsed = parse_mapping(tomli_w.dumps(mapping_tree(**changes)).encode())
    faults = list(fit_faults(parsed, agreement(), "mapping.toml"))
    assert {fault.code for fault in faults} <= {"E322"}
    return {fault.field for fault in faults}


def fields(**changes: Any) -> dict[str, Any]:
    return {"fields": {**mapping_tree()["fields"], **changes}}


def strata(**changes: Any) -> dict[str, Any]:
    return {"strata": {**mapping_tree()["strata"], **changes}}


def test_a_good_mapping_is_loaded(tmp_path: Path) -> None:
    mapping = load_mapping(write_mapping(tmp_path, encoding="windows-1252"), agreement())
    assert mapping.encoding == "cp1252"
    assert mapping.column_names() == (
        "Voornaam", "Achternaam", "Geboortedatum", "Geslacht", "Vorm", "Melding",
    )  # fmt: skip


def test_an_unconfirmed_mapping_is_refused_with_its_other_faults(tmp_path: Path) -> None:
    path = write_mapping(tmp_path, confirmed=False)
    with pytest.raises(DataError, match="E323"):
        load_mapping(path, agreement())
    assert not load_mapping(path, agreement(), confirmed=False).confirmed
    path = write_mapping(tmp_path, confirmed=False, strata={})
    with pytest.raises(DataError) as caught:
        load_mapping(path, agreement())
    assert {fault.code for fault in caught.value.faults} == {"E322", "E323"}


@pytest.mark.parametrize("content", [
    b"format = ", b"\xff\xfe", b"[a\n", b"a = 1\na = 2\n",
    b"a = " + b"1" * 5000, b"a = " + b"[" * 3000 + b"]" * 3000,
])  # fmt: skip
def test_what_is_not_toml(content: bytes) -> None:
    with pytest.raises(DataError) as caught:
        parse_mapping(content)
    assert [fault.code for fault in caught.value.faults] == ["E320"]


def test_all_faults_at_once_with_their_places() -> None:
    tree = mapping_tree(
        format="linkage-mapping/9",
        confirmed="yes",
        encoding="guess",
        delimiter="|",
        maximum_bad_dates=2.0,
        extra=1,
    )
    tree["fields"]["sex"]["columns"] = "Geslacht"
    tree["fields"]["sex"]["values"] = {"Secret": 1}
    tree["fields"]["date_of_birth"]["formats"] = ["%d-%m-%q"]
    tree["strata"]["year"]["formats"] = ["%d-%m-%y"]
    found = faults_of(tree)
    assert set(found) == {
        "format", "confirmed", "encoding", "delimiter", "maximum_bad_dates", "extra",
        "fields.sex.columns", "fields.sex.values", "fields.date_of_birth.formats", "strata.year",
    }  # fmt: skip
    assert "two_digit_years_from" in found["strata.year"]
    assert "Secret" not in str(found)


def test_two_digit_years_need_their_first_year() -> None:
    good = fields(
        date_of_birth={
            "columns": ["Geboortedatum"],
            "formats": ["%d-%m-%y"],
            "two_digit_years_from": 1930,
        }
    )
    assert unfit(**good) == set()


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({}, set()),
        (
            {"fields": {}},
            {f"fields.{n}" for n in ("given_name", "surname", "date_of_birth", "sex")},
        ),
        (fields(shoe={"columns": ["x"]}), {"fields.shoe"}),
        (fields(sex={"columns": []}), set()),
        (fields(sex={"columns": ["Geslacht"]}), {"fields.sex.values"}),
        (fields(sex={"columns": ["x"], "values": {"V": "W"}}), {"fields.sex.values"}),
        (fields(sex={"columns": ["x"], "values": {"V": ""}}), set()),
        (fields(sex={"columns": ["x", "y"], "values": {}}), {"fields.sex.columns"}),
        (fields(date_of_birth={"columns": ["x"]}), {"fields.date_of_birth.formats"}),
        (fields(surname={"columns": ["x"], "formats": ["%Y"]}), {"fields.surname.formats"}),
        (fields(surname={"columns": ["x"], "values": {}}), {"fields.surname.values"}),
        (strata(year={}), set()),
        (strata(year={"columns": ["x"]}), {"strata.year.formats"}),
        (strata(year={"columns": ["x"], "formats": ["%Y"], "birth": "y"}), {"strata.year"}),
        (strata(age={"columns": ["x"]}), {"strata.age.columns"}),
        (strata(age={"birth": "x"}), {"strata.age"}),
        (
            strata(age={"birth": "x", "reference": "y"}),
            {"strata.age.birth_formats", "strata.age.reference_formats"},
        ),
        (strata(exploitation={"withhold": ["other"]}), {"strata.exploitation.withhold"}),
    ],
)
def test_a_mapping_must_fit_the_agreement(changes: dict[str, Any], places: set[str]) -> None:
    assert unfit(**changes) == places


def test_a_required_field_needs_a_column() -> None:
    rule = {"name": "surname", "kind": "name", "required": True}
    parsed = parse_mapping(
        tomli_w.dumps(
            {"format": "linkage-mapping/1", "fields": {"surname": {"columns": []}}}
        ).encode()
    )
    faults = list(fit_faults(parsed, agreement(fields=[rule], strata=[]), "m.toml"))
    assert [fault.field for fault in faults] == ["fields.surname.columns"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        (fields(date_of_birth={"columns": ["14-03-1987"], "formats": ["%d-%m-%Y"]}),
         "fields.date_of_birth"),
        # a real spreadsheet date is read as YYYY-MM-DD, whatever formats are declared
        (fields(date_of_birth={"columns": ["1987-03-14"], "formats": ["%d-%m-%Y"]}),
         "fields.date_of_birth"),
        (fields(sex={"columns": [" V "], "values": {"V": "F", "M": "M"}}), "fields.sex"),
        (strata(year={"columns": ["2019"], "formats": ["%Y"]}), "strata.year"),
    ],
)  # fmt: skip
def test_a_list_without_a_header_is_not_mapped_by_its_first_record(
    changes: dict[str, Any], place: str
) -> None:
    found = faults_of(mapping_tree(**changes))
    assert set(found) == {place}
    assert not any(value in str(found) for value in ("14-03-1987", "1987-03-14", "2019", '"V"'))
