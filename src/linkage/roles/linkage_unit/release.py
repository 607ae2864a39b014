"""Release counts: exact and sealed to the analyst, or safe to publish. Never links.

No function here takes, returns or writes a pair or a cluster, whatever the agreement's
``allow_links`` says: it is not consulted.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from linkage.agreement.fingerprint import short_fingerprint
from linkage.agreement.model import Agreement
from linkage.errors import Fault, MachineError, UsageError
from linkage.files import machine_errors, refuse_existing, write_whole_group
from linkage.identity.private import Identity
from linkage.roles.linkage_unit.common import require_authority, require_linked
from linkage.roles.linkage_unit.release_content import (
    ReleaseContent,
    exact_table,
    published_content,
    sealed_content,
)
from linkage.workspace import (
    Begun,
    Release,
    ReleaseKind,
    begin_release,
    complete_release,
    head,
    withdraw_release,
    write_run,
)

__all__ = ["Released", "release"]


@dataclass(frozen=True, slots=True)
class Released:
    """What was released.

    Attributes:
        kind: analyst or public.
        recipient: id of the analyst; empty for the public.
        output: the sealed file, or the publication's folder or main file.
        files: names of the files.
        lists: ids of the lists.
        people: distinct people at the chosen threshold, as the recipient sees it; None
            where it is withheld.
        withheld: number of counts withheld; 0 for the analyst.
        draws: draws of the linkage that the recipient gets; 0 for the public.
        number: 1, 2, ... over all releases of the run.
        agreement: short fingerprint.
        log_head: hash of the newest entry of the run's log.
    """

    kind: ReleaseKind
    recipient: str
    output: Path
    files: tuple[str, ...]
    lists: tuple[str, ...]
    people: int | None
    withheld: int
    draws: int
    number: int
    agreement: str
    log_head: str


def release(
    run: Path,
    *,
    identity: Identity,
    to: ReleaseKind,
    output: Path,
    now: dt.datetime,
    recipient: str | None = None,
    reason: str | None = None,
) -> Released:
    """Release the counts of the run's newest linkage, once per kind and recipient.

    Args:
        run: the run directory.
        identity: the linkage unit's identity.
        to: ``analyst`` writes one sealed file; ``public`` a folder of CSV files and a JSON
            file that says what they are, or, where ``output`` is named .csv, that file and
            the others beside it.
        output: the file, or the folder.
        now: the current time, with its offset from UTC.
        recipient: id of the analyst, needed where the agreement has several.
        reason: why to release again what was released before; it is logged.

    Raises:
        UsageError: E201 the output exists, E208 scipy is not installed, E214 not a run
            directory, E216 nothing has been linked, E219 no such analyst, or several to
            choose from.
        AgreementError: E520 to E523 the agreement is not in force.
        KeyFileError: E409 the identity is no party.
        PackageError: E585 a kept package was changed, E590 to E592 the run is unsound.
        PolicyError: E626 the identity has another role, E640 to E642 no safe table can be
            made, E655 released before and no reason given.
        MachineError: E101 to E106.
    """
    with write_run(run) as state:
        unit = require_authority(state.agreement, identity, now)
        analyst = _analyst(state.agreement, recipient) if to == "analyst" else ""
        linked = require_linked(state)
        table = exact_table(state, linked, identity)
        prepared = (
            sealed_content(table, state.agreement, unit, analyst, identity, output, now)
            if to == "analyst"
            else published_content(table, state, linked, output, now)
        )
        begun = begin_release(
            state.connection,
            kind=to,
            recipient=analyst,
            content=prepared.digest,
            output=output.name,
            reason=(reason or "").strip(),
            now=now,
        )
        if not (begun.interrupted and begun.release.output == output.name):
            refuse_existing(*prepared.contents)
        event = "release-resumed" if begun.interrupted else "release-begun"
        state.log(event, _details(begun.release), now)
        fingerprint = short_fingerprint(state.fingerprint)
    _write(run, prepared, begun, now)
    with write_run(run) as state:
        complete_release(state.connection, begun.release, now)
        state.log("release-completed", _details(begun.release), now)
        log_head = head(state.connection)[1].hex()
    return Released(
        kind=to,
        recipient=analyst,
        output=output,
        files=tuple(path.name for path in prepared.contents),
        lists=linked.lists,
        people=prepared.people,
        withheld=prepared.withheld,
        draws=prepared.draws,
        number=begun.release.number,
        agreement=fingerprint,
        log_head=log_head,
    )


def _analyst(agreement: Agreement, recipient: str | None) -> str:
    analysts = [party.id for party in agreement.with_role("analyst")]
    if recipient is None and len(analysts) == 1:
        return analysts[0]
    if recipient is None or recipient not in analysts:
        problem = (
            "The agreement has several analysts"
            if recipient is None
            else f'"{recipient}" is no analyst of the agreement'
        )
        raise UsageError(
            Fault(
                "E219",
                f"{problem}.",
                f"Add --recipient with one of: {', '.join(analysts)}.",
                field="--recipient",
            )
        )
    return recipient


def _write(run: Path, prepared: ReleaseContent, begun: Begun, now: dt.datetime) -> None:
    """Write the files; where that fails cleanly, nobody has seen the counts: withdraw."""
    try:
        if begun.release.kind == "public":
            for folder in {path.parent for path in prepared.contents}:
                with machine_errors(folder):
                    folder.mkdir(parents=True, exist_ok=True)
        write_whole_group(prepared.contents)
    except MachineError:
        if not begun.interrupted:  # else an earlier attempt may have been seen
            # If even this cannot be noted (the disk is full), the release stays begun, and
            # the same command completes it.
            with contextlib.suppress(MachineError), write_run(run) as state:
                withdraw_release(state.connection, begun.release)
                state.log("release-withdrawn", _details(begun.release), now)
        raise


def _details(begun: Release) -> dict[str, str | int | bool | list[str]]:
    return {
        "number": begun.number,
        "to": begun.kind,
        "recipient": begun.recipient,
        "content": begun.content.hex(),
        "output": begun.output,
        "reason": begun.reason,
    }
