from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io

import numpy as np
import openpyxl
import pytest

from linkage.synth import (
    DEFAULT_RATES,
    LIST_STYLES,
    LISTS,
    PopulationSettings,
    make_lists,
    make_population,
    population_csv,
    truth_csv,
)
from linkage.synth.xlsx import write_xlsx


@pytest.fixture(scope="module")
def population():
    return make_population(np.random.default_rng(1), PopulationSettings(people=2000))


@pytest.fixture(scope="module")
def lists(population):
    return make_lists(np.random.default_rng(2), population)


def rows_of(owned):
    if owned.style.kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(owned.content)).active
        return [[cell.value for cell in row] for row in sheet.rows]
    text = owned.content.decode(owned.style.encoding)
    return list(csv.reader(io.StringIO(text), delimiter=owned.style.delimiter))


def by_list(lists, list_id):
    return next(owned for owned in lists if owned.style.list_id == list_id)


def test_equal_seeds_give_equal_bytes(population, lists):
    again = make_lists(np.random.default_rng(2), population)
    assert [owned.content for owned in again] == [owned.content for owned in lists]


def test_bytes_are_the_same_on_every_platform(lists, population):
    # Not a statement of what is right: a pin, so that a machine which differs is noticed.
    digest = hashlib.sha256(b"".join(owned.content for owned in lists))
    digest.update(truth_csv(lists) + population_csv(population))
    assert digest.hexdigest() == PINNED


def test_every_row_is_a_person_of_that_list(lists, population):
    for owned in lists:
        rows = rows_of(owned)
        assert len(rows) == len(owned) + 1
        expected = {person.number for person in population.on_list(owned.style.list_id)}
        assert set(owned.people) == expected
        repeated = len(owned) - len(expected)
        assert repeated == sum("duplicate" in kinds for kinds in owned.kinds)
        assert repeated / len(expected) == pytest.approx(owned.style.duplicates, abs=0.05)


def test_truth_joins_on_list_and_spreadsheet_row(lists, population):
    truth = list(csv.DictReader(io.StringIO(truth_csv(lists).decode())))
    assert len(truth) == sum(map(len, lists))
    police = rows_of(by_list(lists, "P"))
    header = police[0]
    for line in truth:
        if line["list"] != "P" or line["errors"]:
            continue
        record = dict(zip(header, police[int(line["row"]) - 1], strict=True))
        person = population.people[int(line["person"])]
        assert record["date_of_birth"] == person.birth_date.isoformat()
        assert record["sex"] == person.sex


def test_each_owner_has_its_own_habits(lists):
    border = rows_of(by_list(lists, "K"))
    name = border[0].index("NAAM")
    assert all(row[name] == row[name].upper() and row[name].isascii() for row in border)
    shelters = by_list(lists, "Z")
    assert b"?" in shelters.content
    with pytest.raises(UnicodeDecodeError):
        shelters.content.decode("utf-8")
    assert by_list(lists, "R").content.startswith(b"\xff\xfe")
    assert by_list(lists, "O").content.startswith(b"\xef\xbb\xbf")
    ngo = "".join(row[1] + row[2] for row in rows_of(by_list(lists, "O")))
    assert any("А" <= letter <= "я" for letter in ngo)
    assert any("ا" <= letter <= "ي" for letter in ngo)
    inspectorate = rows_of(by_list(lists, "I"))
    assert any(isinstance(row[3], dt.datetime) for row in inspectorate)
    assert any(isinstance(row[3], str) and len(row[3]) == 4 for row in inspectorate)


def test_error_shares_follow_the_rates(population):
    shares = {
        owned.style.list_id: owned.error_shares()
        for owned in make_lists(
            np.random.default_rng(3),
            make_population(np.random.default_rng(3), PopulationSettings(people=6000)),
        )
    }
    for list_id in LISTS:
        for kind in ("birth_date_missing", "nationality_missing", "sex_missing"):
            expected = DEFAULT_RATES[list_id][kind]
            assert shares[list_id].get(kind, 0) == pytest.approx(expected, abs=0.03)
    assert shares["K"]["clean"] > shares["P"]["clean"] > shares["R"]["clean"]
    assert shares["R"]["clean"] > shares["O"]["clean"]


def test_no_errors_without_rates(population):
    clean = make_lists(np.random.default_rng(2), population, rates={})
    assert all(set(kinds) <= {"duplicate"} for owned in clean for kinds in owned.kinds)


def test_population_file_counts_everyone(population):
    rows = list(csv.DictReader(io.StringIO(population_csv(population).decode())))
    assert len(rows) == 2000
    hidden = sum(all(row[list_id] == "0" for list_id in LISTS) for row in rows)
    assert hidden == population.histories()[()]


def test_spreadsheet_keeps_text_dates_and_spaces():
    rows = [["naam", "datum"], [" Łucja <&> ", dt.date(1999, 12, 31)], ["", "1975"]]
    packed = write_xlsx(rows, sheet="A & B")
    book = openpyxl.load_workbook(io.BytesIO(packed))
    assert book.sheetnames == ["A & B"]
    read = [[cell.value for cell in row] for row in book.active.rows]
    assert read == [
        ["naam", "datum"],
        [" Łucja <&> ", dt.datetime(1999, 12, 31)],
        [None, "1975"],
    ]


def test_spreadsheet_has_as_many_columns_as_needed():
    wide = [[f"c{place}" for place in range(60)]]
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(wide))).active
    assert [cell.value for cell in next(sheet.rows)] == wide[0]


def test_styles_write_every_agreed_code_differently():
    for style in LIST_STYLES:
        for codes in (style.sexes, style.exploitation, style.nationalities):
            assert len(set(codes.values())) == len(codes)


PINNED = "a0f047592b049ccae1e0aef2fbc3b10085ca55c289b3e6cd927d7a02a498cdd5"
