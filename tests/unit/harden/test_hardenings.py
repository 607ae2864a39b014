"""Every hardening against a twin that follows its definition, bit by bit."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from linkage.encode.catalogue import parse_hardening
from linkage.harden.hardening import HardeningInput
from linkage.harden.registry import HARDENINGS
from linkage.random_bits import DerivedSubkeys, RandomNumbers, RandomStream
from linkage.types import BitMatrix

KEY, OWN = DerivedSubkeys(b"shared"), DerivedSubkeys(b"own")
ROWS = np.array([2, 3, 5, 8, 9])


def some_filters(bits: int = 128, seed: int = 1, density: float = 0.3) -> NDArray[np.uint8]:
    drawn = np.random.default_rng(seed).random((len(ROWS), bits)) < density
    drawn[3] = False
    return drawn.astype(np.uint8)


def hardened(
    text: str, bits: NDArray[np.uint8], rows: NDArray[np.int64] = ROWS
) -> NDArray[np.uint8]:
    hardening, values = parse_hardening(text)
    context = HardeningInput("all", KEY, OWN, rows)
    return hardening.apply(BitMatrix.packed(bits), context, values).unpacked()


def stream(purpose: str, subkeys: DerivedSubkeys = KEY) -> RandomStream:
    return RandomStream(subkeys.subkey(f"{purpose}-all"))


def test_balance() -> None:
    bits = some_filters()
    order = RandomNumbers(stream("balance"), b"").permutation(256)
    made = hardened("balance", bits)
    for row, source in zip(made, bits, strict=True):
        both = [*source.tolist(), *(1 - source).tolist()]
        expected = [both[place] for place in order] if source.any() else [0] * 256
        assert row.tolist() == expected
    assert set(made.sum(axis=1).tolist()) == {0, 128}


def test_xor_fold() -> None:
    bits = some_filters()
    expected = [[int(r[j] != r[j + 64]) for j in range(64)] for r in bits.tolist()]
    assert hardened("xor-fold", bits).tolist() == expected
    with pytest.raises(ValueError, match="multiple of 128"):
        hardened("xor-fold", some_filters(192))


def test_rule_90() -> None:
    bits = some_filters(64)
    expected = [[r[j - 1] ^ r[(j + 1) % 64] for j in range(64)] for r in bits.tolist()]
    assert hardened("rule-90", bits).tolist() == expected


def test_blip() -> None:
    bits = some_filters()
    made = hardened("blip(f=0.25)", bits)
    noise = stream("blip", OWN)
    for place, row in enumerate(ROWS.tolist()):
        drawn = noise.read(row.to_bytes(8, "big"), 2 * 128 + 16)
        for j in range(128):
            replaced = int.from_bytes(drawn[2 * j : 2 * j + 2], "little") < 0.25 * 65536
            coin = drawn[256 + j // 8] >> (j % 8) & 1
            expected = coin if replaced and bits[place].any() else bits[place, j]
            assert made[place, j] == expected
    assert np.array_equal(hardened("blip(f=0)", bits), bits)
    # The noise is the record's, wherever it stands in the list.
    order = [4, 2, 0, 1, 3]
    assert np.array_equal(hardened("blip(f=0.25)", bits[order], ROWS[order]), made[order])


def test_blip_needs_the_owners_own_key() -> None:
    hardening, values = parse_hardening("blip")
    with pytest.raises(ValueError, match="data owner alone"):
        hardening.apply(
            BitMatrix.packed(some_filters()), HardeningInput("all", KEY, None, ROWS), values
        )


def test_resample() -> None:
    bits = some_filters()
    order = RandomNumbers(stream("resample"), b"").permutation(128)[:64]
    assert hardened("resample(l=64)", bits).tolist() == [
        [r[j] for j in order] for r in bits.tolist()
    ]
    with pytest.raises(ValueError, match="fewer bits"):
        hardened("resample(l=192)", bits)


def test_rehash() -> None:
    bits = some_filters(64)
    made = hardened("rehash(w=6, s=5, l=128, k=3)", bits)
    for row, source in zip(made, bits.tolist(), strict=True):
        expected = [0] * 128
        for start in range(0, 64 - 6 + 1, 5):
            value = sum(source[start + j] << j for j in range(6))
            token = start.to_bytes(4, "big") + value.to_bytes(8, "big")
            numbers = RandomNumbers(stream("rehash"), token)
            for _ in range(3 if value else 0):
                expected[numbers.below(128)] = 1
        assert row.tolist() == expected


def test_diffuse() -> None:
    bits = some_filters()
    made = hardened("diffuse(t=3, l=192)", bits)
    numbers = RandomNumbers(stream("diffuse"), b"")
    deck: list[int] = []
    taps = []
    for _ in range(192):
        drawn: list[int] = []
        while len(drawn) < 3:
            deck = deck or numbers.permutation(128)
            card = next(card for card in deck if card not in drawn)
            deck.remove(card)
            drawn.append(card)
        taps.append(drawn)
    expected = [[sum(r[tap] for tap in drawn) % 2 for drawn in taps] for r in bits.tolist()]
    assert made.tolist() == expected


@pytest.mark.parametrize("name", sorted(HARDENINGS))
def test_a_filter_of_zeros_stays_one(name: str) -> None:
    made = hardened(name, np.zeros((len(ROWS), 4096), dtype=np.uint8))
    assert not made.any()


@pytest.mark.parametrize("name", sorted(set(HARDENINGS) - {"xor-fold", "rule-90", "blip"}))
def test_another_key_gives_other_bits(name: str) -> None:
    bits = some_filters(4096)
    hardening, values = parse_hardening(name)
    other = HardeningInput("all", DerivedSubkeys(b"another"), OWN, ROWS)
    made = hardening.apply(BitMatrix.packed(bits), other, values).unpacked()
    assert (made != hardened(name, bits)).mean() > 0.1
