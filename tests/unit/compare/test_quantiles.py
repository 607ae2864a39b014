"""Quantiles of the hypergeometric distribution against whole-number arithmetic."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.naive_search import hypergeometric_quantile

from linkage.compare.quantiles import chance_to_pass, miss_quantiles, sketch_limits
from linkage.compare.rules import weight_groups


@settings(max_examples=60, deadline=None)
@given(
    weights=st.lists(st.integers(1, 400), min_size=1, max_size=4),
    most=st.integers(0, 120),
    kept=st.integers(1, 160),
    delta=st.sampled_from([0.3, 0.05, 0.001, 1e-6]),
)
def test_quantiles_are_the_exact_ones(
    weights: list[int], most: int, kept: int, delta: float
) -> None:
    table = miss_quantiles(np.array(weights), most, kept, delta)
    for row, weight in zip(table.tolist(), weights, strict=True):
        for misses in {0, most // 3, most // 2, most}:
            inside = min(misses, weight)
            exact = hypergeometric_quantile(weight, inside, min(kept, weight), Fraction(str(delta)))
            assert row[misses] == exact


def test_limits_of_a_sketch_are_quantiles_of_the_whole_filter() -> None:
    limits = np.array([0, 1, 40, 143, 300, 512], dtype=np.int32)
    found = sketch_limits(limits, 512, 128, 0.0001)
    exact = [hypergeometric_quantile(512, int(n), 128, Fraction("0.0001")) for n in limits]
    assert found.tolist() == exact


@settings(max_examples=40, deadline=None)
@given(
    weight=st.integers(1, 200),
    misses=st.integers(0, 200),
    kept=st.integers(1, 80),
    allowed=st.integers(0, 40),
)
def test_the_chance_to_pass_is_the_distribution_function(
    weight: int, misses: int, kept: int, allowed: int
) -> None:
    misses, drawn = min(misses, weight), min(kept, weight)
    ways = sum(
        comb(misses, x) * comb(weight - misses, drawn - x) for x in range(min(allowed, drawn) + 1)
    )
    exact = ways / comb(weight, drawn)
    found = chance_to_pass(
        np.array([weight]), np.array([misses]), kept, np.array([allowed], dtype=np.int32)
    )
    assert abs(float(found[0]) - exact) < 1e-9


@given(
    weights=st.sets(st.integers(1, 500), min_size=1, max_size=80), kept=st.sampled_from([16, 64])
)
def test_weights_that_share_quantiles_are_alike_and_allow_no_less(
    weights: set[int], kept: int
) -> None:
    ordered = np.array(sorted(weights))
    lightest, group = weight_groups(ordered, kept)
    own = miss_quantiles(ordered, 40, kept, 0.001)
    shared = miss_quantiles(lightest, 40, kept, 0.001)[group]
    assert (shared >= own).all()
    assert (lightest[group] <= ordered).all()
    assert (ordered <= 1.03 * lightest[group]).all()
