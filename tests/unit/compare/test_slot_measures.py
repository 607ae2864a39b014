"""Slots and agreement from their definitions, one pair at a time, in Python integers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from linkage.agreement.profiles import PROFILES, Measure, Profile
from linkage.compare.measures import MEASURES
from linkage.types import BitMatrix


def profile(measure: Measure, bits: int, layers: int = 1) -> Profile:
    return replace(PROFILES["clk"], measure=measure, bits=bits, layers=layers)


def slots_of(row: NDArray[np.uint64], width: int) -> list[int]:
    number = sum(int(word) << 64 * at for at, word in enumerate(row))
    return [number >> at & (1 << width) - 1 for at in range(0, 64 * len(row), width)]


def naive(measure: str, one: NDArray[np.uint64], other: NDArray[np.uint64], layers: int) -> float:
    if not one.any() or not other.any():
        return 0.0
    if measure == "agreement":
        differing = sum((int(x) ^ int(y)).bit_count() for x, y in zip(one, other, strict=True))
        return max(0.0, 1.0 - 2.0 * differing / (64 * len(one)))
    if measure == "slots":
        left = {(at, slot) for at, slot in enumerate(slots_of(one, 32)) if slot}
        right = {(at, slot) for at, slot in enumerate(slots_of(other, 32)) if slot}
        return 2 * len(left & right) / (len(left) + len(right))
    left, right = slots_of(one, 16), slots_of(other, 16)
    between = 0
    for slot in (*left, *right):
        between ^= slot
    equal = sum(x == y for x, y in zip(left, right, strict=True))
    return float(((equal + between / 65_536) / len(left)) ** (1 / layers))


def tile_of(measure: Measure, words: NDArray[np.uint64], layers: int) -> NDArray[np.float64]:
    bits = 64 * words.shape[1]
    compared = MEASURES[measure](BitMatrix(words, bits), None, profile(measure, bits, layers), None)
    return np.asarray(compared.rows(0, len(words)).tile(0, len(words)))


@pytest.mark.parametrize("measure", ["agreement", "slots", "slot-jaccard"])
@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.sampled_from([0, 1, 1 << 16 | 3, 7 << 32, (1 << 64) - 1]), min_size=2,
                 max_size=2),
        min_size=1, max_size=6,
    ),
    layers=st.integers(1, 8),
)  # fmt: skip
def test_equals_its_naive_twin(measure: Measure, rows: list[list[int]], layers: int) -> None:
    words = np.array(rows, dtype=np.uint64)
    found = tile_of(measure, words, layers)
    expected = [[naive(measure, one, other, layers) for other in words] for one in words]
    assert found == pytest.approx(np.array(expected), abs=1e-8)


@pytest.mark.parametrize("measure", ["agreement", "slots", "slot-jaccard"])
def test_symmetric_and_one_for_equal_filters(measure: Measure) -> None:
    words = np.random.default_rng(5).integers(0, 2**63, (20, 4)).astype(np.uint64)
    found = tile_of(measure, words, 3)
    assert np.array_equal(found, found.T)
    assert np.diag(found).tolist() == [1.0] * 20


def test_pieces_are_the_whole() -> None:
    words = np.random.default_rng(6).integers(0, 4, (30, 4)).astype(np.uint64)
    for measure in ("agreement", "slots", "slot-jaccard"):
        bits = 256
        compared = MEASURES[measure](BitMatrix(words, bits), None, profile(measure, bits, 2), None)  # type: ignore[index]
        whole = compared.rows(0, 30).tile(0, 30)
        assert np.array_equal(compared.rows(7, 19).tile(0, 30), whole[7:19])
