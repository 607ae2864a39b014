"""The C limit and the made lists against a plain computation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.speed.contenders import limit, numpy_count
from benchmarks.speed.data import make_lists, noisy_copies, packed, random_bits

METHODS = [("words", False), ("slices", False), ("slices", True), ("nibbles", False)]
needs_compiler = pytest.mark.skipif(limit.compiler() is None, reason="no C compiler")


def lists() -> tuple[np.ndarray, np.ndarray]:
    """Odd sizes, an empty filter and very different densities: nothing fills a tile."""
    generator = np.random.default_rng(7)
    a, b, _ = noisy_copies(generator, 331, 256, 0.35, 0.5)
    sparse, dense = (packed(random_bits(generator, 20, 256, share)) for share in (0.1, 0.7))
    return np.concatenate([a, sparse, np.zeros((1, 4), np.uint64)]), np.concatenate([dense, b])[
        :299
    ]


def by_counting(a: np.ndarray, b: np.ndarray, most: int) -> set[tuple[int, int]]:
    distance = np.bitwise_count(a[:, None] ^ b[None]).sum(axis=2)
    near = (distance <= most) & a.any(axis=1)[:, None] & b.any(axis=1)
    return set(zip(*(each.tolist() for each in np.nonzero(near)), strict=True))


@needs_compiler
@pytest.mark.parametrize(("method", "full"), METHODS)
def test_limit_finds_the_pairs_of_the_plain_search(method: str, full: bool) -> None:
    a, b = lists()
    plain = numpy_count.prepare(a, b)
    if method == "nibbles" and not limit.compiled_limit().has_nibbles():
        pytest.skip("the nibble lookup needs AVX2")
    search = limit.prepare(a, b, method=method, full=full)
    for threshold in (0.5, 0.7, 0.8, 0.9, 1.0):
        found, wanted = (
            set(zip(*map(np.ndarray.tolist, s(threshold)), strict=True)) for s in (search, plain)
        )
        assert found == wanted
    assert len(plain(0.7)[0]) > 50
    found = set(zip(*map(np.ndarray.tolist, search(0.75, measure="agreement")), strict=True))
    assert found == by_counting(a, b, 64)


def test_lists_are_made_once_and_hold_their_truth(tmp_path: Path) -> None:
    made = make_lists("growth", 500, tmp_path)
    a, b, truth = (np.load(path) for path in (made.a, made.b, made.truth))
    assert a.shape == b.shape == (500, 16)
    assert truth.shape == (2, 250)
    common = np.bitwise_count(a[truth[0]] & b[truth[1]]).sum(axis=1)
    total = np.bitwise_count(a).sum(axis=1)[truth[0]] + np.bitwise_count(b).sum(axis=1)[truth[1]]
    dice = 2 * common / total
    assert 0.5 < dice.min() < 0.65
    assert 0.9 < dice.max() < 1
    written = made.a.stat().st_mtime_ns
    assert make_lists("growth", 500, tmp_path) == made
    assert made.a.stat().st_mtime_ns == written
