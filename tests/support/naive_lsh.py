"""Slow twins of the kernels for locality-sensitive hashing and of its search."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

import numpy as np
from numpy.typing import NDArray
from tests.support.naive import as_integer


def key(row: NDArray[np.uint64], positions: Sequence[int]) -> int:
    whole = as_integer(row)
    return sum((whole >> position & 1) << place for place, position in enumerate(positions))


def sorted_table(
    words: NDArray[np.uint64], positions: Sequence[int], records: Sequence[int]
) -> list[int]:
    return sorted(key(words[record], positions) * 2**32 + record for record in records)


def scan(
    table_a: Sequence[int],
    table_b: Sequence[int],
    summaries_a: NDArray[np.uint64],
    summaries_b: NDArray[np.uint64],
    limits: Sequence[Sequence[int]],
    one_list: bool,
    start: int,
    budget: int,
) -> tuple[int, int, list[tuple[int, int]]]:
    found, compared, row = [], 0, start
    while row < len(table_a) and compared + row - start < budget:
        for column in range(row + 1 if one_list else 0, len(table_b)):
            if table_a[row] // 2**32 != table_b[column] // 2**32:
                continue
            compared += 1
            one, other = summaries_a[:, row].tolist(), summaries_b[:, column].tolist()
            two = (one[0] ^ other[0]).bit_count() + (one[1] ^ other[1]).bit_count()
            three, ones = two + (one[2] ^ other[2]).bit_count(), one[3] + other[3]
            if two <= limits[0][ones] and three <= limits[1][ones]:
                found.append((table_a[row] % 2**32, table_b[column] % 2**32))
        row += 1
    return row, compared, found


def verified_distances(
    a: NDArray[np.uint64],
    b: NDArray[np.uint64],
    pairs: Sequence[tuple[int, int]],
    limits: Sequence[int],
    earlier: NDArray[np.uint64],
) -> list[int]:
    distances = []
    for left, right in pairs:
        one, other = as_integer(a[left]), as_integer(b[right])
        distance = (one ^ other).bit_count()
        report = distance <= limits[one.bit_count() + other.bit_count()]
        report = report and all((one ^ other) & as_integer(mask) for mask in earlier)
        distances.append(distance if report else -1)
    return distances


def search(
    a: NDArray[np.uint64],
    b: NDArray[np.uint64] | None,
    limits: Sequence[int],
    keys: Sequence[Sequence[int]],
    sketches: Sequence[tuple[Sequence[int], Sequence[int]]],
) -> list[tuple[int, int, int]]:
    """Every pair within all limits that shares a key; all pairs are looked at."""
    found = []
    one_list, b = b is None, a if b is None else b
    for left in range(len(a)):
        for right in range(left + 1 if one_list else 0, len(b)):
            one, other = as_integer(a[left]), as_integer(b[right])
            if not one or not other:
                continue
            distance, ones = (one ^ other).bit_count(), one.bit_count() + other.bit_count()
            if distance > limits[ones] or any(
                sum((one ^ other) >> position & 1 for position in positions) > most[ones]
                for positions, most in sketches
            ):
                continue
            if any(all((one ^ other) >> position & 1 == 0 for position in k) for k in keys):
                found.append((left, right, distance))
    return found


def table_recall(distance: int, key_bits: int, tables: int, bits: int) -> float:
    one = Fraction(comb(bits - distance, key_bits), comb(bits, key_bits))
    return float(1 - (1 - one) ** tables)
