"""The benchmark of encodings: its figures from their definitions, its summary and its picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.bench.encodings.quality import best_mutual_f1
from linkage.bench.encodings.summary import not_dominated, summarised
from linkage.bench.encodings.table import as_markdown, as_text
from linkage.report.frontier import FrontierPoint, draw_frontier


def naive_f1(similarity: list[list[float]], truth: list[int]) -> float:
    """Every threshold in turn, pair by pair."""
    rows, columns = len(similarity), len(similarity[0])
    pairs = []
    for i in range(rows):
        j = max(range(columns), key=lambda c, i=i: (similarity[i][c], -c))
        if max(range(rows), key=lambda r, j=j: (similarity[r][j], -r)) == i:
            pairs.append((similarity[i][j], truth[i] == j))
    true = sum(t >= 0 for t in truth)
    best = 0.0
    for threshold, _ in pairs:
        chosen = [right for value, right in pairs if value >= threshold]
        best = max(best, 2 * sum(chosen) / (len(chosen) + true))
    return best


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_f1_is_that_of_the_best_threshold(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    values = st.sampled_from([0.0, 0.1, 0.4, 0.7, 0.9])
    line = st.lists(values, min_size=columns, max_size=columns)
    similarity = data.draw(st.lists(line, min_size=rows, max_size=rows))
    partners = st.sampled_from([-1, *range(columns)])
    truth = data.draw(st.lists(partners, min_size=rows, max_size=rows))
    if not any(t >= 0 for t in truth):
        return
    found = best_mutual_f1(np.array(similarity), np.array(truth, dtype=np.int64))
    assert found == pytest.approx(naive_f1(similarity, truth))


def result(
    encoding: str, kind: str, seed: int, records: int = 1000, **figures: float
) -> dict[str, Any]:
    task = {"encoding": encoding, "kind": kind, "seed": seed, "records": records, "carried": []}
    return {"task": task, "people": "here", "figures": {k.replace("_", " "): v
                                                        for k, v in figures.items()}}  # fmt: skip


RESULTS = [
    result("a", "quality", 1, 0, F1=0.9),
    result("a", "quality", 2, 0, F1=0.8),
    result("a", "known pairs", 1, **{"regression, 20 known": 0.1, "regression, 500 known": 0.6}),
    result("a", "graph", 1, **{"graph, overlap 1.0": 0.3, "graph, 100 known": 0.2}),
    result("b", "quality", 1, 0, F1=0.95),
    result("b", "known pairs", 1, 1000, **{"regression, 500 known": 0.2}),
    result("b", "known pairs", 1, 5000, **{"regression, 500 known": 0.3}),
]


def test_an_attacker_can_do_what_one_with_fewer_pairs_can() -> None:
    one, other = summarised(RESULTS)
    assert one.named == {0: 0.3, 20: 0.3, 100: 0.3, 500: 0.6}
    assert other.named == {500: 0.3}  # the worse of both list lengths
    assert one.figures["F1"][0] == pytest.approx(0.85)
    assert one.figures["F1"][1] > 0
    assert other.figures["regression, 500 known"] == (0.3, 0.0)  # of the longest list
    assert (one.quality, other.quality) == (pytest.approx(0.85), 0.95)
    text, page = as_text([one, other]), as_markdown([one, other])
    assert "0.950" in text
    assert "| a |" in page


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12))
def test_the_frontier_is_what_nothing_beats_in_both(points: list[tuple[float, float]]) -> None:
    best = not_dominated(points)
    chosen = {points[place] for place in best}
    for quality, named in points:
        beaten = any((q >= quality and n <= named and (q, n) != (quality, named))
                     for q, n in points)  # fmt: skip
        assert ((quality, named) in chosen) == (not beaten)
    assert [points[p][0] for p in best] == sorted(points[p][0] for p in best)


def test_what_hardly_links_is_named_and_not_drawn() -> None:
    points = [
        FrontierPoint("good", 0.9, {0: 0.0, 500: 0.1}),
        FrontierPoint("better", 0.85, {0: 0.0, 500: 0.01}),
        FrontierPoint("useless", 0.1, {0: 0.0, 500: 0.0}),
    ]
    drawn = draw_frontier(points, {0: [0], 500: [2, 1, 0]}, title="T", quality="Q", kind="svg")
    text = drawn.decode()
    assert text.startswith("<?xml")
    assert draw_frontier(points, {0: [0]}, title="T", quality="Q").startswith(b"\x89PNG")
