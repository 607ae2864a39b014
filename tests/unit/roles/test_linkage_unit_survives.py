"""kill -9 and a full disk, at every point of receive, link and release."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.unit_run import Day, files_of, identity

from linkage.cli.app import main
from linkage.overlap import table_from_content
from linkage.package.table import open_overlap
from linkage.roles.linkage_unit import diagnose
from linkage.workspace import SCENARIOS, open_run, read_log, read_releases

ROOT = Path(__file__).parents[3]
RECEIVE = "receive intake.lnk care.lnk police.lnk --run run -a agreement.toml"
LINK = "link --run run"
TO_ANALYST = "release --run run --to analyst -o counts.lnk"
TO_PUBLIC = "release --run run --to public -o publication"


def drive(mode: str, setup: Path, work: Path, command: str, *limits: int) -> list[dict[str, Any]]:
    """Run tests/support/kill_at.py in a process of its own."""
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "tests" / "support" / "kill_at.py"),
            *(mode, str(setup), str(work), *map(str, limits), "--"),
            *(*command.split(), "-i", "keys/unit.identity"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: list[dict[str, Any]] = json.loads(done.stdout)
    for outcome in outcomes:
        assert "Traceback" not in outcome["stderr"], outcome["stderr"]
    return outcomes


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder before each command, and one after all of them."""
    base = tmp_path_factory.mktemp("stages")
    Day(base).packages()
    stages = {}
    for number, command in enumerate([RECEIVE, LINK, TO_ANALYST, TO_PUBLIC, "end"]):
        stages[command] = tmp_path_factory.mktemp(f"stage{number}")
        shutil.copytree(base, stages[command], dirs_exist_ok=True)
        if command != "end":
            with contextlib.chdir(base), pytest.raises(SystemExit) as stop:
                main([*command.split(), "-i", "keys/unit.identity"])
            assert not stop.value.code
    return stages


def ledger(folder: Path) -> list[tuple[Any, ...]]:
    with open_run(folder / "run") as run:
        return [(e.list_id, e.sequence, e.sha256, e.records, e.replaced) for e in run.ledger]


def events(folder: Path) -> list[str]:
    with open_run(folder / "run") as run:
        return [entry.event for entry in read_log(run.connection)]


def leftovers(folder: Path) -> list[str]:
    return [n for n in files_of(folder) if ".part-" in n or n.endswith(("-journal", "-wal"))]


def besides_state(folder: Path) -> dict[str, bytes]:
    return {k: v for k, v in files_of(folder).items() if k != "run/state.sqlite"}


def opened(folder: Path) -> bytes:
    agreement = Day(folder).agreement
    data = (folder / "counts.lnk").read_bytes()
    _, content = open_overlap(
        data, agreement=agreement, recipient=identity("university"), name="counts.lnk"
    )
    return content


def test_receive_survives_a_kill_anywhere(stages: dict[str, Path], tmp_path: Path) -> None:
    outcomes = drive("kill", stages[RECEIVE], tmp_path, RECEIVE)
    assert len(outcomes) > 25
    for outcome in outcomes:
        folder = Path(outcome["folder"])
        if outcome["code"]:  # killed after all was done: told so, and nothing changes
            assert outcome["code"] == 5, outcome
            assert outcome["stderr"].count("E580") == 3, outcome
        assert ledger(folder) == ledger(stages[LINK])
        assert events(folder) == ["created", "received", "received", "received"]
        kept = files_of(folder / "run" / "packages")
        assert kept == files_of(stages[LINK] / "run" / "packages")
        assert not leftovers(folder)
    done = [outcome["point"] for outcome in outcomes].index("after commit")
    assert not any(outcome["code"] for outcome in outcomes[:done])


def test_receive_survives_a_kill_while_replacing(stages: dict[str, Path], tmp_path: Path) -> None:
    setup = tmp_path / "setup"
    shutil.copytree(stages[TO_ANALYST], setup)
    old = ledger(setup)
    Day(setup).package("K", sequence=2, order=1, name="second.lnk")
    outcomes = drive("kill", setup, tmp_path / "work", "receive second.lnk --run run --replace")
    assert len(outcomes) > 10
    for outcome in outcomes:
        folder = Path(outcome["folder"])
        assert outcome["code"] == 0 or "E580" in outcome["stderr"], outcome
        assert [entry[:2] for entry in ledger(folder) if not entry[4]] == [
            ("I", 1),
            ("P", 1),
            ("K", 2),
        ]
        assert len(ledger(folder)) == len(old) + 1
        assert set(files_of(folder / "run" / "packages")) >= {"I-1.lnk", "K-2.lnk", "P-1.lnk"}


def test_link_survives_a_kill_anywhere(stages: dict[str, Path], tmp_path: Path) -> None:
    expected = diagnose(stages[TO_ANALYST] / "run")
    outcomes = drive("kill", stages[LINK], tmp_path, LINK)
    assert len(outcomes) > 8
    for outcome in outcomes:
        assert outcome["code"] == 0, outcome
        folder = Path(outcome["folder"])
        found = diagnose(folder / "run")
        assert found.scenarios == expected.scenarios
        for scenario in SCENARIOS:
            assert np.array_equal(found.state.person[scenario], expected.state.person[scenario])
        assert not leftovers(folder)


@pytest.mark.parametrize("command", [TO_ANALYST, TO_PUBLIC])
def test_release_survives_a_kill_anywhere(
    command: str, stages: dict[str, Path], tmp_path: Path
) -> None:
    outcomes = drive("kill", stages[command], tmp_path, command)
    assert len(outcomes) > 10
    for outcome in outcomes:
        folder = Path(outcome["folder"])
        if outcome["code"]:  # killed after all was done: one release, and it is there
            assert outcome["code"] == 6, outcome
            assert "E655" in outcome["stderr"]
        with open_run(folder / "run") as run:
            releases = read_releases(run.connection)
        kind = command.split()[4]
        mine = [release for release in releases if release.kind == kind]
        assert len(mine) == 1, "a kill never makes two releases of one"
        assert mine[0].completed is not None
        if kind == "analyst":
            assert opened(folder) == opened(stages["end"])
        else:
            expected = files_of(stages["end"] / "publication")
            assert files_of(folder / "publication") == expected
        assert not leftovers(folder)
    assert next(o["code"] for o in outcomes if o["point"] == "after commit") == 0


def test_the_sealed_counts_are_the_planted_ones(stages: dict[str, Path]) -> None:
    table = table_from_content(opened(stages["end"]))
    assert table.people == 95
    assert table.list_sizes == (60, 60, 65)


@pytest.mark.parametrize("command", [RECEIVE, LINK, TO_ANALYST, TO_PUBLIC])
def test_a_full_disk_leaves_everything_as_it_was(
    command: str, stages: dict[str, Path], tmp_path: Path
) -> None:
    before = stages[command]
    state = before / "run" / "state.sqlite"
    now = state.stat().st_size if state.exists() else 0
    then = (stages["end"] / "run" / "state.sqlite").stat().st_size
    limits = sorted({1, 600, 4096, *range(8192, then, 16384), now, now + 4096, then + 8192} - {0})
    outcomes = drive("full", before, tmp_path, command, *limits)
    failed = [outcome for outcome in outcomes if outcome["code"]]
    for outcome in failed:
        assert outcome["code"] == 1, outcome
        assert outcome["stderr"].startswith("E101"), outcome
        assert "Nothing was written" in outcome["stderr"]
        folder = Path(outcome["folder"])
        assert not folder.name.endswith("again"), "with space again, the command succeeds"
        if command != RECEIVE:
            assert ledger(folder) == ledger(before)  # opening it ends SQLite's own rollback
        assert not leftovers(folder)
        assert besides_state(folder) == besides_state(before)
    assert len(failed) >= 4
    assert not outcomes[-1]["code"]
