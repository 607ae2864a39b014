"""The measurements of benchmarks/side_information.py and side_quality.py on made-up arrays."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.side_information import attacked, groups_of, leaked
from benchmarks.side_quality import fitted, out_of_fold

from linkage.attack import Background, Target
from linkage.types import BitMatrix


def test_entropy_and_groups_are_those_within_a_list() -> None:
    columns = np.array([[1], [1], [2], [3], [1], [1]])
    lists = np.array([0, 0, 0, 0, 1, 1])
    found = leaked(columns, lists)
    assert found["unique"] == pytest.approx(2 / 6, abs=1e-4)
    assert found["under_five"] == 1.0
    # List 0: two of four records at 1 bit, two at 2 bits; list 1 says nothing.
    assert found["entropy_bits"] == pytest.approx(1.0)
    assert leaked(np.zeros((6, 0), dtype=np.int64), lists)["entropy_bits"] == 0.0
    assert len(set(groups_of(columns).tolist())) == 3


def encodings(noise: float) -> tuple[Target, Background]:
    """Bits that are a random linear image of tokens, and the people with these tokens."""
    generator = np.random.default_rng(2)
    tokens = (generator.random((300, 40)) < 0.3).astype(np.float32)
    image = (tokens - 0.3) @ generator.standard_normal((40, 512)).astype(np.float32)
    image += noise * generator.standard_normal(image.shape).astype(np.float32)
    nothing, alike = np.zeros(300, dtype=np.int64), np.zeros((1, 300, 300), dtype=np.float32)
    bits = BitMatrix.packed(image > 0)
    return Target((bits,), alike, nothing), Background(tokens, alike, nothing)


def test_regression_finds_what_bits_say_and_nothing_else() -> None:
    target, background = encodings(0.0)
    groups = {"nothing": np.zeros(300, dtype=np.int64), "everything": np.arange(300)}
    shares = attacked(target, background, groups, known_pairs=150, repeats=1)
    assert shares["nothing"] > 0.9
    assert shares["everything"] == 1.0  # what travels beside the bits is enough by itself
    drowned, background = encodings(1000.0)
    assert attacked(drowned, background, groups, known_pairs=150, repeats=1)["nothing"] < 0.1


def test_the_trained_score_ranks_pairs_by_what_tells_them_apart() -> None:
    generator = np.random.default_rng(3)
    same = generator.random(2000) < 0.2
    telling = same + 0.3 * generator.standard_normal(2000)
    features = np.column_stack([generator.standard_normal(2000), telling])
    weights = fitted(np.hstack([np.ones((2000, 1)), features]), same)
    assert weights[2] > 5 * abs(weights[1])
    scores = out_of_fold(features, same, generator.integers(0, 100, 2000))
    assert scores[same].mean() > scores[~same].mean() + 2
