"""The sealed container: header, wrapped file key, commitment, signature, stream.

``docs/format.md``, section "Container". The generic half of a package: it knows neither
what the payload holds nor what the agreement says. Whoever holds an opened container
(:func:`read_container`) knows that it is complete and unchanged since the key in its own
header signed it; whose key that is, the agreement says (:mod:`linkage.package.checks`).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from linkage.errors import KeyFileError
from linkage.identity.private import Identity
from linkage.identity.public import PublicIdentity
from linkage.package.header import (
    MAXIMUM_HEADER,
    PackageHeader,
    decode_header,
    encode_header,
)
from linkage.package.outcomes import refusal
from linkage.package.stream import StreamError, open_stream, seal_stream, sealed_length

__all__ = [
    "MAGIC",
    "MAXIMUM_PAYLOAD",
    "VERSION",
    "Container",
    "decrypt",
    "read_container",
    "write_container",
]

MAGIC = b"\x89LNK\r\n\x1a\n"
"""First bytes; as in PNG, they do not survive a transfer that treats the file as text."""

VERSION = 1
WRAP = 1168
NONCE = 16
COMMITMENT = 32
SIGNATURE = 64

MAXIMUM_PAYLOAD = 2**31
"""Largest payload in bytes (2 GiB): a package is sealed and opened in memory."""

_SIGNATURE_DOMAIN = b"linkage/v1/package|"
_WRAP_DOMAIN = b"linkage/v1/package/file-key|"
_PAYLOAD_LABEL = b"linkage/v1/package/payload"
_COMMITMENT_LABEL = b"linkage/v1/package/commitment"


@dataclass(frozen=True, slots=True)
class Container:
    """A container whose signature holds under the key in its own header.

    Attributes:
        header: the header, parsed.
        preamble: magic, version, length and header as they stand in the file; the wrapped
            file key is bound to them.
        wrapped_key: the file key, wrapped to the recipient.
        nonce: 16 bytes, salt of the key derivation.
        commitment: 32 bytes that only one file key gives.
        signed: the bytes before the ciphertext that the signature covers.
        signature: 64 bytes, Ed25519.
        ciphertext: the payload's STREAM, to the end of the file.
    """

    header: PackageHeader
    preamble: bytes
    wrapped_key: bytes
    nonce: bytes
    commitment: bytes
    signed: bytes
    signature: bytes
    ciphertext: memoryview

    @property
    def message(self) -> bytes:
        """What the sender signed."""
        return _message(self.signed, self.ciphertext)


def write_container(
    header: PackageHeader,
    payload: bytes | bytearray,
    *,
    file_key: bytes,
    nonce: bytes,
    recipient: PublicIdentity,
    sender: Identity,
) -> bytes:
    """Seal ``payload``; all randomness but that of the key wrap comes from the caller.

    Args:
        header: the header; ``signed_by`` must be the sender's own key.
        payload: padded payload, 1 byte to 2 GiB.
        file_key: 32 random bytes, used for this file only.
        nonce: 16 random bytes.
        recipient: whose key opens the file.
        sender: who signs it.

    Raises:
        ValueError: where a length or ``signed_by`` is wrong: a fault of the caller.
    """
    if len(file_key) != 32 or len(nonce) != NONCE or not 0 < len(payload) <= MAXIMUM_PAYLOAD:
        raise ValueError("file key, nonce or payload has a wrong length")
    if header.signed_by != sender.public.verify_key:
        raise ValueError("the header names another signing key than the sender's")
    encoded = encode_header(header)
    preamble = MAGIC + VERSION.to_bytes(2, "big") + len(encoded).to_bytes(4, "big") + encoded
    wrapped_key = recipient.wrap(file_key, _wrap_info(preamble))
    payload_key, commitment = _derive(file_key, nonce)
    signed = preamble + wrapped_key + nonce + commitment
    ciphertext = seal_stream(payload_key, payload)
    signature = sender.sign(_message(signed, ciphertext))
    return signed + signature + ciphertext


def read_container(data: bytes, name: str) -> Container:
    """Take a container apart and check that it is whole; needs no key.

    Args:
        data: the whole file.
        name: its name, for messages.

    Raises:
        PackageError: E550 not a package, E551 another version, E552 truncated or damaged,
            E562 too large.
    """
    if not data.startswith(MAGIC):
        if data and MAGIC.startswith(data):
            raise refusal("E552", name)
        raise refusal("E550", name)
    start = len(MAGIC) + 2
    version = data[len(MAGIC) : start]
    if len(version) == 2 and int.from_bytes(version, "big") != VERSION:
        raise refusal("E551", name)
    length = int.from_bytes(data[start : start + 4], "big")
    after_header = start + 4 + length
    end = after_header + WRAP + NONCE + COMMITMENT
    if length > MAXIMUM_HEADER or len(data) <= end + SIGNATURE:
        raise refusal("E552", name)
    signature = data[end : end + SIGNATURE]
    ciphertext = memoryview(data)[end + SIGNATURE :]
    if len(ciphertext) > sealed_length(MAXIMUM_PAYLOAD):
        raise refusal("E562", name, f"{len(data):,} bytes")
    try:
        header = decode_header(data[start + 4 : after_header])
        key = Ed25519PublicKey.from_public_bytes(header.signed_by)
        key.verify(signature, _message(data[:end], ciphertext))
    except (ValueError, InvalidSignature):  # a HeaderError is a ValueError
        raise refusal("E552", name) from None
    return Container(
        header=header,
        preamble=data[:after_header],
        wrapped_key=data[after_header : after_header + WRAP],
        nonce=data[after_header + WRAP : after_header + WRAP + NONCE],
        commitment=data[end - COMMITMENT : end],
        signed=data[:end],
        signature=signature,
        ciphertext=ciphertext,
    )


def decrypt(container: Container, recipient: Identity, name: str) -> bytes:
    """The padded payload, returned only after its last chunk is authenticated.

    Raises:
        PackageError: E552 where the key does not open it or any byte is not authentic.
    """
    damaged = refusal("E552", name)
    try:
        file_key = recipient.unwrap(container.wrapped_key, _wrap_info(container.preamble))
    except KeyFileError:
        raise damaged from None
    payload_key, commitment = _derive(file_key, container.nonce)
    if len(file_key) != 32 or not hmac.compare_digest(commitment, container.commitment):
        raise damaged
    try:
        return open_stream(payload_key, container.ciphertext)
    except StreamError:
        raise damaged from None


def _wrap_info(preamble: bytes) -> bytes:
    return _WRAP_DOMAIN + hashlib.sha256(preamble).digest()


def _derive(file_key: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    """Payload key and commitment of a file key."""
    return _hkdf(file_key, nonce, _PAYLOAD_LABEL), _hkdf(file_key, nonce, _COMMITMENT_LABEL)


def _hkdf(key: bytes, salt: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=label).derive(key)


def _message(signed: bytes, ciphertext: bytes | memoryview) -> bytes:
    return _SIGNATURE_DOMAIN + signed + hashlib.sha512(ciphertext).digest()
