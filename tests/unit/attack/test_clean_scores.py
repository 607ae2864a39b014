"""What graph matching computes before it compares: less noise, and scores less everyone's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.attack.denoise import denoised
from linkage.attack.local_scaling import NEAREST, WORST, locally_scaled, together
from linkage.attack.refine import Pairs
from linkage.attack.simulate import agreement_stack
from linkage.types import BitMatrix


def scaled_plainly(scores: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """The definition, cell by cell."""

    def highest(values: list[float]) -> float:
        top = sorted(values)[-NEAREST:]
        return sum(top) / len(top) if top else 0.0

    records, people = scores.shape
    rows = [highest([scores[i, j] for j in range(people) if usable[i, j]]) for i in range(records)]
    columns = [
        highest([scores[i, j] for i in range(records) if usable[i, j]]) for j in range(people)
    ]
    found = np.full(scores.shape, WORST, dtype=np.float64)
    for i in range(records):
        for j in range(people):
            if usable[i, j]:
                found[i, j] = 2 * scores[i, j] - rows[i] - columns[j]
    return found


@given(st.integers(1, 30), st.integers(1, 30), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_scaling_is_its_definition(records: int, people: int, share: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(records, people)).astype(np.float32)
    usable = generator.random((records, people)) < share
    found = locally_scaled(scores.copy(), usable)
    assert np.allclose(found, scaled_plainly(scores, usable), atol=1e-4)
    every = np.ones_like(usable)
    assert np.array_equal(locally_scaled(scores.copy(), None), locally_scaled(scores.copy(), every))


def test_scores_count_alike_together() -> None:
    generator = np.random.default_rng(1)
    one, other = generator.normal(size=(2, 20, 20)).astype(np.float32)
    nobody = np.zeros(0, dtype=np.int64)
    pairs = Pairs(nobody, nobody, np.zeros(0, dtype=np.float32))
    small = together(lambda *_: one.copy(), lambda *_: other.copy())(pairs, None)
    large = together(lambda *_: one * 1000 + 5, lambda *_: other.copy())(pairs, None)
    assert np.allclose(small, large, atol=1e-3)
    with pytest.raises(ValueError, match="a score"):
        together()(pairs, None)


@pytest.mark.parametrize("flipped", [0.15, 0.25])
def test_flipped_bits_are_taken_out(flipped: float) -> None:
    generator = np.random.default_rng(3)
    # Groups of people alike but for the flips, as families share names.
    families = generator.random((12, 512)) < 0.4
    clear = families[generator.integers(0, 12, 300)]
    noisy = clear ^ (generator.random(clear.shape) < flipped)

    def agreement(bits: np.ndarray) -> np.ndarray:
        words = np.packbits(bits, axis=1, bitorder="little").view("<u8").astype(np.uint64)
        return agreement_stack([BitMatrix(words, 512)])[0]

    truth, seen = agreement(clear), agreement(noisy)
    cleaned = denoised(seen, 512)
    off = ~np.eye(300, dtype=np.bool_)
    before = np.corrcoef(truth[off], seen[off])[0, 1]
    after = np.corrcoef(truth[off], cleaned[off])[0, 1]
    # What of a record's noise lies in the directions that are kept cannot go.
    assert 1 - after < 0.75 * (1 - before)
    assert np.allclose(cleaned, cleaned.T, atol=1e-5)
    assert np.allclose(cleaned.mean(axis=1), seen.mean(axis=1), atol=0.02)


def test_all_alike_stay_alike() -> None:
    alike = np.full((40, 40), 0.25, dtype=np.float32)
    assert np.allclose(denoised(alike, 64), 0.25, atol=1e-6)
