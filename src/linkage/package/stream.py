"""STREAM: a long message in authenticated chunks, as in the age file format.

Chunks of 64 KiB, each sealed with ChaCha20-Poly1305 under a nonce of an 11-byte big-endian
counter and one byte that is 1 for the last chunk only; so no chunk can be dropped, added,
repeated or moved. Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption
and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015, section 8; age-encryption.org/v1.

Whole messages in memory: the sealed bytes and the opened bytes exist at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

__all__ = ["CHUNK", "TAG", "StreamError", "open_stream", "seal_stream", "sealed_length"]

CHUNK = 64 * 1024
"""Plaintext bytes of every chunk but the last."""

TAG = 16
"""Bytes that sealing adds to each chunk."""


class StreamError(ValueError):
    """The stream is not what was sealed under this key."""


def seal_stream(key: bytes, plaintext: bytes | bytearray) -> bytes:
    """Seal ``plaintext`` (not empty) under a 32-byte key that seals nothing else.

    Raises:
        ValueError: for an empty plaintext.

    >>> len(seal_stream(bytes(32), b"abc")), sealed_length(3)
    (19, 19)
    """
    if not plaintext:
        raise ValueError("an empty stream is never sealed")
    cipher = ChaCha20Poly1305(key)
    view = memoryview(plaintext)
    return b"".join(
        cipher.encrypt(nonce, view[start : start + CHUNK], None)
        for nonce, start in _chunks(len(plaintext), CHUNK)
    )


def open_stream(key: bytes, sealed: bytes | memoryview) -> bytes:
    """The plaintext of ``sealed``, returned only after the last chunk is authenticated.

    Raises:
        StreamError: for any flipped, missing, added, repeated or moved byte.

    >>> open_stream(bytes(32), seal_stream(bytes(32), b"abc"))
    b'abc'
    """
    if not sealed or not 0 < (len(sealed) - 1) % (CHUNK + TAG) + 1 - TAG <= CHUNK:
        raise StreamError("the stream has no length that sealing gives")
    cipher = ChaCha20Poly1305(key)
    view = memoryview(sealed)
    try:
        return b"".join(
            [
                cipher.decrypt(nonce, view[start : start + CHUNK + TAG], None)
                for nonce, start in _chunks(len(sealed), CHUNK + TAG)
            ]
        )
    except InvalidTag:
        raise StreamError("the stream is not authentic") from None


def sealed_length(length: int) -> int:
    """Bytes that ``length`` bytes of plaintext take when sealed.

    >>> sealed_length(65_536), sealed_length(65_537)
    (65552, 65569)
    """
    return length + TAG * -(-length // CHUNK)


def _chunks(length: int, size: int) -> Iterator[tuple[bytes, int]]:
    """Nonce and start of every chunk of ``size`` bytes, the last one flagged."""
    last = (length - 1) // size
    for counter in range(last + 1):
        yield counter.to_bytes(11, "big") + bytes([counter == last]), counter * size
