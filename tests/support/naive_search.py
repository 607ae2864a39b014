"""Slow twins of the search: one pair at a time, Python integers and fractions, no cleverness."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.support.naive import as_integer


def packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """``(records, bits)`` of truth values as words, bit 0 lowest."""
    rows = np.packbits(bits, axis=1, bitorder="little")
    return np.ascontiguousarray(rows).view("<u8").astype(np.uint64)


def filters(
    records: int, bits: int, density: float, seed: int, like: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Random filters; every third a noisy copy of one of ``like``, every eleventh empty."""
    generator = np.random.default_rng(seed)
    made = generator.random((records, bits)) < density
    pool = made if like is None else like
    if len(pool):
        for row in range(0, records, 3):
            noise = generator.random(bits) < generator.choice([0.0, 0.02, 0.1])
            made[row] = pool[generator.integers(len(pool))] ^ noise
    made[5::11] = False
    return made


def similarity(measure: str, x: int, y: int, bits: int) -> Fraction:
    """The measures from their definitions."""
    if not x or not y:
        return Fraction(0)
    common, either = (x & y).bit_count(), (x | y).bit_count()
    if measure == "dice":
        return Fraction(2 * common, x.bit_count() + y.bit_count())
    if measure == "jaccard":
        return Fraction(common, either)
    return 1 - Fraction((x ^ y).bit_count(), bits)


def pairs_from(
    a: NDArray[np.uint64],
    b: NDArray[np.uint64] | None,
    measure: str,
    threshold: Fraction,
) -> list[tuple[int, int, Fraction]]:
    """Every pair from the threshold up, by left, then right."""
    bits = 64 * a.shape[1]
    left = [as_integer(row) for row in a]
    right = left if b is None else [as_integer(row) for row in b]
    found = []
    for i, x in enumerate(left):
        for j in range(i + 1 if b is None else 0, len(right)):
            value = similarity(measure, x, right[j], bits)
            if value >= threshold:
                found.append((i, j, value))
    return found


def near_pairs(rows: Any, columns: Any, rule: Any, relation: str) -> list[tuple[int, int, int]]:
    """The definition of a near pair in :class:`linkage.kernels.SearchKernels`."""
    found = []
    for i, x in enumerate(as_integer(row) for row in rows.words):
        visited = [p for p in rule.order.tolist() if x >> p & 1][: rule.most]
        for j, y in enumerate(as_integer(row) for row in columns.words):
            n, m = x.bit_count(), y.bit_count()
            counts = {"lighter-or-equal": n <= m, "lighter": n < m, "earlier": i < j}[relation]
            limit = int(rule.limits[n + m])
            distance = (x ^ y).bit_count()
            if not counts or distance > limit:
                continue
            spare = min((limit + n - m) // 2, rule.quantiles.shape[1] - 1)
            misses = sum(not y >> p & 1 for p in visited)
            if misses <= rule.quantiles[rule.weight[n], spare]:
                found.append((i, j, distance))
    return found


def hypergeometric_quantile(whole: int, marked: int, drawn: int, delta: Fraction) -> int:
    """Least ``q`` with ``P(X > q) <= delta``: exact, from whole numbers."""
    ways = [
        comb(marked, x) * comb(whole - marked, drawn - x) if drawn - x <= whole - marked else 0
        for x in range(drawn + 1)
    ]
    total = comb(whole, drawn)
    return next(q for q in range(drawn + 1) if Fraction(sum(ways[q + 1 :]), total) <= delta)
