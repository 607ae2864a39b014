"""What the agreement says of an authentic container: whose it is and whether it belongs here."""

from __future__ import annotations

from linkage.agreement.fingerprint import fingerprint, short_fingerprint
from linkage.agreement.model import Agreement, Role
from linkage.errors import KeyFileError
from linkage.identity.public import PublicIdentity
from linkage.package.container import Container
from linkage.package.header import Kind
from linkage.package.outcomes import refusal

__all__ = ["check_origin", "check_recipient"]

_SENDER: dict[Kind, Role] = {"encodings": "data-owner", "overlap": "linkage-unit"}
_RECIPIENT: dict[Kind, Role] = {"encodings": "linkage-unit", "overlap": "analyst"}
_SAID: dict[Kind, str] = {"encodings": "encodings", "overlap": "an overlap table"}


def check_origin(container: Container, agreement: Agreement, kind: Kind, name: str) -> None:
    """Refuse a container that was not made under ``agreement`` by a party that may send it.

    The sender's signature is checked against the key that the agreement's roster holds.

    Args:
        container: a container whose own signature holds.
        agreement: the agreement in force.
        kind: what is expected.
        name: name of the file, for messages.

    Raises:
        PackageError: the first of E561 kind, E557 project, E558 round, E556 agreement,
            E554 sender, E555 signature, E559 list.
    """
    header = container.header
    if header.kind != kind:
        raise refusal("E561", name, f"{_SAID[header.kind]}, not {_SAID[kind]}")
    if header.project != agreement.id:
        raise refusal("E557", name, f'"{header.project}", not "{agreement.id}"')
    if header.round != agreement.round:
        raise refusal("E558", name, f"round {header.round}, not {agreement.round}")
    expected = fingerprint(agreement)
    if header.fingerprint != expected:
        theirs, ours = short_fingerprint(header.fingerprint), short_fingerprint(expected)
        raise refusal("E556", name, f"fingerprint {theirs}, yours {ours}")
    sender = agreement.party(header.sender)
    if sender is None:
        raise refusal("E554", name, f'"{header.sender}" is not in the agreement')
    if sender.role != _SENDER[kind]:
        raise refusal("E554", name, f'"{sender.id}" is the {sender.role.replace("-", " ")}')
    try:
        roster_key = PublicIdentity.decode(sender.public_key)
        if roster_key.verify_key != header.signed_by:
            raise refusal("E555", name)
        roster_key.verify(container.signature, container.message)
    except KeyFileError:
        raise refusal("E555", name) from None
    own_list = sender.list.id if sender.list is not None else ""
    if header.list_id != own_list:
        raise refusal("E559", name, f'"{header.list_id}", not "{own_list}"')


def check_recipient(
    container: Container, agreement: Agreement, recipient: PublicIdentity, name: str
) -> None:
    """Refuse a container that is not sealed to the party that ``recipient`` is.

    Raises:
        PackageError: E553 another recipient, or one that may not receive this kind.
    """
    party = agreement.party(container.header.recipient)
    if party is None or party.role != _RECIPIENT[container.header.kind]:
        raise refusal("E553", name)
    if party.public_key.strip() != recipient.encode():
        raise refusal("E553", name)
