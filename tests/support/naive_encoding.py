"""Slow twins of the encoding kernels: sets, Python integers, no cleverness."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.support.naive import as_integer


def entries(tokens: Any) -> list[list[tuple[int, int]]]:
    """Every record's (content, weight), sorted."""
    bounds = tokens.starts.tolist()
    every = [(entry >> 4, entry & 15) for entry in tokens.entries.tolist()]
    return [sorted(every[low:high]) for low, high in itertools.pairwise(bounds)]


def bigrams(words: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for word in words:
        if word:
            found.add(f"^{word[0]}")
        padded = f"_{word}_" if len(word) > 1 else f"_{word}" if word else ""
        found |= {padded[at : at + 2] for at in range(len(padded) - 1)}
    return found


def unite_masks(
    columns: Sequence[Sequence[Sequence[str]]],
    rows_of: Sequence[dict[str, int]],
    codes: Sequence[Sequence[int]],
    value_rows: Sequence[int],
    masks: NDArray[np.uint64],
) -> list[int]:
    """Words column by column with each column's rows of bigrams; values of every record."""
    unions = []
    for record, values in enumerate(codes):
        union = 0
        for column, rows in zip(columns, rows_of, strict=True):
            for gram in bigrams(column[record]):
                union |= as_integer(masks[rows[gram]])
        for value in values:
            union |= as_integer(masks[value_rows[value]])
        unions.append(union)
    return unions


def vote(tokens: Any, random: NDArray[np.uint64], coins: NDArray[np.uint64]) -> list[int]:
    layers, width = coins.shape
    results = []
    for record in entries(tokens):
        result = 0
        for layer in range(layers if record else 0):
            bits = [(as_integer(random[content, layer]), weight) for content, weight in record]
            coin = as_integer(coins[layer])
            for at in range(64 * width):
                total = sum(weight if word >> at & 1 else -weight for word, weight in bits)
                result ^= (total > 0 or (total == 0 and coin >> at & 1)) << at
        results.append(result)
    return results


def diffuse(source: NDArray[np.uint64], taps: NDArray[np.int64]) -> list[int]:
    results = []
    for row in source:
        whole = as_integer(row)
        bits = (sum(whole >> tap & 1 for tap in line) & 1 for line in taps.tolist())
        results.append(sum(bit << at for at, bit in enumerate(bits)))
    return results
