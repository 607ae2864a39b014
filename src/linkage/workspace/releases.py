"""The log of releases: one per kind and run, unless a reason is given.

A release is begun in the state (with the hash of its counts) before its file is written, and
completed after. A kill in between leaves a release that was begun: the same command then
finds the same counts, and completes it instead of counting a second one.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from typing import Literal, NamedTuple

from linkage.errors import Fault, PolicyError

__all__ = [
    "Begun",
    "Release",
    "ReleaseKind",
    "begin_release",
    "complete_release",
    "read_releases",
    "withdraw_release",
]

ReleaseKind = Literal["analyst", "public"]


@dataclass(frozen=True, slots=True)
class Release:
    """One release of counts.

    Attributes:
        number: 1, 2, ... over all releases of the run.
        kind: analyst (exact, sealed) or public.
        recipient: id of the analyst; empty for the public.
        content: SHA-256 of the counts that were released, before sealing.
        output: name of the file.
        reason: why it was released again; empty for the first.
        begun: when, ISO 8601 with the offset from UTC.
        completed: likewise; None while the file may not be there yet.
    """

    number: int
    kind: ReleaseKind
    recipient: str
    content: bytes
    output: str
    reason: str
    begun: str
    completed: str | None


class Begun(NamedTuple):
    """A release to carry out, and whether an earlier attempt at it was interrupted.

    The release of an interrupted attempt still names that attempt's output.
    """

    release: Release
    interrupted: bool


def read_releases(connection: sqlite3.Connection) -> tuple[Release, ...]:
    """Every release of the run, oldest first."""
    rows = connection.execute(
        "SELECT id, kind, recipient, content, output, reason, begun, completed "
        "FROM release ORDER BY id"
    )
    return tuple(Release(*row) for row in rows)


def begin_release(
    connection: sqlite3.Connection,
    *,
    kind: ReleaseKind,
    recipient: str,
    content: bytes,
    output: str,
    reason: str,
    now: dt.datetime,
) -> Begun:
    """The release to carry out: a new one, or the one that a kill interrupted.

    Raises:
        PolicyError: E655 if this kind was released to this recipient before and there is
            no ``reason`` to do so again.
    """
    before = [
        release
        for release in read_releases(connection)
        if (release.kind, release.recipient) == (kind, recipient)
    ]
    if before and before[-1].completed is None and before[-1].content == content:
        connection.execute(
            "UPDATE release SET output = ? WHERE id = ?", (output, before[-1].number)
        )
        return Begun(before[-1], interrupted=True)
    if before and not reason:
        raise PolicyError(_released_before(before[-1]))
    connection.execute(
        "INSERT INTO release (kind, recipient, content, output, reason, begun) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (kind, recipient, content, output, reason, now.isoformat(timespec="seconds")),
    )
    return Begun(read_releases(connection)[-1], interrupted=False)


def complete_release(connection: sqlite3.Connection, release: Release, now: dt.datetime) -> None:
    """Note that the release's file is written."""
    connection.execute(
        "UPDATE release SET completed = ? WHERE id = ?",
        (now.isoformat(timespec="seconds"), release.number),
    )


def withdraw_release(connection: sqlite3.Connection, release: Release) -> None:
    """Forget a release whose file could not be written and that nobody has seen."""
    connection.execute("DELETE FROM release WHERE id = ? AND completed IS NULL", (release.number,))


def _released_before(release: Release) -> Fault:
    day = (release.completed or release.begun)[:10]
    audience = f"to {release.recipient}" if release.recipient else "to the public"
    return Fault(
        "E655",
        f"Counts of this run were released {audience} already, on {day} ({release.output}).",
        "Two releases can be subtracted from one another. If another one is needed, add\n"
        '--again --reason "..."; the reason is logged.',
        file=release.output,
    )
