"""The search kernels against their naive twin, exactly: compiled, in numpy, and uncompiled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import naive_search

import linkage
from linkage.compare.limits import distance_limits
from linkage.kernels import Rule, Side, load_search_kernels

BACKENDS = ["numba", "numpy"]
ROOT = Path(__file__).parents[3]


def sorted_side(words: np.ndarray) -> Side:
    ones = np.bitwise_count(words).sum(axis=1).astype(np.int32)
    order = np.argsort(ones, kind="stable")
    return Side(np.ascontiguousarray(words[order]), np.ascontiguousarray(ones[order]))


def case(records: int, others: int, words: int, density: float, seed: int) -> tuple[Side, Side]:
    a = naive_search.filters(records, 64 * words, density, seed)
    b = naive_search.filters(others, 64 * words, density, seed + 1, like=a)
    return sorted_side(naive_search.packed(a)), sorted_side(naive_search.packed(b))


def a_rule(side_bits: int, measure: str, threshold: float, seed: int) -> Rule:
    """Positions in any order, some of them visited, and quantiles that rule pairs out."""
    generator = np.random.default_rng(seed)
    order = generator.permutation(side_bits)
    most = int(generator.integers(0, side_bits + 1))
    limits = distance_limits(measure, threshold, side_bits)
    if generator.random() < 0.5:
        quantiles = np.arange(side_bits + 1, dtype=np.int32)[None]
    else:
        quantiles = np.sort(generator.integers(0, max(2, most), (2, side_bits + 1)), axis=1)
    weight = generator.integers(0, len(quantiles), side_bits + 1)
    return Rule(limits, order, most, quantiles.astype(np.int32), weight.astype(np.int32))


def found_by(backend: str, rows: Side, columns: Side, rule: Rule, relation: str) -> list:
    kernels = load_search_kernels(backend)
    ready = kernels.prepare_columns(columns, rule.order)
    found = kernels.near_pairs(
        rows, 0, len(rows.words), ready, 0, len(columns.words), rule, relation, 10**9
    )
    assert (found.left.dtype, found.right.dtype, found.distance.dtype) == (
        np.int64,
        np.int64,
        np.int32,
    )
    return sorted(
        zip(found.left.tolist(), found.right.tolist(), found.distance.tolist(), strict=True)
    )


@settings(max_examples=60, deadline=None)
@given(
    records=st.integers(0, 20),
    others=st.sampled_from([0, 1, 5, 63, 64, 65, 257]),
    words=st.sampled_from([1, 2, 5]),
    density=st.sampled_from([0.1, 0.35, 0.5, 0.9]),
    measure=st.sampled_from(["dice", "jaccard", "agreement"]),
    threshold=st.sampled_from([0.0, 0.5, 0.7, 0.8, 1.0]),
    relation=st.sampled_from(["lighter-or-equal", "lighter", "earlier"]),
    seed=st.integers(0, 2**20),
)
def test_near_pairs_equal_the_naive_twin(
    records: int,
    others: int,
    words: int,
    density: float,
    measure: str,
    threshold: float,
    relation: str,
    seed: int,
) -> None:
    rows, columns = case(records, others, words, density, seed)
    if relation == "earlier":
        rows = columns
    rule = a_rule(64 * words, measure, threshold, seed)
    expected = naive_search.near_pairs(rows, columns, rule, relation)
    for backend in BACKENDS:
        assert found_by(backend, rows, columns, rule, relation) == expected
    unhurried = rule._replace(early=False)
    assert found_by("numba", rows, columns, unhurried, relation) == expected


@pytest.mark.parametrize("words", [16, 70, 1030])
def test_long_filters_and_large_limits(words: int) -> None:
    """Limits beyond 255 are counted in other counters; 1,030 words are more than 65,535 bits."""
    rows, columns = case(9, 70, words, 0.5, words)
    for threshold in (0.55, 0.95):
        limits = distance_limits("agreement", threshold, 64 * words)
        quantiles = np.arange(32 * words + 1, dtype=np.int32)[None]
        order = np.random.default_rng(1).permutation(64 * words)
        rule = Rule(limits, order, 64 * words, quantiles, np.zeros(64 * words + 1, np.int32))
        expected = naive_search.near_pairs(rows, columns, rule, "lighter-or-equal")
        assert expected
        for backend in BACKENDS:
            assert found_by(backend, rows, columns, rule, "lighter-or-equal") == expected


def test_a_row_that_no_counter_holds_is_not_ruled_out_beside_one_that_is_counted() -> None:
    bits = 64 * 1030
    place = np.arange(bits)
    limits = distance_limits("agreement", 0.001, bits)
    quantiles = np.arange(bits // 2 + 1, dtype=np.int32)[None]
    rule = Rule(limits, place, bits, quantiles, np.zeros(bits + 1, np.int32))
    rows = sorted_side(naive_search.packed(np.stack([place < 32_780, place < 33_130])))
    columns = sorted_side(naive_search.packed((place >= 32_790)[None]))
    expected = naive_search.near_pairs(rows, columns, rule, "lighter-or-equal")
    assert len(expected) == 1  # with 32,790 misses
    for backend in BACKENDS:
        assert found_by(backend, rows, columns, rule, "lighter-or-equal") == expected


def test_more_pairs_than_a_buffer_holds_all_arrive_once() -> None:
    same = np.full((600, 2), 0x0F0F, dtype=np.uint64)
    rows = sorted_side(same)
    rule = Rule(
        distance_limits("dice", 0.9, 128), np.arange(128), 128,
        np.arange(129, dtype=np.int32)[None], np.zeros(129, np.int32),
    )  # fmt: skip
    found = found_by("numba", rows, rows, rule, "earlier")
    assert [pair[:2] for pair in found] == [(i, j) for i in range(600) for j in range(i + 1, 600)]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("words", [1, 3, 64, 128])
def test_distances_equal_the_naive_twin(backend: str, words: int) -> None:
    made = naive_search.packed(naive_search.filters(1100, 64 * words, 0.5, words))
    made[7] = np.uint64(2**64 - 1)
    kernels = load_search_kernels(backend)
    distances = kernels.prepare_distances(made)
    for first, last in ((0, 9), (1, 2), (1095, 1100)):
        rows = distances.rows(first, last)
        for start, end in ((0, 300), (512, 1024), (1024, 1100)):
            expected = np.bitwise_count(made[first:last, None] ^ made[None, start:end]).sum(axis=2)
            tile = rows.tile(start, end)
            assert tile.dtype == np.int32
            assert tile.tolist() == expected.tolist()


SAME = """
import numpy as np
from tests.unit.kernels.test_search_kernels import a_rule, case, found_by
from linkage.kernels import load_search_kernels
from linkage.kernels.slice_block import WORDS
total = 0
for seed in range({cases}):
    rows, columns = case(12, 150, 1 + seed % 3, (0.2, 0.5, 0.9)[seed % 3], seed)
    rule = a_rule(64 * (1 + seed % 3), "dice", (0.0, 0.6, 0.8)[seed % 3], seed)
    if seed % 4 == 0:
        rule = rule._replace(quantiles=np.full_like(rule.quantiles, 300))
    one = found_by("numba", rows, columns, rule, "lighter-or-equal")
    assert one == found_by("numpy", rows, columns, rule, "lighter-or-equal")
    total += len(one)
made = rows.words
one, other = (load_search_kernels(k).prepare_distances(made).rows(0, 5) for k in ("numba", "numpy"))
assert one.tile(0, 12).tolist() == other.tile(0, 12).tolist()
print("same", WORDS, total > 100)
"""


def run_python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_same_source_runs_uncompiled() -> None:
    assert run_python(SAME.format(cases=9), NUMBA_DISABLE_JIT="1").startswith("same")


@pytest.mark.parametrize("words", ["4", "8"])
def test_both_vector_widths_give_the_same(words: str) -> None:
    choose = f"import linkage.kernels.slices as slices\nslices.VECTOR_WORDS = {words}\n"
    assert run_python(choose + SAME.format(cases=30)) == f"same {words} True"


START = """
import sys
import numpy as np
import linkage
from linkage import find_pairs
from linkage.types import BitMatrix
assert linkage.__file__.startswith({place!r}), linkage.__file__
rows = BitMatrix(np.arange(1, 201, dtype=np.uint64).reshape(100, 2), 128)
found = find_pairs(rows, measure="dice", threshold=0.8, mode="exact", threads=1, use="numba")
from linkage.kernels.slice_short_numba import scan_short as scan
print(len(found), sum(scan.stats.cache_hits.values()), sum(scan.stats.cache_misses.values()))
"""


def installed_copy(folder: Path) -> Path:
    """The package as an installation has it, without what this run has compiled."""
    source = Path(linkage.__file__).parent
    ignore = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(source, folder / "linkage", ignore=ignore)).parent


def test_a_second_process_finds_the_compiled_code(tmp_path: Path) -> None:
    place = installed_copy(tmp_path / "site")
    environment = {"PYTHONPATH": str(place), "NUMBA_CACHE_DIR": ""}
    code = START.format(place=str(place))
    first, second = (run_python(code, **environment).split() for _ in range(2))
    assert first[1] == "0"
    assert int(second[1]) > 0
    assert (second[0], second[2]) == (first[0], "0")
    assert list((place / "linkage" / "kernels" / "__pycache__").glob("*.nbc"))
    changed = place / "linkage" / "kernels" / "slice_block.py"
    changed.write_text(changed.read_text("utf-8") + "\n# changed\n", "utf-8")
    assert run_python(code, **environment).split()[1] == "0", "code of another version ran"


@pytest.mark.parametrize("home", ["writable", "closed"])
def test_a_read_only_installation_works(tmp_path: Path, home: str) -> None:
    place = installed_copy(tmp_path / "site")
    # A file where the cache folder would be: a barrier for the superuser, too.
    (place / "linkage" / "kernels" / "__pycache__").write_text("")
    folder = tmp_path / "home"
    folder.mkdir()
    if home == "closed":
        folder.rmdir()
        folder.write_text("")
    environment = {
        "PYTHONPATH": str(place),
        "NUMBA_CACHE_DIR": "",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "LOCALAPPDATA": str(folder / "cache"),
    }
    code = START.format(place=str(place))
    first, second = (run_python(code, **environment).split() for _ in range(2))
    assert first[0] == second[0]
    assert (int(second[1]) > 0) == (home == "writable")
