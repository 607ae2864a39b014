"""What `linkage map` proposes, and what it leaves to the owner."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from tests.support.lists import HEADER, agreement, records

from linkage.records.mapping import fit_faults, parse_mapping
from linkage.records.normalise.codes import MissingMarkers
from linkage.records.propose import confirm_text, propose_mapping
from linkage.records.propose.cells import propose_formats, propose_values
from linkage.records.propose.headers import match_columns
from linkage.records.table import Table, build_table

MISSING = MissingMarkers(["-", "onbekend"])


def table(header: tuple[str, ...] = HEADER, rows: list[tuple[str, ...]] | None = None) -> Table:
    return build_table("victims.csv", [header, *(rows or records())], delimiter=";")


def test_a_complete_proposal_needs_only_the_codes_that_are_not_known() -> None:
    rows = [(*row[:4], row[4], ("seksueel", "arbeid", "Zeldzaam")[i % 3], row[6])
            for i, row in enumerate(records(30))]  # fmt: skip
    proposed = propose_mapping(table(("Nr", "Voornaam", "Achternaam", "Geboortedatum",
                                      "Geslacht", "Soort uitbuiting", "Datum melding"), rows),
                               agreement(fields=agreement().model_dump()["fields"]))  # fmt: skip
    mapping = parse_mapping(proposed.text.encode())
    assert mapping.delimiter == ";"
    assert not mapping.confirmed
    assert mapping.fields["given_name"].columns == ("Voornaam",)
    assert mapping.fields["surname"].columns == ("Achternaam",)
    assert mapping.fields["sex"].values == {"M": "M", "V": "F"}
    assert mapping.strata["exploitation"].values == {"seksueel": "sexual", "arbeid": "labour"}
    assert mapping.strata["year"].formats == ("%d-%m-%Y",)
    assert mapping.strata["age"].birth == "Geboortedatum"
    assert '# "Zeldzaam" = ""  # 10 rows' in proposed.text
    assert '"Nr"' in proposed.text
    assert proposed.open_points == ("strata.exploitation.values: 1 more code needs a meaning",)
    assert not list(fit_faults(mapping, agreement(), "mapping.toml"))


def test_names_and_dates_never_stand_in_a_mapping() -> None:
    proposed = propose_mapping(table(), agreement())
    for row in records():
        assert row[1] not in proposed.text
        assert row[2] not in proposed.text
        assert row[3] not in proposed.text


def test_a_file_without_a_header_is_not_repeated() -> None:
    first, *rest = [(f"id{n}", "Ortwin", "An", "1990-01-02", "M", "x", "") for n in range(20)]
    proposed = propose_mapping(table(tuple(cell or "Q" for cell in first), rest), agreement())
    assert proposed.open_points[0].startswith("row 1 does not look like column names")
    for cell in first[:4]:
        assert cell not in proposed.text.replace("[", " ").split('"')
    assert tomllib.loads(proposed.text)["fields"]["surname"]["columns"] == []


@pytest.mark.parametrize(
    ("header", "field", "column"),
    [
        (("Familienaam", "Roepnaam"), "surname", 0),
        (("Nachname", "Vorname"), "given_name", 1),
        (("Prénom", "Nom"), "surname", 1),
        (("Apellidos", "Nombre"), "given_name", 1),
        (("Imię", "Nazwisko"), "surname", 1),
        (("Nume", "Prenume"), "given_name", 1),
        (("Cognome", "Nome"), "given_name", 1),
        (("Geb. datum", "x"), "date_of_birth", 0),
        (("x", "Geboortedatum cliënt"), "date_of_birth", 1),
        (("x", "DATE_OF_BIRTH"), "date_of_birth", 1),
        (("Staatsangehörigkeit", "y"), "nationality", 0),
        (("Genoortedatum", "y"), "date_of_birth", 0),
        (("Płeć", "y"), "sex", 0),
    ],
)
def test_columns_in_eight_languages(header: tuple[str, ...], field: str, column: int) -> None:
    assert match_columns(header, [field])[field][0] == column


def test_a_column_goes_to_one_field_only() -> None:
    found = match_columns(("Naam", "Datum"), ["surname", "given_name"])
    assert {name: place[0] for name, place in found.items()} == {"surname": 0}
    assert match_columns(("aaa", "bbb"), ["surname", "sex"]) == {}


def test_particles_go_in_front_of_the_family_name() -> None:
    header = ("Nr", "Voornaam", "Tussenvoegsel", "Achternaam", "Geslacht", "Vorm", "Melding")
    mapping = parse_mapping(propose_mapping(table(header), agreement()).text.encode())
    assert mapping.fields["surname"].columns == ("Tussenvoegsel", "Achternaam")


@pytest.mark.parametrize(
    ("cells", "formats", "choices"),
    [
        (["1990-05-23", "1991-01-02", "-"], ("%Y-%m-%d",), ()),
        (["23-05-1990", "01-02-1991"], ("%d-%m-%Y",), ()),
        (["05/23/1990", "01/02/1991"], ("%m/%d/%Y",), ()),
        (["3-5-1990", "23-11-1990"], ("%-d-%-m-%Y",), ()),
        (["23.05.1990", "1990"], ("%d.%m.%Y", "%Y"), ()),
        (["03-04-1990", "05-06-1991"], (), ("%d-%m-%Y", "%m-%d-%Y")),
        (["03-04-1990", "1990"], ("%Y",), ("%d-%m-%Y", "%m-%d-%Y")),
        (["04-04-1990", "05-05-1990"], ("%d-%m-%Y",), ()),
        (["23 mei 1990", "1 Jan 1991"], ("%-d %b %Y",), ()),
        (["1990-00-00", "1990-05-23"], ("%Y-%m-%d",), ()),
        (["-", ""], (), ()),
    ],
)
def test_date_formats_only_where_certain(
    cells: list[str], formats: tuple[str, ...], choices: tuple[str, ...]
) -> None:
    proposed = propose_formats(cells, MISSING)
    assert (proposed.formats, proposed.choices) == (formats, choices)


def test_an_impossible_date_does_not_decide() -> None:
    proposed = propose_formats(["31-02-1990"] + [f"{d:02d}-03-1990" for d in range(1, 30)], MISSING)
    assert (proposed.formats, proposed.unread) == (("%d-%m-%Y",), 1)


def test_two_digit_years_are_left_to_the_owner() -> None:
    proposed = propose_formats(["23-05-90"], MISSING)
    assert (proposed.formats, proposed.two_digit_years, proposed.unread) == ((), True, 1)


@pytest.mark.parametrize(
    ("cells", "allowed", "mapped", "unmapped"),
    [
        (["m", "v", "Man", "vrouw", "zzz", "-"], ["F", "M"],
         {"m": "M", "v": "F", "Man": "M", "vrouw": "F"}, {"zzz": 1}),
        (["Nederlandse", "polen", "RO", "Narnia"], ["NL", "PL", "RO"],
         {"Nederlandse": "NL", "polen": "PL", "RO": "RO"}, {"Narnia": 1}),
        (["Noord Holland"], ["Noord-Holland"], {"Noord Holland": "Noord-Holland"}, {}),
        (["man"], ["male", "m"], {}, {"man": 1}),
    ],
)  # fmt: skip
def test_codes_that_are_known(
    cells: list[str], allowed: list[str], mapped: dict[str, str], unmapped: dict[str, int]
) -> None:
    proposed = propose_values(cells, allowed, MISSING)
    assert (proposed.mapped, proposed.unmapped) == (mapped, unmapped)


def test_a_column_of_many_values_is_no_code() -> None:
    proposed = propose_values([f"name {n}" for n in range(100)], ["F", "M"], MISSING)
    assert (proposed.too_many, proposed.mapped, proposed.unmapped) == (100, {}, {})


@pytest.mark.parametrize("odd", ['a"b', "a\\b", "a\nb", "tab\there", "del\x7f", "'''", "#"])
def test_any_column_name_survives_the_toml(odd: str) -> None:
    header = (odd, *HEADER[1:])
    rows: list[Any] = [(row[0], *row[1:]) for row in records()]
    changed = agreement(strata=[], fields=[{"name": "odd", "kind": "text"},
                                           {"name": "surname", "kind": "name"}])  # fmt: skip
    text = propose_mapping(table(header, rows), changed).text
    assert tomllib.loads(text)["fields"]["surname"]["columns"] == ["Achternaam"]
    own = propose_mapping(table(("Geslacht", *HEADER[1:4], odd, *HEADER[5:]), rows), agreement())
    tomllib.loads(own.text)


def test_confirming_keeps_every_comment() -> None:
    text = propose_mapping(table(), agreement()).text
    assert confirm_text(text) == text.replace("confirmed = false", "confirmed = true", 1)
    assert tomllib.loads(confirm_text(text))["confirmed"] is True
    without = 'format = "linkage-mapping/1"\n[fields]\n'
    assert tomllib.loads(confirm_text(without))["confirmed"] is True
