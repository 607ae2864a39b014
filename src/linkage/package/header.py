"""The header of a package: everything that anyone may read, as canonical JSON.

``docs/format.md``, section "Header". A header says who sends what to whom under which
agreement; it holds no record, no exact count and no key.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from linkage.canonical import canonical_json
from linkage.package.padding import count_bucket

__all__ = [
    "MAXIMUM_HEADER",
    "HeaderError",
    "Kind",
    "PackageHeader",
    "decode_header",
    "encode_header",
]

Kind = Literal["encodings", "overlap"]

MAXIMUM_HEADER = 4096
"""Longest header in bytes; a longer one is refused before it is parsed."""

_PARTY = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")
_LIST = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,15}\Z")
_HEX = re.compile(r"(?:[0-9a-f]{2})+\Z")
_SOFTWARE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?\Z")
_COMMON = {
    *("agreement", "file_id", "kind", "project", "recipient"),
    *("round", "sender", "sequence", "signed_by", "software"),
}
_ENCODINGS_ONLY = {"count_bucket", "key_check", "key_id", "list"}


class HeaderError(ValueError):
    """A header that is not exactly what this version writes."""


@dataclass(frozen=True, slots=True)
class PackageHeader:
    """What a package says of itself in the clear.

    Attributes:
        kind: ``encodings`` (data owner to linkage unit) or ``overlap`` (linkage unit to
            analyst).
        project: id of the agreement.
        round: round of the agreement.
        fingerprint: 32 bytes, fingerprint of the agreement.
        sender: id of the sending party.
        signed_by: 32 bytes, the Ed25519 public key that signed the package.
        recipient: id of the party whose key opens the package.
        sequence: rises with every package of a sender in a project and round (seconds
            since 1970 when it was made).
        file_id: 16 random bytes.
        software: name and version of the software that made it.
        list_id: the sender's list; empty for an overlap table.
        count_bucket: the bucket of the number of records (see
            :func:`linkage.package.padding.count_bucket`); 0 for an overlap table.
        key_id: 16 bytes, id of the project key; empty for an overlap table.
        key_check: 16 bytes, equal for equal project keys under one agreement; empty for
            an overlap table.
    """

    kind: Kind
    project: str
    round: int
    fingerprint: bytes
    sender: str
    signed_by: bytes
    recipient: str
    sequence: int
    file_id: bytes
    software: str
    list_id: str = ""
    count_bucket: int = 0
    key_id: bytes = b""
    key_check: bytes = b""


def encode_header(header: PackageHeader) -> bytes:
    """The header as canonical JSON.

    Raises:
        HeaderError: where a value is out of range, so that nothing is written that
            :func:`decode_header` would refuse.
    """
    value: dict[str, Any] = {
        "agreement": header.fingerprint.hex(),
        "file_id": header.file_id.hex(),
        "kind": header.kind,
        "project": header.project,
        "recipient": header.recipient,
        "round": header.round,
        "sender": header.sender,
        "sequence": header.sequence,
        "signed_by": header.signed_by.hex(),
        "software": header.software,
    }
    if header.kind == "encodings":
        value |= {
            "count_bucket": header.count_bucket,
            "key_check": header.key_check.hex(),
            "key_id": header.key_id.hex(),
            "list": header.list_id,
        }
    encoded = canonical_json(value)
    decode_header(encoded)
    return encoded


def decode_header(encoded: bytes) -> PackageHeader:
    """Read a header, accepting one byte string for each header and nothing else.

    Raises:
        HeaderError: for anything that :func:`encode_header` does not write.
    """
    if len(encoded) > MAXIMUM_HEADER:
        raise HeaderError("the header is too long")
    try:
        value = json.loads(encoded.decode("utf-8"))
        canonical = canonical_json(value)
    except (ValueError, TypeError, RecursionError):
        raise HeaderError("the header is not JSON") from None
    if not isinstance(value, dict) or canonical != encoded:
        raise HeaderError("the header is not canonical")
    kind = value.get("kind")
    if kind == "encodings":
        keys = _COMMON | _ENCODINGS_ONLY
    elif kind == "overlap":
        keys = _COMMON
    else:
        raise HeaderError("the kind is unknown")
    if value.keys() != keys:
        raise HeaderError("the header has other keys")
    encodings = kind == "encodings"
    return PackageHeader(
        kind=kind,
        project=_text(value["project"], _PARTY),
        round=_integer(value["round"], 10_000, least=1),
        fingerprint=_bytes(value["agreement"], 32),
        sender=_text(value["sender"], _PARTY),
        signed_by=_bytes(value["signed_by"], 32),
        recipient=_text(value["recipient"], _PARTY),
        sequence=_integer(value["sequence"], 2**53 - 1),
        file_id=_bytes(value["file_id"], 16),
        software=_text(value["software"], _SOFTWARE),
        list_id=_text(value["list"], _LIST) if encodings else "",
        count_bucket=_bucket(value["count_bucket"]) if encodings else 0,
        key_id=_bytes(value["key_id"], 16) if encodings else b"",
        key_check=_bytes(value["key_check"], 16) if encodings else b"",
    )


def _text(value: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.match(value):
        raise HeaderError("a text of the header has another form")
    return value


def _integer(value: Any, most: int, *, least: int = 0) -> int:
    if type(value) is not int or not least <= value <= most:
        raise HeaderError("a number of the header is out of range")
    return value


def _bytes(value: Any, length: int) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * length or not _HEX.match(value):
        raise HeaderError("a hexadecimal text of the header has another form")
    return bytes.fromhex(value)


def _bucket(value: Any) -> int:
    bucket = _integer(value, 2**31)
    if bucket != count_bucket(bucket):
        raise HeaderError("the count bucket is none")
    return bucket
