"""The kernels for locality-sensitive hashing against their naive twins, exactly."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support import naive_lsh

from linkage.kernels import lsh_numpy
from linkage.kernels.lsh_choice import load_lsh_kernels

BACKENDS = ["numba", "numpy"]


def close_rows(rows: int, words: int, seed: int) -> NDArray[np.uint64]:
    """Rows that are often alike, some empty, some full."""
    generator = np.random.default_rng(seed)
    base = generator.integers(0, 2**64, (3, words), dtype=np.uint64)
    matrix = base[generator.integers(0, 3, rows)]
    for _ in range(6):
        column = generator.integers(0, words, rows)
        matrix[np.arange(rows), column] ^= np.uint64(1) << generator.integers(
            0, 64, rows, dtype=np.uint64
        )
    matrix[::7] = 0
    matrix[5::11] = np.uint64(2**64 - 1)
    return matrix


def summaries(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    ones = np.bitwise_count(words).sum(axis=1, dtype=np.uint64)
    return np.stack([words[:, 0], words[:, -1], words[:, 0] ^ words[:, -1], ones], axis=1)


def as_pairs(pairs: NDArray[np.uint64]) -> list[tuple[int, int]]:
    return [(pair >> 32, pair & 2**32 - 1) for pair in pairs.tolist()]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("count", [1, 3, 11, 12, 23, 32, 64])
@pytest.mark.parametrize("rows", [0, 1, 40])
def test_keys_and_tables_equal_the_naive_twins(backend: str, count: int, rows: int) -> None:
    kernels = load_lsh_kernels(backend)
    words = close_rows(rows, 3, count)
    positions = np.random.default_rng(count).permutation(192)[:count].astype(np.uint64)
    keys = kernels.gather_bits(words, positions)
    assert keys.dtype == np.uint64
    assert keys.tolist() == [naive_lsh.key(row, positions.tolist()) for row in words]
    if count <= 32:
        records = np.flatnonzero(words.any(axis=1)).astype(np.uint64)
        table = kernels.sorted_table(words, positions, records)
        assert table.dtype == np.uint64
        assert table.tolist() == naive_lsh.sorted_table(words, positions.tolist(), records.tolist())
        ordered = kernels.in_table_order(table, summaries(words))
        assert ordered.tolist() == summaries(words)[table & np.uint64(2**32 - 1)].T.tolist()
        assert ordered.flags.c_contiguous


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(0, 25),
    columns=st.integers(0, 25),
    one_list=st.booleans(),
    key_bits=st.integers(1, 6),
    limit=st.integers(0, 40),
    start=st.integers(0, 25),
    budget=st.integers(1, 200),
    seed=st.integers(0, 2**32),
)
def test_a_scan_equals_a_plain_loop(
    rows: int,
    columns: int,
    one_list: bool,
    key_bits: int,
    limit: int,
    start: int,
    budget: int,
    seed: int,
) -> None:
    a = close_rows(rows, 2, seed)
    b = a if one_list else close_rows(columns, 2, seed + 1)
    positions = np.random.default_rng(seed).permutation(128)[:key_bits].astype(np.uint64)
    limits = np.maximum(0, limit - np.arange(257) // 50).astype(np.int32)
    of_sketches = np.stack([limits, limits + 2])
    for backend in BACKENDS:
        kernels = load_lsh_kernels(backend)
        every_a, every_b = np.arange(len(a), dtype=np.uint64), np.arange(len(b), dtype=np.uint64)
        tables = (
            kernels.sorted_table(a, positions, every_a),
            kernels.sorted_table(b, positions, every_b),
        )
        views = [
            kernels.in_table_order(table, summaries(side))
            for table, side in zip(tables, (a, b), strict=True)
        ]
        start = min(start, len(a))
        expected = naive_lsh.scan(
            tables[0].tolist(),
            tables[1].tolist(),
            *views,
            of_sketches.tolist(),
            one_list,
            start,
            budget,
        )
        row, compared, pairs = kernels.scan_buckets(
            *tables, *views, of_sketches, one_list, start, budget
        )
        assert (row, compared, as_pairs(pairs)) == expected
        assert pairs.dtype == np.uint64

        earlier = np.zeros((2, 2), dtype=np.uint64)
        earlier[0, 0], earlier[1, 1] = 0b1011 << 13, 2**63 + 7
        for masks in (earlier, earlier[:1], earlier[:0]):
            distances = kernels.verified_distances(a, b, pairs, limits, masks)
            assert distances.dtype == np.int32
            assert distances.tolist() == naive_lsh.verified_distances(
                a, b, as_pairs(pairs), limits.tolist(), masks
            )


@pytest.mark.parametrize("backend", BACKENDS)
def test_pieces_of_a_scan_make_up_the_whole(backend: str) -> None:
    kernels = load_lsh_kernels(backend)
    words = close_rows(300, 2, 9)
    table = kernels.sorted_table(
        words, np.array([1, 70, 90], dtype=np.uint64), np.arange(300, dtype=np.uint64)
    )
    view = kernels.in_table_order(table, summaries(words))
    limits = np.full((2, 257), 30, dtype=np.int32)
    for one_list in (False, True):
        scan = (table, table, view, view, limits, one_list)
        end, compared, whole = kernels.scan_buckets(*scan, 0, 10**9)
        assert (end, compared > len(whole) > 1000) == (300, True)
        row, total, pieces = 0, 0, []
        while row < 300:
            row, some, pairs = kernels.scan_buckets(*scan, row, 500)
            total += some
            pieces.append(pairs)
        assert len(pieces) > 5
        assert total == compared
        assert np.concatenate(pieces).tolist() == whole.tolist()


def test_the_numpy_kernels_give_the_same_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    words = close_rows(80, 2, 5)
    table = lsh_numpy.sorted_table(
        words, np.array([3], dtype=np.uint64), np.arange(80, dtype=np.uint64)
    )
    view = lsh_numpy.in_table_order(table, summaries(words))
    limits = np.full(257, 40, dtype=np.int32)

    def both() -> tuple[list[int], list[int]]:
        of_sketches = np.stack([limits, limits])
        pairs = lsh_numpy.scan_buckets(table, table, view, view, of_sketches, True, 0, 10**9)[2]
        distances = lsh_numpy.verified_distances(words, words, pairs, limits, words[5:6])
        return pairs.tolist(), distances.tolist()

    whole = both()
    monkeypatch.setattr(lsh_numpy, "WORKING_PAIRS", 7)
    assert both() == whole
    assert len(whole[0]) > 100


@pytest.mark.parametrize("backend", BACKENDS)
def test_wide_filters_are_verified_to_their_last_bit(backend: str) -> None:
    a = np.full((1, 128), 2**64 - 1, dtype=np.uint64)
    b = np.zeros((1, 128), dtype=np.uint64)
    limits = np.full(2 * 8192 + 1, 8192, dtype=np.int32)
    pairs, nothing = np.zeros(1, dtype=np.uint64), np.zeros((0, 128), dtype=np.uint64)
    kernels = load_lsh_kernels(backend)
    assert kernels.verified_distances(a, b, pairs, limits, nothing).tolist() == [8192]
    assert kernels.verified_distances(a, b, pairs, limits - 1, nothing).tolist() == [-1]


def test_the_same_source_runs_uncompiled() -> None:
    """`NUMBA_DISABLE_JIT=1` runs the bodies as Python, so that coverage can see them."""
    code = (
        "import numpy as np; from linkage.kernels.lsh_choice import load_lsh_kernels\n"
        "a = np.random.default_rng(1).integers(0, 2**64, (40, 4), dtype=np.uint64)\n"
        "a[20:] = a[:20]; a[2] = 0; a[20:, 1] ^= np.uint64(5)\n"
        "one, other = load_lsh_kernels('numba'), load_lsh_kernels('numpy')\n"
        "assert type(one.sorted_table).__name__ == 'function'\n"
        "limits = np.full((2, 513), 60, dtype=np.int32)\n"
        "positions, every = np.arange(60, 63, dtype=np.uint64), np.arange(40, dtype=np.uint64)\n"
        "def all_of(k, one_list, start):\n"
        "    table = k.sorted_table(a, positions, every)\n"
        "    view = k.in_table_order(table, a & np.uint64(255))\n"
        "    row, n, pairs = k.scan_buckets(\n"
        "        table, table, view, view, limits, one_list, start, 100)\n"
        "    distances = k.verified_distances(a, a, pairs, limits[0], a[:2] & np.uint64(15))\n"
        "    return k.gather_bits(a, every).tolist(), table.tolist(), view.tolist(), row, n, \\\n"
        "        pairs.tolist(), distances.tolist()\n"
        "for case in ((False, 0), (True, 0), (True, 11), (False, 40)):\n"
        "    assert all_of(one, *case) == all_of(other, *case)\n"
        "print('same')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "same", done.stderr
