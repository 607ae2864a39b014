"""The search against brute force over Python integers, for every measure, mode and kernel set."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import naive_search

from linkage.compare import SearchPlan, SearchProgress, find_pairs, plan_search, stream_pairs
from linkage.errors import UsageError
from linkage.types import BitMatrix

BACKENDS = ["numba", "numpy"]
MEASURES = ["dice", "jaccard", "agreement"]


def matrices(
    records: int, others: int, words: int, seed: int, density: float = 0.35
) -> tuple[BitMatrix, BitMatrix]:
    a = naive_search.filters(records, 64 * words, density, seed)
    b = naive_search.filters(others, 64 * words, density, seed + 1, like=a)
    return tuple(BitMatrix(naive_search.packed(each), 64 * words) for each in (a, b))  # type: ignore[return-value]


def as_list(found) -> list[tuple[int, int, float]]:
    return list(
        zip(found.left.tolist(), found.right.tolist(), found.similarity.tolist(), strict=True)
    )


@settings(max_examples=40, deadline=None)
@given(
    records=st.integers(0, 25),
    others=st.sampled_from([None, 0, 1, 40, 130]),
    words=st.integers(1, 4),
    measure=st.sampled_from(MEASURES),
    threshold=st.sampled_from([0.0, 0.3, 0.7, 0.8, 0.85, 1.0]),
    mode=st.sampled_from([None, "exact", "full"]),
    seed=st.integers(0, 2**20),
)
def test_every_pair_and_no_other(
    records: int,
    others: int | None,
    words: int,
    measure: str,
    threshold: float,
    mode: str | None,
    seed: int,
) -> None:
    a, b = matrices(records, others or 0, words, seed)
    second = None if others is None else b
    expected = naive_search.pairs_from(
        a.words, None if second is None else second.words, measure, Fraction(str(threshold))
    )
    for backend, threads in (("numba", 1), ("numba", 3), ("numpy", 2)):
        found = find_pairs(
            a, second, measure=measure, threshold=threshold, mode=mode, threads=threads, use=backend
        )
        assert as_list(found) == [(i, j, float(value)) for i, j, value in expected]
        assert found.recall_of_pairs == 1.0


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("measure", MEASURES)
def test_a_pair_at_the_threshold_is_found_and_the_next_one_is_not(
    backend: str, measure: str
) -> None:
    # 5 bits each, 4 in common: Dice 4/5, Jaccard 4/6; 2 of 64 bits differ.
    pair = BitMatrix(np.array([[0b11111], [0b101111]], dtype=np.uint64), 64)
    exact = {"dice": Fraction(4, 5), "jaccard": Fraction(2, 3), "agreement": Fraction(62, 64)}
    value = exact[measure]
    for threshold, many in ((value, 1), (value + Fraction(1, 10**12), 0)):
        found = find_pairs(pair, measure=measure, threshold=threshold, use=backend)
        assert len(found) == many
    if measure == "dice":  # 0.8 the float is a little more than four fifths
        assert len(find_pairs(pair, measure="dice", threshold=0.8, use=backend)) == 1
        assert float(find_pairs(pair, measure="dice", threshold=0.8).similarity[0]) == 0.8


def test_an_empty_filter_is_similar_to_nothing_not_even_another_empty_one() -> None:
    a = BitMatrix(np.array([[0], [0], [7]], dtype=np.uint64), 64)
    for measure in MEASURES:
        for backend in BACKENDS:
            assert len(find_pairs(a, measure=measure, threshold=0.01, use=backend)) == 0
            every = find_pairs(a, measure=measure, threshold=0, use=backend)
            assert as_list(every) == [(0, 1, 0.0), (0, 2, 0.0), (1, 2, 0.0)]


def test_threads_and_streams_give_the_same_pairs_in_the_same_order() -> None:
    a, b = matrices(3000, 2900, 2, 5)
    one = find_pairs(a, b, measure="dice", threshold=0.5, threads=1)
    assert len(one) > 10_000
    for threads in (2, 5):
        other = find_pairs(a, b, measure="dice", threshold=0.5, threads=threads)
        for name in ("left", "right", "similarity", "distance"):
            assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    streams = [
        [
            (piece.left.tolist(), piece.right.tolist())
            for piece in stream_pairs(a, b, measure="dice", threshold=0.5, threads=threads)
        ]
        for threads in (1, 4)
    ]
    assert streams[0] == streams[1]
    assert len(streams[0]) > 2
    streamed = sorted(pair for left, right in streams[0] for pair in zip(left, right, strict=True))
    assert streamed == list(zip(one.left.tolist(), one.right.tolist(), strict=True))


@pytest.mark.parametrize("within", [False, True])
def test_top_k_keeps_each_records_best(within: bool) -> None:
    a, b = matrices(60, 80, 1, 3)
    second = None if within else b
    every = naive_search.pairs_from(a.words, None if within else b.words, "dice", Fraction(3, 10))
    directed = every + [(j, i, value) for i, j, value in every] if within else every
    expected = []
    for record in range(60):
        mine = sorted((pair for pair in directed if pair[0] == record), key=lambda p: (-p[2], p[1]))
        expected += mine[:2]
    expected.sort()
    for backend in BACKENDS:
        found = find_pairs(a, second, measure="dice", threshold=0.3, top_k=2, use=backend)
        assert as_list(found) == [(i, j, float(value)) for i, j, value in expected]


def planted(bits: int, differ: int, pairs: int, seed: int) -> tuple[BitMatrix, BitMatrix]:
    """Pairs that differ in so many bits exactly, half of them set in each."""
    generator = np.random.default_rng(seed)
    a = generator.random((pairs, bits)) < 0.35
    b = a.copy()
    for row in range(pairs):
        for value in (True, False):
            chosen = generator.choice(np.flatnonzero(a[row] == value), differ // 2, replace=False)
            b[row, chosen] = not value
    return (
        BitMatrix(naive_search.packed(a), bits),
        BitMatrix(naive_search.packed(b), bits),
    )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("delta", [0.2, 0.01])
def test_a_sketch_misses_no_more_than_delta_at_the_threshold(backend: str, delta: float) -> None:
    """Over many draws: pairs at the limit are found with probability 1 - delta or more."""
    a, b = planted(512, 60, 40, 1)
    ones = np.bitwise_count(a.words).sum(axis=1)
    threshold = Fraction(int(ones.max()) - 30, int(ones.max()))  # the heaviest pair is at it
    at_least = [i for i in range(40) if Fraction(int(ones[i]) - 30, int(ones[i])) >= threshold]
    found = draws = 0
    for seed in range(60):
        near = find_pairs(
            a, b, measure="dice", threshold=threshold, mode="sketch", delta=delta, seed=seed,
            use=backend,
        )  # fmt: skip
        pairs = set(zip(near.left.tolist(), near.right.tolist(), strict=True))
        found += sum((i, i) in pairs for i in at_least)
        draws += len(at_least)
        assert all(i in at_least for i, j in pairs if i == j)
    share, tolerance = found / draws, 4 * (delta * (1 - delta) / draws) ** 0.5
    assert share >= 1 - delta - tolerance
    assert near.plan.recall_of_pairs == 1 - delta


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**20), mode=st.sampled_from(["sketch", "lsh"]), within=st.booleans())
def test_modes_that_may_miss_invent_nothing_and_agree_between_kernels(
    seed: int, mode: str, within: bool
) -> None:
    a, b = matrices(90, 200, 4, seed)
    second = None if within else b
    every = as_list(find_pairs(a, second, measure="dice", threshold=0.6))
    one, other = (
        as_list(
            find_pairs(
                a,
                second,
                measure="dice",
                threshold=0.6,
                mode=mode,
                delta=0.1,
                recall=0.9,
                threads=threads,
                use=backend,
            )
        )
        for backend, threads in (("numba", 2), ("numpy", 1))
    )
    assert one == other
    assert set(one) <= set(every)


@pytest.mark.parametrize("backend", BACKENDS)
def test_too_many_pairs_stop_the_search_with_the_count_and_a_remedy(backend: str) -> None:
    a, _ = matrices(3000, 0, 1, 1)
    with pytest.raises(UsageError) as caught:
        find_pairs(a, measure="dice", threshold=0.1, maximum_pairs=1000, use=backend)
    fault = caught.value.faults[0]
    assert fault.code == "E210"
    assert "More than 1,000 pairs" in fault.message
    assert "were found before" in fault.message
    suggested = float(fault.remedy.split("about ")[1].split(" ")[0])
    assert 0.1 < suggested <= 1.0
    left = len(find_pairs(a, measure="dice", threshold=round(suggested, 3), use=backend))
    assert left < 20_000
    with pytest.raises(UsageError, match="E210"):
        list(stream_pairs(a, measure="dice", threshold=0.1, maximum_pairs=1000, use=backend))
    assert len(find_pairs(a, measure="dice", threshold=0.1, top_k=1, maximum_pairs=3000)) <= 3000


def test_thresholds_and_arguments_that_make_no_sense_are_refused() -> None:
    a, b = matrices(5, 5, 1, 1)
    for threshold in (-0.1, 1.01, float("nan"), float("inf"), "much"):
        with pytest.raises(UsageError, match="E217"):
            find_pairs(a, b, measure="dice", threshold=threshold)  # type: ignore[arg-type]
    wide = BitMatrix(np.ones((2, 2), dtype=np.uint64), 128)
    with pytest.raises(ValueError, match="64 and of 128 bits"):
        find_pairs(a, wide, measure="dice", threshold=0.8)
    for arguments, message in (
        ({"measure": "cosine"}, "unknown measure"),
        ({"mode": "quick"}, "unknown mode"),
        ({"delta": 0.0}, "delta"),
        ({"recall": 1.0}, "recall"),
        ({"threads": -1}, "thread"),
        ({"top_k": 0}, "partner"),
        ({"patience": float("nan")}, "patience"),
    ):
        with pytest.raises(ValueError, match=message):
            find_pairs(a, b, **{"measure": "dice", "threshold": 0.8, **arguments})  # type: ignore[arg-type]


def test_the_plan_says_what_why_and_what_it_costs_before_the_search_starts() -> None:
    a, b = matrices(4000, 4000, 16, 2)
    seen: list[SearchPlan | SearchProgress] = []
    found = find_pairs(
        a, b, measure="dice", threshold=0.8, threads=2, on_plan=seen.append, progress=seen.append
    )
    plan = seen[0]
    assert isinstance(plan, SearchPlan)
    filled = [int(each.words.any(axis=1).sum()) for each in (a, b)]
    assert (plan.mode, plan.comparisons) == ("exact", filled[0] * filled[1])
    assert plan.seconds > 0
    assert plan.memory > 2 * 3636 * 128
    assert 0.5 * len(found) < plan.expected_pairs < 2 * len(found)
    text = str(plan)
    for words in ("exact: every pair is compared", "on 2 threads", "MiB", "100.00% of true"):
        assert words in text
    steps = [each for each in seen[1:] if isinstance(each, SearchProgress)]
    assert [each.done for each in steps] == sorted(each.done for each in steps)
    assert steps[-1].done == steps[-1].total == plan.comparisons
    assert steps[-1].left == 0


def test_the_planner_changes_the_mode_where_exact_would_take_too_long() -> None:
    a, b = matrices(4000, 4000, 16, 2)
    arguments = {"measure": "dice", "threshold": 0.85, "threads": 1}
    impatient = plan_search(a, b, patience=0.0, **arguments)  # type: ignore[arg-type]
    assert impatient.mode in ("sketch", "lsh")
    assert set(impatient.alternatives) | {impatient.mode} == {"exact", "sketch", "lsh"}
    assert 0.9 < impatient.recall_of_matches < 1.0
    overruled = plan_search(a, b, patience=0.0, mode="exact", **arguments)  # type: ignore[arg-type]
    assert (overruled.mode, overruled.reason) == ("exact", "asked for")
    lsh = plan_search(a, b, mode="lsh", recall=0.99, **arguments)  # type: ignore[arg-type]
    assert lsh.lsh is not None
    assert lsh.recall_of_matches >= 0.99
    assert "tables" not in str(plan_search(a, b, **arguments))  # type: ignore[arg-type]


def test_what_the_plan_callback_raises_stops_the_search() -> None:
    a, b = matrices(50, 50, 1, 2)

    def refuse(_plan: SearchPlan) -> None:
        raise InterruptedError("too dear")

    with pytest.raises(InterruptedError):
        find_pairs(a, b, measure="dice", threshold=0.8, on_plan=refuse)


LONG = """
import signal, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in jobs of a script
import numpy as np
from linkage.compare import find_pairs
from linkage.types import BitMatrix
rows = np.random.default_rng(1).integers(0, 2**64, ({records}, 64), dtype=np.uint64)
matrix = BitMatrix(rows, 4096)
find_pairs(matrix.take(np.arange(100)), measure="agreement", threshold=0.8, mode="exact")
print("ready", flush=True)
try:
    find_pairs(matrix, measure="agreement", threshold=0.8, mode="exact", threads=2,
               progress=lambda step: print("step", flush=True))
except KeyboardInterrupt:
    print("stopped", threading.active_count(), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise on Windows")
def test_ctrl_c_stops_the_search_and_leaves_no_thread() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", LONG.format(records=60_000)],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert child.stdout is not None
    lines = iter(child.stdout.readline, "")
    assert next(line for line in lines if line == "step\n")
    child.send_signal(signal.SIGINT)
    start = time.perf_counter()
    rest = child.communicate(timeout=60)[0]
    assert rest.splitlines()[-1] == "stopped 1"
    assert time.perf_counter() - start < 30  # a second on a quiet machine: see benchmarks/speed
