"""Locality-sensitive hashing in plain numpy: without numba, and as the second opinion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["gather_bits", "in_table_order", "scan_buckets", "sorted_table", "verified_distances"]

WORKING_PAIRS = 1 << 16
"""Pairs held at once: the sketches of both sides take 2 MiB and stay in cache."""

_RECORD = np.uint64(2**32 - 1)
_KEY_SHIFT = np.uint64(32)


def gather_bits(words: NDArray[np.uint64], positions: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Some bits of every row, see :class:`linkage.kernels.lsh_choice.LshKernels`."""
    gathered = np.zeros(len(words), dtype=np.uint64)
    for place, position in enumerate(positions.tolist()):
        bit = (words[:, position // 64] >> np.uint64(position % 64)) & np.uint64(1)
        gathered |= bit << np.uint64(place)
    return gathered


def sorted_table(
    words: NDArray[np.uint64], positions: NDArray[np.uint64], records: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Key and record of some rows, sorted, see :class:`linkage.kernels.lsh_choice.LshKernels`."""
    keys = gather_bits(words, positions)[records]
    return np.sort((keys << _KEY_SHIFT) | records)


def in_table_order(table: NDArray[np.uint64], summaries: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Summaries as a table lists them, see :class:`linkage.kernels.lsh_choice.LshKernels`."""
    return np.ascontiguousarray(summaries[_records(table)].T)


def scan_buckets(
    table_a: NDArray[np.uint64],
    table_b: NDArray[np.uint64],
    summaries_a: NDArray[np.uint64],
    summaries_b: NDArray[np.uint64],
    limits: NDArray[np.int32],
    one_list: bool,
    start: int,
    budget: int,
) -> tuple[int, int, NDArray[np.uint64]]:
    """One piece of a table, see :class:`linkage.kernels.lsh_choice.LshKernels`."""
    # A row costs at least 1, so the piece ends within `budget` rows.
    block = table_a[start : start + budget]
    lowest = block & ~_RECORD
    low = np.searchsorted(table_b, lowest)
    high = np.searchsorted(table_b, lowest | _RECORD, side="right")
    if one_list:
        low = np.arange(start + 1, start + 1 + len(block))
    columns = high - low
    end = min(len(block), int(np.searchsorted(np.cumsum(columns + 1), budget)) + 1)
    columns = columns[:end]
    passed = np.cumsum(columns)
    found = [np.empty(0, dtype=np.uint64)]
    row = 0
    while row < end:
        # As many whole rows as fit, and at least one.
        before = int(passed[row] - columns[row])
        last = max(row + 1, int(np.searchsorted(passed, before + WORKING_PAIRS, side="right")))
        counts = columns[row:last]
        i = np.repeat(np.arange(start + row, start + last), counts)
        within = np.arange(len(i)) - np.repeat(passed[row:last] - counts - before, counts)
        j = np.repeat(low[row:last], counts) + within
        distance = np.bitwise_count(summaries_a[0, i] ^ summaries_b[0, j]).astype(np.int32)
        distance += np.bitwise_count(summaries_a[1, i] ^ summaries_b[1, j])
        ones = summaries_a[3, i] + summaries_b[3, j]
        keep = distance <= limits[0, ones]
        distance += np.bitwise_count(summaries_a[2, i] ^ summaries_b[2, j])
        keep &= distance <= limits[1, ones]
        found.append((table_a[i[keep]] << _KEY_SHIFT) | (table_b[j[keep]] & _RECORD))
        row = last
    return start + end, int(columns.sum()), np.concatenate(found)


def verified_distances(
    a: NDArray[np.uint64],
    b: NDArray[np.uint64],
    pairs: NDArray[np.uint64],
    limits: NDArray[np.int32],
    earlier: NDArray[np.uint64],
) -> NDArray[np.int32]:
    """Distances of pairs to report, see :class:`linkage.kernels.lsh_choice.LshKernels`."""
    distances = np.empty(len(pairs), dtype=np.int32)
    step = max(1, WORKING_PAIRS // max(1, a.shape[1]))
    for start in range(0, len(pairs), step):
        block = pairs[start : start + step]
        left, right = a[_records(block >> _KEY_SHIFT)], b[_records(block)]
        ones = np.sum(np.bitwise_count(left), axis=1, dtype=np.int64)
        ones += np.sum(np.bitwise_count(right), axis=1, dtype=np.int64)
        differing = left ^ right
        counts = np.asarray(np.sum(np.bitwise_count(differing), axis=1, dtype=np.int32))
        counts[counts > limits[ones]] = -1
        for mask in earlier:
            counts[~np.any(differing & mask, axis=1)] = -1
        distances[start : start + step] = counts
    return distances


def _records(entries: NDArray[np.uint64]) -> NDArray[np.int64]:
    return (entries & _RECORD).astype(np.int64)
