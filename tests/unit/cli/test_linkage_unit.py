"""The linkage unit's commands: what they print, as text and as JSON, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.support.unit_run import OTHER_KEY, Day, files_of
from typer.testing import CliRunner, Result

from linkage.cli import linkage_unit
from linkage.errors import LinkageError

COMMANDS = ("receive", "link", "diagnose", "release")


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Day:
    monkeypatch.chdir(tmp_path)
    day = Day(tmp_path)
    day.packages()
    return day


def call(line: str) -> Result:
    app = typer.Typer()
    linkage_unit.register(app)
    arguments = line.split()
    if arguments[0] != "diagnose":
        arguments += ["-i", "keys/unit.identity"]
    return CliRunner().invoke(app, arguments)


def succeed(line: str) -> str:
    result = call(line)
    assert result.exit_code == 0, result.output
    return result.stdout


def as_json(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(succeed(f"{line} --json"))
    return found


def test_the_whole_day_in_text(day: Day) -> None:
    received = succeed("receive intake.lnk care.lnk --run run -a agreement.toml")
    assert "I: 62 records from intake · received" in received
    assert "Key check 4D-19-A7" in received
    assert received.splitlines()[-1].startswith("Next: receive P")
    received = succeed("receive police.lnk --run run")
    assert "Next: linkage link --run run" in received
    linked = succeed("link --run run")
    assert "187 records on 3 lists (I, K, P)" in linked
    assert "95 people" in linked
    assert linked.splitlines()[-1] == "Next: linkage diagnose --run run"
    diagnosed = succeed("diagnose --run run")
    assert "I and K" in diagnosed
    released = succeed("release --run run --to analyst -o counts.lnk")
    assert "Sealed to: university · counts.lnk" in released
    assert released.splitlines()[-1].startswith("Next: send counts.lnk to university")
    for said in (received, linked, diagnosed, released):
        assert "Encodings remain personal data." in said


def test_the_whole_day_in_json(day: Day) -> None:
    received = as_json("receive intake.lnk care.lnk police.lnk --run run -a agreement.toml")
    assert [item["list"] for item in received["received"]] == ["I", "K", "P"]
    assert received["waiting_for"] == []
    linked = as_json("link --run run")
    assert linked["people"]["chosen"] == 95
    assert "histogram" not in linked
    diagnosed = as_json("diagnose --run run")
    assert diagnosed["scenarios"]["chosen"]["on_lists"] == [25, 50, 20]
    assert sum(diagnosed["histogram"]["pairs"]) == 62 * 60 + 62 * 65 + 60 * 65
    released = as_json("release --run run --to analyst -o counts.lnk")
    assert released["people"] == 95
    assert released["links_written"] is False


def test_refusals_leave_nothing(day: Day) -> None:
    day.package("P", key=OTHER_KEY)
    before = files_of(day.folder)
    result = call("receive intake.lnk care.lnk police.lnk --run run -a agreement.toml")
    assert isinstance(result.exception, LinkageError)
    assert result.exception.faults[0].code == "E402"
    assert files_of(day.folder) == before


@pytest.mark.parametrize("options", ["--again", "--reason lost"])
def test_again_and_reason_belong_together(day: Day, options: str) -> None:
    succeed("receive intake.lnk care.lnk police.lnk --run run -a agreement.toml")
    succeed("link --run run")
    result = call(f"release --run run --to analyst -o counts.lnk {options}")
    assert isinstance(result.exception, LinkageError)
    assert result.exception.faults[0].code == "E656"
    assert not (day.folder / "counts.lnk").exists()


@pytest.mark.parametrize("choice", ["--without K", "--lists P,I"])
def test_a_choice_of_lists(day: Day, choice: str) -> None:
    succeed("receive intake.lnk police.lnk --run run -a agreement.toml")
    assert "(I, P)" in succeed(f"link --run run {choice}")
    assert "Left out: K" in succeed("diagnose --run run")


def test_an_override_is_shown(day: Day) -> None:
    succeed("receive intake.lnk care.lnk police.lnk --run run -a agreement.toml")
    assert "given by you and logged" in succeed("link --run run --threshold 0.9")


def test_the_identity_must_not_lie_beside_a_project_key(day: Day) -> None:
    from tests.support.unit_run import identity

    from linkage.encode.keys import new_project_key

    succeed("receive intake.lnk care.lnk police.lnk --run run -a agreement.toml")
    bundle = new_project_key(day.agreement, identity("intake"))
    (day.folder / "keys" / "project.lkey").write_bytes(bundle)
    result = call("link --run run")
    assert isinstance(result.exception, LinkageError)
    assert result.exception.faults[0].code == "E621"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_and_how(command: str) -> None:
    app = typer.Typer()
    linkage_unit.register(app)
    shown = CliRunner().invoke(app, [command, "--help"]).stdout
    assert "--run" in shown
    assert "--json" in shown
