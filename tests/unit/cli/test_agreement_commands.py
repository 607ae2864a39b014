"""`linkage agreement`, `identity` and `key` from the command line, as nine parties use them."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.support.parties import OWNERS, PARTIES
from typer.testing import CliRunner, Result

from linkage.cli import agreement, identity, key
from linkage.errors import LinkageError
from linkage.identity.store import Cost

PASSPHRASE = "drie woorden lang"


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    app = typer.Typer()
    for group in (agreement, identity, key):
        group.register(app)
    return app


class Desk:
    """Runs commands in one folder."""

    def __init__(self, app: typer.Typer, folder: Path) -> None:
        self.app, self.folder = app, folder

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(self.app, words, env={"NO_COLOR": "1"})

    def ok(self, *words: str) -> str:
        result = self.run(*words)
        assert result.exception is None, result.exception
        assert result.exit_code == 0
        return result.stdout

    def json(self, *words: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.ok(*words, "--json"))
        return content

    def refused(self, *words: str) -> LinkageError:
        before = sorted(self.folder.rglob("*"))
        result = self.run(*words)
        assert isinstance(result.exception, LinkageError), result
        assert sorted(self.folder.rglob("*")) == before
        return result.exception

    def codes(self, *words: str) -> list[str]:
        return [fault.code for fault in self.refused(*words).faults]


@pytest.fixture(scope="module")
def signed(app: typer.Typer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nine identities, the agreement in force, and a project key bundle."""
    folder = tmp_path_factory.mktemp("signed")
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    create = "linkage.identity.store.create_identity.__kwdefaults__"
    patch.setattr(create, {"cost": Cost(64, 1, 1)})
    desk = Desk(app, folder)
    Path("phrase").write_text(f"{PASSPHRASE}\n")
    for name in PARTIES:
        desk.ok("identity", "new", f"{name}.identity", "--passphrase-file", "phrase")
    pairs = [f"--party={name}={name}.identity.pub" for name in PARTIES]
    desk.ok("agreement", "new", "unsigned.toml", "--dpia", "DPIA 2025/7", *pairs)
    shutil.copy("unsigned.toml", "agreement.toml")
    for name in PARTIES:
        desk.ok("agreement", "sign", "agreement.toml", *_as(name)[2:])
    desk.ok("key", "new", *_as("police"), "-o", "bundle.lkey")
    patch.undo()
    return folder


@pytest.fixture
def desk(app: typer.Typer, signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    folder = tmp_path / "desk"
    shutil.copytree(signed, folder)
    monkeypatch.chdir(folder)
    return Desk(app, folder)


def _as(name: str) -> list[str]:
    return ["-a", "agreement.toml", "-i", f"{name}.identity", "--passphrase-file", "phrase"]


def test_identity_new_and_show(desk: Desk) -> None:
    made = desk.json("identity", "new", "me.identity", "--passphrase-file", "phrase")
    assert made["protected"]
    line, fingerprint = Path("me.identity.pub").read_text().splitlines()
    for file in ("me.identity", "me.identity.pub"):
        shown = desk.json("identity", "show", file)
        assert shown == {"public_key": line, "fingerprint": made["fingerprint"]}
        said = desk.ok("identity", "show", file)
        assert line in said
        assert said.rstrip().endswith(".identity.pub`."), "the private file stays where it is"
    assert fingerprint == f"fingerprint: {made['fingerprint']}"


def test_identity_without_passphrase_is_said_and_warned_about(desk: Desk) -> None:
    result = desk.run("identity", "new", "open.identity", "--no-passphrase")
    assert "no passphrase" in result.stderr
    assert "no passphrase" not in result.stdout
    assert desk.codes("identity", "new", "other", "--no-passphrase", "--passphrase-file", "x") == [
        "E212"
    ]
    # Nobody to ask is not the same as no passphrase.
    assert desk.codes("identity", "new", "third.identity") == ["E405"]
    assert desk.codes("identity", "new", "open.identity", "--no-passphrase") == ["E201", "E201"]


def test_a_passphrase_is_typed_twice_on_a_terminal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def prompt(_text: str, **options: Any) -> str:
        asked.append(options)
        return PASSPHRASE

    monkeypatch.setattr("sys.stdin", open_terminal := io.StringIO())
    monkeypatch.setattr(open_terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", prompt)
    assert identity._new_passphrase(None) == PASSPHRASE.encode()
    assert asked == [{"hide_input": True, "confirmation_prompt": "The same again", "err": True}]


def test_new_says_what_is_left_to_fill_in(desk: Desk) -> None:
    left = desk.json("agreement", "new", "a.toml", "--party", "police=police.identity.pub")
    assert len(left["to_fill_in"]) == len(PARTIES)
    assert set(desk.codes("agreement", "check", "a.toml")) == {"E504"}
    assert desk.codes("agreement", "new", "a.toml") == ["E201"]
    for pair, code in (("police", "E213"), ("=x", "E213"), ("nobody=police.identity", "E211")):
        assert desk.codes("agreement", "new", "b.toml", "--party", pair) == [code]
    assert desk.codes("agreement", "new", "b.toml", "--party", "police=phrase") == ["E404"]


def test_check_lists_faults_or_advice(desk: Desk) -> None:
    found = desk.json("agreement", "check", "unsigned.toml")
    assert found["valid"]
    assert "signatures missing" in found["advice"][0]
    assert desk.json("agreement", "check", "agreement.toml")["advice"] == []
    text = Path("agreement.toml").read_text()
    Path("bad.toml").write_text(
        text.replace("round = 1", "round = 'x'").replace("bounds = [18]", "bounds = []")
    )
    error = desk.refused("agreement", "check", "bad.toml")
    assert error.exit_code == 5
    assert [fault.field for fault in error.faults] == ["round", "strata[2]"]
    Path("changed.toml").write_text(text.replace("minimum_cell = 10", "minimum_cell = 11"))
    assert set(desk.codes("agreement", "check", "changed.toml")) == {"E522"}
    assert desk.codes("agreement", "check", "nowhere.toml") == ["E102"]


def test_signing_twice_changes_nothing_and_keeps_comments(desk: Desk) -> None:
    original = Path("unsigned.toml").read_text()
    first = desk.ok("agreement", "sign", "unsigned.toml", *_as("police")[2:])
    assert "Signed by police" in first
    once = Path("unsigned.toml").read_text()
    assert once.startswith(original.rstrip())
    again = desk.ok("agreement", "sign", "unsigned.toml", *_as("police")[2:])
    assert "police had signed already" in again
    assert Path("unsigned.toml").read_text() == once


def test_copies_signed_elsewhere_are_merged(desk: Desk) -> None:
    copies = []
    for name in PARTIES[1:]:
        shutil.copy("unsigned.toml", f"{name}.toml")
        desk.ok("agreement", "sign", f"{name}.toml", *_as(name)[2:])
        copies += ["--merge", f"{name}.toml"]
    shutil.copy("unsigned.toml", "mine.toml")
    merged = desk.ok("agreement", "sign", "mine.toml", *copies)
    assert "Next: wait for the other copies" in merged
    first = desk.json("agreement", "sign", "unsigned.toml", *copies)
    assert first["missing"] == ["coordinator"]
    last = desk.ok("agreement", "sign", "unsigned.toml", *_as("coordinator")[2:], *copies)
    assert "in force until" in last
    assert desk.json("agreement", "show", "unsigned.toml")["in_force"]


def test_signing_is_refused(desk: Desk) -> None:
    desk.ok("identity", "new", "stranger.identity", "--no-passphrase")
    target = ["agreement", "sign", "unsigned.toml"]
    assert desk.codes(*target, "-i", "stranger.identity") == ["E409"]
    assert desk.codes(*target) == ["E212"]
    Path("wrong").write_text("not it\n")
    assert desk.codes(*target, "-i", "police.identity", "--passphrase-file", "wrong") == ["E401"]
    text = Path("unsigned.toml").read_text()
    Path("old.toml").write_text(re.sub("expires = .*", "expires = 2020-01-01", text))
    assert desk.codes("agreement", "sign", "old.toml", *_as("police")[2:]) == ["E521"]
    Path("other.toml").write_text(text.replace("minimum_cell = 10", "minimum_cell = 11"))
    assert desk.codes(*target, "--merge", "other.toml") == ["E525"]
    assert Path("unsigned.toml").read_text() == text


def test_show_and_diagram(desk: Desk) -> None:
    shown = desk.ok("agreement", "show", "agreement.toml")
    assert re.search(r"agreement [0-9A-F]{4}-[0-9A-F]{4}\nin force", shown)
    assert json.loads(desk.ok("agreement", "show", "--schema"))["title"] == "Agreement"
    assert desk.codes("agreement", "show") == ["E212"]
    desk.ok("agreement", "diagram", "agreement.toml", "-o", "flow.svg")
    assert Path("flow.svg").read_text().startswith("<svg ")
    assert desk.codes("agreement", "diagram", "agreement.toml", "-o", "flow.svg") == ["E201"]


def test_all_owners_hold_one_key(desk: Desk) -> None:
    checks = set()
    for name in OWNERS:
        accepted = desk.json("key", "accept", "bundle.lkey", *_as(name), "-o", f"{name}.key")
        status = desk.json("key", "check", f"{name}.key", *_as(name))
        assert status["party"] == name
        assert status["maker"] == "police"
        assert Path(f"{name}.key").stat().st_mode & 0o077 == 0
        checks |= {accepted["check_value"], status["check_value"]}
    assert len(checks) == 1
    assert re.fullmatch("[0-9A-F]{2}(-[0-9A-F]{2}){2}", checks.pop())


def test_the_check_that_was_read_aloud(desk: Desk) -> None:
    said = desk.json("key", "accept", "bundle.lkey", *_as("shelters"), "-o", "a.key")["check_value"]
    desk.ok("key", "accept", "bundle.lkey", *_as("shelters"), "-o", "b.key",
            "--check", said.replace("-", " ").lower())  # fmt: skip
    desk.ok("key", "new", *_as("shelters"), "-o", "another.lkey")
    another = ["key", "accept", "another.lkey", *_as("shelters"), "-o", "c.key", "--check", said]
    error = desk.refused(*another)
    assert error.faults[0].code == "E414"
    assert error.exit_code == 4


@pytest.mark.parametrize("name", ["coordinator", "linkage-unit", "analyst"])
def test_other_roles_are_refused_by_name(desk: Desk, name: str) -> None:
    for words in (
        ["key", "new", *_as(name), "-o", "x.lkey"],
        ["key", "accept", "bundle.lkey", *_as(name), "-o", "x.key"],
    ):
        error = desk.refused(*words)
        assert error.faults[0].code == "E410"
        assert f'"{name}"' in error.faults[0].message


def test_no_key_before_all_have_signed(desk: Desk) -> None:
    shutil.move("unsigned.toml", "agreement.toml")
    assert desk.codes("key", "new", *_as("police"), "-o", "x.lkey") == ["E520"]
    assert desk.codes("key", "accept", "bundle.lkey", *_as("police"), "-o", "x.key") == ["E520"]


def test_no_key_file_is_overwritten(desk: Desk) -> None:
    assert desk.codes("key", "new", *_as("police"), "-o", "bundle.lkey") == ["E201"]
    desk.ok("key", "accept", "bundle.lkey", *_as("police"))
    assert desk.codes("key", "accept", "bundle.lkey", *_as("police")) == ["E201"]
