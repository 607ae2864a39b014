"""Bytes as text that survives e-mail and voice: strict base64url, and groups to read aloud."""

from __future__ import annotations

import base64
import binascii

__all__ = ["from_base64", "spoken", "to_base64"]


def to_base64(data: bytes) -> str:
    """Base64url without padding (RFC 4648, section 5).

    >>> to_base64(b"linkage")
    'bGlua2FnZQ'
    """
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes that :func:`to_base64` writes as exactly this text.

    One byte string has one text: padding, other alphabets, white space and non-zero
    unused bits are refused, so that a changed character is always noticed.

    Raises:
        ValueError: the text is not what :func:`to_base64` writes.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64url") from error
    if to_base64(data) != text:
        raise ValueError("not base64url in its only form")
    return data


def spoken(data: bytes, *, group: int) -> str:
    """Upper-case hexadecimal in groups of ``group`` bytes, to be compared by voice.

    >>> spoken(bytes.fromhex("4d19a7"), group=1), spoken(bytes.fromhex("7f3a91c2"), group=2)
    ('4D-19-A7', '7F3A-91C2')
    """
    return data.hex("-", -group).upper()
