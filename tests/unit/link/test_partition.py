"""Partitions against their definition: every weight, the heaviest, and the share of each draw."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import naive_partition as naive

from linkage.kernels.partition import PairGraph
from linkage.link.partition import draw_partition, improve, pair_graph, weight

PRIOR = np.array([[-6.0, -2.0, -3.0], [-2.0, -7.0, -1.0], [-3.0, -1.0, -5.0]])
ABSENT = -1.5


def graph_of(
    evidence: dict[tuple[int, int], float], lists: list[int], dependence: float
) -> PairGraph:
    left = np.array([a for a, _ in evidence], dtype=np.int64)
    right = np.array([b for _, b in evidence], dtype=np.int64)
    return pair_graph(
        left,
        right,
        np.array(list(evidence.values()), dtype=np.float64),
        np.array(lists, dtype=np.int64),
        PRIOR,
        absent=ABSENT,
        dependence=dependence,
    )


@st.composite
def small_graphs(draw: st.DrawFn) -> tuple[dict[tuple[int, int], float], list[int], float]:
    lists = draw(st.lists(st.integers(0, 2), min_size=2, max_size=6))
    every = [(a, b) for a in range(len(lists)) for b in range(a + 1, len(lists))]
    chosen = draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    evidence = {pair: draw(st.integers(-40, 120)) / 8 for pair in chosen}
    return evidence, lists, draw(st.sampled_from([0.0, 0.5, 0.7, 1.0]))


@given(small_graphs(), st.data())
def test_weight_equals_its_definition(case: tuple, data: st.DataObject) -> None:  # type: ignore[type-arg]
    evidence, lists, dependence = case
    cluster = data.draw(
        st.lists(st.integers(0, len(lists) - 1), min_size=len(lists), max_size=len(lists))
    )
    expected = naive.weight(cluster, evidence, lists, PRIOR.tolist(), ABSENT, dependence)
    assert weight(graph_of(*case), np.array(cluster)) == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(small_graphs())
def test_no_single_move_makes_an_improved_partition_heavier(case: tuple) -> None:  # type: ignore[type-arg]
    evidence, lists, dependence = case
    found = improve(graph_of(*case), np.arange(len(lists)), use="numpy").tolist()

    def heavy(cluster: list[int]) -> float:
        return naive.weight(cluster, evidence, lists, PRIOR.tolist(), ABSENT, dependence)

    own = heavy(found)
    near = {record for pair in evidence for record in pair}
    for record in near:
        for target in range(len(lists) + 1):
            moved = [*found]
            moved[record] = target
            together = [other for other in range(len(lists)) if found[other] == target]
            known = any((min(record, o), max(record, o)) in evidence for o in together)
            if known or not together:
                assert heavy(moved) <= own + 1e-9


def test_draws_have_the_posterior_share() -> None:
    evidence = {(0, 1): 3.0, (0, 2): 2.5, (1, 2): 4.0, (2, 3): 3.5}
    lists = [0, 1, 2, 1]
    graph = graph_of(evidence, lists, 0.7)
    expected = naive.chances(
        {
            each: naive.weight(each, evidence, lists, PRIOR.tolist(), ABSENT, 0.7)
            for each in naive.partitions(4)
        }
    )
    generator = np.random.default_rng(7)
    at = np.arange(4)
    seen: Counter[tuple[int, ...]] = Counter()
    draws = 6000
    for _ in range(draws):
        at = draw_partition(graph, at, generator, sweeps=1, use="numpy")
        seen[tuple(at.tolist())] += 1
    for partition, share in expected.items():
        # Successive draws hang together: allow thrice the error of independent ones.
        allowed = 3 * 3 * np.sqrt(share * (1 - share) / draws) + 0.002
        assert abs(seen[partition] / draws - share) < allowed


@pytest.mark.parametrize("greedy", [True, False])
def test_compiled_moves_equal_plain_ones(greedy: bool) -> None:
    generator = np.random.default_rng(11)
    records = 80
    left, right = np.triu_indices(records, 1)
    keep = generator.random(len(left)) < 0.06
    graph = pair_graph(
        left[keep].astype(np.int64),
        right[keep].astype(np.int64),
        generator.normal(4.0, 4.0, int(keep.sum())),
        generator.integers(0, 3, records),
        PRIOR,
        absent=ABSENT,
    )
    begin = np.arange(records)
    if greedy:
        results = [improve(graph, begin, use=use) for use in ("numba", "numpy")]
    else:
        results = [
            draw_partition(graph, begin, np.random.default_rng(1), sweeps=5, use=use)
            for use in ("numba", "numpy")
        ]
    assert np.array_equal(*results)
    assert len(set(results[0].tolist())) < records


def test_improving_never_makes_lighter() -> None:
    generator = np.random.default_rng(5)
    records = 60
    left, right = np.triu_indices(records, 1)
    graph = pair_graph(
        left.astype(np.int64),
        right.astype(np.int64),
        generator.normal(-2.0, 5.0, len(left)),
        generator.integers(0, 3, records),
        PRIOR,
        absent=ABSENT,
    )
    for _ in range(5):
        begin = generator.integers(0, 20, records)
        assert weight(graph, improve(graph, begin)) >= weight(graph, begin) - 1e-9
