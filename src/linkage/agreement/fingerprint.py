"""The fingerprint: one value for what an agreement says, however its file is written."""

from __future__ import annotations

import hashlib

from linkage.agreement.model import Agreement
from linkage.canonical import canonical_json
from linkage.identity.text import spoken

__all__ = ["fingerprint", "short_fingerprint", "spoken_check"]

_LATER = {"filters": None, "token_counts": False}
"""Keys of ``encoding`` that came after the first agreements were signed, and their defaults."""


def fingerprint(agreement: Agreement) -> bytes:
    """32 bytes that change with every value of the agreement, and with nothing else.

    SHA-256 over ``linkage/v1/agreement|`` and the canonical JSON of all values but the
    signatures. Comments, white space, the order of keys, and whether a default is written
    out make no difference; the order of parties, fields and values does. ``filters`` and
    ``token_counts`` of ``encoding`` are part of it only where they are not the default: an
    agreement that was signed before they existed keeps its fingerprint.
    """
    content = agreement.model_dump(mode="json", exclude={"signatures"})
    for key, default in _LATER.items():
        if content["encoding"][key] == default:
            del content["encoding"][key]
    return hashlib.sha256(b"linkage/v1/agreement|" + canonical_json(content)).digest()


def short_fingerprint(value: bytes) -> str:
    """The first four bytes of a fingerprint, to show and to compare at a glance.

    >>> short_fingerprint(bytes.fromhex("7f3a91c2" + 28 * "00"))
    '7F3A-91C2'
    """
    return spoken(value[:4], group=2)


def spoken_check(key_check: bytes) -> str:
    """The first three bytes of a key check, to read aloud.

    >>> spoken_check(bytes.fromhex("4d19a7" + 13 * "00"))
    '4D-19-A7'
    """
    return spoken(key_check[:3], group=1)
