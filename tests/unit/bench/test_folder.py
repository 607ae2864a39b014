from __future__ import annotations

import datetime as dt
import gzip
import tomllib

import pytest

from linkage.bench.folder import BenchmarkField, date_formats, read_fields, read_folder
from linkage.bench.play import Player
from linkage.bench.projects import folder_project, nationality_group

TODAY = dt.date(2024, 5, 1)
DUTCH = {
    "I": "labour-inspectorate",
    "K": "border-police",
    "O": "other-organisations",
    "P": "police",
    "R": "regional-coordinators",
    "Z": "shelters",
}
HEADER = "rec_id,given_name,surname,date_of_birth,sex,nationality,region,exploitation,report_date\n"


def dutch_folder(folder):
    truth = ["rec_id,entity_id"]
    for letter in "ZRPOKI":
        rows = [
            f"{letter}{n},Ann,Bos,{'1975' if n % 2 else '1993-05-23'},F,{'NL' if n else 'PL'},,"
            f"{'labour' if n < 2 else 'sexual'},201{6 + n % 4}-02-03\n"
            for n in range(8)
        ]
        packed = gzip.compress((HEADER + "".join(rows)).encode())
        (folder / f"{letter}_some_owner.csv.gz").write_bytes(packed)
        truth += [f"{letter}{n},V{n}" for n in range(8)]
    (folder / "truth.csv").write_text("\n".join(truth) + "\n")
    (folder / "population.csv").write_text("entity_id\nV0\n")
    return folder


def test_lists_truth_and_rows(tmp_path):
    folder = read_folder(dutch_folder(tmp_path))
    assert [each.list_id for each in folder.lists] == list("IKOPRZ")
    police = folder.lists[3]
    assert police.name == "P_some_owner.csv"
    assert police.content.decode().startswith("rec_id,")
    assert list(police.entity) == list(range(2, 10))  # the header is row 1
    assert police.entity[2] == folder.lists[0].entity[2]
    assert police.entity[2] != police.entity[3]
    assert [each.name for each in folder.fields] == [
        "given_name",
        "surname",
        "date_of_birth",
        "sex",
        "nationality",
    ]


def test_dutch_lists_get_the_example_agreement_and_all_strata(tmp_path):
    project = folder_project(read_folder(dutch_folder(tmp_path)), "balanced", TODAY)
    assert {owner.list_id: owner.party for owner in project.owners} == DUTCH
    mapping = tomllib.loads(project.owners[0].mapping.decode())
    assert mapping["confirmed"] is False
    assert mapping["fields"]["date_of_birth"]["formats"] == ["%Y-%m-%d", "%Y"]
    assert mapping["strata"]["nationality_group"]["values"] == {"NL": "Dutch", "PL": "EU"}
    assert mapping["strata"]["age_group"]["reference"] == "report_date"


def plain_folder(folder):
    (folder / "left.csv").write_text("rec_id,gname,sex,age,dob\na,Ann,f,25-34,19390818\n")
    (folder / "right.csv").write_text("rec_id,gname,sex,age,dob\nb,Bo,m,,x\nc,Cy,,35+,19400102\n")
    (folder / "truth.csv").write_text("rec_id,entity_id\na,1\nb,1\nc,2\n")
    return folder


def test_other_lists_get_an_agreement_on_their_own_fields(tmp_path):
    (tmp_path / "data").mkdir()
    folder = read_folder(plain_folder(tmp_path / "data"))
    project = folder_project(folder, "strong", TODAY)
    assert [owner.party for owner in project.owners] == ["owner-left", "owner-right"]
    mapping = tomllib.loads(project.owners[0].mapping.decode())
    assert mapping["fields"]["given_name"]["columns"] == ["gname"]
    assert mapping["fields"]["date_of_birth"]["formats"] == ["%Y%m%d"]
    assert mapping["fields"]["sex"]["values"] == {"f": "f"}
    for party in ("coordinator", "linkage-unit", "analyst", "owner-left", "owner-right"):
        path = tmp_path / f"{party}.identity.pub"
        path.write_text(f"# {party}\nlinkage-public-1:{party}\n")
    player = Player(tmp_path, lambda _arguments: pytest.fail("nothing to run"), lambda _step: None)
    project.write_agreement(player, tmp_path / "agreement.toml")
    agreement = tomllib.loads((tmp_path / "agreement.toml").read_text())
    rules = {rule["name"]: rule for rule in agreement["fields"]}
    assert rules["given_name"]["filters"] == ["all"]
    assert rules["sex"] == {
        "name": "sex",
        "kind": "code",
        "weight": 4,
        "filters": ["all"],
        "values": ["f", "m"],
    }
    keys = {party["id"]: party["public_key"] for party in agreement["parties"]}
    assert keys["owner-left"] == "linkage-public-1:owner-left"
    sizes = [p["list"]["expected_records"] for p in agreement["parties"] if "list" in p]
    assert sizes == [1, 2]


def test_fields_may_be_given(tmp_path):
    description = tmp_path / "fields.toml"
    description.write_text(
        '[[fields]]\nname = "first"\nkind = "name"\ncolumns = ["gname"]\n'
        '[[fields]]\nname = "age"\nkind = "code"\ncolumns = ["age"]\nweight = 1\n'
    )
    fields = read_fields(description)
    assert fields == (
        BenchmarkField("first", "name", ("gname",)),
        BenchmarkField("age", "code", ("age",), 1),
    )
    (tmp_path / "data").mkdir()
    assert read_folder(plain_folder(tmp_path / "data"), fields).fields == fields


def test_unusable_folders_are_refused(tmp_path):
    (tmp_path / "one.csv").write_text("rec_id,sex\na,f\n")
    with pytest.raises(ValueError, match=r"no truth\.csv"):
        read_folder(tmp_path)
    (tmp_path / "truth.csv").write_text("rec_id,entity_id\na,1\n")
    with pytest.raises(ValueError, match="at least two"):
        read_folder(tmp_path)
    (tmp_path / "two.csv").write_text("rec_id,sex\nb,f\n")
    with pytest.raises(ValueError, match="not in the truth"):
        read_folder(tmp_path)
    (tmp_path / "truth.csv").write_text("rec_id,entity_id\na,1\nb,1\n")
    assert read_folder(tmp_path).fields[0].name == "sex"
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("rec_id,colour\na,red\n")
    with pytest.raises(ValueError, match="--fields"):
        read_folder(tmp_path)


def test_date_formats_and_groups():
    assert date_formats(["19391231", "", "x"]) == ["%Y%m%d"]
    assert date_formats(["", "?"]) == ["%Y-%m-%d"]
    assert [nationality_group(code) for code in ("NL", "RO", "UA")] == ["Dutch", "EU", "other"]
