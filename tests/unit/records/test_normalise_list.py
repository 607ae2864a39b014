"""A whole list: values, strata, quality, faults."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.support.lists import HEADER, TODAY, agreement, mapping, mapping_tree, record, records

from linkage.errors import DataError, PolicyError
from linkage.records.normalise.lists import assess_list, normalise_list
from linkage.records.quality import QualityReport
from linkage.records.table import build_table
from linkage.types import UNKNOWN, NormalisedList, PartialDate


def normalise(rows: list[tuple[str, ...]], **changes: Any) -> tuple[NormalisedList, QualityReport]:
    table = build_table("victims.csv", [HEADER, *rows])
    return normalise_list(table, mapping(**changes), agreement(), TODAY)


def kinds(report: QualityReport, name: str) -> dict[str, tuple[int, ...]]:
    (column,) = [item for item in report.fields if item.name == name]
    return {finding.kind: finding.rows for finding in column.findings}


def test_values_and_strata_of_a_record() -> None:
    first = record(
        0, Voornaam="Jean-Pierre", Achternaam="van der Bérg", Geboortedatum="02-07-2001",
        Geslacht="V", Vorm="arbeid", Melding="30-06-2019",
    )  # fmt: skip
    listed, report = normalise([first, *records()[1:]])
    values = {name: column[0] for name, column in listed.fields.items()}
    assert values == {
        "given_name": ("jean", "pierre"),
        "surname": ("berg",),
        "date_of_birth": PartialDate(2001, 7, 2),
        "sex": "F",
    }
    assert listed.strata[0].tolist() == [1, 1, 0]
    assert listed.strata.dtype == np.uint8
    assert listed.rows.tolist() == list(range(2, 22))
    assert listed.rows.dtype == np.int64
    assert (report.rows_read, report.linkable, report.not_linkable) == (20, 20, ())


def test_who_is_not_linkable_and_why() -> None:
    rows = records()
    rows[3] = record(3, Voornaam="onbekend", Achternaam="N.N.")
    rows[4] = record(4, Achternaam="", Geboortedatum="-", Geslacht="?")
    rows[5] = record(5, Achternaam="", Geslacht="")
    listed, report = normalise(rows)
    assert {finding.kind: finding.rows for finding in report.not_linkable} == {
        "no name": (5,),
        "too few identifiers": (6,),
    }
    assert report.not_linkable_rows == (5, 6)
    assert 5 not in listed.rows
    assert 6 not in listed.rows
    assert 7 in listed.rows


def test_required_fields() -> None:
    fields = [field.model_dump() for field in agreement().fields]
    fields[2]["required"] = True
    rows = records()
    rows[0] = record(0, Geboortedatum="")
    table = build_table("victims.csv", [HEADER, *rows])
    _, report = normalise_list(table, mapping(), agreement(fields=fields), TODAY)
    (finding,) = report.not_linkable
    assert (finding.kind, finding.rows) == ("required field date_of_birth is missing", (2,))


def test_findings_by_field_and_row() -> None:
    rows = records(200)
    rows[0] = record(0, Voornaam="M?ria", Geboortedatum="01-01-1990")
    rows[1] = record(1, Voornaam="Дарья", Geboortedatum="02-06-2025")
    rows[2] = record(2, Achternaam="Vis_er", Geboortedatum="31-02-1990")
    rows[3] = record(3, Achternaam="xxx", Geboortedatum="")
    listed, report = normalise(rows)
    assert kinds(report, "given_name") == {'"?"': (2,), "non-Latin, transliterated": (3,)}
    assert kinds(report, "surname") == {'"_"': (4,), "placeholder name": (5,)}
    assert kinds(report, "date_of_birth") == {"placeholder date": (2,), "future date": (3,)}
    dates = next(item for item in report.fields if item.name == "date_of_birth")
    assert dates.unreadable == (4,)
    assert dates.missing == (3, 5)
    assert dates.letters == ("D",)
    assert listed.fields["date_of_birth"][:4] == (
        PartialDate(1990), PartialDate(), PartialDate(), PartialDate(),
    )  # fmt: skip


def test_a_date_of_which_nothing_is_known_is_missing() -> None:
    rows = records()
    rows[0] = record(0, Geboortedatum="00-00-0000")
    _, report = normalise(rows)
    dates = next(item for item in report.fields if item.name == "date_of_birth")
    assert (dates.missing, dates.unreadable) == ((2,), ())


def test_several_columns_are_joined() -> None:
    tree = mapping_tree()["fields"] | {"surname": {"columns": ["Achternaam", "Voornaam"]}}
    listed, report = normalise([record(0, Voornaam="Anna", Achternaam="Vis"), *records()[1:]],
                               fields=tree)  # fmt: skip
    assert listed.fields["surname"][0] == ("vis", "anna")
    assert report.fields[1].letters == ("C", "B")


def test_fields_and_strata_that_a_list_does_not_have() -> None:
    tree = mapping_tree()
    listed, report = normalise(
        records(),
        fields=tree["fields"] | {"sex": {"columns": []}, "date_of_birth": {"columns": []}},
        strata=tree["strata"] | {"age": {}, "year": {"columns": []}},
    )
    assert set(listed.fields["sex"]) == {""}
    assert set(listed.fields["date_of_birth"]) == {PartialDate()}
    assert report.absent == ("date_of_birth", "sex", "strata.year", "strata.age")
    assert (listed.strata[:, 1:] == UNKNOWN).all()


def test_unmapped_codes_by_column_and_row_never_by_value() -> None:
    rows = records()
    rows[1] = record(1, Geslacht="Zz")
    rows[2] = record(2, Vorm="Zz")
    rows[3] = record(3, Geslacht="onbekend")
    with pytest.raises(DataError) as caught:
        normalise(rows)
    assert [(f.code, f.field, f.row) for f in caught.value.faults] == [
        ("E340", "sex", 3),
        ("E340", "strata.exploitation", 4),
    ]
    assert 'column E ("Geslacht")' in str(caught.value)
    assert "Zz" not in str(caught.value)


@pytest.mark.parametrize(("bad", "refused"), [(0, False), (4, False), (5, True), (10, True)])
def test_bad_dates_up_to_the_declared_share(bad: int, refused: bool) -> None:
    rows = records(200)
    for number in range(bad):
        rows[number] = record(number, Geboortedatum="1990/05/23")
    if not refused:
        assert len(normalise(rows)[0]) == 200
        return
    with pytest.raises(DataError) as caught:
        normalise(rows)
    (fault,) = caught.value.faults  # the stratum of the same column is not told again
    assert (fault.code, fault.field) == ("E341", "date_of_birth")
    assert f"{bad} of 200 dates" in fault.message
    assert f"rows 2-{bad + 1}" in fault.message
    assert fault.as_dict()["rows"] == tuple(range(2, bad + 2))


def test_long_row_lists_are_shortened_in_the_message_only() -> None:
    rows = [record(n, Geslacht="q" if n % 2 else "V") for n in range(102)]
    with pytest.raises(DataError) as caught:
        normalise(rows)
    (fault,) = caught.value.faults
    assert fault.message.endswith("41 and 31 more; --json lists all.")
    assert len(fault.as_dict()["rows"]) == 51  # type: ignore[arg-type]


def test_a_list_of_which_nothing_is_linkable() -> None:
    with pytest.raises(DataError, match="E342"):
        normalise([record(n, Voornaam="", Achternaam="") for n in range(5)])


def test_missing_columns_and_an_unfit_mapping_together() -> None:
    tree = mapping_tree()["fields"] | {"surname": {"columns": ["Familienaam"]}}
    with pytest.raises(DataError) as caught:
        normalise(records(), fields=tree, strata={})
    assert {fault.code for fault in caught.value.faults} == {"E311", "E322"}


def test_duplicates_after_normalisation() -> None:
    rows = records()
    rows[4] = record(4, Voornaam="Anna", Achternaam="de Vries", Geboortedatum="03-04-1991")
    rows[9] = record(9, Voornaam="ANNA", Achternaam="Vries", Geboortedatum="03-04-1991",
                     Geslacht="V")  # fmt: skip
    _, report = normalise(rows)
    assert report.duplicates == ((6, 11),)


def test_list_size_and_small_strata() -> None:
    rows = records()
    rows[0] = record(0, Vorm="arbeid")
    for number in range(2, 20, 2):
        rows[number] = record(number, Vorm="arbeid" if number > 2 else "seksueel")
    _, report = normalise(rows)
    spread = report.strata[0]
    assert spread.counts == (("sexual", 1), ("labour", 19))
    assert spread.small == ("sexual",)
    with pytest.raises(PolicyError) as caught:
        report.require_policy()
    assert [fault.code for fault in caught.value.faults] == ["E602"]
    assert "sexual" not in str(caught.value)

    withheld = mapping_tree()["strata"]["exploitation"] | {"withhold": ["sexual"]}
    _, report = normalise(rows, strata=mapping_tree()["strata"] | {"exploitation": withheld})
    assert (report.strata[0].counts[0], report.strata[0].unknown) == (("sexual", 0), 1)
    report.require_policy()

    _, report = normalise(records(9))
    with pytest.raises(PolicyError) as caught:
        report.require_policy()
    assert [fault.code for fault in caught.value.faults] == ["E601"]


def test_years_outside_the_agreement_are_unknown() -> None:
    rows = records()
    rows[0] = record(0, Melding="01-01-2017")
    listed, _ = normalise(rows)
    assert listed.strata[0, 1] == UNKNOWN


def test_placeholders_of_a_field_hold_for_the_stratum_of_its_column() -> None:
    rows = records()
    rows[0] = record(0, Geboortedatum="01-01-2001", Melding="15-06-2019")
    listed, _ = normalise(rows)
    assert listed.strata[0, 2] == UNKNOWN  # 17 or 18


def test_an_assessment_reports_beside_its_faults() -> None:
    rows = records()
    rows[0] = record(0, Geslacht="Zz")
    table = build_table("victims.csv", [HEADER, *rows])
    found = assess_list(table, mapping(), agreement(), TODAY)
    assert [fault.code for fault in found.faults] == ["E340"]
    assert next(item for item in found.report.fields if item.name == "sex").unreadable == (2,)
    assert "annaaaa" not in repr(found)
