"""Seal the overlap table to the analyst, and open it: the container with another payload.

``docs/format.md``, section "Overlap table". The content is opaque here.
"""

from __future__ import annotations

import secrets

from linkage.agreement.fingerprint import fingerprint
from linkage.agreement.model import Agreement
from linkage.identity.private import Identity
from linkage.identity.public import PublicIdentity
from linkage.package.checks import check_origin, check_recipient
from linkage.package.container import MAXIMUM_PAYLOAD, decrypt, read_container, write_container
from linkage.package.header import PackageHeader
from linkage.package.outcomes import refusal
from linkage.package.padding import padme

__all__ = ["SMALLEST_TABLE", "open_overlap", "seal_overlap"]

SMALLEST_TABLE = 4096
"""Every table of at most so many bytes, its length included, has one size."""

_FRAME = 8


def seal_overlap(
    content: bytes,
    *,
    agreement: Agreement,
    sender: Identity,
    sender_id: str,
    recipient_id: str,
    sequence: int,
    software_version: str,
    name: str = "the overlap table",
) -> bytes:
    """Seal ``content`` to an analyst of the agreement and sign it as the linkage unit.

    Args:
        content: the table, in whatever form the overlap stage gives it.
        agreement: the agreement in force.
        sender: the linkage unit's identity.
        sender_id: the linkage unit's id in the agreement.
        recipient_id: the analyst's id in the agreement.
        sequence: rises with every table; seconds since 1970.
        software_version: version of the software, for the header.
        name: name of the file, for messages.

    Raises:
        PackageError: E553 the recipient is not an analyst of the agreement, E554 E555 the
            sender is not its linkage unit, E562 the content is too large.
    """
    return _seal_from_parts(
        content,
        agreement=agreement,
        sender=sender,
        sender_id=sender_id,
        recipient_id=recipient_id,
        sequence=sequence,
        software_version=software_version,
        file_id=secrets.token_bytes(16),
        file_key=secrets.token_bytes(32),
        nonce=secrets.token_bytes(16),
        name=name,
    )


def open_overlap(
    data: bytes, *, agreement: Agreement, recipient: Identity, name: str
) -> tuple[PackageHeader, bytes]:
    """Open an overlap table as the analyst; what comes back is authentic and complete.

    Args:
        data: the whole file.
        agreement: the agreement.
        recipient: the analyst's identity.
        name: name of the file, for messages.

    Raises:
        PackageError: E550-E561, see :mod:`linkage.package.outcomes`.
    """
    container = read_container(data, name)
    check_origin(container, agreement, "overlap", name)
    check_recipient(container, agreement, recipient.public, name)
    payload = decrypt(container, recipient, name)
    end = _FRAME + int.from_bytes(payload[:_FRAME], "big")
    if len(payload) != _padded_length(end) or payload.count(0, end) != len(payload) - end:
        raise refusal("E560", name, "its length or its padding is not what the format says")
    return container.header, payload[_FRAME:end]


def _seal_from_parts(
    content: bytes,
    *,
    agreement: Agreement,
    sender: Identity,
    sender_id: str,
    recipient_id: str,
    sequence: int,
    software_version: str,
    file_id: bytes,
    file_key: bytes,
    nonce: bytes,
    name: str,
) -> bytes:
    """Pure but for the key wrap, which HPKE randomises inside the library."""
    length = _padded_length(_FRAME + len(content))
    if length > MAXIMUM_PAYLOAD:
        raise refusal("E562", name, f"{length:,} bytes")
    analyst = agreement.party(recipient_id)
    if analyst is None or analyst.role != "analyst":
        raise refusal("E553", name)
    header = PackageHeader(
        kind="overlap",
        project=agreement.id,
        round=agreement.round,
        fingerprint=fingerprint(agreement),
        sender=sender_id,
        signed_by=sender.public.verify_key,
        recipient=recipient_id,
        sequence=sequence,
        file_id=file_id,
        software=f"linkage {software_version}",
    )
    payload = (len(content).to_bytes(_FRAME, "big") + content).ljust(length, b"\0")
    data = write_container(
        header,
        payload,
        file_key=file_key,
        nonce=nonce,
        recipient=PublicIdentity.decode(analyst.public_key),
        sender=sender,
    )
    # What a recipient would refuse is never written.
    check_origin(read_container(data, name), agreement, "overlap", name)
    return data


def _padded_length(length: int) -> int:
    return padme(max(length, SMALLEST_TABLE))
