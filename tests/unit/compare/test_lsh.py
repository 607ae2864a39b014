"""Locality-sensitive hashing: the pairs against a plain search, the recall against its formula."""

from __future__ import annotations

import threading
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support import naive_lsh

from linkage.compare import lsh
from linkage.compare.limits import distance_limits
from linkage.compare.lsh import key_positions, lsh_search, sketched_positions
from linkage.compare.lsh_recall import (
    SKETCH_LOSS,
    LshParameters,
    choose_parameters,
    expected_recall,
    predicted_candidates,
    table_recall,
)
from linkage.compare.quantiles import sketch_limits
from linkage.errors import UsageError
from linkage.kernels import Backend
from linkage.kernels.lsh_choice import load_lsh_kernels

BACKENDS = ["numba", "numpy"]
FAR = 10**6


def filters(records: int, bits: int, seed: int, density: float = 0.35) -> NDArray[np.uint64]:
    generator = np.random.default_rng(seed)
    rows = generator.random((records, bits), dtype=np.float32) < density
    return np.packbits(rows, axis=1, bitorder="little").view(np.uint64)


def differing(words: NDArray[np.uint64], distances: NDArray[Any], seed: int) -> NDArray[np.uint64]:
    """Each row with as many of its bits changed, anywhere."""
    generator = np.random.default_rng(seed)
    rank = np.argsort(generator.random((len(words), words.shape[1] * 64)), axis=1)
    flips = np.argsort(rank, axis=1) < distances[:, None]
    return words ^ np.packbits(flips, axis=1, bitorder="little").view(np.uint64)


def ones_of(words: NDArray[np.uint64]) -> NDArray[np.int32]:
    return np.bitwise_count(words).sum(axis=1, dtype=np.int32)


def found_pairs(
    a: NDArray[np.uint64],
    b: NDArray[np.uint64] | None,
    parameters: LshParameters,
    limits: NDArray[np.int32],
    threads: int = 1,
    use: Backend | None = None,
    **others: Any,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    others = {"maximum_pairs": FAR} | others
    return lsh_search(
        a,
        b,
        ones_a=ones_of(a),
        ones_b=None if b is None else ones_of(b),
        limits=limits,
        parameters=parameters,
        bits=a.shape[1] * 64,
        threads=threads,
        use=use,
        **others,
    )


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(0, 25),
    others=st.none() | st.integers(0, 25),
    words=st.integers(1, 3),
    key_bits=st.integers(1, 30),
    tables=st.integers(1, 6),
    threshold=st.sampled_from([0.5, 0.8, 1.0]),
    seed=st.integers(0, 2**32),
)
def test_the_search_equals_a_plain_one(
    rows: int,
    others: int | None,
    words: int,
    key_bits: int,
    tables: int,
    threshold: float,
    seed: int,
) -> None:
    bits = 64 * words
    generator = np.random.default_rng(seed)
    base = filters(4, bits, seed)

    def near(records: int) -> NDArray[np.uint64]:
        some = differing(
            base[generator.integers(0, 4, records)], generator.integers(0, 20, records), seed
        )
        some[::6] = 0
        return some

    a, b = near(rows), None if others is None else near(others)
    limits = distance_limits("dice", threshold, bits)
    parameters = LshParameters(key_bits, tables, seed, words)
    sketched = sketched_positions(parameters, bits).tolist()
    sketches = [
        (sketched[:kept], sketch_limits(limits, bits, kept, SKETCH_LOSS / 2).tolist())
        for kept in (min(bits, 128), bits)
    ]
    expected = naive_lsh.search(
        a,
        b,
        limits.tolist(),
        key_positions(parameters, bits).tolist(),
        sketches,
    )
    for use in BACKENDS:
        for threads in (1, 3):
            left, right, distance = found_pairs(a, b, parameters, limits, threads, use)
            assert (left.dtype, right.dtype, distance.dtype) == (np.int64, np.int64, np.int32)
            triples = zip(left.tolist(), right.tolist(), distance.tolist(), strict=True)
            assert list(triples) == expected


def test_pieces_threads_and_kernels_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    a = filters(2000, 256, 1)
    a[::100] = 0
    b = differing(a, np.random.default_rng(2).integers(0, 25, 2000), 3)
    b[50::100] = 0
    limits = distance_limits("jaccard", 0.6, 256)
    parameters = LshParameters(5, 12, 4, 2)
    whole = [part.tolist() for part in found_pairs(a, b, parameters, limits)]
    assert len(whole[0]) > 1500
    assert not set(whole[0]) & set(range(0, 2000, 100))
    monkeypatch.setattr(lsh, "PIECE_PAIRS", 1000)
    monkeypatch.setattr(lsh, "SKETCH_RECORDS", 300)
    for use in BACKENDS:
        for threads in (1, 2, 5):
            found = found_pairs(a, b, parameters, limits, threads, use)
            assert [part.tolist() for part in found] == whole


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_chance_of_a_shared_key_is_exact(data: st.DataObject) -> None:
    bits = data.draw(st.sampled_from([64, 1024, 8192]))
    distance = data.draw(st.integers(0, bits))
    key_bits, tables = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 100))
    found = table_recall(np.array([distance]), key_bits, tables, bits)
    expected = naive_lsh.table_recall(distance, key_bits, tables, bits)
    assert found[0] == pytest.approx(expected, rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("distance", [0, 40, 90, 140])
def test_pairs_are_found_as_often_as_the_formula_says(distance: int) -> None:
    """4,000 pairs under 16 draws; the count is binomial, so within 4 standard errors."""
    key_bits, tables, each, draws = 14, 6, 250, 16
    chance = float(table_recall(np.array([distance]), key_bits, tables, 1024)[0])
    limits = np.full(2049, 150, dtype=np.int32)
    hits = 0
    for draw in range(draws):
        a = filters(each, 1024, draw)
        b = differing(a, np.full(each, distance), 100 + draw)
        left, right, _ = found_pairs(a, b, LshParameters(key_bits, tables, draw, 2), limits)
        assert (left == right).all(), "random filters are nowhere near one another"
        hits += len(left)
    error = sqrt(each * draws * chance * (1 - chance))
    assert abs(hits - each * draws * chance) <= 4 * error


def test_the_chance_holds_wherever_filters_differ() -> None:
    """One pair whose differing bits lie in one block, under 800 draws."""
    a = np.full((1, 16), 2**64 - 1, dtype=np.uint64)
    b = a.copy()
    b[0, 3] = 0
    parameters = [LshParameters(12, 2, seed, 2) for seed in range(800)]
    limits = np.full(2049, 150, dtype=np.int32)
    hits = sum(len(found_pairs(a, b, each, limits)[0]) for each in parameters)
    chance = float(table_recall(np.array([64]), 12, 2, 1024)[0])
    assert 0.6 < chance < 0.8
    assert abs(hits - 800 * chance) <= 4 * sqrt(800 * chance * (1 - chance))


def test_a_sketch_loses_hardly_a_pair_at_the_threshold() -> None:
    a = filters(5000, 512, 1)
    b = differing(a, np.full(5000, 70), 2)
    limits = np.full(1025, 70, dtype=np.int32)
    left, _, _ = found_pairs(a, b, LshParameters(1, 25, 3, 2), limits)
    assert len(left) >= 5000 - 6  # half a pair expected, by the quantile; P(>6) < 1e-6


def planted(records: int, seed: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    a = filters(records, 1024, seed)
    distances = np.random.default_rng(seed).integers(0, 141, records)
    return a, differing(a, distances, seed + 1)


def test_the_recall_asked_for_is_the_recall_found() -> None:
    a, b = planted(6000, 11)
    distance = np.bitwise_count(a ^ b).sum(axis=1)
    strangers = np.bitwise_count(a ^ np.roll(b, 1, axis=0)).sum(axis=1)
    parameters = choose_parameters(
        distance[:1000], strangers, recall=0.97, bits=1024, records_a=6000, records_b=6000
    )
    expected = table_recall(distance, parameters.key_bits, parameters.tables, 1024)
    assert expected.mean() == pytest.approx(0.97, abs=0.01)
    limits = np.full(2049, 140, dtype=np.int32)
    left, right, found = found_pairs(a, b, parameters, limits, threads=2)
    assert (left == right).all()
    error = sqrt(float(np.sum(expected * (1 - expected))))
    assert abs(len(left) - expected.sum()) <= 4 * error
    # Every pair at the threshold is planted, so the estimate can be held against the truth.
    assert expected_recall(found, parameters, 1024) == pytest.approx(len(left) / 6000, abs=0.01)


def test_the_candidates_are_as_many_as_predicted() -> None:
    a, b = filters(3000, 1024, 1), filters(3000, 1024, 2)
    strangers = np.bitwise_count(a ^ b).sum(axis=1)
    parameters = LshParameters(8, 40, 5, 2)
    kernels = load_lsh_kernels()
    every, compared = np.arange(3000, dtype=np.uint64), 0
    limits = np.zeros((2, 1), dtype=np.int32)
    nothing = np.zeros((4, 3000), dtype=np.uint64)
    for positions in key_positions(parameters, 1024):
        one, other = (kernels.sorted_table(words, positions, every) for words in (a, b))
        compared += kernels.scan_buckets(one, other, nothing, nothing, limits, False, 0, 10**9)[1]
    predicted = predicted_candidates(parameters, strangers, 1024, 3000, 3000)
    assert compared == pytest.approx(predicted, rel=0.1)
    halved = predicted_candidates(parameters, strangers, 1024, 3000, None)
    assert halved == pytest.approx(predicted / 2, rel=0.001)


def test_longer_keys_and_more_tables_for_more_records_and_a_higher_recall() -> None:
    near, far = np.arange(20, 140), np.arange(300, 500)
    given = {"bits": 1024, "recall": 0.99}
    sizes = [10**3, 10**4, 10**5, 10**6, 10**7]
    chosen = [choose_parameters(near, far, records_a=n, records_b=n, **given) for n in sizes]
    keys = [each.key_bits for each in chosen]
    assert keys == sorted(set(keys))
    for each in chosen:
        reached = table_recall(near, each.key_bits, each.tables, 1024).mean()
        one_less = table_recall(near, each.key_bits, each.tables - 1, 1024).mean()
        assert one_less * (1 - SKETCH_LOSS) < 0.99 <= reached * (1 - SKETCH_LOSS)
    alone = choose_parameters(near, far, records_a=10**6, records_b=None, seed=9, **given)
    assert (alone.seed, alone.sketch_words) == (9, 3)
    assert alone.key_bits <= keys[3]


def test_without_matches_the_threshold_is_gone_by() -> None:
    far = np.arange(300, 500)
    given = {"recall": 0.9, "bits": 1024, "records_a": 10**4, "records_b": 10**4}
    nothing = np.empty(0, dtype=np.int32)
    chosen = choose_parameters(nothing, far, at_threshold=140, **given)
    assert chosen == choose_parameters(np.array([140]), far, **given)
    with pytest.raises(ValueError, match="threshold"):
        choose_parameters(nothing, far, **given)
    with pytest.raises(ValueError, match="random pairs"):
        choose_parameters(far, nothing, **given)
    for recall in (0.0, 1.0, 0.99995):
        with pytest.raises(ValueError, match="recall"):
            choose_parameters(far, far, **given | {"recall": recall})


def test_a_recall_out_of_reach_gives_the_most_there_is() -> None:
    opposite = np.array([1024])
    chosen = choose_parameters(
        opposite, opposite, recall=0.9, bits=1024, records_a=10, records_b=10
    )
    assert (chosen.key_bits, chosen.tables) == (1, 1000)
    small = choose_parameters(
        np.array([3]), np.array([30]), recall=0.9, bits=64, records_a=10, records_b=None
    )
    assert small.sketch_words == 1


def test_nothing_found_says_nothing_about_recall() -> None:
    assert np.isnan(expected_recall(np.empty(0, dtype=np.int32), LshParameters(9, 9, 1, 2), 1024))


@pytest.mark.parametrize("threads", [1, 2])
def test_too_many_pairs_are_refused(threads: int) -> None:
    a = np.tile(filters(1, 128, 1), (500, 1))
    limits = distance_limits("dice", 0.9, 128)
    with pytest.raises(UsageError, match="More than 100 pairs") as refused:
        found_pairs(a, None, LshParameters(4, 8, 1, 2), limits, threads, maximum_pairs=100)
    assert [fault.code for fault in refused.value.faults] == ["E210"]
    found = found_pairs(a, None, LshParameters(4, 8, 1, 2), limits, maximum_pairs=500 * 499 // 2)
    assert len(found[0]) == 500 * 499 // 2


@pytest.mark.parametrize("threads", [1, 2])
def test_what_progress_raises_stops_the_search(threads: int) -> None:
    a = filters(3000, 128, 1)
    limits = distance_limits("dice", 0.9, 128)
    calls = []

    def progress(done: int, total: int) -> None:
        calls.append((done, total))
        raise InterruptedError

    before = threading.active_count()
    with pytest.raises(InterruptedError):
        found_pairs(a, None, LshParameters(4, 200, 1, 2), limits, threads, progress=progress)
    assert calls == [(1, 200)]
    assert threading.active_count() == before


def test_progress_counts_the_tables() -> None:
    seen: list[tuple[int, int]] = []
    found_pairs(
        filters(10, 64, 1),
        None,
        LshParameters(4, 5, 1, 1),
        distance_limits("dice", 0.9, 64),
        2,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(done, 5) for done in range(1, 6)]


def test_what_does_not_fit_together_is_refused() -> None:
    a, limits = filters(5, 128, 1), distance_limits("dice", 0.9, 128)
    good = LshParameters(4, 5, 1, 2)
    ones = ones_of(a)
    given: dict[str, Any] = {
        "ones_a": ones,
        "ones_b": None,
        "limits": limits,
        "parameters": good,
        "bits": 128,
        "threads": 1,
        "maximum_pairs": 9,
    }
    wrong: list[dict[str, Any]] = [
        {"bits": 64},
        {"ones_a": ones[:4]},
        {"ones_b": ones},
        {"limits": limits[:-1]},
        {"parameters": LshParameters(31, 5, 1, 2)},
        {"parameters": LshParameters(0, 5, 1, 2)},
        {"parameters": LshParameters(4, 0, 1, 2)},
        {"parameters": LshParameters(4, 5, 1, 3)},
        {"parameters": LshParameters(4, 5, 1, 0)},
    ]
    for change in wrong:
        with pytest.raises(ValueError, match=r"must|a key has|a sketch has"):
            lsh_search(a, None, **given | change)
