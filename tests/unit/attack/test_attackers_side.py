"""What the attacker makes for itself: tokens, errors, overlaps, simulated similarities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES
from linkage.attack.people import chosen_records, draw_overlap, token_table, with_typing_errors
from linkage.attack.simulate import (
    agreement_rows,
    agreement_stack,
    attackers_keys,
    background_of,
    similarity_stack,
    simulated_similarity,
    target_of,
)
from linkage.attack.smooth import smoothed
from linkage.attack.target import Background, Target
from linkage.encode.filter_input import EncodedFilter, set_bits
from linkage.types import BitMatrix, NormalisedList, PartialDate


def filters(bits: np.ndarray) -> EncodedFilter:
    words = BitMatrix.packed(bits).words
    return EncodedFilter(BitMatrix(words, bits.shape[1]), set_bits(words))


def random_bits(records: int, bits: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((records, bits)) < 0.4


def test_similarities_are_the_linkage_units() -> None:
    bits = random_bits(600, 128)  # more than one block of rows
    both, ones = bits.astype(np.int64) @ bits.T.astype(np.int64), bits.sum(axis=1)
    stack = similarity_stack([filters(bits), filters(~bits)], PROFILES["clk"])
    assert stack.shape == (2, 600, 600)
    assert stack.dtype == np.float32
    assert np.allclose(stack[0], 2 * both / (ones[:, None] + ones))
    carried = PROFILES["diffused"]
    given_weights = replace(filters(bits), weights=np.full(600, 200, dtype=np.uint16))
    assert not np.allclose(
        similarity_stack([given_weights], carried), similarity_stack([filters(bits)], carried)
    )


@pytest.mark.parametrize("use", ["numba", "numpy"])
def test_agreement_is_the_correlation_of_signs(use: str) -> None:
    bits = random_bits(50, 192)
    signs = bits.astype(np.float64) * 2 - 1
    expected = signs @ signs.T / 192
    matrix = filters(bits).matrix
    assert np.allclose(agreement_stack([matrix], use=use)[0], expected, atol=1e-6)
    assert np.allclose(agreement_rows(matrix, 7, use=use), expected[:7], atol=1e-6)


def test_the_mean_is_over_keys_of_the_attackers_own() -> None:
    asked: list[bytes] = []

    def encode(key: bytes) -> np.ndarray:
        asked.append(key)
        return np.full((1, 2, 2), len(asked), dtype=np.float32)

    assert (simulated_similarity(encode, keys=5, seed=3) == 3).all()
    assert tuple(asked) == attackers_keys(5, 3)
    assert len(set(asked) | set(attackers_keys(5, 4))) == 10


def test_a_background_takes_in_every_filter() -> None:
    tokens = np.eye(12, 20, dtype=np.float32)

    def encode(key: bytes) -> list[EncodedFilter]:
        return [filters(random_bits(12, 128, key[0])), filters(random_bits(12, 64, key[1]))]

    background = background_of(tokens, encode, PROFILES["clk"], keys=2, filter_tokens=[tokens] * 2)
    assert background.similarity.shape == (2, 12, 12)
    assert background.agreement is not None
    assert background.agreement.shape == (2, 12, 12)
    assert np.allclose(np.diagonal(background.agreement, axis1=1, axis2=2), 1)
    assert not background.visible.any()


def test_smoothing_takes_out_chance_and_leaves_what_is_there() -> None:
    generator = np.random.default_rng(2)
    tokens = (generator.random((400, 60)) < 0.2).astype(np.float32)
    rows = tokens / np.maximum(np.linalg.norm(tokens, axis=1, keepdims=True), 1e-9)
    true = (rows @ rows.T).clip(0, 1) ** 3
    chance = generator.standard_normal((400, 400)).astype(np.float32)
    chance = 0.05 * (np.triu(chance, 1) + np.triu(chance, 1).T)
    off = ~np.eye(400, dtype=bool)
    found = smoothed((true + chance).astype(np.float32), tokens, 0.05**2)
    assert np.abs(found - true)[off].mean() < 0.1 * np.abs(chance)[off].mean()
    assert np.allclose(found, found.T, atol=1e-5)
    # What the tokens do not tell but is no chance either, stays.
    kept = smoothed((true + chance).astype(np.float32), tokens, 1e-8)
    assert np.allclose(kept, true + chance, atol=1e-3)


def people() -> NormalisedList:
    fields = {
        "names": tuple(("anna", "maria") if at % 2 else ("boris",) for at in range(400)),
        "birth": tuple(PartialDate(1960 + at % 30, 1 + at % 12, None) for at in range(400)),
        "sex": ("f", "") * 200,
    }
    return NormalisedList(np.arange(2, 402), fields, np.zeros((400, 0), dtype=np.uint8))


def test_slips_are_as_many_as_asked_for_and_one_a_record() -> None:
    before = people()
    after = with_typing_errors(before, 0.25, seed=5)
    changed = sum(
        np.array([one != other for one, other in zip(column, after.fields[name], strict=True)])
        for name, column in before.fields.items()
    )
    assert changed.max() == 1
    assert 60 < changed.sum() < 140
    assert after.fields["sex"] == before.fields["sex"]
    assert all(each.day is None for each in after.fields["birth"])
    assert after.fields == with_typing_errors(before, 0.25, seed=5).fields
    assert with_typing_errors(before, 0.0, seed=5).fields == before.fields


def test_tokens_are_those_that_are_hashed() -> None:
    rules = [
        FieldRule(name="names", kind="name", weight=3),
        FieldRule(name="sex", kind="code", values=("f", "m")),
    ]
    records = chosen_records(people(), np.array([0, 1, 0]))
    table = token_table(records, rules)
    # Boris and a sex; Anna and Maria, who share one token, and no sex.
    assert table.sum(axis=1).tolist() == [8, 12, 8]
    assert np.array_equal(table[0], table[2])
    assert sorted(set(token_table(records, rules, weighted=True)[0].tolist())) == [0, 1, 3]


@given(st.integers(2, 300), st.sampled_from([0.0, 0.2, 0.6, 1.0]), st.integers(0, 5))
def test_overlaps_are_what_they_say(everyone: int, overlap: float, seed: int) -> None:
    drawn = draw_overlap(everyone, overlap, seed)
    assert len(drawn.target) == len(drawn.background) == int(everyone / (2 - overlap))
    assert len(set(drawn.target.tolist())) == len(drawn.target)
    common = drawn.truth >= 0
    assert common.sum() == round(len(drawn.target) * overlap)
    assert np.array_equal(drawn.background[drawn.truth[common]], drawn.target[common])
    assert not np.isin(drawn.target[~common], drawn.background).any()
    known = drawn.draw_known(7, seed)
    assert len(known) == min(7, common.sum())
    assert np.array_equal(drawn.truth[known[:, 0]], known[:, 1])


def test_an_overlap_needs_people() -> None:
    assert len(draw_overlap(1000, 0.2, seed=1, size=300).target) == 300
    with pytest.raises(ValueError, match="too few"):
        draw_overlap(1000, 0.2, seed=1, size=556)


def test_what_does_not_fit_together_is_refused() -> None:
    target = target_of([filters(random_bits(5, 64))], PROFILES["clk"])
    with pytest.raises(ValueError, match="every filter"):
        Target(target.bits, target.similarity, np.zeros(4, dtype=np.int64))
    with pytest.raises(ValueError, match="records, records"):
        Target(target.bits, target.similarity[0], target.visible)
    tokens = np.zeros((5, 3), dtype=np.float32)
    with pytest.raises(ValueError, match="row of tokens"):
        Background(tokens[:4], target.similarity, target.visible)
    with pytest.raises(ValueError, match="people, people"):
        Background(tokens, target.similarity, target.visible, target.similarity[:, :4])


def test_tokens_may_be_sparse() -> None:
    from scipy.sparse import csr_array

    tokens = np.eye(5, 3, dtype=np.float32)
    nothing, alike = np.zeros(5, dtype=np.int64), np.zeros((1, 5, 5), dtype=np.float32)
    assert np.array_equal(Background(csr_array(tokens), alike, nothing).dense_tokens(), tokens)
