"""The project key in a data owner's hands: make it, accept it, compare its check value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from linkage.agreement.fingerprint import fingerprint, short_fingerprint
from linkage.agreement.load import load_agreement
from linkage.agreement.model import Agreement
from linkage.agreement.sign import party_of, require_in_force
from linkage.encode.keys import (
    ProjectKey,
    accept_project_key,
    load_project_key,
    new_project_key,
)
from linkage.errors import Fault, KeyFileError
from linkage.files import PRIVATE, read_bytes, refuse_existing, write_whole
from linkage.identity.private import Identity
from linkage.identity.store import load_identity

__all__ = ["KeyStatus", "accept_key", "check_key", "make_key"]


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What may be said about a project key.

    Attributes:
        check_value: such as ``4D-19-A7``, to read aloud to the other data owners.
        agreement: short fingerprint of the agreement.
        project: id of the agreement.
        round: round of the agreement.
        maker: id of the data owner who made the key.
        party: id of the data owner who holds this file.
        owners: ids of all data owners of the agreement.
    """

    check_value: str
    agreement: str
    project: str
    round: int
    maker: str
    party: str
    owners: tuple[str, ...]


def make_key(
    output: Path,
    agreement_path: Path,
    identity_path: Path,
    ask: Callable[[], bytes],
    today: dt.date,
) -> KeyStatus:
    """Make the project key; write the bundle for all data owners to ``output``.

    Raises:
        AgreementError: faults of the agreement, E520-E523 not in force.
        KeyFileError: E401, E404, E406 the identity, E409 no party, E410 no data owner.
        UsageError: E201 the output exists.
        MachineError: E101-E104.
    """
    refuse_existing(output)
    agreement, identity = _open(agreement_path, identity_path, ask, today)
    bundle = new_project_key(agreement, identity)
    key = accept_project_key(bundle, agreement, identity).key
    write_whole(output, bundle)
    return _status(key, agreement, identity)


def accept_key(
    bundle: Path,
    output: Path,
    agreement_path: Path,
    identity_path: Path,
    ask: Callable[[], bytes],
    today: dt.date,
    expected_check: str | None = None,
) -> KeyStatus:
    """Open the bundle; write this data owner's own project key file to ``output`` (0600).

    Args:
        bundle: the ``.lkey`` file from its maker.
        output: the project key file to write; never overwritten.
        agreement_path: the agreement.
        identity_path: this data owner's private identity.
        ask: gives its passphrase.
        today: the current date.
        expected_check: the check value as another owner read it aloud; refused if it differs.

    Raises:
        KeyFileError: E401, E404, E406 the identity, E408-E413 the bundle, E414 the check
            value is another one.
        AgreementError: faults of the agreement, E520-E523 not in force.
        UsageError: E201 the output exists.
        MachineError: E101-E104.
    """
    refuse_existing(output)
    agreement, identity = _open(agreement_path, identity_path, ask, today)
    accepted = accept_project_key(read_bytes(bundle), agreement, identity, name=bundle.name)
    if expected_check is not None:
        _require_check(accepted.key, expected_check, bundle.name)
    write_whole(output, accepted.content, mode=PRIVATE)
    return _status(accepted.key, agreement, identity)


def check_key(
    path: Path, agreement_path: Path, identity_path: Path, ask: Callable[[], bytes]
) -> KeyStatus:
    """Open a project key file and say whose and of which agreement it is.

    Works after the agreement's expiry, too: nothing is encoded.

    Raises:
        KeyFileError: E401, E404, E406 the identity, E408-E413 the key file.
        AgreementError: faults of the agreement.
        MachineError: E102-E104.
    """
    agreement = load_agreement(agreement_path)
    identity = load_identity(identity_path, ask)
    return _status(load_project_key(path, agreement, identity), agreement, identity)


def _open(
    agreement_path: Path, identity_path: Path, ask: Callable[[], bytes], today: dt.date
) -> tuple[Agreement, Identity]:
    agreement = load_agreement(agreement_path)
    require_in_force(agreement, today)
    return agreement, load_identity(identity_path, ask)


def _require_check(key: ProjectKey, expected: str, name: str) -> None:
    if re.sub(r"[\s:-]", "", expected).upper() != key.check_value.replace("-", ""):
        raise KeyFileError(
            Fault(
                "E414",
                f"{name} holds a project key with check {key.check_value}, not the one you "
                "were told.",
                "Do not use it. Ask the other data owners which file each of them has.",
                file=name,
            )
        )


def _status(key: ProjectKey, agreement: Agreement, identity: Identity) -> KeyStatus:
    return KeyStatus(
        check_value=key.check_value,
        agreement=short_fingerprint(fingerprint(agreement)),
        project=key.project,
        round=key.round,
        maker=key.maker,
        party=party_of(agreement, identity.public).id,
        owners=tuple(owner.id for owner in agreement.owners),
    )
