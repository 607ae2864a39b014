"""CLK and ELD against their naive twins, and ELD's taps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.encoding import as_bits, normalised, rules, task
from tests.vectors.independent import encodings as independent

from linkage.agreement.profiles import PROFILES
from linkage.encode.clk import encode_clk
from linkage.encode.eld import draw_taps, encode_eld
from linkage.random_bits import RandomNumbers, RandomStream
from linkage.types import BitMatrix

CLK, ELD = PROFILES["clk"], PROFILES["diffused"]

names = st.lists(st.text("abc", min_size=1, max_size=4), max_size=2)
plain_records = st.lists(
    st.fixed_dictionaries(
        {
            "given_name": names,
            "surname": names,
            "birth": st.sampled_from([[None] * 3, [1990, None, None], [2001, 5, 6]]),
            "sex": st.sampled_from(["", "F"]),
            "nationality": st.just(""),
        }
    ),
    max_size=5,
)
SAMPLE: list[dict[str, Any]] = [record for _, record in independent.RECORDS]


@settings(max_examples=40, deadline=None)
@given(plain_records, st.sampled_from([64, 192, 320]), st.integers(1, 6))
def test_clk_bit_for_bit(records: list[dict[str, Any]], bits: int, token_bits: int) -> None:
    profile = replace(CLK, bits=bits, token_bits=token_bits)
    result = encode_clk(task(normalised(records), profile))
    expected = [
        independent.clk(independent.FIELDS, record, b"seed", "all", bits, token_bits)
        for record in records
    ]
    assert as_bits(result.matrix.words) == [bits for bits, _ in expected]
    assert result.weights.tolist() == [weight for _, weight in expected]


@settings(max_examples=40, deadline=None)
@given(plain_records, st.integers(1, 5), st.sampled_from([64, 128]))
def test_eld_bit_for_bit(records: list[dict[str, Any]], layers: int, source_bits: int) -> None:
    profile = replace(ELD, bits=192, layers=layers, source_bits=source_bits, token_bits=2)
    result = encode_eld(task(normalised(records), profile))
    expected = [
        independent.eld(independent.FIELDS, record, b"seed", "all", 192, layers, source_bits, 2)
        for record in records
    ]
    assert as_bits(result.matrix.words) == [bits for bits, _ in expected]
    assert result.weights.tolist() == [weight for _, weight in expected]


@pytest.mark.parametrize("encode", [encode_clk, encode_eld])
def test_an_empty_record_is_all_zeros_wherever_it_stands(encode: Any) -> None:
    nothing = SAMPLE[-1]
    profile = CLK if encode is encode_clk else ELD
    records = [nothing, SAMPLE[0], nothing, SAMPLE[4], nothing]
    result = encode(task(normalised(records), profile))
    assert result.matrix.words.any(axis=1).tolist() == [False, True, False, True, False]
    assert (result.weights > 0).tolist() == [False, True, False, True, False]
    alone = encode(task(normalised([SAMPLE[4]]), profile))
    assert np.array_equal(alone.matrix.words[0], result.matrix.words[3])


def test_clk_positions_are_uniform() -> None:
    """Distinct tokens over a length that is no power of two."""
    numbers = [RandomNumbers(RandomStream(b"key"), f"t{token}".encode()) for token in range(1200)]
    counts = np.bincount([each.below(192) for each in numbers for _ in range(20)], minlength=192)
    expected = counts.sum() / 192
    # 191 degrees of freedom: 99.9% quantile 256.0
    assert float(((counts - expected) ** 2 / expected).sum()) < 256.0


def test_a_heavier_token_sets_more_bits() -> None:
    record = SAMPLE[-1] | {"sex": "F"}
    weights = [
        int(encode_clk(task(normalised([record]), CLK, fields=rules(sex={"weight": w}))).weights[0])
        for w in (1, 2, 9)
    ]
    # 3, 6 and 27 draws among 1,024 positions; at most a few coincide
    assert weights[0] <= 3 < weights[1] <= 6
    assert 22 <= weights[2] <= 27


def taps(seed: bytes, source: int = 60, bits: int = 200, count: int = 7) -> np.ndarray:
    return draw_taps(RandomNumbers(RandomStream(seed), b""), source, bits, count)


def test_the_taps_of_a_bit_are_distinct() -> None:
    rows = taps(b"a", source=9, bits=500, count=7)
    assert all(len(set(row)) == 7 for row in rows.tolist())


def test_every_position_is_used_equally_often() -> None:
    for bits, count in ((200, 7), (128, 12), (61, 59)):
        uses = np.bincount(taps(b"b", bits=bits, count=count).ravel(), minlength=60)
        assert uses.max() - uses.min() <= 1, (bits, count)


def test_a_bit_may_need_every_position() -> None:
    rows = taps(b"c", source=8, bits=20, count=8)
    assert all(sorted(row) == list(range(8)) for row in rows.tolist())


def test_taps_depend_on_the_key_and_every_place_is_uniform() -> None:
    assert not np.array_equal(taps(b"d"), taps(b"e"))
    first = [int(taps(f"key {i}".encode(), source=12, bits=1, count=3)[0, 0]) for i in range(3000)]
    counts = np.bincount(first, minlength=12)
    # 11 degrees of freedom: 99.9% quantile 31.3
    assert float(((counts - 250) ** 2 / 250).sum()) < 31.3


def test_one_source_bit_flips_every_bit_it_is_tapped_by() -> None:
    """Diffusion is linear: B xor B' through the taps is the difference of the results."""
    records = normalised(SAMPLE[:2])
    small = replace(ELD, bits=640, layers=4, source_bits=128, token_bits=2)
    made = np.array(as_bits(encode_eld(task(records, small)).matrix.words))
    rows = np.array(independent.taps(b"seed", "all", 128, 640, 4))
    source = np.array(
        [
            independent.clk(independent.FIELDS, record, b"seed", "all", 128, 2, "eld")[0]
            for record in SAMPLE[:2]
        ]
    )
    difference = source[0] ^ source[1]
    assert difference.any()
    assert np.array_equal(made[0] ^ made[1], difference[rows].sum(axis=1) % 2)


def test_diffused_bits_are_balanced_and_agree_as_the_theory_says() -> None:
    records = normalised(SAMPLE[:2])
    made = np.array(as_bits(encode_eld(task(records, ELD)).matrix.words))
    assert np.abs(made.mean(axis=1) - 0.5).max() < 0.04
    hamming = sum(
        one != two
        for one, two in zip(
            *(
                independent.clk(
                    independent.FIELDS, record, b"seed", "all", 1024, ELD.token_bits, "eld"
                )[0]
                for record in SAMPLE[:2]
            ),
            strict=True,
        )
    )
    expected = (1 - 2 * hamming / 1024) ** 12
    found = 2 * (made[0] == made[1]).mean() - 1
    assert abs(found - expected) < 5 / 8192**0.5


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_bits_are_packed_lowest_first(records: int, words: int, seed: int) -> None:
    bits = np.random.default_rng(seed).integers(0, 2, (records, 64 * words), dtype=np.uint8)
    packed = BitMatrix.packed(bits).words
    assert packed.dtype == np.uint64
    assert packed.shape == (records, words)
    assert as_bits(packed) == bits.tolist()
