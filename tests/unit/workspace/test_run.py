"""The run directory: whose it is, in which state, and what spoils it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

import pytest
from tests.support.unit_run import NOW, Day, agreement_text, files_of

from linkage.errors import LinkageError
from linkage.workspace import database
from linkage.workspace.run import NewRun, open_run, run_status, write_run


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(tmp_path)


def new(day: Day) -> NewRun:
    return NewRun(day.agreement, day.agreement_path.read_bytes(), "linkage test", NOW)


def create(day: Day) -> None:
    with write_run(day.run, new(day)):
        pass


def code(error: pytest.ExceptionInfo[LinkageError]) -> str:
    (fault,) = error.value.faults
    return fault.code


def change(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "state.sqlite")) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_new_run_is_private(day: Day) -> None:
    create(day)
    assert run_status(day.run) == "ready"
    assert files_of(day.run)["agreement.toml"] == day.agreement_path.read_bytes()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [day.run, *day.run.iterdir()]}
    assert modes == {
        "run": 0o700,
        "packages": 0o700,
        "agreement.toml": 0o600,
        "state.sqlite": 0o600,
    }


def test_a_failed_creation_leaves_nothing(day: Day) -> None:
    def fail() -> None:
        with write_run(day.run, new(day)) as run:
            run.keep_packages({day.run / "packages" / "I-1.lnk": b"x"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not day.run.exists()


def test_a_failed_creation_leaves_the_users_empty_folder(day: Day) -> None:
    day.run.mkdir()
    with pytest.raises(RuntimeError), write_run(day.run, new(day)):
        raise RuntimeError
    assert day.run.is_dir()
    assert not list(day.run.iterdir())


def test_a_failed_write_changes_nothing(day: Day) -> None:
    create(day)
    before = files_of(day.run)

    def fail() -> None:
        with write_run(day.run) as run:
            run.log("linked", {"lists": ["I"]}, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert files_of(day.run) == before


def test_a_folder_with_other_things_is_left_alone(day: Day) -> None:
    before = files_of(day.folder)
    for action in (open_run, write_run):
        with pytest.raises(LinkageError) as caught, action(day.folder):
            pass
        assert code(caught) == "E214"
    with pytest.raises(LinkageError) as caught, write_run(day.folder, new(day)):
        pass
    assert code(caught) == "E214"
    assert files_of(day.folder) == before


def test_what_a_kill_left_is_no_run_and_can_become_one(day: Day) -> None:
    (day.run / "packages").mkdir(parents=True)
    (day.run / "agreement.toml").write_text("half")
    (day.run / ".agreement.toml.part-1234").write_text("ha")
    (day.run / "state.sqlite").touch()
    assert run_status(day.run) == "unfinished"
    create(day)
    assert run_status(day.run) == "ready"


@pytest.mark.parametrize("own", ["packages/K.lnk", "agreement.toml", "packages"])
def test_files_that_merely_have_a_runs_names_are_never_tidied_away(day: Day, own: str) -> None:
    path = day.run / own
    path.parent.mkdir(parents=True)
    path.write_bytes(b"somebody's only copy")
    with pytest.raises(LinkageError) as caught, write_run(day.run, new(day)):
        pass
    assert code(caught) == "E214"
    assert path.read_bytes() == b"somebody's only copy"


def test_an_empty_packages_folder_can_become_a_run(day: Day) -> None:
    (day.run / "packages").mkdir(parents=True)
    create(day)
    assert run_status(day.run) == "ready"


def test_another_agreement_is_refused(day: Day) -> None:
    create(day)
    other = Day(day.folder, agreement_text(title="Others"))
    with pytest.raises(LinkageError) as caught, write_run(day.run, new(other)):
        pass
    assert code(caught) == "E584"


def test_a_changed_copy_of_the_agreement_is_seen(day: Day) -> None:
    create(day)
    (day.run / "agreement.toml").write_text(agreement_text(minimum_list_size=10), "utf-8")
    with pytest.raises(LinkageError) as caught, open_run(day.run):
        pass
    assert code(caught) == "E591"


def test_newer_state_is_refused(day: Day) -> None:
    create(day)
    change(day.run, "PRAGMA user_version = 99")
    with pytest.raises(LinkageError) as caught, open_run(day.run):
        pass
    assert code(caught) == "E592"


def test_a_changed_log_is_seen(day: Day) -> None:
    create(day)
    change(day.run, "DROP TRIGGER audit_is_never_changed")
    change(day.run, "UPDATE audit SET event = 'nothing'")
    for action in (open_run, write_run):
        with pytest.raises(LinkageError) as caught, action(day.run):
            pass
        assert code(caught) == "E590"


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 200]
)
def test_a_damaged_state_is_one_clear_error(day: Day, content: bytes) -> None:
    create(day)
    (day.run / "state.sqlite").write_bytes(content)
    with pytest.raises(LinkageError) as caught, open_run(day.run):
        pass
    assert code(caught) == "E106"


def test_one_writer_at_a_time(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    create(day)
    monkeypatch.setattr(database, "_WAIT_SECONDS", 0.01)
    with write_run(day.run):
        with pytest.raises(LinkageError) as caught, write_run(day.run):
            pass
        assert code(caught) == "E105"
        with open_run(day.run):  # readers go on
            pass


def test_the_one_who_comes_second_to_a_new_run_is_told(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_WAIT_SECONDS", 0.01)
    with write_run(day.run, new(day)):
        with pytest.raises(LinkageError) as caught, write_run(day.run, new(day)):
            pass
        assert code(caught) == "E105"
    assert run_status(day.run) == "ready", "the second one removed nothing"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_state_that_may_not_be_read(day: Day) -> None:
    create(day)
    (day.run / "state.sqlite").chmod(0)
    with pytest.raises(LinkageError) as caught, open_run(day.run):
        pass
    assert code(caught) in {"E103", "E104"}
