"""The run's state in SQLite: one writer, durable commits, errors in our own words."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from linkage.errors import Fault, MachineError, PackageError

__all__ = [
    "SCHEMA_VERSION",
    "connect",
    "create_schema",
    "in_use",
    "schema_version",
    "state_errors",
    "writing",
]

SCHEMA_VERSION = 2
_WAIT_SECONDS = 5.0

_SCHEMA = (
    """
    CREATE TABLE run (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        project TEXT NOT NULL,
        round INTEGER NOT NULL,
        fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
        created TEXT NOT NULL,
        software TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY,
        project TEXT NOT NULL,
        round INTEGER NOT NULL,
        sender TEXT NOT NULL,
        list TEXT NOT NULL,
        file_id BLOB NOT NULL UNIQUE,
        sequence INTEGER NOT NULL,
        sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
        records INTEGER NOT NULL CHECK (records > 0),
        key_check BLOB NOT NULL,
        file TEXT NOT NULL,
        received TEXT NOT NULL,
        replaced INTEGER NOT NULL DEFAULT 0 CHECK (replaced IN (0, 1)),
        UNIQUE (project, round, sender, sequence)
    )
    """,
    "CREATE UNIQUE INDEX one_file_a_list ON ledger (list) WHERE replaced = 0",
    """
    CREATE TABLE link (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        linked TEXT NOT NULL,
        parameters TEXT NOT NULL,
        draws BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE scenario (
        link INTEGER NOT NULL REFERENCES link (id) ON DELETE CASCADE,
        name TEXT NOT NULL CHECK (name IN ('low', 'chosen', 'high')),
        threshold REAL NOT NULL,
        people INTEGER NOT NULL,
        person BLOB NOT NULL,
        PRIMARY KEY (link, name)
    )
    """,
    """
    CREATE TABLE release (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('analyst', 'public')),
        recipient TEXT NOT NULL,
        content BLOB NOT NULL CHECK (length(content) = 32),
        output TEXT NOT NULL,
        reason TEXT NOT NULL,
        begun TEXT NOT NULL,
        completed TEXT
    )
    """,
    """
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        time TEXT NOT NULL,
        event TEXT NOT NULL,
        details TEXT NOT NULL,
        previous BLOB NOT NULL CHECK (length(previous) = 32),
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    )
    """,
    """
    CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
    """,
    """
    CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
    """,
)


@contextlib.contextmanager
def state_errors(name: str) -> Iterator[None]:
    """Turn SQLite's operational errors on the file ``name`` into ours.

    Raises:
        MachineError: E101 disk full, E103 no permission, E105 in use by another command,
            E106 not a state file or damaged, E104 anything else the machine said.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0)
        primary = code & 0xFF
        if primary == sqlite3.SQLITE_FULL or (
            primary == sqlite3.SQLITE_IOERR
            and code not in (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)
        ):
            fault = Fault(
                "E101",
                f"The disk is full: {name} could not be written. Nothing was written.",
                "Free some space, then run the same command again.",
                file=name,
            )
        elif primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            fault = in_use(name)
        elif primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            fault = Fault(
                "E106",
                f"{name} is damaged, or not the state of a run.",
                "Begin a new run directory and receive the packages again.",
                file=name,
            )
        elif primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
            fault = Fault(
                "E103",
                f"{name} may not be read or written by you.",
                "Close it in other programs, or check its permissions.",
                file=name,
            )
        elif isinstance(error, sqlite3.OperationalError):
            reason = getattr(error, "sqlite_errorname", "unknown error")
            fault = Fault("E104", f"{name} could not be read or written ({reason}).", file=name)
        else:  # a broken constraint is a fault of ours, not of the machine
            raise
        raise MachineError(fault) from None


def in_use(name: str) -> Fault:
    """E105: somebody else holds the lock."""
    return Fault(
        "E105",
        "Another command is working in this run directory.",
        "Wait until it is done, then run the same command again.",
        file=name,
    )


def connect(path: Path) -> sqlite3.Connection:
    """Open the state file, which must exist, with durable commits and foreign keys.

    Raises:
        MachineError: E101 to E106, see :func:`state_errors`.
    """
    with state_errors(path.name):
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")  # what is dropped is overwritten
            connection.execute("PRAGMA user_version")
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection


def create_schema(connection: sqlite3.Connection) -> None:
    """Create every table, inside the caller's transaction."""
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def schema_version(connection: sqlite3.Connection, name: str) -> int:
    """Version of the state's schema; 0 where it was never finished.

    Raises:
        PackageError: E592 if another version of the software made it.
        MachineError: E101 to E106, see :func:`state_errors`.
    """
    with state_errors(name):
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version not in (0, SCHEMA_VERSION):
        newer = version > SCHEMA_VERSION
        raise PackageError(
            Fault(
                "E592",
                f"This run directory was made by {'a newer' if newer else 'an earlier'} version "
                f"of linkage (state {version}, this version knows {SCHEMA_VERSION}).",
                "Update linkage on this machine."
                if newer
                else "Begin a new run directory and receive the packages again.",
                file=name,
            )
        )
    return version


@contextlib.contextmanager
def writing(connection: sqlite3.Connection, name: str) -> Iterator[None]:
    """One write transaction: everything inside happens, or nothing.

    The lock is taken at once, so that what is read inside is still true at the commit.

    Raises:
        MachineError: E101 to E106, see :func:`state_errors`.
    """
    with state_errors(name):
        connection.execute("BEGIN IMMEDIATE")
    try:
        with state_errors(name):
            yield
            connection.commit()
    finally:
        if connection.in_transaction:
            connection.rollback()
