"""Open a package of encodings: the linkage unit's half."""

from __future__ import annotations

from linkage.agreement.model import Agreement
from linkage.identity.private import Identity
from linkage.package.checks import check_origin, check_recipient
from linkage.package.container import decrypt, read_container
from linkage.package.content import check_content
from linkage.package.header import PackageHeader
from linkage.package.outcomes import refusal
from linkage.package.payload import PayloadError, decode_payload, layout_of
from linkage.types import EncodedList

__all__ = ["open_package"]


def open_package(
    data: bytes, *, agreement: Agreement, recipient: Identity, name: str
) -> tuple[PackageHeader, EncodedList]:
    """Open a package; whatever comes back is authentic, complete and fits the agreement.

    Whether the agreement is in force, the package was seen before, and its project key is
    the others' is for the caller to ask.

    Args:
        data: the whole file.
        agreement: the agreement in force.
        recipient: the linkage unit's identity.
        name: name of the file, for messages.

    Raises:
        PackageError: E550-E562, see :mod:`linkage.package.outcomes`.
    """
    container = read_container(data, name)
    check_origin(container, agreement, "encodings", name)
    check_recipient(container, agreement, recipient.public, name)
    payload = decrypt(container, recipient, name)
    header = container.header
    try:
        encoded = decode_payload(payload, layout_of(agreement), header.list_id, header.count_bucket)
    except PayloadError as error:
        raise refusal("E560", name, str(error)) from None
    check_content(encoded, agreement, name)
    return header, encoded
