"""The private half of an identity: signs, unwraps, and derives the owner's own keys."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from linkage.errors import Fault, KeyFileError
from linkage.identity.public import SUITE, PublicIdentity

__all__ = ["SECRET_BYTES", "Identity"]

# Ed25519 seed | ML-KEM-768 seed (d | z, FIPS 203) | X25519 private key | seed of own keys
_LAYOUT = (32, 64, 32, 32)
SECRET_BYTES = sum(_LAYOUT)


class Identity:
    """A party's private keys.

    Make one with :meth:`generate`; load one with :func:`linkage.identity.store.load_identity`.

    Args:
        secret: 160 bytes: Ed25519 seed (32), ML-KEM-768 seed (64), X25519 private key (32),
            seed of the party's own keys (32).

    Raises:
        ValueError: the secret has another length.
    """

    __slots__ = ("_kem", "_own", "_secret", "_sign", "public")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"an identity has {SECRET_BYTES} secret bytes, not {len(secret)}")
        parts = []
        rest = secret
        for length in _LAYOUT:
            parts.append(rest[:length])
            rest = rest[length:]
        self._secret = secret
        self._sign = Ed25519PrivateKey.from_private_bytes(parts[0])
        ml_kem = MLKEM768PrivateKey.from_seed_bytes(parts[1])
        x25519 = X25519PrivateKey.from_private_bytes(parts[2])
        self._kem = hpke.MLKEM768X25519PrivateKey(ml_kem, x25519)
        self._own = parts[3]
        self.public = PublicIdentity(
            self._sign.public_key().public_bytes_raw(),
            ml_kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw(),
        )

    def __repr__(self) -> str:
        return f"Identity({self.public.fingerprint})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("an Identity is not pickled: it would leave its passphrase behind")

    @classmethod
    def generate(cls) -> Identity:
        """A new identity from the operating system's randomness."""
        return cls(secrets.token_bytes(SECRET_BYTES))

    def secret_bytes(self) -> bytes:
        """The 160 secret bytes; only :mod:`linkage.identity.store` has a use for them."""
        return self._secret

    def sign(self, message: bytes) -> bytes:
        """Sign ``message`` (Ed25519, 64 bytes); it must begin with its purpose.

        Every message signed in this package starts with ``linkage/v1/<purpose>|``, so that
        a signature for one purpose is worth nothing for another.

        Raises:
            ValueError: the message does not begin so.
        """
        if not message.startswith(b"linkage/v1/") or b"|" not in message:
            raise ValueError("a signed message begins with b'linkage/v1/<purpose>|'")
        return self._sign.sign(message)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """The secret that someone wrapped for this identity with the same ``info``.

        Raises:
            KeyFileError: E408 wrapped for another identity or purpose, or damaged.
        """
        try:
            return SUITE.decrypt(wrapped, self._kem, info=info)
        except (InvalidTag, ValueError):
            raise KeyFileError(
                Fault(
                    "E408",
                    "A wrapped key cannot be opened with this identity.",
                    "It was made for another party, or damaged on its way. Ask for it again.",
                )
            ) from None

    def secret(self, label: str, length: int = 32) -> bytes:
        """A key of this party's own, for what nobody else may read (crosswalk, noise).

        It comes from a seed of the identity, never from the project key (HKDF-SHA256,
        RFC 5869).

        Args:
            label: what the key is for; another label gives an unrelated key.
            length: bytes.
        """
        return HKDF(
            hashes.SHA256(), length, salt=b"linkage/v1/own-key", info=label.encode("utf-8")
        ).derive(self._own)
