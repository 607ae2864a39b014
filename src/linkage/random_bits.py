"""Keyed pseudo-random bits: one stream of HMAC-SHA-512 blocks for every (subkey, token).

Block ``i`` of a stream is ``HMAC-SHA-512(subkey, token || uint32_be(i))``. The counter has
a fixed length and stands last, so no two (token, counter) pairs share a message. Bit ``j``
of a stream is ``stream[j // 8] >> (j % 8) & 1``, the bit order of
:class:`~linkage.types.BitMatrix`. Numbers are drawn from the stream's little-endian 32-bit
words by rejection, never by a bare remainder, so that every value is equally likely.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["DerivedSubkeys", "RandomNumbers", "RandomStream", "SubkeySource", "numbers_below"]

_BLOCK = 64  # bytes of one HMAC-SHA-512
_SHA512_PAD = 128  # bytes of one SHA-512 input block
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_WORD_VALUES = 1 << 32


class SubkeySource(Protocol):
    """Whatever derives independent 32-byte subkeys; in use, the project key's."""

    def subkey(self, purpose: str, field: str = "") -> bytes:
        """The 32-byte subkey of one purpose and field."""
        ...


class DerivedSubkeys:
    """Subkeys from a short seed, for checks, attacks and vectors only: no project key is made so.

    A subkey is ``HMAC-SHA-256(seed, purpose || 0x00 || field)``.

    >>> len(DerivedSubkeys(b"seed").subkey("clk-all", "name"))
    32
    """

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    def subkey(self, purpose: str, field: str = "") -> bytes:
        """The subkey of one purpose and field, 32 bytes."""
        return hmac.digest(self._seed, f"{purpose}\0{field}".encode(), "sha256")


class RandomStream:
    """The pseudo-random streams under one subkey, one for every token.

    Args:
        subkey: 1 to 128 bytes of key material (subkeys have 32).

    Raises:
        ValueError: for a subkey that is empty or longer than 128 bytes.

    >>> stream = RandomStream(bytes(32))
    >>> stream.read(b"an", 70)[:64] == stream.block(b"an", 0)
    True
    """

    def __init__(self, subkey: bytes) -> None:
        if not 0 < len(subkey) <= _SHA512_PAD:
            raise ValueError("a subkey has 1 to 128 bytes")
        padded = subkey.ljust(_SHA512_PAD, b"\0")
        # The two keyed states of HMAC are made once and copied: three times as fast.
        self._inner = hashlib.sha512(padded.translate(_INNER))
        self._outer = hashlib.sha512(padded.translate(_OUTER))

    def block(self, token: bytes, index: int) -> bytes:
        """Block ``index`` of the token's stream, 64 bytes."""
        inner = self._inner.copy()
        inner.update(token + index.to_bytes(4, "big"))
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()

    def read(self, token: bytes, length: int) -> bytes:
        """The first ``length`` bytes of the token's stream."""
        blocks = range(-(-length // _BLOCK))
        return b"".join(self.block(token, index) for index in blocks)[:length]

    def bits(self, token: bytes, length: int) -> NDArray[np.uint8]:
        """The first ``length`` bits of the token's stream, packed, bit 0 lowest.

        Args:
            token: the token.
            length: number of bits, a multiple of 8.

        Returns:
            ``(length // 8,)`` uint8.
        """
        return np.frombuffer(self.read(token, length // 8), dtype=np.uint8)


class RandomNumbers:
    """Whole numbers drawn one after the other from one token's stream.

    Args:
        stream: the streams of a subkey.
        token: whose stream is read, from its beginning.

    >>> numbers = RandomNumbers(RandomStream(bytes(32)), b"an")
    >>> all(numbers.below(10) < 10 for _ in range(100))
    True
    """

    def __init__(self, stream: RandomStream, token: bytes) -> None:
        self._stream = stream
        self._token = token
        self._block = 0
        self._words: list[int] = []

    def _word(self) -> int:
        if not self._words:
            block = self._stream.block(self._token, self._block)
            self._block += 1
            words = [int.from_bytes(block[at : at + 4], "little") for at in range(0, _BLOCK, 4)]
            self._words = words[::-1]
        return self._words.pop()

    def below(self, limit: int) -> int:
        """The next number in ``0 ... limit - 1``, each equally likely.

        A word at or above the largest multiple of ``limit`` up to 2^32 is thrown away; the
        first word below it gives its remainder.

        Args:
            limit: 1 to 2^32.
        """
        bound = _WORD_VALUES - _WORD_VALUES % limit
        while True:
            word = self._word()
            if word < bound:
                return word % limit

    def permutation(self, size: int) -> list[int]:
        """A uniformly random order of ``0 ... size - 1`` (Fisher and Yates).

        For ``i`` from ``size - 1`` down to 1, place ``i`` swaps with place ``below(i + 1)``.
        """
        order = list(range(size))
        for place in range(size - 1, 0, -1):
            other = self.below(place + 1)
            order[place], order[other] = order[other], order[place]
        return order


def numbers_below(
    tokens: Sequence[tuple[RandomStream, bytes]], limit: int, number: int
) -> NDArray[np.int64]:
    """The first numbers that each of many tokens draws, as :class:`RandomNumbers` does.

    Args:
        tokens: every token with the streams of its subkey.
        limit: the numbers are below it, 1 to 2^32.
        number: how many numbers of each token.

    Returns:
        ``(tokens, number)`` int64.

    >>> stream = RandomStream(bytes(32))
    >>> one_by_one = RandomNumbers(stream, b"an")
    >>> numbers_below([(stream, b"an")], 10, 3)[0].tolist() == [
    ...     one_by_one.below(10) for _ in range(3)]
    True
    """
    words = b"".join([stream.read(token, 4 * number) for stream, token in tokens])
    drawn = np.frombuffer(words, dtype="<u4").reshape(len(tokens), number).astype(np.int64)
    numbers = drawn % limit
    for row in np.flatnonzero((drawn >= _WORD_VALUES - _WORD_VALUES % limit).any(axis=1)).tolist():
        again = RandomNumbers(*tokens[row])  # a word was thrown away: the rest moves up
        numbers[row] = [again.below(limit) for _ in range(number)]
    return numbers
