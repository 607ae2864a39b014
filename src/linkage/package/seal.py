"""Seal a list of encodings to the linkage unit: the data owner's half of a package.

The linkage unit's code may not reach this file.
"""

from __future__ import annotations

import secrets

from linkage.agreement.fingerprint import fingerprint
from linkage.agreement.model import Agreement
from linkage.identity.private import Identity
from linkage.identity.public import PublicIdentity
from linkage.package.checks import check_origin
from linkage.package.container import MAXIMUM_PAYLOAD, read_container, write_container
from linkage.package.content import check_content
from linkage.package.header import PackageHeader
from linkage.package.outcomes import refusal
from linkage.package.padding import count_bucket
from linkage.package.payload import encode_payload, layout_of
from linkage.types import EncodedList

__all__ = ["seal_encodings"]


def seal_encodings(
    encoded: EncodedList,
    *,
    agreement: Agreement,
    sender: Identity,
    sender_id: str,
    subkey_ids: tuple[bytes, bytes],
    sequence: int,
    software_version: str,
    file_id: bytes | None = None,
    name: str = "the package",
) -> bytes:
    """Seal ``encoded`` to the agreement's linkage unit and sign it.

    Args:
        encoded: the list, in random order with random handles.
        agreement: the agreement in force.
        sender: the data owner's identity.
        sender_id: the data owner's id in the agreement.
        subkey_ids: the project key's id and key check, 16 bytes each
            (:class:`linkage.encode.keys.Subkeys`).
        sequence: rises with every package; seconds since 1970.
        software_version: version of the software, for the header.
        file_id: 16 random bytes that also name the crosswalk; drawn here unless given.
        name: name of the file, for messages.

    Returns:
        The whole file.

    Raises:
        PackageError: E560 the list does not fit the agreement, E562 it is too large, E554
            E555 E559 the sender is not the owner of this list in the agreement.
    """
    return _seal_from_parts(
        encoded,
        agreement=agreement,
        sender=sender,
        sender_id=sender_id,
        subkey_ids=subkey_ids,
        sequence=sequence,
        software_version=software_version,
        file_id=file_id or secrets.token_bytes(16),
        file_key=secrets.token_bytes(32),
        nonce=secrets.token_bytes(16),
        name=name,
    )


def _seal_from_parts(
    encoded: EncodedList,
    *,
    agreement: Agreement,
    sender: Identity,
    sender_id: str,
    subkey_ids: tuple[bytes, bytes],
    sequence: int,
    software_version: str,
    file_id: bytes,
    file_key: bytes,
    nonce: bytes,
    name: str,
) -> bytes:
    """Pure but for the key wrap, which HPKE randomises inside the library."""
    check_content(encoded, agreement, name)
    layout = layout_of(agreement)
    bucket = count_bucket(len(encoded))
    if layout.length(bucket) > MAXIMUM_PAYLOAD:
        raise refusal("E562", name, f"{layout.length(bucket):,} bytes")
    (unit,) = agreement.with_role("linkage-unit")
    key_id, key_check = subkey_ids
    header = PackageHeader(
        kind="encodings",
        project=agreement.id,
        round=agreement.round,
        fingerprint=fingerprint(agreement),
        sender=sender_id,
        signed_by=sender.public.verify_key,
        recipient=unit.id,
        sequence=sequence,
        file_id=file_id,
        software=f"linkage {software_version}",
        list_id=encoded.list_id,
        count_bucket=bucket,
        key_id=key_id,
        key_check=key_check,
    )
    data = write_container(
        header,
        encode_payload(encoded, layout),
        file_key=file_key,
        nonce=nonce,
        recipient=PublicIdentity.decode(unit.public_key),
        sender=sender,
    )
    # What a recipient would refuse is never written.
    check_origin(read_container(data, name), agreement, "encodings", name)
    return data
