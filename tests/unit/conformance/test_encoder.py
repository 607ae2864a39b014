"""Every registered encoding passes the conformance check, and bad ones do not."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from linkage.agreement.profiles import PROFILES, Profile
from linkage.conformance import check_encoder
from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.registry import ENCODERS
from linkage.encode.saul import encode_saul
from linkage.random_bits import DerivedSubkeys
from linkage.types import BitMatrix

BALANCED = PROFILES["balanced"]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_every_profile_conforms(profile: Profile) -> None:
    assert check_encoder(ENCODERS[profile.scheme], profile) == ()


def test_every_scheme_of_a_profile_is_registered() -> None:
    assert {profile.scheme for profile in PROFILES.values()} <= set(ENCODERS)


def changed(result: EncodedFilter, words: np.ndarray) -> EncodedFilter:
    return EncodedFilter(BitMatrix(words, result.matrix.bits), result.weights)


def without_key(task: FilterInput) -> EncodedFilter:
    return encode_saul(replace(task, subkeys=DerivedSubkeys(b"fixed")))


def without_filter_name(task: FilterInput) -> EncodedFilter:
    return encode_saul(replace(task, name="all"))


_calls = count()


def not_repeatable(task: FilterInput) -> EncodedFilter:
    result = encode_saul(task)
    return changed(result, result.matrix.words ^ np.uint64(next(_calls)))


def coins_for_empty_records(task: FilterInput) -> EncodedFilter:
    result = encode_saul(task)
    empty = ~result.matrix.words.any(axis=1)
    return changed(result, np.where(empty[:, None], np.uint64(5), result.matrix.words))


def depends_on_neighbours(task: FilterInput) -> EncodedFilter:
    result = encode_saul(task)
    words = result.matrix.words
    return changed(result, words ^ np.uint64(len(words) % 39) * words.any(axis=1)[:, None])


def hash_of_the_record(task: FilterInput) -> EncodedFilter:
    """Deep enough that similarity is gone."""
    return encode_saul(replace(task, profile=replace(task.profile, layers=40)))


def too_short(task: FilterInput) -> EncodedFilter:
    return encode_saul(replace(task, bits=64))


def wrong_weights(task: FilterInput) -> EncodedFilter:
    result = encode_saul(task)
    return EncodedFilter(result.matrix, result.weights.astype(np.int64))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("encoder", "says"),
    [
        (without_key, "another key"),
        (without_filter_name, "another name"),
        (not_repeatable, "the same key and records"),
        (coins_for_empty_records, "a record without values"),
        (depends_on_neighbours, "depends on the other records"),
        (hash_of_the_record, "not closer"),
        (too_short, "declared shape"),
        (wrong_weights, "one uint16"),
    ],
)
def test_a_bad_encoder_is_found_out(encoder: object, says: str) -> None:
    failures = check_encoder(encoder, BALANCED)  # type: ignore[arg-type]
    assert any(says in failure for failure in failures), failures
