"""The public half of an identity: verifies signatures and receives wrapped keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from linkage.errors import Fault, KeyFileError
from linkage.identity.text import from_base64, spoken, to_base64

__all__ = ["KEM_KEY_BYTES", "PREFIX", "SUITE", "VERIFY_KEY_BYTES", "PublicIdentity"]

PREFIX = "linkage-public-1:"
VERIFY_KEY_BYTES = 32
ML_KEM_KEY_BYTES = 1184
KEM_KEY_BYTES = ML_KEM_KEY_BYTES + 32
_CHECKSUM_BYTES = 4

# Hybrid: what is wrapped stays secret while either X25519 or ML-KEM-768 holds.
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class PublicIdentity:
    """A party's public keys, as they stand in the agreement.

    Args:
        verify_key: Ed25519 public key, 32 bytes (RFC 8032).
        kem_key: ML-KEM-768 public key (1,184 bytes, FIPS 203) followed by the X25519
            public key (32 bytes, RFC 7748).

    Raises:
        KeyFileError: E403 where the keys are not keys.
    """

    verify_key: bytes
    kem_key: bytes

    def __post_init__(self) -> None:
        if len(self.verify_key) != VERIFY_KEY_BYTES or len(self.kem_key) != KEM_KEY_BYTES:
            raise _mangled()
        try:
            self._kem_public_key()
        except ValueError:
            raise _mangled() from None

    def __repr__(self) -> str:
        return f"PublicIdentity({self.fingerprint})"

    def encode(self) -> str:
        """The keys as one line of text with a checksum, to paste into the agreement."""
        keys = self.verify_key + self.kem_key
        return PREFIX + to_base64(keys + _checksum(keys))

    @classmethod
    def decode(cls, text: str) -> PublicIdentity:
        """The keys that :meth:`encode` wrote; any changed character is noticed.

        Raises:
            KeyFileError: E403 the line is cut off, changed, or no public key at all.
        """
        text = text.strip()
        if not text.startswith(PREFIX):
            raise _mangled()
        try:
            data = from_base64(text[len(PREFIX) :])
        except ValueError:
            raise _mangled() from None
        keys, checksum = data[:-_CHECKSUM_BYTES], data[-_CHECKSUM_BYTES:]
        if len(keys) != VERIFY_KEY_BYTES + KEM_KEY_BYTES or checksum != _checksum(keys):
            raise _mangled()
        return cls(keys[:VERIFY_KEY_BYTES], keys[VERIFY_KEY_BYTES:])

    @property
    def fingerprint(self) -> str:
        """Eight bytes of SHA-256 over both keys, such as ``7F3A-91C2-0B44-D2E1``, to read aloud."""
        digest = hashlib.sha256(
            b"linkage/v1/public-fingerprint|" + self.verify_key + self.kem_key
        ).digest()
        return spoken(digest[:8], group=2)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if ``signature`` is this party's over ``message``.

        Raises:
            KeyFileError: E407 it is not.
        """
        try:
            Ed25519PublicKey.from_public_bytes(self.verify_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise KeyFileError(
                Fault(
                    "E407",
                    f"A signature is not that of {self.fingerprint}.",
                    "What was signed has changed, or someone else signed it. Do not use it.",
                )
            ) from None

    def wrap(self, secret: bytes, info: bytes) -> bytes:
        """Encrypt a short secret so that only this party can read it (HPKE, RFC 9180).

        Args:
            secret: the secret; 32 bytes become 1,168.
            info: what the secret is for; :meth:`Identity.unwrap` needs the same.

        Raises:
            KeyFileError: E403 the public key cannot be used (a degenerate X25519 point).
        """
        try:
            return SUITE.encrypt(secret, self._kem_public_key(), info=info)
        except ValueError:
            raise _mangled() from None

    def _kem_public_key(self) -> hpke.MLKEM768X25519PublicKey:
        return hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.kem_key[:ML_KEM_KEY_BYTES]),
            X25519PublicKey.from_public_bytes(self.kem_key[ML_KEM_KEY_BYTES:]),
        )


def _checksum(keys: bytes) -> bytes:
    return hashlib.sha256(b"linkage/v1/public-checksum|" + keys).digest()[:_CHECKSUM_BYTES]


def _mangled() -> KeyFileError:
    return KeyFileError(
        Fault(
            "E403",
            "A public key is incomplete or was changed on its way.",
            f'Copy the whole line that starts with "{PREFIX}" from the .pub file again.',
        )
    )
