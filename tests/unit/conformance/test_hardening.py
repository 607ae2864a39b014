"""Every hardening conforms, and the mistakes that have been made elsewhere are found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from linkage.conformance import check_hardening
from linkage.harden.hardening import Apply, Hardening, HardeningInput, Values
from linkage.harden.registry import HARDENINGS
from linkage.random_bits import RandomNumbers, RandomStream
from linkage.types import BitMatrix

BLIP, RESAMPLE = HARDENINGS["blip"], HARDENINGS["resample"]


@pytest.mark.parametrize("hardening", HARDENINGS.values(), ids=lambda each: each.name)
def test_every_hardening_conforms(hardening: Hardening) -> None:
    values = {each.name: each.default for each in hardening.parameters}
    if hardening.name == "resample":
        values = {"l": 256}
    assert check_hardening(hardening, values) == ()


@pytest.mark.parametrize("rate", [0.02, 0.3, 1.0])
def test_noise_conforms_at_any_rate(rate: float) -> None:
    assert check_hardening(BLIP, {"f": rate}) == ()


def noise(drawn: Callable[[BitMatrix, HardeningInput, float], np.ndarray]) -> Apply:
    """Response randomised by somebody's idea of noise; all-zero filters stay."""

    def apply(filters: BitMatrix, context: HardeningInput, values: Values) -> BitMatrix:
        flips = drawn(filters, context, values["f"]).astype(np.uint8)
        flips[~filters.words.any(axis=1)] = 0
        return BitMatrix.packed(filters.unpacked() ^ flips)

    return apply


def seeded(context: HardeningInput, *more: int) -> np.random.Generator:
    assert context.private is not None
    key = int.from_bytes(context.private.subkey("noise")[:8], "big")
    return np.random.default_rng([key, *more])


def one_seed_for_all_records(filters: BitMatrix, context: HardeningInput, f: float) -> np.ndarray:
    return np.tile(seeded(context).random(filters.bits) < f / 2, (len(filters), 1))


def one_stream_for_the_list(filters: BitMatrix, context: HardeningInput, f: float) -> np.ndarray:
    return seeded(context, len(filters)).random((len(filters), filters.bits)) < f / 2


def twice_the_rate(filters: BitMatrix, context: HardeningInput, f: float) -> np.ndarray:
    rows = [seeded(context, int(row)).random(filters.bits) < f for row in context.rows]
    return np.array(rows)


def in_runs(filters: BitMatrix, context: HardeningInput, f: float) -> np.ndarray:
    half = filters.bits // 2
    rows = [seeded(context, int(row)).random(half) < f / 2 for row in context.rows]
    return np.repeat(np.array(rows), 2, axis=1)


def never_at_the_end(filters: BitMatrix, context: HardeningInput, f: float) -> np.ndarray:
    flips = [seeded(context, int(row)).random(filters.bits) < f / 1.9 for row in context.rows]
    places = np.arange(filters.bits) < filters.bits * 0.95
    return np.array(flips) & places


def one_key_for_all_owners(filters: BitMatrix, context: HardeningInput, f: float) -> np.ndarray:
    assert context.private is not None
    rows = [np.random.default_rng([5, int(row)]).random(filters.bits) < f / 2
            for row in context.rows]  # fmt: skip
    return np.array(rows)


def from_the_project_key(filters: BitMatrix, context: HardeningInput, f: float) -> np.ndarray:
    key = int.from_bytes(context.subkeys.subkey("noise")[:8], "big")
    rows = [np.random.default_rng([key, int(row)]).random(filters.bits) < f / 2
            for row in context.rows]  # fmt: skip
    return np.array(rows)


@pytest.mark.parametrize(
    ("drawn", "says"),
    [
        (one_seed_for_all_records, "flips of two records are related"),
        (one_stream_for_the_list, "depends on the other records"),
        (twice_the_rate, "declared rate"),
        (in_runs, "neighbouring positions"),
        (never_at_the_end, "some positions are flipped more often"),
        (one_key_for_all_owners, "as it declares"),
        (from_the_project_key, "as it declares"),
    ],
)
def test_bad_noise_is_found_out(drawn: object, says: str) -> None:
    bad = replace(BLIP, apply=noise(drawn))  # type: ignore[arg-type]
    failures = check_hardening(bad, {"f": 0.2})
    assert any(says in failure for failure in failures), failures


def a_permutation_of_few_orders(
    filters: BitMatrix, context: HardeningInput, _values: Values
) -> BitMatrix:
    """Meant as Fisher and Yates; every place only ever swaps with its neighbour."""
    numbers = RandomNumbers(RandomStream(context.subkeys.subkey("order")), b"")
    order = np.arange(filters.bits)
    for place in range(filters.bits - 1):
        other = place + numbers.below(2)
        order[[place, other]] = order[[other, place]]
    return BitMatrix.packed(filters.unpacked()[:, order])


def rotated(filters: BitMatrix, _context: HardeningInput, _values: Values) -> BitMatrix:
    """A permutation that forgot its key."""
    return BitMatrix.packed(np.roll(filters.unpacked(), 3, axis=1))


def hashed(filters: BitMatrix, context: HardeningInput, _values: Values) -> BitMatrix:
    """Every filter to unrelated bits: nothing can be linked."""
    stream = RandomStream(context.subkeys.subkey("hash"))
    words = np.array([np.frombuffer(stream.read(row.tobytes(), 64), np.uint64) if row.any()
                      else np.zeros(8, np.uint64) for row in filters.words])  # fmt: skip
    return BitMatrix(words, 512)


def complement(filters: BitMatrix, context: HardeningInput, values: Values) -> BitMatrix:
    kept = RESAMPLE.apply(filters, context, values)
    return BitMatrix(~kept.words, kept.bits)


@pytest.mark.parametrize(
    ("apply", "says"),
    [
        (a_permutation_of_few_orders, "some positions are reached more often"),
        (rotated, "as it declares"),
        (hashed, "no more similar"),
        (complement, "an all-zero filter"),
    ],
)
def test_a_bad_hardening_is_found_out(apply: Apply, says: str) -> None:
    failures = check_hardening(replace(RESAMPLE, apply=apply), {"l": 256})
    assert any(says in failure for failure in failures), failures
