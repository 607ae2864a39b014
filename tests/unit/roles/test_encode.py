"""A data owner encodes: everything is written or nothing, and no name ever comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.owner_day import (
    MAPPING,
    SENTINELS,
    TODAY,
    OwnerDay,
    agreement_text,
    names_in,
    rows,
)
from tests.support.packages import identity

from linkage.encode import encode_records
from linkage.errors import LinkageError
from linkage.package.crosswalk import open_crosswalk
from linkage.package.inspect import inspect_package
from linkage.package.open import open_package
from linkage.roles.data_owner.encode import encode_list
from linkage.roles.data_owner.file import load_list
from linkage.types import UNKNOWN

ROOT = Path(__file__).parents[3]
LIST = ["encode", "victims.csv", "-m", "mapping.toml", "-a", "agreement.toml"]
COMMAND = [*LIST, "-i", "police.identity", "-k", "project.key", "-o", "politie.lnk"]


@pytest.fixture
def day(tmp_path: Path) -> OwnerDay:
    return OwnerDay(tmp_path)


def refused(day: OwnerDay, **changes: Any) -> list[str]:
    """Codes of the refusal, which leaves the folder as it was."""
    before = day.files()
    with pytest.raises(LinkageError) as caught:
        encode_list(**day.arguments(**changes))
    assert day.files() == before
    text = str(caught.value)
    assert not any(sentinel in text for sentinel in SENTINELS)
    return [fault.code for fault in caught.value.faults]


def test_the_linkage_unit_opens_what_the_owner_sealed(day: OwnerDay) -> None:
    shares: list[float] = []
    done = encode_list(**day.arguments(progress=shares.append))
    data = done.output.read_bytes()
    header, encoded = open_package(
        data, agreement=day.agreement, recipient=identity("unit"), name="politie.lnk"
    )
    assert len(encoded) == done.encoded == 30
    assert (header.sender, header.list_id, header.sequence) == ("police", "P", 1_790_000_000)
    assert header.key_id == day.key.subkeys.key_id()
    assert header.key_check == day.key.subkeys.key_check()
    assert header.file_id.hex() == done.file_id
    assert done.check_value == day.key.check_value
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert inspect_package(data, name="p", agreement=day.agreement).sender_verified


def test_the_crosswalk_leads_back_to_the_rows(day: OwnerDay) -> None:
    done = encode_list(**day.arguments())
    _, encoded = open_package(
        done.output.read_bytes(), agreement=day.agreement, recipient=identity("unit"), name="p"
    )
    crosswalk = open_crosswalk(done.crosswalk.read_bytes(), identity("police"), name="c")
    assert crosswalk.file_id.hex() == done.file_id
    assert sorted(crosswalk.rows.tolist()) == list(range(2, 32))
    records, _ = load_list(
        day.folder / "victims.csv", day.folder / "mapping.toml", day.agreement, today=TODAY
    )
    again = encode_records(records, day.agreement, day.key.subkeys, list_id="P")
    expected = dict(
        zip(again.rows.tolist(), map(bytes, again.encoded.filters[0].words), strict=True)
    )
    for handle, words in zip(encoded.handles, encoded.filters[0].words, strict=True):
        assert bytes(words) == expected[crosswalk.row_of(bytes(handle))]


def test_the_order_is_random_and_nothing_is_repeated(day: OwnerDay) -> None:
    found = []
    for name in ("one.lnk", "two.lnk"):
        done = encode_list(**day.arguments(name))
        crosswalk = open_crosswalk(done.crosswalk.read_bytes(), identity("police"), name="c")
        found.append((crosswalk.rows.tolist(), crosswalk.handles.tobytes(), done.file_id))
    for one, other in zip(*found, strict=True):
        assert one != other
    assert found[0][0] != sorted(found[0][0])


def test_no_identifier_comes_out(day: OwnerDay) -> None:
    done = encode_list(**day.arguments())
    sealed = done.output.read_bytes() + done.crosswalk.read_bytes()
    _, encoded = open_package(
        done.output.read_bytes(), agreement=day.agreement, recipient=identity("unit"), name="p"
    )
    inside = b"".join(matrix.words.tobytes() for matrix in encoded.filters)
    inside += encoded.handles.tobytes() + encoded.strata.tobytes()
    said = repr(done) + json.dumps(done.report.as_dict())
    for sentinel in SENTINELS:
        for form in (sentinel, sentinel.lower(), sentinel.upper()):
            assert form.encode() not in sealed + inside
            assert form not in said
    assert UNKNOWN not in encoded.strata


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_the_owner_may_read_what_was_written(day: OwnerDay) -> None:
    done = encode_list(**day.arguments())
    for path in (done.output, done.crosswalk):
        assert path.stat().st_mode & 0o777 == 0o600


def test_an_existing_package_is_kept_unless_told_otherwise(day: OwnerDay) -> None:
    first = encode_list(**day.arguments())
    content = first.output.read_bytes()
    assert refused(day) == ["E201"]
    assert first.output.read_bytes() == content
    second = encode_list(**day.arguments(replace=True))
    assert second.output.read_bytes() != content
    # The first package may have been sent: its crosswalk stays.
    assert first.crosswalk != second.crosswalk
    assert open_crosswalk(first.crosswalk.read_bytes(), identity("police"), name="c")


def test_a_package_needs_a_name_of_its_own(day: OwnerDay) -> None:
    assert refused(day, output=day.folder / "victims.csv", replace=True) == ["E207"]


def test_a_folder_that_is_not_there_is_noticed_first(day: OwnerDay) -> None:
    (day.folder / "agreement.toml").unlink()
    assert refused(day, output=day.folder / "nowhere" / "politie.lnk") == ["E102"]


def test_a_short_list_is_refused(tmp_path: Path) -> None:
    assert refused(OwnerDay(tmp_path, rows(19))) == ["E601"]


def test_strata_that_single_people_out_are_refused(tmp_path: Path) -> None:
    lines = [line[:-1] + ("f" if i < 2 else "m") for i, line in enumerate(rows())]
    assert refused(OwnerDay(tmp_path, lines)) == ["E602"]


def test_copies_of_a_few_people_do_not_make_a_list_long_enough(tmp_path: Path) -> None:
    assert refused(OwnerDay(tmp_path, rows(19) + rows(11))) == ["E601"]


def test_strata_are_judged_by_what_is_encoded(tmp_path: Path) -> None:
    """Profile ``exact`` has no key for a record that lacks two of four fields."""
    fields = [
        {"name": "given", "kind": "name"},
        {"name": "family", "kind": "name"},
        {"name": "birth", "kind": "date"},
        {"name": "town", "kind": "text"},
    ]
    for field in fields:
        field["filters"] = ["keys"]
    lines = [line[:-1] + ("f" if i < 3 else "m") for i, line in enumerate(rows())]
    first, _, rest = lines[0].split(",", 2)
    lines[0] = f"{first},,{rest}"
    day = OwnerDay(tmp_path, lines, fields=fields, encoding={"profile": "exact"})
    day.write("mapping.toml", MAPPING + "[fields.town]\ncolumns = []\n")
    load_list(day.folder / "victims.csv", day.folder / "mapping.toml", day.agreement, today=TODAY)
    assert refused(day) == ["E602"]


def test_all_guardrails_at_once(tmp_path: Path) -> None:
    lines = [line[:-1] + ("f" if i < 2 else "m") for i, line in enumerate(rows(19))]
    assert refused(OwnerDay(tmp_path, lines)) == ["E601", "E602"]


def test_records_without_identifiers_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = rows()
    lines[4] = ",,,f"
    done = encode_list(**OwnerDay(tmp_path, lines).arguments())
    assert (done.encoded, done.not_linkable_rows) == (29, (6,))


def test_an_agreement_that_is_not_in_force(tmp_path: Path) -> None:
    import datetime as dt

    assert refused(OwnerDay(tmp_path), today=dt.date(2099, 1, 1)) == ["E521"]
    (tmp_path / "agreement.toml").write_text(
        agreement_text(unsigned=("university",)), encoding="utf-8"
    )
    with pytest.raises(LinkageError, match="E520"):
        encode_list(**_arguments_of(tmp_path))


def _arguments_of(folder: Path) -> dict[str, Any]:
    day = OwnerDay.__new__(OwnerDay)
    day.folder = folder
    return day.arguments()


def test_only_a_data_owner_of_the_agreement_encodes(day: OwnerDay) -> None:
    assert refused(day, identity_path=day.folder / "unit.identity") == ["E410"]


def test_a_project_key_of_another_agreement(day: OwnerDay) -> None:
    day.write("agreement.toml", agreement_text(title="Amended"))
    assert refused(day) == ["E412"]


def test_a_mapping_that_nobody_confirmed(day: OwnerDay) -> None:
    day.write("mapping.toml", MAPPING.replace("confirmed = true", "confirmed = false"))
    assert refused(day) == ["E323"]


def test_insecure_profiles_need_the_agreement(tmp_path: Path) -> None:
    fields = [{"name": "given", "kind": "name"}, {"name": "family", "kind": "name"},
              {"name": "birth", "kind": "date"}]  # fmt: skip
    done = encode_list(
        **OwnerDay(
            tmp_path, encoding={"profile": "clk", "insecure": True}, fields=fields
        ).arguments()
    )
    assert done.encoded == 30


def test_everything_that_travels_is_named(tmp_path: Path) -> None:
    encoding = {"profile": "diffused", "presence": True, "token_counts": True}
    day = OwnerDay(tmp_path, encoding=encoding)
    assert encode_list(**day.arguments()).contains == (
        "encodings",
        "random handles",
        "agreed strata (sex)",
        "number of set bits of each filter",
        "which fields are present",
        "number of different tokens of each filter (tells long names from short ones)",
    )


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "linkage", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command(day: OwnerDay) -> None:
    done = run(day.folder, *COMMAND)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "30 rows read · 30 encoded · 0 not linkable"
    assert "Encodings remain personal data." in lines
    assert any(line.startswith(f"Key check {day.key.check_value} · agreement ") for line in lines)
    assert lines[-1] == "Sealed to: linkage unit. Next: send politie.lnk"
    assert not any(sentinel in done.stdout for sentinel in SENTINELS)

    again = run(day.folder, *COMMAND)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.startswith("E201 politie.lnk exists already")
    as_json = json.loads(run(day.folder, *COMMAND, "--replace", "--json").stdout)
    assert (as_json["encoded"], as_json["sealed_to"]) == (30, "unit")

    seen = run(day.folder, "inspect", "politie.lnk", "-a", "agreement.toml")
    assert seen.returncode == 0, seen.stderr
    assert "encodings of list P, at most 64 records" in seen.stdout
    assert "Signature verified: signed by police" in seen.stdout
    assert "Encodings remain personal data." in seen.stdout
    contains = next(line for line in lines if line.startswith("Contains: "))
    assert contains in seen.stdout
    claimed = json.loads(run(day.folder, "inspect", "politie.lnk", "--json").stdout)
    assert claimed["sender_verified"] is None
    day.write("other.toml", agreement_text(title="Amended"))
    other = run(day.folder, "inspect", "politie.lnk", "-a", "other.toml")
    assert other.returncode == 5
    assert "E556 politie.lnk was made under another agreement" in other.stdout
    damaged = day.folder / "damaged.lnk"
    damaged.write_bytes((day.folder / "politie.lnk").read_bytes()[:-1])
    broken = run(day.folder, "inspect", "damaged.lnk")
    assert (broken.returncode, broken.stdout) == (5, "")
    assert broken.stderr.startswith("E552 damaged.lnk is truncated or damaged.")


def drive(mode: str, setup: Path, work: Path, *limits: int) -> list[dict[str, Any]]:
    """Run tests/support/kill_at.py in a process of its own."""
    script = ROOT / "tests" / "support" / "kill_at.py"
    sizes = map(str, limits)
    done = subprocess.run(
        [sys.executable, str(script), mode, str(setup), str(work), *sizes, "--", *COMMAND],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: list[dict[str, Any]] = json.loads(done.stdout)
    return outcomes


def opened(folder: Path, day: OwnerDay) -> list[bytes]:
    """The filters of a package, which do not depend on its random order."""
    data = (folder / "politie.lnk").read_bytes()
    _, encoded = open_package(
        data, agreement=day.agreement, recipient=identity("unit"), name="politie.lnk"
    )
    crosswalks = [
        open_crosswalk(path.read_bytes(), identity("police"), name=path.name)
        for path in folder.glob("*.crosswalk")
    ]
    assert any(np.array_equal(each.handles, encoded.handles) for each in crosswalks)
    return sorted(map(bytes, encoded.filters[0].words))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
def test_a_kill_at_any_point_leaves_the_package_whole_or_absent(tmp_path: Path) -> None:
    setup, work = tmp_path / "setup", tmp_path / "work"
    setup.mkdir()
    day = OwnerDay(setup)
    (setup / "project.key").chmod(0o600)
    outcomes = drive("kill", setup, work)
    expected = opened(Path(outcomes[-1]["folder"]), day)
    points = {outcome["point"] for outcome in outcomes}
    assert {"before fsync", "after fsync", "before replace", "after replace"} <= points
    for outcome in outcomes:
        folder = Path(outcome["folder"])
        if outcome["code"] != 0:  # the kill came after the package was there
            assert outcome["stderr"].startswith("E201 "), outcome
        assert opened(folder, day) == expected
        assert not [path for path in folder.iterdir() if ".part-" in path.name], outcome


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    setup, work = tmp_path / "setup", tmp_path / "work"
    setup.mkdir()
    OwnerDay(setup)
    before = names_in(setup)
    outcomes = drive("full", setup, work, 0, 100, 5000)
    assert len(outcomes) == 6
    for full, with_space in zip(outcomes[::2], outcomes[1::2], strict=True):
        assert full["code"] == 1
        assert full["stderr"].startswith("E101 The disk is full"), full
        assert names_in(Path(full["folder"])) == before
        assert with_space["code"] == 0, with_space
