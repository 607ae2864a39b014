"""The linkage unit's run directory: one agreement, one round, one state.

::

    RUN/agreement.toml          a copy of the agreement, as it was at the first receive
    RUN/packages/I-1763.lnk     what the owners sent, still sealed: nothing lies in the clear
    RUN/state.sqlite            ledger, link result, releases and the hash-chained log

What is in ``packages`` but not in the ledger does not exist: a kill between the two leaves
a file that the next receive removes. Folder mode 0700, files 0600.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from linkage.agreement.fingerprint import fingerprint, short_fingerprint
from linkage.agreement.load import load_agreement
from linkage.agreement.model import Agreement
from linkage.errors import Fault, MachineError, PackageError, UsageError
from linkage.files import PRIVATE, machine_errors, write_whole, write_whole_group
from linkage.workspace import audit
from linkage.workspace.database import (
    connect,
    create_schema,
    in_use,
    schema_version,
    state_errors,
    writing,
)
from linkage.workspace.ledger import LedgerEntry, Submission, active_entries, read_ledger

__all__ = [
    "AGREEMENT_FILE",
    "STATE_FILE",
    "NewRun",
    "Run",
    "open_run",
    "require_same_agreement",
    "run_status",
    "write_run",
]

AGREEMENT_FILE = "agreement.toml"
PACKAGES_FOLDER = "packages"
STATE_FILE = "state.sqlite"
_OWN_NAMES = (AGREEMENT_FILE, PACKAGES_FOLDER, STATE_FILE)

RunStatus = Literal["absent", "unfinished", "ready"]


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a run begins with.

    Attributes:
        agreement: the agreement.
        source: the bytes of its file.
        software: name and version of the software.
        created: when.
    """

    agreement: Agreement
    source: bytes
    software: str
    created: dt.datetime


@dataclass(frozen=True, slots=True)
class Run:
    """An open run directory.

    Attributes:
        folder: the directory.
        agreement: its agreement.
        fingerprint: the agreement's fingerprint.
        connection: its state; a transaction is open inside :func:`write_run`.
    """

    folder: Path
    agreement: Agreement
    fingerprint: bytes
    connection: sqlite3.Connection

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every accepted submission, oldest first."""
        return read_ledger(self.connection)

    def package_path(self, submission: Submission) -> Path:
        """Where a submission's sealed file is kept."""
        return self.folder / PACKAGES_FOLDER / submission.file

    def is_intact(self, entry: LedgerEntry) -> bool:
        """Whether the kept file of ``entry`` is there, byte for byte."""
        path = self.package_path(entry)
        if not path.is_file():
            return False
        with machine_errors(path):
            return hashlib.sha256(path.read_bytes()).digest() == entry.sha256

    def read_package(self, entry: LedgerEntry) -> bytes:
        """The sealed bytes of an entry, exactly as they were received.

        Raises:
            PackageError: E585 if the kept file is missing or was changed.
        """
        path = self.package_path(entry)
        with machine_errors(path):
            content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).digest() != entry.sha256:
            raise PackageError(
                Fault(
                    "E585",
                    f"{entry.file} of the run directory is missing or was changed since it was "
                    "received.",
                    f"Receive the package of {entry.sender} once more, the very same file.",
                    file=entry.file,
                )
            )
        return content

    def keep_packages(self, contents: dict[Path, bytes]) -> None:
        """Write sealed files; they count once they are in the ledger."""
        packages = self.folder / PACKAGES_FOLDER
        with machine_errors(packages):
            packages.mkdir(mode=0o700, exist_ok=True)
        write_whole_group(contents, mode=PRIVATE)

    def remove_orphans(self) -> None:
        """Remove files that no active ledger entry names, such as those of a killed receive."""
        wanted = {entry.file for entry in active_entries(self.ledger).values()}
        packages = self.folder / PACKAGES_FOLDER
        with machine_errors(packages):
            for path in packages.iterdir():
                if path.name not in wanted and path.is_file():
                    path.unlink(missing_ok=True)

    def log(self, event: str, details: dict[str, audit.Detail], now: dt.datetime) -> None:
        """Add an entry to the log, in the open transaction."""
        audit.append(self.connection, event, details, now)


def run_status(folder: Path) -> RunStatus:
    """Whether ``folder`` holds a run, nothing, or what a killed first receive left.

    Raises:
        UsageError: E214 if it holds something else.
        MachineError: E101 to E106 if the state cannot be read.
    """
    state = folder / STATE_FILE
    with machine_errors(folder):
        if not folder.exists():
            return "absent"
        if not folder.is_dir():
            raise UsageError(_not_a_run(folder))
        has_state = state.is_file()
    if has_state:
        with contextlib.closing(connect(state)) as connection:
            if schema_version(connection, state.name):
                return "ready"
    with machine_errors(folder):
        names = [path.name for path in folder.iterdir()]
        if has_state:
            foreign = not all(n.lstrip(".").startswith(_OWN_NAMES) for n in names)
        else:
            # A kill before the state file was made leaves an empty packages folder at most.
            # Anything else is somebody's own, and a receive would tidy it away.
            packages = folder / PACKAGES_FOLDER
            left = names == [PACKAGES_FOLDER] and packages.is_dir() and not any(packages.iterdir())
            foreign = bool(names) and not left
    if foreign:
        raise UsageError(_not_a_run(folder))
    return "unfinished"


@contextlib.contextmanager
def open_run(folder: Path) -> Iterator[Run]:
    """Open a run directory to read it, after checking its log and its agreement.

    Raises:
        UsageError: E214 if it is not a run directory.
        PackageError: E590 if the log was changed, E591 if the copy of the agreement was,
            E592 if newer software made the run.
        MachineError: E101 to E106.
    """
    if run_status(folder) != "ready":
        raise UsageError(_not_a_run(folder))
    state = folder / STATE_FILE
    with contextlib.closing(connect(state)) as connection, state_errors(state.name):
        yield _checked(folder, connection)


@contextlib.contextmanager
def write_run(folder: Path, new: NewRun | None = None) -> Iterator[Run]:
    """Open a run directory to change it: everything inside happens, or nothing.

    One command at a time; the lock is held until the end. If the run does not exist yet it
    is created from ``new``, in the same transaction, and removed again if anything fails.

    Raises:
        UsageError: E214 if it is not a run directory and ``new`` is None.
        PackageError: E584 if it belongs to another agreement than ``new``; E590, E591 and
            E592 as :func:`open_run`.
        MachineError: E101 to E106; E105 if another command holds the lock.
    """
    status = run_status(folder)
    state = folder / STATE_FILE
    if status == "ready":
        with contextlib.closing(connect(state)) as connection, writing(connection, state.name):
            run = _checked(folder, connection)
            if new is not None:
                require_same_agreement(run, new.agreement)
            yield run
        return
    if new is None:
        raise UsageError(_not_a_run(folder))
    with _folders(folder, made_by_us=status == "absent") as created:
        with contextlib.closing(connect(state)) as connection, writing(connection, state.name):
            if schema_version(connection, state.name):  # somebody was faster
                raise MachineError(in_use(STATE_FILE))
            created.append(state)
            yield _create(folder, connection, new)
        if run_status(folder) != "ready":  # somebody removed a failed first receive meanwhile
            raise MachineError(in_use(STATE_FILE))


def require_same_agreement(run: Run, agreement: Agreement) -> None:
    """Refuse another agreement than the run's.

    Raises:
        PackageError: E584.
    """
    given = fingerprint(agreement)
    if given != run.fingerprint:
        raise PackageError(
            Fault(
                "E584",
                f"This run belongs to agreement {short_fingerprint(run.fingerprint)}; "
                f"{short_fingerprint(given)} was given.",
                "Leave --agreement out, or begin a new run directory for the other agreement.",
                file=AGREEMENT_FILE,
            )
        )


@contextlib.contextmanager
def _folders(folder: Path, *, made_by_us: bool) -> Iterator[list[Path]]:
    """The directories of a new run and an empty state file; removed again on any failure."""
    packages, state = folder / PACKAGES_FOLDER, folder / STATE_FILE
    created: list[Path] = []
    try:
        with machine_errors(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            packages.mkdir(mode=0o700, exist_ok=True)
            os.close(os.open(state, os.O_WRONLY | os.O_CREAT, PRIVATE))
        yield created
    except BaseException:
        if created:  # only the command that held the lock tidies up
            with contextlib.suppress(OSError):
                shutil.rmtree(packages)
                (folder / AGREEMENT_FILE).unlink(missing_ok=True)
                state.with_name(f"{STATE_FILE}-journal").unlink(missing_ok=True)
                state.unlink(missing_ok=True)
                if made_by_us:
                    folder.rmdir()
        raise


def _create(folder: Path, connection: sqlite3.Connection, new: NewRun) -> Run:
    write_whole(folder / AGREEMENT_FILE, new.source, mode=PRIVATE)
    create_schema(connection)
    digest = fingerprint(new.agreement)
    connection.execute(
        "INSERT INTO run (id, project, round, fingerprint, created, software) "
        "VALUES (1, ?, ?, ?, ?, ?)",
        (
            new.agreement.id,
            new.agreement.round,
            digest,
            new.created.isoformat(timespec="seconds"),
            new.software,
        ),
    )
    run = Run(folder, new.agreement, digest, connection)
    run.log(
        "created",
        {"agreement": short_fingerprint(digest), "software": new.software},
        new.created,
    )
    return run


def _checked(folder: Path, connection: sqlite3.Connection) -> Run:
    schema_version(connection, STATE_FILE)
    audit.verify_chain(connection, STATE_FILE)
    stored = connection.execute("SELECT fingerprint FROM run").fetchone()[0]
    agreement = load_agreement(folder / AGREEMENT_FILE)
    if fingerprint(agreement) != stored:
        raise PackageError(
            Fault(
                "E591",
                f"{AGREEMENT_FILE} of the run directory was changed since the first receive.",
                f"Put the signed agreement back: its fingerprint is {short_fingerprint(stored)}.",
                file=AGREEMENT_FILE,
            )
        )
    return Run(folder, agreement, stored, connection)


def _not_a_run(folder: Path) -> Fault:
    return Fault(
        "E214",
        f"{folder.name or folder} is not a run directory of the linkage unit.",
        "`linkage receive PACKAGE --run RUN -a agreement.toml` begins one, in a new or empty "
        "folder.",
        file=folder.name,
    )
