"""The search against brute force over Python integers, for every measure and kernel set."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support import naive

from linkage.agreement.profiles import PROFILES, Profile
from linkage.compare import score_histogram, score_pairs
from linkage.compare.missing import SAMPLE, empty_filters
from linkage.errors import UsageError
from linkage.types import BitMatrix

BACKENDS = ["numba", "numpy"]


def related_rows(records: int, words: int, seed: int, flips: float = 0.1) -> NDArray[np.uint64]:
    """Random filters, each odd one a noisy copy of the one before; every tenth empty."""
    generator = np.random.default_rng(seed)
    bits = generator.random((records, words * 64)) < 0.4
    for row in range(1, records, 2):
        bits[row] = bits[row - 1] ^ (generator.random(words * 64) < flips)
    bits[::10] = False
    packed = np.packbits(bits, axis=1, bitorder="little")
    return np.ascontiguousarray(packed).view("<u8").astype(np.uint64)


def naive_similarity(profile: Profile, filters: list[BitMatrix], weights: NDArray[np.uint16]):
    """The measures from their definitions, one pair at a time, in Python."""

    def similarity(number: int, left: int, right: int) -> float:
        x, y = filters[number].words[left], filters[number].words[right]
        a, b = naive.as_integer(x), naive.as_integer(y)
        bits = filters[number].bits
        hamming = (a ^ b).bit_count()
        if profile.measure == "cosine":
            if a == 0 or b == 0:
                return 0.0
            agreement = max(0.0, 1.0 - 2.0 * hamming / bits)
            cosine = math.cos(math.pi / 2 * (1 - agreement ** (1 / profile.layers)))
            return round(cosine * 2**32) / 2**32
        if profile.measure == "dice":
            total = a.bit_count() + b.bit_count()
            return 2 * (a & b).bit_count() / total if total else 0.0
        if profile.measure == "match-keys":
            pairs = [(s, t) for s, t in zip(naive.slots(x), naive.slots(y), strict=True) if s and t]
            return sum(s == t for s, t in pairs) / len(pairs) if pairs else 0.0
        one, other = int(weights[left, number]), int(weights[right, number])
        if one == 0 or other == 0:
            return 0.0
        correlation = max(0.0, 1.0 - 2.0 * hamming / bits)
        # numpy's power, applied to an array as the table is: libm's may differ by one ulp.
        root = float(np.power(np.full(8, correlation), 1.0 / profile.layers)[0])
        distance = profile.source_bits / 2.0 * (1.0 - root)
        return max(0.0, 1.0 - distance / (one + other))

    return similarity


def filled(similarity, filters: list[BitMatrix]):
    """Several filters: an empty one counts as the mean of all pairs that have it."""
    records = len(filters[0])
    levels = []
    for number, matrix in enumerate(filters):
        has = [row for row in range(records) if matrix.words[row].any()]
        units = [
            round(similarity(number, one, other) * 2**32)
            for one in has
            for other in has
            if one != other
        ]
        levels.append(sum(units) / len(units) / 2**32)

    def with_levels(number: int, left: int, right: int) -> float:
        words = filters[number].words
        has = words[left].any() and words[right].any()
        return similarity(number, left, right) if has else levels[number]

    return with_levels if len(filters) > 1 else similarity


def case(name: str, records: int, seed: int = 1):
    profile = PROFILES[name]
    words = 10 if name == "exact" else 4
    filters = [
        BitMatrix(related_rows(records, words, seed + number), words * 64)
        for number in range(len(profile.filters))
    ]
    if name == "exact":
        filters = [match_key_slots(records, seed)]
    generator = np.random.default_rng(seed)
    weights = generator.integers(0, 400, (records, len(filters))).astype(np.uint16)
    weights[::7] = 0
    lists = np.arange(records, dtype=np.int64) % 3
    return profile, filters, weights, lists


def match_key_slots(records: int, seed: int) -> BitMatrix:
    """Five slots of few distinct keys; halves alone must not count as equal."""
    generator = np.random.default_rng(seed)
    return BitMatrix(generator.integers(0, 3, (records, 10)).astype(np.uint64), 640)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", list(PROFILES))
def test_score_pairs_equals_brute_force(name: str, backend: str) -> None:
    profile, filters, weights, lists = case(name, 45)
    similarity = filled(naive_similarity(profile, filters, weights), filters)
    everything = naive.all_pairs(filters, similarity, profile.filter_weights, -2.0)
    floor = sorted(score for *_, score in everything)[-60]
    expected = naive.all_pairs(filters, similarity, profile.filter_weights, floor)
    found = score_pairs(
        filters,
        lists,
        profile=profile,
        filter_weights=profile.filter_weights,
        weights=weights,
        floor=floor,
        use=backend,
    )
    got = list(
        zip(
            found.pairs.left.tolist(),
            found.pairs.right.tolist(),
            found.pairs.similarity.tolist(),
            found.pairs.score.tolist(),
            strict=True,
        )
    )
    if name == "diffused":  # the power is the one step not pinned to the last bit
        assert [pair[:2] for pair in got] == [pair[:2] for pair in expected]
        np.testing.assert_allclose(found.pairs.score, [pair[3] for pair in expected], rtol=1e-14)
    else:
        assert got == expected
    assert len(got) >= 60


@pytest.mark.parametrize("name", list(PROFILES))
@settings(max_examples=12, deadline=None)
@given(records=st.integers(0, 150), seed=st.integers(0, 2**32), floor=st.floats(-1, 1))
def test_numba_and_numpy_agree_bit_for_bit(
    name: str, records: int, seed: int, floor: float
) -> None:
    profile, filters, weights, lists = case(name, records, seed)
    one, other = (
        score_pairs(
            filters,
            lists,
            profile=profile,
            filter_weights=profile.filter_weights,
            weights=weights,
            floor=floor,
            threads=threads,
            use=backend,
        )
        for backend, threads in (("numba", 1), ("numpy", 3))
    )
    for name_ in ("left", "right", "similarity", "score"):
        first, second = getattr(one.pairs, name_), getattr(other.pairs, name_)
        assert first.dtype == second.dtype
        assert first.shape == second.shape
        assert first.tobytes() == second.tobytes()
    assert one.histogram_between.tolist() == other.histogram_between.tolist()
    assert one.histogram_within.tolist() == other.histogram_within.tolist()


@pytest.mark.parametrize("records", [0, 1, 2, 127, 128, 129, 511, 513, 700])
def test_blocks_of_every_size_cover_each_pair_once_in_order(records: int) -> None:
    generator = np.random.default_rng(records)
    matrix = BitMatrix(generator.integers(0, 2**64, (records, 1), dtype=np.uint64), 64)
    lists = np.arange(records, dtype=np.int64) // 100
    found = score_pairs(
        [matrix], lists, profile=PROFILES["balanced"], filter_weights=(1,), floor=-1.0, threads=3
    )
    left, right = np.triu_indices(records, 1)
    assert found.pairs.left.tolist() == left.tolist()
    assert found.pairs.right.tolist() == right.tolist()
    same = int((lists[left] == lists[right]).sum())
    assert (found.comparisons_within, found.comparisons_between) == (same, len(left) - same)
    expected, _ = np.histogram(found.pairs.score, bins=found.bin_edges)
    assert int((found.histogram_between + found.histogram_within).sum()) == int(expected.sum())
    between = lists[left] != lists[right]
    bins = ((found.pairs.score + 1.0) * 200.0).astype(int).clip(0, 399)
    assert found.histogram_between.tolist() == np.bincount(bins[between], minlength=400).tolist()
    assert found.histogram_within.tolist() == np.bincount(bins[~between], minlength=400).tolist()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_score_equal_to_the_floor_is_kept(backend: str) -> None:
    # 16 of 64 bits differ: the correlation is one half, the cosine sin(pi/2 * (1/2)^(1/4)).
    matrix = BitMatrix(np.array([[0xFFFF], [0xFFFFFFFF]], dtype=np.uint64), 64)
    lists = np.array([0, 1])
    profile = PROFILES["balanced"]

    def pairs(floor: float) -> int:
        return len(
            score_pairs(
                [matrix], lists, profile=profile, filter_weights=(1,), floor=floor, use=backend
            ).pairs
        )

    score = round(math.sin(math.pi / 2 * 0.5 ** (1 / 4)) * 2**32) / 2**32
    assert pairs(score) == 1
    assert pairs(float(np.nextafter(score, 1.0))) == 0


def test_an_empty_filter_is_similar_to_nothing_not_even_another_empty_one() -> None:
    for name in PROFILES:
        profile = PROFILES[name]
        filters = [BitMatrix(np.zeros((3, 4), dtype=np.uint64), 256) for _ in profile.filters]
        weights = np.zeros((3, len(filters)), dtype=np.uint16)
        found = score_pairs(
            filters,
            np.arange(3),
            profile=profile,
            filter_weights=profile.filter_weights,
            weights=weights,
            floor=-1.0,
        )
        assert found.pairs.score.tolist() == [0.0, 0.0, 0.0]
        assert found.histogram_between[200] == 3


def test_an_empty_filter_says_nothing_beside_another() -> None:
    rows = np.array([[0xF], [0xF], [0xFF]], dtype=np.uint64)
    dates = np.array([[0x3], [0xC], [0]], dtype=np.uint64)
    found = score_pairs(
        [BitMatrix(rows, 64), BitMatrix(dates, 64)],
        np.arange(3),
        profile=PROFILES["clk"],
        filter_weights=(1, 1),
        floor=0.0,
    )
    # Only records 0 and 1 have a date, and those are unlike: strangers' dates score 0.
    assert found.pairs.similarity.tolist() == [[1.0, 0.0], [2 / 3, 0.0], [2 / 3, 0.0]]
    dates[1] = 0x7
    found = score_pairs(
        [BitMatrix(rows, 64), BitMatrix(dates, 64)],
        np.arange(3),
        profile=PROFILES["clk"],
        filter_weights=(1, 1),
        floor=0.0,
    )
    level = round(0.8 * 2**32) / 2**32
    assert found.pairs.similarity.tolist() == [[1.0, 0.8], [2 / 3, level], [2 / 3, level]]


def test_what_an_empty_filter_counts_as_does_not_depend_on_the_order() -> None:
    records = SAMPLE + 400
    generator = np.random.default_rng(5)
    words = generator.integers(0, 2**64, (records, 2), dtype=np.uint64)
    words &= generator.integers(0, 2**64, (records, 2), dtype=np.uint64)
    words[::9] = 0
    order = generator.permutation(records)
    one = empty_filters(BitMatrix(words, 128), None, PROFILES["clk"])
    other = empty_filters(BitMatrix(words[order], 128), None, PROFILES["clk"], use="numpy")
    assert one is not None
    assert other is not None
    assert one.similarity == other.similarity
    assert other.empty.tolist() == one.empty[order].tolist()
    assert 0.2 < one.similarity < 0.3  # a quarter of the bits is set


def test_two_filters_are_combined_by_their_weights() -> None:
    same, half = np.array([[5], [5]], dtype=np.uint64), np.array([[1], [0xFFFFFFFE]], dtype="u8")
    # Second filter: 32 of 64 bits differ, correlation 0; score (2 * 1 + 1 * 0) / 3.
    found = score_pairs(
        [BitMatrix(same, 64), BitMatrix(half.astype(np.uint64), 64)],
        np.array([0, 1]),
        profile=PROFILES["strong"],
        filter_weights=(2, 1),
        floor=0.0,
    )
    assert found.pairs.similarity.tolist() == [[1.0, 0.0]]
    assert found.pairs.score.tolist() == [2 / 3]


def test_a_floor_that_lets_too_many_pairs_through_is_refused_with_the_count() -> None:
    matrix = BitMatrix(np.ones((300, 1), dtype=np.uint64), 64)
    with pytest.raises(UsageError) as caught:
        score_pairs(
            [matrix],
            np.zeros(300, dtype=np.int64),
            profile=PROFILES["balanced"],
            filter_weights=(1,),
            floor=0.9,
            maximum_pairs=1_000,
        )
    fault = caught.value.faults[0]
    assert fault.code == "E210"
    assert "1,000 pairs" in fault.message
    # The first block has 128 rows: 299 + 298 + ... + 172 pairs.
    assert f"{sum(range(172, 300)):,} were found" in fault.message


def test_progress_ends_at_the_number_of_pairs() -> None:
    matrix = BitMatrix(np.ones((300, 1), dtype=np.uint64), 64)
    seen: list[tuple[int, int]] = []
    result = score_histogram(
        [matrix],
        np.zeros(300, dtype=np.int64),
        profile=PROFILES["balanced"],
        filter_weights=(1,),
        progress=lambda done, total: seen.append((done, total)),
    )
    total = 300 * 299 // 2
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (total, total)
    assert len(result.pairs) == 0
    assert result.comparisons_within == total


def test_inputs_that_do_not_fit_together_are_refused() -> None:
    matrix = BitMatrix(np.ones((3, 1), dtype=np.uint64), 64)
    lists = np.arange(3)
    profile = PROFILES["balanced"]
    for filters, weights, carried in (
        ([], (), None),
        ([matrix], (1, 2), None),
        ([matrix], (0,), None),
        ([matrix.take(np.array([0, 1]))], (1,), None),
        ([matrix], (1,), np.ones((2, 1), dtype=np.uint16)),
    ):
        with pytest.raises(ValueError, match=r"filter|weights"):
            score_pairs(
                filters, lists, profile=profile, filter_weights=weights, weights=carried, floor=0.5
            )
    with pytest.raises(ValueError, match="weights of the source"):
        score_pairs([matrix], lists, profile=PROFILES["diffused"], filter_weights=(1,), floor=0.5)
    with pytest.raises(ValueError, match="128 bits"):
        score_pairs([matrix], lists, profile=PROFILES["exact"], filter_weights=(1,), floor=0.5)
