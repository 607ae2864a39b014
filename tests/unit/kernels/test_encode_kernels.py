"""Both sets of encoding kernels against their naive twins, bit for bit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support import naive_encoding as naive
from tests.support.naive import as_integer

from linkage.kernels import encode_numpy
from linkage.kernels.encode_choice import (
    COMPILED_FROM,
    GRAMS,
    TokenEntries,
    load_encode_kernels,
)

BACKENDS = ["numba", "numpy"]


def words(shape: tuple[int, ...], seed: int) -> NDArray[np.uint64]:
    return np.random.default_rng(seed).integers(0, 2**64, shape, dtype=np.uint64)


def joined(columns: Sequence[Sequence[Sequence[str]]]) -> tuple[NDArray[np.uint8], Any]:
    """Columns of words as the kernels take them: text, and where each column ends."""
    texts = ["".join("\x1f".join(value) + "\x1e" for value in column) for column in columns]
    text = np.frombuffer("".join(texts).encode(), dtype=np.uint8)
    return text, np.cumsum([len(each) for each in texts])


def tokens(records: list[list[tuple[int, int]]]) -> TokenEntries:
    """Records of (content, weight) as the kernels take them."""
    flat = [content << 4 | weight for record in records for content, weight in record]
    starts = np.cumsum([0, *map(len, records)], dtype=np.int64)
    return TokenEntries(starts, np.array(flat, dtype=np.int32), np.empty(0, dtype=np.int64))


def random_tokens(records: int, contents: int, most: int, seed: int) -> TokenEntries:
    """Some records without any, weights from 1 to 9."""
    rng = np.random.default_rng(seed)
    made = []
    for record in range(records):
        count = 0 if record % 5 == 2 else int(rng.integers(1, most + 1))
        chosen = rng.permutation(contents)[:count].tolist()
        made.append([(content, int(rng.integers(1, 10))) for content in chosen])
    return tokens(made)


names = st.lists(st.text("ab_j5", max_size=4), max_size=3)


@pytest.mark.parametrize("backend", BACKENDS)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(names, names, st.integers(0, 2), st.integers(0, 2)), max_size=6))
def test_tokens_of_words_and_codes(
    backend: str, records: list[tuple[list[str], list[str], int, int]]
) -> None:
    """Two columns of words under one table and two weights, two of codes that share contents."""
    known = {"ab": 0, "=x": 1, "_j": 2, "=y": 3}  # met before
    values = [[(1, 3)], [], [(0, 5), (2, 1), (3, 2)]]  # the last value has bigrams
    grams = np.full((1, GRAMS), -1, dtype=np.int32)
    for pair in ("ab", "_j"):
        grams[0, ord(pair[0]) * 128 + ord(pair[1])] = known[pair]
    text, ends = joined([[record[place] for record in records] for place in (0, 1)])
    flat = [content << 4 | weight for value in values for content, weight in value]
    found = load_encode_kernels(backend).tokenise(
        text,
        ends,
        np.zeros(2, dtype=np.int64),
        np.array([2, 4], dtype=np.int32),
        grams,
        len(known),
        np.array([record[2:] for record in records], dtype=np.int32).reshape(-1, 2).T.copy(),
        np.cumsum([0, *map(len, values)]),
        np.array(flat, dtype=np.int32),
    )
    for place, gram in enumerate(found.found.tolist(), start=len(known)):
        text = chr(gram // 128) + chr(gram % 128)
        assert text not in known
        assert grams[0, gram] == place
        known[text] = place
    expected = []
    for one, two, *codes in records:
        weights: dict[int, int] = {}
        pairs = [(known[gram], 2) for gram in naive.bigrams(one)]
        pairs += [(known[gram], 4) for gram in naive.bigrams(two)]
        for content, weight in [*pairs, *(pair for code in codes for pair in values[code])]:
            weights[content] = max(weight, weights.get(content, 0))
        expected.append(sorted(weights.items()))
    assert naive.entries(found) == expected
    assert set(grams[grams >= 0].tolist()) == set(range(len(known))) - {1, 3}


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_column_of_words_may_be_left_out(backend: str) -> None:
    found = load_encode_kernels(backend).tokenise(
        np.frombuffer(b"a\x1eb\x1e", dtype=np.uint8),
        np.array([0, 4]),
        np.array([0, 1]),
        np.array([1, 1], dtype=np.int32),
        np.full((2, GRAMS), -1, dtype=np.int32),
        0,
        np.empty((0, 2), dtype=np.int32),
        np.zeros(1, dtype=np.int64),
        np.empty(0, dtype=np.int32),
    )
    pairs = [divmod(gram - GRAMS, 128) for gram in found.found.tolist()]
    met = ["".join(map(chr, pair)) for pair in pairs]
    tokens = [{(met[content], weight) for content, weight in each} for each in naive.entries(found)]
    assert tokens == [{("^a", 1), ("_a", 1)}, {("^b", 1), ("_b", 1)}]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("width", [1, 3, 8, 16, 17])
@pytest.mark.parametrize("records", [0, 1, 70])
def test_unions_of_masks(backend: str, width: int, records: int) -> None:
    """Three columns, two of them of one table; new bigrams are told, and the rest waits."""
    rng = np.random.default_rng(width)
    pool = ["", "a", "ab", "bab", "b5a", "j"]
    columns = [
        [rng.choice(pool, int(rng.integers(0, 4))).tolist() for _ in range(records)]
        for _ in range(3)
    ]
    text, ends = joined(columns)
    tables, value_rows = [0, 1, 0], [2, 0, 1]
    codes = rng.integers(0, 3, (2, records)).astype(np.int32)
    grams = np.full((2, GRAMS), -1, dtype=np.int32)
    grams[1, ord("a") * 128 + ord("b")] = 1  # met before, and also a value's row
    masks = words((40, width), 1) & words((40, width), 2)
    found = np.full((records, width), 7, dtype=np.uint64)

    def unite(known: int) -> list[int]:
        return (
            load_encode_kernels(backend)
            .unite_masks(
                text,
                ends,
                np.array(tables),
                grams,
                codes,
                np.array(value_rows, dtype=np.int32),
                masks[:known],
                found,
            )
            .tolist()
        )

    new = unite(3)
    expected = {
        table * GRAMS + ord(gram[0]) * 128 + ord(gram[1])
        for table, column in zip(tables, columns, strict=True)
        for record in column
        for gram in naive.bigrams(record)
    } - {GRAMS + ord("a") * 128 + ord("b")}
    assert set(new) == expected
    assert len(new) == len(expected)
    assert [grams[gram // GRAMS, gram % GRAMS] for gram in new] == list(range(3, 3 + len(new)))
    assert unite(3 + len(new)) == []
    numbers: list[dict[str, int]] = [{}, {"ab": 1}]
    for row, gram in enumerate(new, start=3):
        numbers[gram // GRAMS][chr(gram % GRAMS // 128) + chr(gram % 128)] = row
    assert [as_integer(row) for row in found] == naive.unite_masks(
        columns, [numbers[table] for table in tables], codes.T.tolist(), value_rows, masks
    )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("width", "layers"), [(1, 1), (3, 2), (16, 1), (18, 3)])
@pytest.mark.parametrize("records", [0, 1, 23])
def test_votes(backend: str, width: int, layers: int, records: int) -> None:
    made = random_tokens(records, 60, 40, seed=width)
    random, coins = words((60, layers, width), 3), words((layers, width), 4)
    found = np.full((records, width), 7, dtype=np.uint64)
    load_encode_kernels(backend).vote(made, random, coins, found)
    assert [as_integer(row) for row in found] == naive.vote(made, random, coins)


@pytest.mark.parametrize("backend", BACKENDS)
def test_votes_of_few_and_of_very_many(backend: str) -> None:
    """One token, ties of two, three against one of weight 3, and a total beyond a byte."""
    made = tokens(
        [[(0, 1)], [(0, 2), (1, 2)], [(0, 3), (1, 1), (2, 1), (3, 1)], [(c, 9) for c in range(90)]]
    )
    random, coins = words((90, 2, 2), 5), words((2, 2), 6)
    found = np.empty((4, 2), dtype=np.uint64)
    load_encode_kernels(backend).vote(made, random, coins, found)
    assert [as_integer(row) for row in found] == naive.vote(made, random, coins)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("source", "width", "count"), [(1, 1, 1), (2, 3, 5), (16, 9, 12)])
@pytest.mark.parametrize("records", [0, 1, 64, 65, 513])
def test_diffusion(backend: str, source: int, width: int, count: int, records: int) -> None:
    filters = words((records, source), 7) & words((records, source), 8)
    taps = np.random.default_rng(9).integers(0, 64 * source, (64 * width, count))
    found = np.empty((records, width), dtype=np.uint64)
    load_encode_kernels(backend).diffuse(filters, taps, found)
    shown = [*range(0, records, 64), records - 1] if records else []
    assert [as_integer(found[row]) for row in shown] == naive.diffuse(filters[shown], taps)
    other = np.empty_like(found)
    encode_numpy.diffuse(filters, taps, other)
    assert np.array_equal(found, other)


def test_the_numpy_kernels_give_the_same_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    made, random, coins = random_tokens(30, 20, 9, 1), words((20, 2, 2), 2), words((2, 2), 3)
    whole, pieces = np.empty((30, 2), dtype=np.uint64), np.empty((30, 2), dtype=np.uint64)
    encode_numpy.vote(made, random, coins, whole)
    monkeypatch.setattr(encode_numpy, "WORKING_WORDS", 1)
    encode_numpy.vote(made, random, coins, pieces)
    assert np.array_equal(whole, pieces)


def test_short_lists_do_not_wait_for_the_compiler() -> None:
    def chosen(work: int | None, use: Any = None) -> str:
        return load_encode_kernels(use, work).__name__  # type: ignore[attr-defined]

    assert chosen(COMPILED_FROM - 1).endswith("encode_numpy")
    assert chosen(COMPILED_FROM).endswith("encode_numba")
    assert chosen(None).endswith("encode_numba")
    assert chosen(1, "numba").endswith("encode_numba")


def test_without_numba_numpy_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkage.kernels.encode_choice.numba_is_installed", lambda: False)
    assert load_encode_kernels().__name__.endswith("encode_numpy")  # type: ignore[attr-defined]


UNCOMPILED = """
import numpy as np, sys
sys.path.insert(0, ".")
from tests.support import naive_encoding as naive
from tests.support.naive import as_integer
from tests.unit.kernels import test_encode_kernels as tests
from linkage.kernels import encode_vote_numba
assert type(encode_vote_numba._vote).__name__ == "function"
tests.test_unions_of_masks("numba", 9, 12)
tests.test_votes("numba", 18, 2, 6)
tests.test_votes_of_few_and_of_very_many("numba")
tests.test_diffusion("numba", 2, 3, 5, 65)
tests.test_a_column_of_words_may_be_left_out("numba")
tests.test_tokens_of_words_and_codes("numba")
print("same")
"""


def test_the_same_source_runs_uncompiled() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNCOMPILED],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "same"
