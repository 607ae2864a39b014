"""The log's chain shows every change but a cut-off end."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.unit_run import NOW

from linkage.errors import PackageError
from linkage.workspace.audit import append, head, read_log, verify_chain
from linkage.workspace.database import connect, create_schema


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "state.sqlite"
    path.touch()
    connection = connect(path)
    create_schema(connection)
    for number in range(4):
        append(connection, "received", {"list": "I", "records": 50 + number}, NOW)
    yield connection
    connection.close()


def unlock(connection: sqlite3.Connection) -> None:
    """What somebody does who wants to change the log."""
    connection.execute("DROP TRIGGER audit_is_never_changed")
    connection.execute("DROP TRIGGER audit_is_never_deleted")


def test_an_honest_log_verifies(connection: sqlite3.Connection) -> None:
    verify_chain(connection, "state.sqlite")
    log = read_log(connection)
    assert [entry.number for entry in log] == [1, 2, 3, 4]
    assert log[0].previous == bytes(32)
    assert all(b.previous == a.hash for a, b in itertools.pairwise(log))
    assert head(connection) == (4, log[-1].hash)


def test_the_hash_is_the_documented_one(connection: sqlite3.Connection) -> None:
    first = read_log(connection)[0]
    content = (
        b'linkage/v1/audit|{"details":"{\\"list\\":\\"I\\",\\"records\\":50}","event":"received",'
        b'"number":1,"previous":"' + b"00" * 32 + b'","time":"2026-11-23T12:00:00+00:00"}'
    )
    assert first.hash == hashlib.sha256(content).digest()


@pytest.mark.parametrize(
    ("change", "entry"),
    [
        ('UPDATE audit SET details = \'{"list":"K"}\' WHERE id = 2', 2),
        ("UPDATE audit SET time = '2027-01-01T00:00:00+00:00' WHERE id = 1", 1),
        ("UPDATE audit SET event = 'replaced' WHERE id = 4", 4),
        ("UPDATE audit SET hash = zeroblob(32) WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 1", 1),
        ("UPDATE audit SET id = id + 10", 1),
    ],
)
def test_a_change_is_seen(connection: sqlite3.Connection, change: str, entry: int) -> None:
    unlock(connection)
    connection.execute(change)
    with pytest.raises(PackageError) as caught:
        verify_chain(connection, "state.sqlite")
    (fault,) = caught.value.faults
    assert fault.code == "E590"
    assert f"entry {entry} " in fault.message


@pytest.mark.parametrize("change", ["UPDATE audit SET event = 'x'", "DELETE FROM audit"])
def test_the_log_is_append_only(connection: sqlite3.Connection, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(change)


def test_a_cut_off_end_shows_in_the_head_alone(connection: sqlite3.Connection) -> None:
    noted = head(connection)
    unlock(connection)
    connection.execute("DELETE FROM audit WHERE id = 4")
    verify_chain(connection, "state.sqlite")
    assert head(connection) != noted
