from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from linkage.package.stream import CHUNK, TAG, StreamError, open_stream, seal_stream, sealed_length

KEY = bytes(range(32))
SIZES = [1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 17]


@pytest.mark.parametrize("size", SIZES)
def test_round_trip(size: int) -> None:
    plaintext = bytes(i * 7 % 251 for i in range(size))
    sealed = seal_stream(KEY, plaintext)
    assert len(sealed) == sealed_length(size)
    assert open_stream(KEY, sealed) == plaintext


def test_chunks_are_what_age_specifies() -> None:
    sealed = seal_stream(KEY, b"a" * CHUNK + b"b")
    cipher = ChaCha20Poly1305(KEY)
    first = cipher.encrypt(bytes(12), b"a" * CHUNK, None)
    second = cipher.encrypt(bytes(10) + b"\x01\x01", b"b", None)
    assert sealed == first + second


@pytest.mark.parametrize("size", [1, 3])
def test_every_truncation_extension_and_flip_is_refused(size: int) -> None:
    sealed = seal_stream(KEY, b"x" * size)
    for length in range(len(sealed)):
        with pytest.raises(StreamError):
            open_stream(KEY, sealed[:length])
    for position in range(len(sealed)):
        for bit in range(8):
            flipped = bytearray(sealed)
            flipped[position] ^= 1 << bit
            with pytest.raises(StreamError):
                open_stream(KEY, bytes(flipped))
    for extra in (b"\0", bytes(TAG), sealed):
        with pytest.raises(StreamError):
            open_stream(KEY, sealed + extra)


def test_chunks_cannot_be_dropped_repeated_or_moved() -> None:
    sealed = seal_stream(KEY, bytes(2 * CHUNK) + b"end")
    step = CHUNK + TAG
    first, second, last = sealed[:step], sealed[step : 2 * step], sealed[2 * step :]
    for pieces in (
        (second, first, last),
        (first, last),
        (second, last),
        (first, second),
        (first,),
        (last,),
        (first, first, second, last),
        (first, second, last, last),
        (first, second, second, last),
    ):
        with pytest.raises(StreamError):
            open_stream(KEY, b"".join(pieces))


def test_a_last_chunk_without_content_is_refused() -> None:
    cipher = ChaCha20Poly1305(KEY)
    whole = cipher.encrypt(bytes(12), bytes(CHUNK), None)
    with pytest.raises(StreamError):
        open_stream(KEY, whole + cipher.encrypt(bytes(10) + b"\x01\x01", b"", None))
    with pytest.raises(StreamError):
        open_stream(KEY, cipher.encrypt(bytes(11) + b"\x01", b"", None))


def test_another_key_is_refused_and_nothing_is_sealed_empty() -> None:
    with pytest.raises(StreamError):
        open_stream(bytes(32), seal_stream(KEY, b"x"))
    with pytest.raises(ValueError, match="empty"):
        seal_stream(KEY, b"")
