"""One release per kind and recipient, unless there is a reason; a kill makes no second one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.unit_run import NOW

from linkage.errors import PolicyError
from linkage.workspace.database import connect, create_schema
from linkage.workspace.releases import (
    Begun,
    begin_release,
    complete_release,
    read_releases,
    withdraw_release,
)

COUNTS, OTHER = b"c" * 32, b"d" * 32


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "state.sqlite"
    path.touch()
    connection = connect(path)
    create_schema(connection)
    yield connection
    connection.close()


def begin(connection: sqlite3.Connection, **changes: Any) -> Begun:
    settings = {
        "kind": "public",
        "recipient": "",
        "content": COUNTS,
        "output": "out",
        "reason": "",
        "now": NOW,
    }
    return begin_release(connection, **(settings | changes))


def test_a_second_release_needs_a_reason(connection: sqlite3.Connection) -> None:
    complete_release(connection, begin(connection).release, NOW)
    for content in (COUNTS, OTHER):
        with pytest.raises(PolicyError) as caught:
            begin(connection, content=content)
        assert caught.value.faults[0].code == "E655"
    again = begin(connection, content=OTHER, reason="a list was wrong")
    assert (again.release.number, again.interrupted) == (2, False)
    assert [release.reason for release in read_releases(connection)] == ["", "a list was wrong"]


def test_kinds_and_recipients_do_not_hinder_one_another(connection: sqlite3.Connection) -> None:
    for number, (kind, recipient) in enumerate(
        [("public", ""), ("analyst", "a"), ("analyst", "b")], start=1
    ):
        begun = begin(connection, kind=kind, recipient=recipient)
        complete_release(connection, begun.release, NOW)
        assert begun.release.number == number


def test_an_interrupted_release_is_carried_on(connection: sqlite3.Connection) -> None:
    first = begin(connection)
    again = begin(connection, output="elsewhere")
    assert again.interrupted
    assert again.release.number == first.release.number
    assert again.release.output == "out"
    assert [release.output for release in read_releases(connection)] == ["elsewhere"]


def test_an_interrupted_release_of_other_counts_counts_as_one(
    connection: sqlite3.Connection,
) -> None:
    begin(connection)
    with pytest.raises(PolicyError):
        begin(connection, content=OTHER)


def test_a_withdrawn_release_never_was(connection: sqlite3.Connection) -> None:
    withdraw_release(connection, begin(connection).release)
    assert not begin(connection, content=OTHER).interrupted
    assert len(read_releases(connection)) == 1


def test_a_completed_release_cannot_be_withdrawn(connection: sqlite3.Connection) -> None:
    begun = begin(connection)
    complete_release(connection, begun.release, NOW)
    withdraw_release(connection, begun.release)
    assert len(read_releases(connection)) == 1
