"""The run's log: a chain of hashes, append-only, without personal values or scores."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from linkage.canonical import canonical_json
from linkage.errors import Fault, PackageError

__all__ = ["AuditEntry", "append", "head", "read_log", "verify_chain"]

_DOMAIN = b"linkage/v1/audit|"
_START = bytes(32)

Detail = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log.

    Attributes:
        number: 1, 2, ... without gaps.
        time: when, ISO 8601 with the offset from UTC.
        event: created, received, replaced, restored, linked, unlinked, release-begun,
            release-completed, release-failed.
        details: what, without any value of a record.
        previous: hash of the entry before; zeros for the first.
        hash: SHA-256 over all of the above.
    """

    number: int
    time: str
    event: str
    details: Mapping[str, Detail]
    previous: bytes
    hash: bytes


def _hash(number: int, time: str, event: str, details: str, previous: bytes) -> bytes:
    content = {
        "details": details,
        "event": event,
        "number": number,
        "previous": previous.hex(),
        "time": time,
    }
    return hashlib.sha256(_DOMAIN + canonical_json(content)).digest()


def head(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Number and hash of the newest entry; 0 and zeros before the first."""
    row = connection.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return (0, _START) if row is None else (int(row[0]), bytes(row[1]))


def append(
    connection: sqlite3.Connection, event: str, details: Mapping[str, Detail], now: dt.datetime
) -> None:
    """Add an entry inside the caller's transaction: an act and its entry stand or fall together."""
    number, previous = head(connection)
    number += 1
    time = now.isoformat(timespec="seconds")
    text = canonical_json(dict(details)).decode()
    connection.execute(
        "INSERT INTO audit (id, time, event, details, previous, hash) VALUES (?, ?, ?, ?, ?, ?)",
        (number, time, event, text, previous, _hash(number, time, event, text, previous)),
    )


def verify_chain(connection: sqlite3.Connection, name: str) -> None:
    """Check every hash of the log.

    A chain shows a change, a gap or a reordering. It cannot show that its newest entries
    were cut off: compare the head that ``release`` prints.

    Raises:
        PackageError: E590 at the first entry that does not follow from the one before.
    """
    previous = _START
    rows = connection.execute(
        "SELECT id, time, event, details, previous, hash FROM audit ORDER BY id"
    )
    for expected, row in enumerate(rows, start=1):
        number, time, event, details, before, found = row
        right = (
            number == expected
            and bytes(before) == previous
            and bytes(found) == _hash(number, time, event, details, previous)
        )
        if not right:
            raise PackageError(
                Fault(
                    "E590",
                    f"The log of this run was changed: entry {expected} does not follow from "
                    "the one before.",
                    "Do not use this run. Tell the coordinator, and begin a new run directory.",
                    file=name,
                )
            )
        previous = bytes(found)


def read_log(connection: sqlite3.Connection) -> tuple[AuditEntry, ...]:
    """The whole log, oldest entry first."""
    rows = connection.execute(
        "SELECT id, time, event, details, previous, hash FROM audit ORDER BY id"
    )
    return tuple(
        AuditEntry(number, time, event, json.loads(details), bytes(previous), bytes(found))
        for number, time, event, details, previous, found in rows
    )
