"""Bad input through the real command line: one clear error, nothing written, no value shown.

A small project is played once; every case spoils a copy of one party's folder. Each command
runs in a process of its own.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from linkage.agreement.load import parse_agreement
from linkage.agreement.sign import append_signature, sign
from linkage.identity.store import load_identity

ENCODE = ("encode", "police.csv", "-m", "mapping.toml", "-a", "agreement.toml")
ENCODE += ("-i", "police.identity", "-k", "project.key", "-o", "new.lnk")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "linkage", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )


def must(folder: Path, *arguments: str) -> str:
    done = run(folder, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    must(folder, "demo", "--output", "played", "--people", "1000", "--seed", "11")
    return folder / "played"


@dataclass
class Desk:
    """A copy of one party's folder."""

    folder: Path
    project: Path

    def refused(self, exit_code: int, codes: set[str], *arguments: str) -> str:
        """Run a command that must fail cleanly; returns what it said."""
        before = snapshot(self.folder)
        done = run(self.folder, *arguments)
        said = done.stdout + done.stderr
        assert done.returncode == exit_code, said
        assert {word for word in said.split() if word in codes} == codes, said
        assert "Traceback" not in said
        assert done.stdout == "", "an error goes to stderr"
        assert not [name for name in surnames(self.project) if name in said]
        assert snapshot(self.folder) == before, "nothing is written"
        return said

    def edit(self, name: str, change: Callable[[bytes], bytes]) -> None:
        path = self.folder / name
        path.write_bytes(change(path.read_bytes()))


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def surnames(project: Path) -> set[str]:
    with (project / "police" / "police.csv").open(encoding="utf-8") as stream:
        return {row["surname"] for row in csv.DictReader(stream) if len(row["surname"]) > 5}


@pytest.fixture
def police(project: Path, tmp_path: Path) -> Desk:
    shutil.copytree(project / "police", tmp_path / "police")
    return Desk(tmp_path / "police", project)


@pytest.fixture
def unit(project: Path, tmp_path: Path) -> Desk:
    """The linkage unit before anything has arrived, with the packages beside it."""
    shutil.copytree(project / "linkage-unit", tmp_path / "unit", ignore=skip_run)
    return Desk(tmp_path / "unit", project)


def skip_run(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {"run", "publication", "overlap.lnk"}]


def receive(*packages: str) -> tuple[str, ...]:
    options = ("--run", "run", "-a", "agreement.toml", "-i", "linkage-unit.identity")
    return ("receive", *packages, *options)


def rows_of(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


# --- the owner's list -----------------------------------------------------------------


def broken_dates(content: bytes) -> bytes:
    table = list(csv.reader(content.decode("utf-8").splitlines()))
    column = table[0].index("date_of_birth")
    for row in table[1::15]:
        row[column] = "31.02.1990"
    return "".join(",".join(row) + "\n" for row in table).encode("utf-8")


def as_cp1252(content: bytes) -> bytes:
    return content.decode("utf-8").encode("cp1252", errors="replace") + b"\xfc"


def without_mapped_column(content: bytes) -> bytes:
    return content.replace(b"date_of_birth", b"geboren", 1)


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (as_cp1252, "E301", "cp1252"),
        (lambda content: content.replace(b",", b";"), "E302", "delimiter"),
        (lambda _content: b"", "E304", "empty"),
        (lambda content: rows_of(content)[0], "E303", "no rows"),
        (without_mapped_column, "E311", "mapping.toml"),
        (broken_dates, "E341", "row"),
        (lambda content: content.replace(b"given_name", b"surname", 1), "E307", "column"),
        (lambda content: content + b'"never closed\n', "E310", "quot"),
        (lambda content: content + b"one,two\n", "E308", "row"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_list_that_cannot_be_used(
    police: Desk, change: Callable[[bytes], bytes], code: str, says: str
) -> None:
    police.edit("police.csv", change)
    said = police.refused(3, {code}, *ENCODE)
    assert says in said
    assert "police.csv" in said
    check = ("check", "police.csv", "-m", "mapping.toml", "-a", "agreement.toml")
    assert run(police.folder, *check).returncode == 3


def test_a_list_under_the_minimum(police: Desk) -> None:
    police.edit("police.csv", lambda content: b"".join(rows_of(content)[:41]))
    said = police.refused(6, {"E601"}, *ENCODE)
    assert "minimum is 50" in said


def test_all_faults_of_a_mapping_at_once(police: Desk) -> None:
    police.edit(
        "mapping.toml",
        lambda content: (
            content.replace(b'"given_name"', b'"voornaam"')
            .replace(b'"surname"', b'"achternaam"')
            .replace(b"\n[", b"\nunknown_setting = 1\n[", 1)
        ),
    )
    done = run(police.folder, *ENCODE)
    assert done.returncode == 3
    assert "unknown_setting" in done.stderr


def test_the_wrong_identity_and_the_wrong_key(police: Desk) -> None:
    shutil.copy(police.project / "shelters" / "shelters.identity", police.folder)
    options = [word.replace("police.identity", "shelters.identity") for word in ENCODE]
    done = run(police.folder, *options)
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    police.edit("project.key", lambda content: content[:-20])
    police.refused(4, {"E411"}, *ENCODE)


def test_no_folder_to_write_to(police: Desk) -> None:
    police.refused(1, {"E102"}, *ENCODE[:-1], "nowhere/new.lnk")


# --- agreements -----------------------------------------------------------------------


def resigned(project: Path, old: str, new: str) -> bytes:
    """The agreement with a change, signed again by everybody."""
    text = (project / "coordinator" / "agreement.toml").read_text("utf-8")
    assert old in text
    text = text[: text.index("[[signatures]]")].replace(old, new, 1)
    agreement = parse_agreement(text, "agreement.toml")
    for party in agreement.parties:
        identity = load_identity(project / party.id / f"{party.id}.identity", lambda: b"")
        text = append_signature(text, sign(agreement, identity))
    return text.encode("utf-8")


def expired(project: Path) -> bytes:
    text = (project / "coordinator" / "agreement.toml").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("expires = "))
    return resigned(project, line, "expires = 2025-12-31")


def test_an_expired_agreement(project: Path, police: Desk, unit: Desk) -> None:
    for desk, command in ((police, ENCODE), (unit, receive("P.lnk"))):
        (desk.folder / "agreement.toml").write_bytes(expired(project))
        desk.refused(5, {"E521"}, *command)


def test_an_agreement_that_somebody_has_not_signed(police: Desk) -> None:
    police.edit("agreement.toml", lambda content: content[: content.rindex(b"[[signatures]]")])
    police.refused(5, {"E520"}, *ENCODE)


def test_an_agreement_changed_after_signing(police: Desk) -> None:
    police.edit(
        "agreement.toml",
        lambda content: content.replace(b"minimum_list_size = 50", b"minimum_list_size = 10"),
    )
    police.refused(5, {"E522"}, *ENCODE)


def new_round(project: Path, desk: Desk, agreement: bytes, output: str) -> None:
    """The police encode once more, under another agreement and a key made for it."""
    (desk.folder / "agreement.toml").write_bytes(agreement)
    options = ("-a", "agreement.toml", "-i", "police.identity")
    must(desk.folder, "key", "new", *options, "-o", "other.lkey")
    must(desk.folder, "key", "accept", "other.lkey", *options, "-o", "other.key")
    words = [word.replace("project.key", "other.key") for word in ENCODE[:-1]]
    must(desk.folder, *words, output)


# --- packages -------------------------------------------------------------------------


def test_a_package_under_another_version_of_the_agreement(
    project: Path, police: Desk, unit: Desk
) -> None:
    other = resigned(project, "minimum_list_size = 50", "minimum_list_size = 40")
    new_round(project, police, other, "new.lnk")
    shutil.copy(police.folder / "new.lnk", unit.folder)
    said = unit.refused(5, {"E556"}, *receive("new.lnk"))
    assert "new.lnk" in said


def test_a_package_made_with_another_project_key(project: Path, police: Desk, unit: Desk) -> None:
    agreement = (project / "police" / "agreement.toml").read_bytes()
    new_round(project, police, agreement, "new.lnk")
    shutil.copy(police.folder / "new.lnk", unit.folder)
    must(unit.folder, *receive("K.lnk", "Z.lnk"))
    said = unit.refused(4, {"E402"}, *receive("new.lnk"))
    assert "another key" in said
    assert unit.refused(4, {"E402"}, *receive("new.lnk", "O.lnk")), "all or nothing"


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda _content: b"", {"E550"}),
        (lambda _content: b"PK\x03\x04" + bytes(500), {"E550"}),
        (lambda _content: b"name,born\nJansen,1990\n", {"E550"}),
        (lambda content: content[:1000], {"E552"}),
        (lambda content: content[:-1], {"E552"}),
        (lambda content: content + b"\0", {"E552"}),
        (lambda content: content[:-5000] + bytes([content[-5000] ^ 4]) + content[-4999:], {"E552"}),
    ],
    ids=["0 bytes", "a zip", "a csv", "truncated", "one byte short", "one byte more", "a flip"],
)
def test_a_damaged_or_foreign_package(
    unit: Desk, change: Callable[[bytes], bytes], codes: set[str]
) -> None:
    unit.edit("P.lnk", change)
    unit.refused(5, codes, *receive("P.lnk"))


def test_a_package_for_another_unit(project: Path, unit: Desk) -> None:
    """The analyst tries to receive what was sealed to the linkage unit."""
    shutil.copy(project / "analyst" / "analyst.identity", unit.folder)
    options = ("--run", "run", "-a", "agreement.toml", "-i", "analyst.identity")
    done = run(unit.folder, "receive", "P.lnk", *options)
    assert done.returncode in {4, 5, 6}
    assert "Traceback" not in done.stderr
    assert not (unit.folder / "run").exists()


def test_the_unit_of_another_agreement(project: Path, police: Desk, unit: Desk) -> None:
    must(unit.folder, "identity", "new", "other.identity", "--no-passphrase")
    public = (unit.folder / "other.identity.pub").read_text().split()[0]
    agreement = (project / "coordinator" / "agreement.toml").read_text("utf-8")
    own = parse_agreement(agreement, "a").with_role("linkage-unit")[0].public_key
    assert own in agreement
    shutil.copytree(project, unit.folder / "else", ignore=skip_run)
    elsewhere = unit.folder / "else"
    shutil.copy(
        unit.folder / "other.identity", elsewhere / "linkage-unit" / "linkage-unit.identity"
    )
    other = resigned(elsewhere, own, public)
    new_round(project, police, other, "new.lnk")
    shutil.rmtree(elsewhere)
    shutil.copy(police.folder / "new.lnk", unit.folder)
    done = run(unit.folder, *receive("new.lnk"))
    assert done.returncode == 5
    assert {"E553", "E556"} & set(done.stderr.split())


def test_the_same_package_twice(unit: Desk) -> None:
    must(unit.folder, *receive("P.lnk", "K.lnk"))
    said = unit.refused(5, {"E580"}, *receive("P.lnk"))
    assert "P.lnk" in said


def test_all_bad_packages_are_named_at_once(unit: Desk) -> None:
    unit.edit("P.lnk", lambda content: content[:-1])
    unit.edit("K.lnk", lambda _content: b"")
    said = unit.refused(5, {"E552", "E550"}, *receive("P.lnk", "K.lnk", "Z.lnk"))
    assert "P.lnk" in said
    assert "K.lnk" in said


def test_linking_before_all_lists_are_there(unit: Desk) -> None:
    must(unit.folder, *receive("P.lnk", "K.lnk"))
    done = run(unit.folder, "link", "--run", "run", "-i", "linkage-unit.identity")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "Z" in done.stderr


# --- everything else a newcomer does --------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["encode"],
        ["receive"],
        ["release", "--to", "newspaper"],
        ["nonsense"],
        ["--nonsense"],
        ["link", "--run", "nowhere", "-i", "nobody.identity"],
        ["inspect", "nothing.lnk"],
        ["agreement", "check", "nothing.toml"],
        ["open", "nothing.lnk", "-a", "nothing.toml", "-i", "x", "-o", "y"],
    ],
    ids=" ".join,
)
def test_wrong_words_never_end_in_a_traceback(tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode in {1, 2, 3, 4, 5, 6}
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert not list(tmp_path.iterdir())


def test_json_errors_are_json(tmp_path: Path) -> None:
    import json

    done = run(tmp_path, "inspect", "nothing.lnk", "--json")
    assert done.returncode == 1
    content = json.loads(done.stdout)
    assert content["exit_code"] == 1
    assert [fault["code"] for fault in content["errors"]] == ["E102"]


def test_a_package_from_a_year_ago_says_so_by_its_sequence(project: Path) -> None:
    """The sequence number is the time of sealing (decision 0005)."""
    import json

    found = json.loads(must(project / "linkage-unit", "inspect", "P.lnk", "--json"))
    sealed = dt.datetime.fromtimestamp(found["sequence"], tz=dt.UTC)
    assert abs(dt.datetime.now(tz=dt.UTC) - sealed) < dt.timedelta(hours=1)
