"""Subkeys: from the project key to a key per project, round, agreement, purpose and field."""

from __future__ import annotations

import re

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["Subkeys"]

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_SECRET_BYTES = 32
_FINGERPRINT_BYTES = 32


class Subkeys:
    """Derives every key of one run from the project key (HKDF-SHA256, RFC 5869).

    The salt holds project, round and the agreement's fingerprint, each preceded by its
    length (4 bytes, big-endian): keys, and so encodings, of two runs have nothing in common.

    Args:
        secret: the project key, 32 bytes.
        project_id: id of the agreement.
        round_number: round of the agreement, 1 or more.
        fingerprint: fingerprint of the agreement, 32 bytes.

    Raises:
        ValueError: secret, round or fingerprint has the wrong size.

    >>> keys = Subkeys(bytes(32), "victims", 1, bytes(32))
    >>> keys.subkey("tokens", "surname").hex()[:16]
    'd765a21dfe468656'
    """

    __slots__ = ("_salt", "_secret")

    def __init__(
        self, secret: bytes, project_id: str, round_number: int, fingerprint: bytes
    ) -> None:
        if len(secret) != _SECRET_BYTES:
            raise ValueError(f"a project key has {_SECRET_BYTES} bytes, not {len(secret)}")
        if len(fingerprint) != _FINGERPRINT_BYTES:
            raise ValueError(f"a fingerprint has {_FINGERPRINT_BYTES} bytes")
        if not 1 <= round_number < 1 << 32:
            raise ValueError("a round is a number from 1")
        self._secret = secret
        parts = (project_id.encode("utf-8"), round_number.to_bytes(4, "big"), fingerprint)
        self._salt = b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    def __repr__(self) -> str:
        return "Subkeys(hidden)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("Subkeys are not pickled: they would leave their owner's key file")

    def subkey(self, purpose: str, field: str = "") -> bytes:
        """The 32-byte key of a purpose and, if given, a field.

        Args:
            purpose: 1 to 40 lower-case letters, digits, ``-`` and ``_``, a letter first.
            field: the same, or empty where the key belongs to no field.

        Raises:
            ValueError: a name that is not of this form; it could be read in two ways.
        """
        return self._derive(purpose, field, 32)

    def key_id(self) -> bytes:
        """16 bytes that name the key of this run; they say nothing else about it."""
        return self._derive("key-id", "", 16)

    def key_check(self) -> bytes:
        """16 bytes that tell equal keys from different ones, and nothing else.

        HMAC-SHA256 under a subkey of its own. Equal project keys and agreements give equal
        values; every package carries it.
        """
        mac = hmac.HMAC(self._derive("key-check", "", 32), hashes.SHA256())
        mac.update(b"linkage/v1/key-check|")
        return mac.finalize()[:16]

    def _derive(self, purpose: str, field: str, length: int) -> bytes:
        if not _NAME.fullmatch(purpose) or (field and not _NAME.fullmatch(field)):
            raise ValueError("purpose and field are names of lower-case letters, digits, - and _")
        info = f"linkage/v1/{purpose}/{field}".encode("ascii")
        return HKDF(hashes.SHA256(), length, salt=self._salt, info=info).derive(self._secret)
