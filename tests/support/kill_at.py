"""Run a command of the CLI and kill it at every point where it touches the disk.

A script, so that it forks a process without threads::

    kill_at.py kill SETUP WORK -- receive intake.lnk --run run ...
    kill_at.py full SETUP WORK 4096 8192 ... -- receive intake.lnk --run run ...

``kill``: for N = 1, 2, ... it copies the folder SETUP to WORK/N, runs the command there, and
kills it (SIGKILL, by itself) at the N-th point; then it runs the same command again,
undisturbed. It stops when the command comes to its end. A point is *before* and *after* each
fsync, rename, unlink, mkdir, SQLite statement that writes, and commit.

``full``: for every limit it runs the command in WORK/<limit> with no file allowed to grow
over so many bytes, which is how a full disk looks to a program; and if that fails, once more
without a limit, in a copy of what it left, WORK/<limit>-again.

Either way it prints a JSON array with an object for each run (see :class:`Outcome`). Paths in
the command are relative to the copy.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import shutil
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MOST_POINTS = 500


@dataclass(frozen=True)
class Outcome:
    """How one run ended.

    Attributes:
        folder: where it ran.
        point: where it was killed, such as "before fsync"; empty if it was not.
        code: exit code; -9 where it was killed; 70 for a traceback.
        stdout, stderr: what it printed.
    """

    folder: str
    point: str
    code: int
    stdout: str
    stderr: str


def run_command(
    arguments: list[str], folder: Path, prepare: Callable[[int], None] | None = None
) -> Outcome:
    """Run the CLI in a child process; ``prepare`` gets the pipe on which to report a kill."""
    from linkage.cli.app import main

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code, out, err = 0, io.StringIO(), io.StringIO()
        try:
            os.chdir(folder)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    if prepare is not None:
                        prepare(writing)
                    main(arguments)
                except SystemExit as stop:
                    code = int(stop.code or 0)
                except BaseException:  # noqa: BLE001 - a traceback is what the tests look for
                    traceback.print_exc()
                    code = 70
            report = {"point": "", "code": code, "stdout": out.getvalue(), "stderr": err.getvalue()}
            os.write(writing, json.dumps(report).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        report = json.loads(stream.read())
    os.waitpid(child, 0)
    return Outcome(folder=str(folder), **report)


def kill_at(number: int) -> Callable[[int], None]:
    """What a child does to itself so that it dies at the ``number``-th point."""

    def prepare(pipe: int) -> None:
        passed = 0

        def point(label: str) -> None:
            nonlocal passed
            passed += 1
            if passed == number:
                report = {"point": label, "code": -9, "stdout": "", "stderr": ""}
                os.write(pipe, json.dumps(report).encode())
                os.kill(os.getpid(), signal.SIGKILL)

        def wrapped(label: str, call: Callable[..., Any]) -> Callable[..., Any]:
            def patched(*arguments: Any, **options: Any) -> Any:
                point(f"before {label}")
                result = call(*arguments, **options)
                point(f"after {label}")
                return result

            return patched

        class Connection(sqlite3.Connection):
            def commit(self) -> None:
                point("before commit")
                super().commit()
                point("after commit")

            def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
                if not sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
                    return super().execute(sql, *rest)
                point("before statement")
                return super().execute(sql, *rest)

        connect = sqlite3.connect
        sqlite3.connect = lambda *a, **o: connect(*a, factory=Connection, **o)  # type: ignore[assignment]
        for name in ("fsync", "replace", "unlink", "mkdir"):
            setattr(os, name, wrapped(name, getattr(os, name)))

    return prepare


def limited_to(size: int) -> Callable[[int], None]:
    """What a child does to itself so that no file can grow over ``size`` bytes."""

    def prepare(_pipe: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return prepare


def warm_up(setup: Path, work: Path, arguments: list[str]) -> None:
    """Run the command once in this process: its children then find all code loaded."""
    from linkage.cli.app import main

    folder = work / "warm-up"
    shutil.copytree(setup, folder)
    home = Path.cwd()
    os.chdir(folder)
    nowhere = io.StringIO()
    with (
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        contextlib.suppress(SystemExit),
    ):
        main(arguments)
    os.chdir(home)


def kill_everywhere(setup: Path, work: Path, arguments: list[str]) -> list[Outcome]:
    """The re-run after a kill at every point; the last one is the run that was not killed."""
    outcomes = []
    for number in range(1, MOST_POINTS):
        folder = work / str(number)
        shutil.copytree(setup, folder)
        first = run_command(arguments, folder, kill_at(number))
        if not first.point:
            return [*outcomes, first]
        again = run_command(arguments, folder)
        outcomes.append(Outcome(str(folder), first.point, again.code, again.stdout, again.stderr))
    raise RuntimeError(f"the command never came to its end in {MOST_POINTS} points")


def fill_disk(setup: Path, work: Path, limits: list[int], arguments: list[str]) -> list[Outcome]:
    """The run under every limit, each failure followed by a run with space again."""
    outcomes = []
    for limit in limits:
        folder = work / str(limit)
        shutil.copytree(setup, folder)
        outcomes.append(run_command(arguments, folder, limited_to(limit)))
        if outcomes[-1].code:
            again = work / f"{limit}-again"
            shutil.copytree(folder, again)
            outcomes.append(run_command(arguments, again))
    return outcomes


if __name__ == "__main__":
    own, command = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
    mode, setup_folder, work_folder = own[0], Path(own[1]), Path(own[2])
    warm_up(setup_folder, work_folder, command)
    found = (
        kill_everywhere(setup_folder, work_folder, command)
        if mode == "kill"
        else fill_disk(setup_folder, work_folder, [int(size) for size in own[3:]], command)
    )
    print(json.dumps([asdict(outcome) for outcome in found]))
