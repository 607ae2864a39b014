"""The ledger of received packages: what may be added, and why something may not."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from linkage.errors import Fault, LinkageError, PackageError, PolicyError

__all__ = [
    "LedgerEntry",
    "Submission",
    "active_entries",
    "add_submission",
    "check_submissions",
    "read_ledger",
]


@dataclass(frozen=True, slots=True)
class Submission:
    """A package that was opened and authenticated, before the ledger has had its say.

    Attributes:
        name: name of the file it came in.
        project: the agreement's id.
        round: the agreement's round.
        sender: id of the data owner.
        list_id: id of the list.
        file_id: random id of the package.
        sequence: increases with every package of this owner.
        sha256: hash of the sealed file.
        records: number of records.
        key_check: equal for packages that were made with equal project keys.
    """

    name: str
    project: str
    round: int
    sender: str
    list_id: str
    file_id: bytes
    sequence: int
    sha256: bytes
    records: int
    key_check: bytes

    @property
    def file(self) -> str:
        """Name under which the sealed file is kept: a second submission never overwrites."""
        return f"{self.list_id}-{self.sequence}.lnk"


@dataclass(frozen=True, slots=True)
class LedgerEntry(Submission):
    """A submission that was accepted; ``name`` is the name of the kept file.

    Attributes:
        received: when, ISO 8601 with the offset from UTC.
        replaced: whether a later submission took its place.
    """

    received: str
    replaced: bool


_COLUMNS = (
    "file, project, round, sender, list, file_id, sequence, sha256, records, key_check, "
    "received, replaced"
)


def read_ledger(connection: sqlite3.Connection) -> tuple[LedgerEntry, ...]:
    """Every accepted submission, oldest first, those that were replaced too."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM ledger ORDER BY id")  # noqa: S608
    return tuple(
        LedgerEntry(
            name, project, number, sender, list_id, file_id, sequence, sha256, records, key_check,
            received, bool(replaced),
        )
        for name, project, number, sender, list_id, file_id, sequence, sha256, records, key_check,
        received, replaced in rows
    )  # fmt: skip


def active_entries(ledger: Sequence[LedgerEntry]) -> dict[str, LedgerEntry]:
    """The submission that counts, for every list that was received."""
    return {entry.list_id: entry for entry in ledger if not entry.replaced}


def add_submission(
    connection: sqlite3.Connection, submission: Submission, now: dt.datetime
) -> None:
    """Write a submission into the ledger, in the place of the list's earlier one if any."""
    connection.execute(
        "UPDATE ledger SET replaced = 1 WHERE list = ? AND replaced = 0", (submission.list_id,)
    )
    connection.execute(
        f"INSERT INTO ledger ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",  # noqa: S608
        (
            submission.file,
            submission.project,
            submission.round,
            submission.sender,
            submission.list_id,
            submission.file_id,
            submission.sequence,
            submission.sha256,
            submission.records,
            submission.key_check,
            now.isoformat(timespec="seconds"),
        ),
    )


def check_submissions(
    ledger: Sequence[LedgerEntry],
    submissions: Sequence[Submission],
    *,
    minimum: int,
    replace: bool,
    released: bool,
    intact: Callable[[LedgerEntry], bool],
) -> list[LinkageError]:
    """Everything that stands between ``submissions`` and the ledger; empty if nothing does.

    Args:
        ledger: what was accepted so far.
        submissions: what is to be added, all or nothing.
        minimum: the agreement's minimum list size.
        replace: whether second submissions may replace first ones.
        released: whether counts of this run were released.
        intact: whether the kept file of an entry is there and whole. If it is not, the
            same package may come again, to restore it.

    Returns:
        PackageErrors (E580 received already, E581 sequence does not increase, E582 second
        submission, E583 two packages of one list) and PolicyErrors (E601 under the minimum,
        E624 after a release).
    """
    errors: list[LinkageError] = []
    seen: dict[str, Submission] = {}
    for submission in submissions:
        name = submission.name
        twin = seen.setdefault(submission.list_id, submission)
        if twin is not submission:
            errors.append(PackageError(_two_of_one_list(twin, submission)))
            continue
        repeated = next((e for e in ledger if _is_same_file(e, submission)), None)
        if repeated is not None:
            same = repeated.sha256 == submission.sha256
            if repeated.replaced or not same or intact(repeated):
                errors.append(PackageError(_received_already(submission, repeated)))
            continue
        if released:
            errors.append(PolicyError(_after_release(name)))
            continue
        if submission.records < minimum:
            errors.append(PolicyError(_under_minimum(submission, minimum)))
        earlier = [entry for entry in ledger if entry.sender == submission.sender]
        newest = max((entry.sequence for entry in earlier), default=None)
        if newest is not None and submission.sequence <= newest:
            errors.append(PackageError(_old_sequence(submission, newest)))
        elif any(not e.replaced for e in earlier) and not replace:
            errors.append(PackageError(_second_submission(submission)))
    return errors


def _is_same_file(entry: LedgerEntry, submission: Submission) -> bool:
    return entry.sha256 == submission.sha256 or entry.file_id == submission.file_id


def _two_of_one_list(first: Submission, second: Submission) -> Fault:
    return Fault(
        "E583",
        f"{first.name} and {second.name} both hold list {second.list_id}.",
        "Give the one that counts, only.",
        file=second.name,
    )


def _received_already(submission: Submission, entry: LedgerEntry) -> Fault:
    outcome = (
        "It was replaced by a later package and cannot come back."
        if entry.replaced
        else "It counts once; nothing needs to be done."
    )
    return Fault(
        "E580",
        f"{submission.name} was received already, on {entry.received[:10]}.",
        outcome,
        file=submission.name,
    )


def _after_release(name: str) -> Fault:
    return Fault(
        "E624",
        f"{name} comes too late: counts of this run were released.",
        "No list can be added or replaced any more. Agree on a new round, and begin a new "
        "run directory.",
        file=name,
    )


def _under_minimum(submission: Submission, minimum: int) -> Fault:
    return Fault(
        "E601",
        f'List "{submission.list_id}" has {submission.records:,} records; '
        f"the agreement's minimum is {minimum:,}.",
        "A short list can be used to look for one person. Ask the coordinator whether it "
        "can be left out.",
        file=submission.name,
    )


def _old_sequence(submission: Submission, newest: int) -> Fault:
    return Fault(
        "E581",
        f"{submission.name} has sequence number {submission.sequence}; number {newest} of "
        f"{submission.sender} was received already.",
        f"Ask {submission.sender} for the newest package, or to encode again.",
        file=submission.name,
    )


def _second_submission(submission: Submission) -> Fault:
    return Fault(
        "E582",
        f"{submission.name} would be a second submission of list {submission.list_id}.",
        f"If {submission.sender} asked for it, run receive again with --replace (it is logged).",
        file=submission.name,
    )
