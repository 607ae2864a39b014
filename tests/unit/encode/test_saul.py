"""SAUL against its naive twin, its theory and what a hardening must not do."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.encoding import as_bits, normalised, rules, task
from tests.vectors.independent import encodings as independent

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES
from linkage.encode import list_columns, saul
from linkage.encode.filter_input import FilterInput
from linkage.encode.saul import encode_saul
from linkage.types import NormalisedList

BALANCED = PROFILES["balanced"]
NOTHING: dict[str, Any] = {
    "given_name": [],
    "surname": [],
    "birth": [None, None, None],
    "sex": "",
    "nationality": "",
}
WORDS = FieldRule(name="given_name", kind="name", tag="name")


def word_list(words: list[str]) -> NormalisedList:
    return normalised([NOTHING | {"given_name": [word] if word else []} for word in words])


def random_words(number: int, length: int = 12) -> list[str]:
    rng = np.random.default_rng(7)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    return ["".join(rng.choice(letters, length)) for _ in range(number)]


def bits_of(words: list[str], *, seed: bytes = b"seed", layers: int = 3) -> NDArray[np.uint8]:
    profile = replace(BALANCED, layers=layers)
    result = encode_saul(task(word_list(words), profile, seed=seed, fields=(WORDS,)))
    return np.array(as_bits(result.matrix.words), dtype=np.uint8)


names = st.lists(st.text("abc", min_size=1, max_size=4), max_size=2)


@settings(max_examples=40, deadline=None)
@given(
    records=st.lists(
        st.fixed_dictionaries(
            {
                "given_name": names,
                "surname": names,
                "birth": st.sampled_from([[None] * 3, [1990, None, None], [2001, 5, 6]]),
                "sex": st.sampled_from(["", "F"]),
                "nationality": st.just(""),
            }
        ),
        max_size=4,
    ),
    bits=st.sampled_from([64, 128, 192]),
    layers=st.integers(1, 4),
)
def test_bit_for_bit_like_the_naive_twin(
    records: list[dict[str, Any]], bits: int, layers: int
) -> None:
    profile = replace(BALANCED, bits=bits, layers=layers)
    found = as_bits(encode_saul(task(normalised(records), profile)).matrix.words)
    expected = [
        independent.saul(independent.FIELDS, record, b"seed", "all", bits, layers)[0]
        for record in records
    ]
    assert found == expected


def test_total_weights_beyond_a_byte_are_exact() -> None:
    heavy = tuple(rule.model_copy(update={"weight": 9}) for rule in rules())
    words = random_words(1, 40)
    record = NOTHING | {"given_name": words, "birth": [1990, 2, 3]}  # 41 + 7 tokens of 9: 432
    profile = replace(BALANCED, bits=256)
    found = as_bits(encode_saul(task(normalised([record]), profile, fields=heavy)).matrix.words)
    fields = [field | {"weight": 9} for field in independent.FIELDS]
    assert found[0] == independent.saul(fields, record, b"seed", "all", 256, 4)[0]


def test_blocks_of_records_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = random_words(30)
    whole = bits_of(words)
    monkeypatch.setattr(list_columns, "BLOCK", 7)
    assert np.array_equal(bits_of(words), whole)


def test_an_empty_record_is_all_zeros_among_others() -> None:
    bits = bits_of(["anna", "", "boris"])
    assert not bits[1].any()
    assert bits[0].any()
    assert np.array_equal(bits[0], bits_of(["anna"])[0])


def test_bits_are_balanced_within_and_across_records() -> None:
    bits = bits_of(random_words(400))
    assert abs(bits.mean() - 0.5) < 0.005
    # no position leans one way: 400 coins have a standard deviation of 0.025
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.15
    assert np.abs(bits.mean(axis=1) - 0.5).max() < 5 * 0.5 / math.sqrt(bits.shape[1])


def test_another_key_gives_unrelated_bits() -> None:
    words = random_words(50)
    agreement = (bits_of(words) == bits_of(words, seed=b"other")).mean(axis=1)
    assert np.abs(agreement - 0.5).max() < 5 * 0.5 / math.sqrt(BALANCED.bits)


def test_two_filters_of_one_record_are_unrelated() -> None:
    records = word_list(random_words(50))
    one = encode_saul(task(records, BALANCED, name="all", fields=(WORDS,))).matrix.words
    two = encode_saul(task(records, BALANCED, name="names", fields=(WORDS,))).matrix.words
    agreement = 1 - np.bitwise_count(one ^ two).sum(axis=1) / BALANCED.bits
    assert np.abs(agreement - 0.5).max() < 5 * 0.5 / math.sqrt(BALANCED.bits)


def test_layers_of_one_record_are_unrelated() -> None:
    word = random_words(1)
    one, two = bits_of(word, layers=1)[0], bits_of(word, layers=2)[0]
    second = one ^ two
    assert abs((one == second).mean() - 0.5) < 5 * 0.5 / math.sqrt(BALANCED.bits)


class _Opposites:
    """A key under which two tags have opposite random bits, so that every vote is a tie."""

    def subkey(self, purpose: str, field: str = "") -> bytes:
        return f"{purpose}|{field}".encode().ljust(32, b".")


def test_ties_are_the_keyed_coin_and_no_matter_which_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = saul._token_bits

    def opposite(contents: Any, *rest: Any) -> NDArray[np.uint64]:
        rows = original(contents, *rest).copy()
        # the codes of sex, then those of nationality; the coins come alone
        rows[len(rows) // 2 :] = ~rows[: len(rows) // 2] if len(rows) > 1 else rows
        return rows

    monkeypatch.setattr(saul, "_token_bits", opposite)
    codes = tuple(rule for rule in rules() if rule.kind == "code")
    records = normalised(
        [NOTHING | {"sex": "F", "nationality": "NL"}, NOTHING | {"sex": "M", "nationality": "PL"}]
    )
    profile = replace(BALANCED, bits=256, layers=2)
    made = encode_saul(FilterInput("all", records, codes, profile, 256, _Opposites()))
    one, two = as_bits(made.matrix.words)
    coins = independent.stream_bits(b"saulties-all|".ljust(32, b"."), b"", 512)
    assert one == two == [coins[j] ^ coins[256 + j] for j in range(256)]


def test_coins_are_balanced_and_unrelated_to_the_filter() -> None:
    coins = np.array(
        independent.stream_bits(independent.subkey(b"seed", "saulties-all"), b"", 4096)
    )
    assert abs(coins.mean() - 0.5) < 5 * 0.5 / 64
    # two tokens tie half of the time: with one layer those bits are the coin's
    profile = replace(BALANCED, layers=1, bits=4096)
    codes = tuple(rule for rule in rules() if rule.kind == "code")
    records = normalised([NOTHING | {"sex": "F", "nationality": "NL"}])
    filled = np.array(as_bits(encode_saul(task(records, profile, fields=codes)).matrix.words)[0])
    assert abs((filled == coins).mean() - 0.75) < 5 * 0.5 / 64
    # one token never ties: the coin must not show
    records = normalised([NOTHING | {"sex": "F"}])
    filled = np.array(as_bits(encode_saul(task(records, profile, fields=codes)).matrix.words)[0])
    assert abs((filled == coins).mean() - 0.5) < 5 * 0.5 / 64


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_agreement_follows_the_theory(layers: int) -> None:
    """The share of equal bits is (1 + (1 - 2 theta / pi)^t) / 2."""
    rng = np.random.default_rng(11)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    left, right, cosines = [], [], []
    for _ in range(60):
        word = "".join(rng.choice(letters, 60))
        cut = int(rng.integers(6, 54))
        other = word[:cut] + "".join(rng.choice(letters, 60 - cut))
        one, two = (
            set(independent.value_tokens("name", [word])),
            set(independent.value_tokens("name", [other])),
        )
        left.append(word)
        right.append(other)
        cosines.append(len(one & two) / math.sqrt(len(one) * len(two)))
    found = 2 * (bits_of(left, layers=layers) == bits_of(right, layers=layers)).mean(axis=1) - 1
    theory = (1 - 2 * np.arccos(np.array(cosines)) / math.pi) ** layers
    # noise of one pair is 1/64; ties pull a little towards agreement
    assert np.abs(found - theory).max() < 0.08
    assert abs((found - theory).mean()) < 0.03
    assert abs(np.polyfit(theory, found, 1)[0] - 1) < 0.25


def test_weights_count_in_the_cosine() -> None:
    def correlation(weight: int) -> float:
        fields = rules(sex={"weight": weight})
        records = normalised(
            [
                NOTHING | {"given_name": ["anna", "petrova"], "sex": "F"},
                NOTHING | {"given_name": ["boris", "delchuk"], "sex": "F"},
            ]
        )
        words = encode_saul(task(records, replace(BALANCED, layers=1), fields=fields)).matrix.words
        return 1 - 2 * int(np.bitwise_count(words[0] ^ words[1]).sum()) / BALANCED.bits

    assert correlation(1) < correlation(4) < correlation(9)


def test_progress_rises_to_one() -> None:
    seen: list[float] = []
    made = task(word_list(["anna"]), BALANCED, fields=(WORDS,))
    encode_saul(replace(made, progress=seen.append))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
