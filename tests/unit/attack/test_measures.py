"""Measures of leakage against twins, and what they must not depend on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.agreement.model import FieldRule
from linkage.attack.findings import list_findings
from linkage.attack.frequency import match_frequencies
from linkage.attack.measures import (
    bit_entropy,
    bit_gini,
    equal_groups,
    largest_bit_correlation,
    likeness_kept,
    mean_interval,
    weight_correlation,
)
from linkage.attack.pattern_mining import match_patterns, mine_patterns
from linkage.attack.target import Background, Target
from linkage.types import BitMatrix, NormalisedList


def some_bits(records: int, bits: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    density = generator.random(bits)
    return (generator.random((records, bits)) < density).astype(np.uint8)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), records=st.integers(2, 12))
def test_bit_measures_equal_their_definitions(seed: int, records: int) -> None:
    bits = some_bits(records, 64, seed)
    filters = BitMatrix.packed(bits)
    p = bits.mean(axis=0)
    entropy = [0 if x in (0, 1) else -(x * math.log2(x) + (1 - x) * math.log2(1 - x)) for x in p]
    assert bit_entropy(filters) == pytest.approx(np.mean(entropy))
    differences = sum(abs(a - b) for a in p for b in p)
    gini = differences / (2 * 64**2 * p.mean()) if p.any() else 0.0
    assert bit_gini(filters) == pytest.approx(gini, abs=1e-9)
    largest = 0.0
    for i in range(64):
        for j in range(i):
            if bits[:, i].std() and bits[:, j].std():
                largest = max(largest, abs(np.corrcoef(bits[:, i], bits[:, j])[0, 1]))
    assert largest_bit_correlation(filters) == pytest.approx(largest, abs=1e-5)
    order = np.random.default_rng(seed).permutation(records)
    assert bit_entropy(filters.take(order)) == pytest.approx(bit_entropy(filters))
    assert equal_groups((filters,)).sum() == records
    assert equal_groups((filters.take(order),)).tolist() == equal_groups((filters,)).tolist()


def test_likeness_of_all_pairs_and_of_the_top() -> None:
    generator = np.random.default_rng(3)
    plain = generator.random((40, 40))
    plain = (plain + plain.T) / 2
    noisy = plain + generator.normal(0, 0.01, plain.shape)
    noisy = (noisy + noisy.T) / 2
    rows, columns = np.triu_indices(40, 1)
    one, other = plain[rows, columns], noisy[rows, columns]
    assert likeness_kept(noisy, plain) == pytest.approx(np.corrcoef(one, other)[0, 1])
    top = np.argsort(-one)[: round(0.1 * len(one))]
    expected = np.corrcoef(one[top], other[top])[0, 1]
    assert likeness_kept(noisy, plain, top=0.1) == pytest.approx(expected)
    assert likeness_kept(np.ones((40, 40)), plain) == 0.0


def test_weights_that_follow_the_tokens_are_seen() -> None:
    bits = np.tril(np.ones((64, 64), dtype=np.uint8))
    assert weight_correlation(BitMatrix.packed(bits), np.arange(64)) == pytest.approx(1.0)
    assert weight_correlation(BitMatrix.packed(bits), np.ones(64, dtype=np.int64)) == 0.0


def test_interval_of_a_mean() -> None:
    mean, half = mean_interval([1.0, 2.0, 3.0])
    assert (mean, half) == (2.0, pytest.approx(4.303 * 1 / math.sqrt(3), rel=1e-3))


def frequent_people(seed: int = 5) -> np.ndarray:
    """Token sets of which the first occurs 40 times, the second 39 times and so on."""
    generator = np.random.default_rng(seed)
    kinds = (generator.random((30, 25)) < 0.3).astype(np.float32)
    return np.repeat(kinds, np.arange(40, 10, -1), axis=0)


def scene(
    tokens: np.ndarray, bits: np.ndarray, seed: int = 7
) -> tuple[Target, Background, np.ndarray]:
    order = np.random.default_rng(seed).permutation(len(tokens))
    nothing = np.zeros((1, len(tokens), len(tokens)), dtype=np.float32)
    visible = np.zeros(len(tokens), dtype=np.int64)
    target = Target((BitMatrix.packed(bits[order]),), nothing, visible)
    return target, Background(tokens, nothing, visible), order


def bloom(tokens: np.ndarray, bits: int, each: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    places = np.random.default_rng(seed).integers(0, bits, (tokens.shape[1], each))
    made = np.zeros((len(tokens), bits), dtype=np.uint8)
    for token, where in enumerate(places):
        made[np.ix_(tokens[:, token] > 0, np.unique(where))] = 1
    return made, places


def test_frequent_encodings_fall_to_their_frequency() -> None:
    tokens = frequent_people()
    bits, _ = bloom(tokens, 256, 4, seed=1)
    target, background, order = scene(tokens, bits)
    guesses = match_frequencies(target, background)
    guessed = guesses.person >= 0
    assert guessed.mean() > 0.8
    # Equal people cannot be told apart: right is whoever has the same tokens.
    same = (tokens[guesses.person[guessed]] == tokens[order[guessed]]).all(axis=1)
    assert same.mean() > 0.95


def test_without_repeats_frequency_says_nothing() -> None:
    tokens = np.unique(frequent_people(), axis=0)
    bits, _ = bloom(tokens, 256, 4, seed=1)
    target, background, _ = scene(tokens, bits)
    guesses = match_frequencies(target, background)
    assert (guesses.person == -1).all()
    assert guesses.certainty == 0.0


def graded_people(seed: int = 2) -> np.ndarray:
    frequency = np.linspace(0.6, 0.1, 16)
    return (np.random.default_rng(seed).random((1500, 16)) < frequency).astype(np.float32)


def test_patterns_are_mined_where_tokens_set_bits_of_their_own() -> None:
    tokens = graded_people()
    bits, places = bloom(tokens, 512, 8, seed=4)
    mined = mine_patterns(bits, tokens)
    right = [
        token
        for token, positions in mined.bits.items()
        if len(np.intersect1d(positions, places[token])) >= 0.8 * len(positions)
    ]
    assert len(mined.bits) >= 8
    assert len(right) >= 0.7 * len(mined.bits)


def test_patterns_are_not_mined_under_diffusion() -> None:
    tokens = graded_people()
    bits, _ = bloom(tokens, 512, 8, seed=4)
    taps = np.random.default_rng(9).integers(0, 512, (512, 8))
    diffused = np.bitwise_xor.reduce(bits[:, taps], axis=2)
    target, background, order = scene(tokens, diffused)
    guesses = match_patterns(target, background)
    assert (guesses.person == order).mean() < 0.02


def test_findings_are_counts_and_rows() -> None:
    rules = (
        FieldRule(name="surname", kind="name"),
        FieldRule(name="sex", kind="code", values=("f", "m")),
        FieldRule(name="place", kind="text"),
    )
    records = NormalisedList(
        np.array([4, 2, 9, 7]),
        {
            "surname": (("ek", "berg"), ("ek",), ("oz",), ()),
            "sex": ("f", "f", "f", ""),
            "place": ((), (), (), ("ghent",)),
        },
        np.zeros((4, 0), dtype=np.uint8),
    )
    matrix = BitMatrix(np.array([[3], [3], [1], [0]], dtype=np.uint64), 64)
    found = list_findings(records, rules, (matrix,))
    assert found.rare_names == (4, 9)
    assert found.few_tokens == (2, 4, 7, 9)
    assert (found.largest_group, found.grouped) == (2, 0)
    assert found.fill == (pytest.approx(5 / 192),)
    assert found.constant_fields == ("sex", "place")
    assert found.sparse_fields == ("place",)
