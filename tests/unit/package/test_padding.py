from __future__ import annotations

from math import floor, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.package.padding import SMALLEST_BUCKET, count_bucket, padme


def published(length: int) -> int:
    """Padmé as printed in the paper, with floating-point logarithms."""
    exponent = floor(log2(length))
    bits = floor(log2(exponent)) + 1 if exponent else 0
    last = exponent - bits
    mask = 2**last - 1
    return (length + mask) & ~mask


def test_follows_the_published_rule() -> None:
    for length in (*range(1, 5000), 10**6, 10**6 + 1, 2**31 - 1, 2**31):
        assert padme(length) == published(length)


@given(st.integers(min_value=1, max_value=2**33))
def test_covers_the_length_and_adds_at_most_12_percent(length: int) -> None:
    padded = padme(length)
    assert length <= padded <= length * 1.12
    assert padme(padded) == padded


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_larger_lists_never_get_a_smaller_bucket(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert count_bucket(low) <= count_bucket(high)


def test_small_lists_share_a_bucket() -> None:
    assert {count_bucket(records) for records in range(1, 65)} == {SMALLEST_BUCKET}
    assert count_bucket(65) > SMALLEST_BUCKET


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        padme(-1)
