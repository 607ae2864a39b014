"""Every kernel set against its naive twin, exactly, at sizes around a word and a block."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support import naive

from linkage.kernels import connected_components, load_kernels, numba_is_installed

BACKENDS = ["numba", "numpy"]


def random_rows(rows: int, words: int, seed: int) -> NDArray[np.uint64]:
    """Random words, a few rows repeated, empty or full, so that the extremes occur."""
    generator = np.random.default_rng(seed)
    matrix = generator.integers(0, 2**64, (rows, words), dtype=np.uint64)
    matrix[::5] &= generator.integers(0, 2**64, (len(matrix[::5]), words), dtype=np.uint64)
    matrix[::7] = 0
    matrix[::11] = np.uint64(2**64 - 1)
    if rows > 3:
        matrix[3] = matrix[1]
    return matrix


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("rows", "others"), [(0, 0), (0, 5), (1, 1), (1, 63), (63, 64), (65, 2)])
@pytest.mark.parametrize("words", [2, 8])
def test_counts_equal_the_naive_twins(backend: str, rows: int, others: int, words: int) -> None:
    kernels = load_kernels(backend)
    a, b = random_rows(rows, words, 1), random_rows(others, words, 2)
    if rows and others:
        b[0] = a[-1]
    assert kernels.popcounts(a).tolist() == naive.popcounts(a)
    equal, present = kernels.slot_counts(a, b)
    expected_equal, expected_present = naive.slot_counts(a, b)
    assert equal.tolist() == expected_equal
    assert present.tolist() == expected_present
    for counts in (equal, present):
        assert counts.shape == (rows, others)
        assert counts.dtype == np.int32


@pytest.mark.parametrize("backend", BACKENDS)
def test_set_bits_of_known_rows(backend: str) -> None:
    kernels = load_kernels(backend)
    full, empty = np.full((1, 64), 2**64 - 1, dtype=np.uint64), np.zeros((1, 64), dtype=np.uint64)
    assert kernels.popcounts(full).tolist() == [4096]
    assert kernels.popcounts(empty).tolist() == [0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_slot_counts_as_equal_only_as_a_whole(backend: str) -> None:
    one = np.array([[1, 2, 0, 0, 5, 0, 0, 7]], dtype=np.uint64)
    #               equal | both empty | high half differs | absent on one side
    other = np.array([[1, 2, 0, 0, 5, 1, 0, 0]], dtype=np.uint64)
    equal, present = load_kernels(backend).slot_counts(one, other)
    assert (equal.tolist(), present.tolist()) == ([[1]], [[2]])


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(0, 20),
    columns=st.integers(0, 20),
    lead=st.integers(0, 12),
    floor=st.floats(-1, 1),
    seed=st.integers(0, 2**32),
)
def test_select_pairs_equals_a_plain_loop(
    rows: int, columns: int, lead: int, floor: float, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.integers(-16, 17, (rows, columns)) / 16.0
    lists_a, lists_b = generator.integers(0, 2, rows), generator.integers(0, 2, columns)
    bins = 10
    between, within, selected = [0] * bins, [0] * bins, []
    for i in range(rows):
        for j in range(columns):
            if j + lead <= i:
                continue
            index = min(bins - 1, int((scores[i, j] + 1) * 5))
            (within if lists_a[i] == lists_b[j] else between)[index] += 1
            if scores[i, j] >= floor:
                selected.append((i, j))
    for backend in BACKENDS:
        found_between, found_within = np.zeros(bins, np.int64), np.zeros(bins, np.int64)
        i, j = load_kernels(backend).select_pairs(
            scores, lists_a, lists_b, lead, floor, found_between, found_within
        )
        assert list(zip(i.tolist(), j.tolist(), strict=True)) == selected
        assert found_between.tolist() == between
        assert found_within.tolist() == within


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 30).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40),
        )
    )
)
def test_connected_components_equal_the_naive_twin(case) -> None:
    records, pairs = case
    left = np.array([pair[0] for pair in pairs], dtype=np.int64)
    right = np.array([pair[1] for pair in pairs], dtype=np.int64)
    found = connected_components(records, left, right)
    assert found.tolist() == naive.components(records, pairs)


def test_connected_components_of_a_long_chain_and_of_nothing() -> None:
    chain = np.arange(50_000)
    assert connected_components(50_001, chain[::-1], chain[::-1] + 1).max() == 0
    assert connected_components(0, chain[:0], chain[:0]).tolist() == []


def run_python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_importing_the_package_does_not_import_numba() -> None:
    code = "import sys, linkage.kernels, linkage.compare; print('numba' in sys.modules)"
    assert run_python(code) == "False"


def test_without_numba_the_numpy_kernels_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_kernels().__name__.endswith("numba_kernels")  # type: ignore[attr-defined]
    numba_is_installed.cache_clear()
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    try:
        assert load_kernels().__name__.endswith("numpy_kernels")  # type: ignore[attr-defined]
    finally:
        numba_is_installed.cache_clear()


def test_the_same_source_runs_uncompiled() -> None:
    """`NUMBA_DISABLE_JIT=1` runs the bodies as Python, so that coverage can see them."""
    code = (
        "import numpy as np; from linkage.kernels import load_kernels\n"
        "a = np.random.default_rng(1).integers(0, 2**64, (5, 4), dtype=np.uint64); a[2] = 0\n"
        "one, other = load_kernels('numba'), load_kernels('numpy')\n"
        "assert type(one.popcounts).__name__ == 'function'\n"
        "lists = np.array([0, 0, 1, 1, 2])\n"
        "def all_of(k):\n"
        "    between, within = np.zeros(9, np.int64), np.zeros(9, np.int64)\n"
        "    scores = np.bitwise_count(a[:, None] ^ a[None]).sum(axis=2) / 256\n"
        "    selected = k.select_pairs(scores, lists, lists, 0, 0.4, between, within)\n"
        "    return [x.tolist() for x in (k.popcounts(a),\n"
        "        *k.slot_counts(a, a), *selected, between, within)]\n"
        "assert all_of(one) == all_of(other)\n"
        "print('same')\n"
    )
    assert run_python(code, NUMBA_DISABLE_JIT="1", PYTHONWARNINGS="error") == "same"
