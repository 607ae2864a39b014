"""Receive packages: everything is checked before anything is kept."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from linkage.agreement.fingerprint import fingerprint, short_fingerprint, spoken_check
from linkage.agreement.load import load_agreement
from linkage.agreement.model import Agreement
from linkage.errors import (
    Fault,
    KeyFileError,
    LinkageError,
    MachineError,
    PolicyError,
    UsageError,
)
from linkage.files import read_bytes
from linkage.identity.private import Identity
from linkage.package.container import read_container
from linkage.package.content import different_encodings
from linkage.package.header import PackageHeader
from linkage.package.key_check import require_one_key
from linkage.package.open import open_package
from linkage.roles.linkage_unit.common import require_authority
from linkage.version import __version__
from linkage.workspace import (
    NewRun,
    Run,
    Submission,
    active_entries,
    add_submission,
    check_submissions,
    drop_link,
    open_run,
    read_releases,
    run_status,
    write_run,
)

__all__ = ["Received", "ReceivedList", "receive"]


@dataclass(frozen=True, slots=True)
class ReceivedList:
    """One list that was taken in.

    Attributes:
        list_id: id of the list.
        sender: id of its owner.
        records: number of records.
        name: name of the file it came in.
        outcome: received, replaced (an earlier submission) or restored (a kept file).
    """

    list_id: str
    sender: str
    records: int
    name: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Received:
    """What a receive did.

    Attributes:
        lists: the lists that were taken in.
        waiting: ids of the agreement's lists that have not come.
        key_check: the project key's check value.
        agreement: short fingerprint.
        unlinked: whether an earlier link result was dropped, because the lists changed.
    """

    lists: tuple[ReceivedList, ...]
    waiting: tuple[str, ...]
    key_check: str
    agreement: str
    unlinked: bool


@dataclass(frozen=True, slots=True)
class _Arrival:
    submission: Submission
    header: PackageHeader
    data: bytes


def receive(
    packages: Sequence[Path],
    *,
    run: Path,
    identity: Identity,
    now: dt.datetime,
    agreement: Path | None = None,
    replace: bool = False,
) -> Received:
    """Take sealed packages into a run directory, all of them or none.

    Args:
        packages: the files.
        run: the run directory; the first receive creates it.
        identity: the linkage unit's identity.
        now: the current time, with its offset from UTC.
        agreement: the signed agreement; needed for the first receive only.
        replace: whether a second submission may replace an owner's first one.

    Raises:
        UsageError: E214 not a run directory, E215 the first receive needs the agreement.
        AgreementError: E520 to E523 the agreement is not in force.
        KeyFileError: E402 a package was made with another project key, E409 the identity is
            no party.
        PackageError: E550 to E562 a package cannot be used, E580 to E583 the ledger refuses
            it, E584 another agreement than the run's, E590 to E592 the run is unsound.
        PolicyError: E601 a list is under the minimum, E624 counts were released, E626 the
            identity has another role.
        MachineError: E101 to E106.
    """
    new = run_status(run) != "ready"
    source, terms = _terms(run, agreement, new=new)
    require_authority(terms, identity, now)
    arrivals, errors = _open_all(packages, terms, identity)
    if new:  # refuse before anything is created
        _refuse(errors + _ledger_errors(None, arrivals, terms, replace=replace))
    begin = NewRun(terms, source, f"linkage {__version__}", now) if new or agreement else None
    with write_run(run, begin) as state:
        _refuse(errors + _ledger_errors(state, arrivals, terms, replace=replace))
        outcomes = _keep(state, arrivals, now)
        unlinked = drop_link(state.connection) if set(outcomes) != {"restored"} else False
        if unlinked:
            state.log("unlinked", {"because": "the lists changed"}, now)
        active = active_entries(state.ledger)
    with contextlib.suppress(MachineError), open_run(run) as state:
        state.remove_orphans()  # harmless if it fails: the next receive tries again
    return Received(
        lists=tuple(
            ReceivedList(s.list_id, s.sender, s.records, s.name, outcome)
            for s, outcome in zip((a.submission for a in arrivals), outcomes, strict=True)
        ),
        waiting=tuple(list_id for list_id in terms.lists if list_id not in active),
        key_check=spoken_check(arrivals[0].header.key_check),
        agreement=short_fingerprint(fingerprint(terms)),
        unlinked=unlinked,
    )


def _terms(run: Path, agreement: Path | None, *, new: bool) -> tuple[bytes, Agreement]:
    """The bytes of the agreement's file and the agreement that counts."""
    if agreement is not None:
        return read_bytes(agreement), load_agreement(agreement)
    if new:
        raise UsageError(
            Fault(
                "E215",
                f"{run.name} is a new run: its first receive needs the agreement.",
                "Add --agreement agreement.toml. Later receives know it.",
                file=run.name,
            )
        )
    with open_run(run) as state:
        return b"", state.agreement


def _open_all(
    packages: Sequence[Path], agreement: Agreement, identity: Identity
) -> tuple[list[_Arrival], list[LinkageError]]:
    """Open every package, and collect what is wrong with the others."""
    arrivals: list[_Arrival] = []
    errors: list[LinkageError] = []
    same_name = Counter(path.name for path in packages)
    for path in packages:
        name = path.name if same_name[path.name] == 1 else f"{path.parent.name}/{path.name}"
        try:
            data = read_bytes(path)
            header, encoded = open_package(data, agreement=agreement, recipient=identity, name=name)
        except LinkageError as error:
            errors.append(error)
            continue
        submission = Submission(
            name=name,
            project=header.project,
            round=header.round,
            sender=header.sender,
            list_id=header.list_id,
            file_id=header.file_id,
            sequence=header.sequence,
            sha256=hashlib.sha256(data).digest(),
            records=len(encoded),
            key_check=header.key_check,
        )
        different = different_encodings(encoded, agreement.minimum_list_size)
        if different < min(len(encoded), agreement.minimum_list_size):
            errors.append(PolicyError(_copies(submission, different, agreement)))
        arrivals.append(_Arrival(submission, header, data))
    return arrivals, errors


def _copies(submission: Submission, different: int, agreement: Agreement) -> Fault:
    return Fault(
        "E601",
        f'List "{submission.list_id}" has {submission.records:,} records but only {different:,} '
        f"different ones; the agreement's minimum is {agreement.minimum_list_size:,}.",
        "A short list can be used to look for one person. Ask the coordinator whether it "
        "can be left out.",
        file=submission.name,
    )


def _ledger_errors(
    state: Run | None, arrivals: Sequence[_Arrival], agreement: Agreement, *, replace: bool
) -> list[LinkageError]:
    """What the ledger, the other lists' key and the policy say; ``state`` None if it is new."""
    ledger = () if state is None else state.ledger
    errors = check_submissions(
        ledger,
        [arrival.submission for arrival in arrivals],
        minimum=agreement.minimum_list_size,
        replace=replace,
        released=state is not None and bool(read_releases(state.connection)),
        intact=lambda entry: state is not None and state.is_intact(entry),
    )
    try:
        require_one_key(
            {arrival.submission.name: arrival.header for arrival in arrivals},
            _accepted_header(state, arrivals),
        )
    except KeyFileError as error:
        errors.append(error)
    return errors


def _accepted_header(state: Run | None, arrivals: Sequence[_Arrival]) -> PackageHeader | None:
    """Header of a list received earlier that is not arriving again."""
    if state is None:
        return None
    arriving = {arrival.submission.list_id for arrival in arrivals}
    for list_id, entry in active_entries(state.ledger).items():
        if list_id not in arriving and state.is_intact(entry):
            return read_container(state.read_package(entry), entry.file).header
    return None


def _refuse(errors: Sequence[LinkageError]) -> None:
    """Raise all errors as one, of the class of the first."""
    if errors:
        raise type(errors[0])(*(fault for error in errors for fault in error.faults))


def _keep(state: Run, arrivals: Sequence[_Arrival], now: dt.datetime) -> list[str]:
    """Files first, then the ledger: a kill in between leaves files that nobody asked for."""
    known = {entry.sha256 for entry in state.ledger}
    active = active_entries(state.ledger)
    state.keep_packages({state.package_path(a.submission): a.data for a in arrivals})
    outcomes = []
    for submission in (arrival.submission for arrival in arrivals):
        if submission.sha256 in known:
            outcome = "restored"
        else:
            outcome = "replaced" if submission.list_id in active else "received"
            add_submission(state.connection, submission, now)
        outcomes.append(outcome)
        details: dict[str, str | int | bool | list[str]] = {
            "list": submission.list_id,
            "sender": submission.sender,
            "file": submission.file_id.hex(),
            "sha256": submission.sha256.hex(),
            "sequence": submission.sequence,
            "records": submission.records,
        }
        state.log(outcome, details, now)
    return outcomes
