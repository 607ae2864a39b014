"""The keyed random streams: known answers, framing and uniformity."""

from __future__ import annotations

import hmac
from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from linkage.random_bits import RandomNumbers, RandomStream, numbers_below

# RFC 4231, test cases 1 and 2. The last four bytes of the data are the counter.
RFC_4231 = [
    (
        b"\x0b" * 20,
        b"Hi There",
        (
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
            "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"
        ),
    ),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        (
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        ),
    ),
]


@pytest.mark.parametrize(("key", "data", "digest"), RFC_4231)
def test_blocks_are_hmac_sha_512_as_published(key: bytes, data: bytes, digest: str) -> None:
    token, index = data[:-4], int.from_bytes(data[-4:], "big")
    assert RandomStream(key).block(token, index).hex() == digest


def test_a_stream_is_its_blocks_one_after_the_other() -> None:
    stream = RandomStream(bytes(range(32)))
    blocks = [
        hmac.digest(bytes(range(32)), b"an" + index.to_bytes(4, "big"), "sha512")
        for index in range(3)
    ]
    assert stream.read(b"an", 150) == b"".join(blocks)[:150]
    assert stream.bits(b"an", 1200).tobytes() == b"".join(blocks)[:150]
    assert stream.read(b"an", 0) == b""


def test_token_and_counter_cannot_be_confused() -> None:
    stream = RandomStream(bytes(32))
    # without a fixed-length counter at the end, these two could share a message
    assert stream.block(b"a", 0) != stream.block(b"a\0\0\0\0", 0)
    assert stream.block(b"", 0x61626364) != stream.block(b"abcd", 0)


@pytest.mark.parametrize("key", [b"", bytes(129)])
def test_keys_of_no_use_are_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="1 to 128 bytes"):
        RandomStream(key)


def test_the_longest_key_is_hmacs() -> None:
    key = bytes(range(128))
    assert RandomStream(key).block(b"a", 1) == hmac.digest(key, b"a\0\0\0\1", "sha512")


class _Words(RandomNumbers):
    """Numbers from given words, to see the rejection at work."""

    def __init__(self, words: list[int]) -> None:
        super().__init__(RandomStream(b"k"), b"")
        self._given = words[::-1]

    def _word(self) -> int:
        return self._given.pop()


def test_words_that_would_favour_small_numbers_are_thrown_away() -> None:
    # 2^32 = 3 * 1431655765 + 1: the last word alone is one too many
    assert _Words([2**32 - 1, 7]).below(3) == 1
    assert _Words([2**32 - 2, 7]).below(3) == 2
    # a power of two divides 2^32: nothing is thrown away
    assert _Words([2**32 - 1, 7]).below(1024) == 1023
    assert _Words([2**32 - 1]).below(1) == 0


def chi_square(counts: np.ndarray) -> float:
    expected = counts.sum() / counts.size
    return float(((counts - expected) ** 2 / expected).sum())


@pytest.mark.parametrize("limit", [1, 1024, 192, (1 << 31) + 1, 1 << 32])
@pytest.mark.parametrize("number", [0, 1, 9, 40])
def test_many_tokens_draw_as_one_by_one(limit: int, number: int) -> None:
    """Just above 2^31 nearly half of the words are thrown away."""
    streams = [RandomStream(b"one"), RandomStream(b"two")]
    tokens = [(streams[i % 2], f"t{i}".encode()) for i in range(20)]
    found = numbers_below(tokens, limit, number)
    assert found.shape == (20, number)
    for row, token in zip(found.tolist(), tokens, strict=True):
        one_by_one = RandomNumbers(*token)
        assert row == [one_by_one.below(limit) for _ in range(number)]
    assert numbers_below([], limit, number).shape == (0, number)


def test_numbers_below_a_limit_are_uniform() -> None:
    numbers = RandomNumbers(RandomStream(b"uniform"), b"w")
    counts = np.bincount([numbers.below(48) for _ in range(24_000)], minlength=48)
    # 47 degrees of freedom: 99.9% quantile 82.7, 0.1% quantile 22.0
    assert 22.0 < chi_square(counts) < 82.7


def test_every_order_of_four_is_equally_likely() -> None:
    numbers = RandomNumbers(RandomStream(b"orders"), b"")
    seen = Counter(tuple(numbers.permutation(4)) for _ in range(12_000))
    assert set(seen) == set(permutations(range(4)))
    # 23 degrees of freedom: 99.9% quantile 49.7
    assert chi_square(np.array(list(seen.values()))) < 49.7


def test_every_place_of_a_long_permutation_is_uniform() -> None:
    numbers = RandomNumbers(RandomStream(b"places"), b"")
    counts = np.zeros((16, 16))
    for _ in range(2_000):
        order = numbers.permutation(16)
        assert sorted(order) == list(range(16))
        counts[np.arange(16), order] += 1
    # (16 - 1)^2 = 225 degrees of freedom: 99.9% quantile 295.7
    assert chi_square(counts) * 15 / 16 < 295.7


def test_streams_of_different_keys_and_tokens_are_unrelated() -> None:
    one, two = RandomStream(b"one"), RandomStream(b"two")
    length = 1 << 16
    reference = np.unpackbits(one.bits(b"an", length))
    for other in (one.bits(b"na", length), two.bits(b"an", length)):
        agreement = float((reference == np.unpackbits(other)).mean())
        assert abs(agreement - 0.5) < 4 * 0.5 / length**0.5
    assert abs(float(reference.mean()) - 0.5) < 4 * 0.5 / length**0.5
