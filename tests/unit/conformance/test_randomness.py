"""Every scheme of the catalogue looks random without the key, and what does not is found out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from linkage.agreement.profiles import PROFILES
from linkage.conformance import check_encoding, check_randomness
from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.registry import SCHEMES
from linkage.encode.saul import encode_saul
from linkage.random_bits import DerivedSubkeys
from linkage.types import BitMatrix

SHORT = replace(PROFILES["balanced"], bits=1024, layers=2)


@pytest.mark.parametrize(
    "description",
    [
        "clk(k=10, l=1024)",
        "clk-double(k=10, l=1024)",
        "clk-enhanced-double(k=10, l=1024)",
        "rbf(k=10, m=256, l=1024)",
        "tmh(l=64)",
        "tsh(k=5, l=16384)",
        "eld(k=10, m=1024, t=5, l=1024)",
        "saul(t=3, l=1024)",
        "minhash-keys(t=3, l=2048)",
        "match-keys",
    ],
)
def test_every_scheme_conforms(description: str) -> None:
    assert check_encoding(description) == ()


def test_none_is_forgotten() -> None:
    (marker,) = test_every_scheme_conforms.pytestmark  # type: ignore[attr-defined]
    assert {text.partition("(")[0] for text in marker.args[1]} == set(SCHEMES)


def changed(result: EncodedFilter, words: np.ndarray) -> EncodedFilter:
    return EncodedFilter(BitMatrix(words, result.matrix.bits), result.weights)


def some_positions_never(task: FilterInput) -> EncodedFilter:
    result = encode_saul(task)
    mask = np.full(result.matrix.words.shape[1], 0xFFFFFFFFFFFFFFFF, dtype=np.uint64)
    mask[0] = 0xFFFFFFFFFFFF0000
    return changed(result, result.matrix.words & mask)


def a_key_of_two_values(task: FilterInput) -> EncodedFilter:
    weak = task.subkeys.subkey("weak")[0] % 2
    return encode_saul(replace(task, subkeys=DerivedSubkeys(bytes([weak]))))


def coins_of_the_key_shine_through(task: FilterInput) -> EncodedFilter:
    """A part of every filter is the same for all records."""
    result = encode_saul(task)
    words = result.matrix.words.copy()
    words[:, :4] = np.frombuffer(task.subkeys.subkey("coins"), dtype=np.uint64)
    return changed(result, words)


@pytest.mark.parametrize(
    ("encoder", "says"),
    [
        (some_positions_never, "more often than others"),
        (a_key_of_two_values, "under two keys are related"),
        (coins_of_the_key_shine_through, "without a common token are related"),
    ],
)
def test_what_is_not_random_is_found_out(encoder: object, says: str) -> None:
    failures = check_randomness(encoder, SHORT)  # type: ignore[arg-type]
    assert any(says in failure for failure in failures), failures


def test_false_alarms_are_as_rare_as_they_should_be() -> None:
    from linkage.conformance.randomness import dispersion_p, unrelated_p

    draws = np.random.default_rng(3)
    found = []
    for _ in range(300):
        bits = (draws.random((60, 256)) < 0.2).astype(np.uint8)
        found += [dispersion_p(bits), unrelated_p(bits[:30], bits[30:])]
    # p values of honest bits are uniform: their mean is a half, one in a hundred under .01
    assert abs(np.mean(found) - 0.5) < 0.06
    assert np.mean(np.array(found) < 0.01) < 0.03
