"""Locality-sensitive hashing compiled by numba: keys, sorted tables, bucket scan, verification.

What the kernels compute is said in :class:`linkage.kernels.lsh_choice.LshKernels`. Serial,
without the global lock, cached on disk; under ``NUMBA_DISABLE_JIT=1`` the same source runs as
plain Python. Indices are unsigned: signed ones need a wrap-around test in every access.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.slice_block import ones as set_bits

__all__ = ["gather_bits", "in_table_order", "scan_buckets", "sorted_table", "verified_distances"]

_RECORD = np.uint64(2**32 - 1)
_KEY_SHIFT = np.uint64(32)
_DIGIT_BITS = 11  # of a radix pass: 2,048 counters of 8 bytes stay in the first-level cache
_AHEAD = np.uint64(8)  # pairs, or records
_LINE_WORDS = np.uint64(8)  # of a cache line


if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]

    def _fetch_early(words: Any, row: Any, column: Any) -> None:
        pass

else:

    @intrinsic
    def _fetch_early(typing_context: Any, words: Any, row: Any, column: Any) -> Any:  # noqa: ARG001
        """Ask for the cache line of ``words[row, column]`` without waiting for it."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            make = make_array(signature.args[0])  # type: ignore[no-untyped-call]
            array = make(context, builder, arguments[0])
            columns = builder.extract_value(array.shape, 1)
            place = builder.add(builder.mul(arguments[1], columns), arguments[2])
            pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
            prefetch = builder.module.declare_intrinsic(
                "llvm.prefetch",
                [pointer],
                ir.FunctionType(ir.VoidType(), [pointer, number, number, number]),
            )
            address = builder.bitcast(builder.gep(array.data, [place]), pointer)
            # To read, to keep in all caches, as data.
            builder.call(prefetch, [address, number(0), number(3), number(1)])
            return context.get_dummy_value()

        return types.void(words, types.uint64, types.uint64), generate


@compiled
def _key(words: NDArray[np.uint64], record: Any, positions: NDArray[np.uint64]) -> Any:
    key = np.uint64(0)
    for p in range(np.uint64(positions.size)):
        word = words[record, positions[p] >> np.uint64(6)]
        key |= ((word >> (positions[p] & np.uint64(63))) & np.uint64(1)) << np.uint64(p)
    return key


@compiled
def gather_bits(words: NDArray[np.uint64], positions: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Some bits of every row, see :class:`linkage.kernels.lsh_choice.LshKernels`."""
    gathered = np.empty(words.shape[0], dtype=np.uint64)
    for i in range(np.uint64(words.shape[0])):
        gathered[i] = _key(words, np.uint64(i), positions)
    return gathered


@compiled
def sorted_table(
    words: NDArray[np.uint64], positions: NDArray[np.uint64], records: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Key and record of some rows, sorted, see :class:`linkage.kernels.lsh_choice.LshKernels`."""
    passes = np.uint64((positions.size + _DIGIT_BITS - 1) // _DIGIT_BITS)
    values = np.uint64(1 << _DIGIT_BITS)
    place = np.empty(values, dtype=np.uint64)
    table = np.empty(records.size, dtype=np.uint64)
    moved = np.empty(records.size, dtype=np.uint64)
    for i in range(np.uint64(records.size)):
        table[i] = (_key(words, records[i], positions) << _KEY_SHIFT) | records[i]
    # Least significant digit first; every pass is stable, so records stay in order.
    for q in range(passes):
        low = _KEY_SHIFT + np.uint64(q) * np.uint64(_DIGIT_BITS)
        place[:] = np.uint64(0)
        for i in range(np.uint64(table.size)):
            place[(table[i] >> low) & (values - np.uint64(1))] += np.uint64(1)
        total = np.uint64(0)
        for value in range(values):
            total += place[value]
            place[value] = total - place[value]
        for i in range(np.uint64(table.size)):
            digit = (table[i] >> low) & (values - np.uint64(1))
            moved[place[digit]] = table[i]
            place[digit] += np.uint64(1)
        table, moved = moved, table
    return table


@compiled
def in_table_order(table: NDArray[np.uint64], summaries: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Summaries as a table lists them, see :class:`linkage.kernels.lsh_choice.LshKernels`."""
    ordered = np.empty((4, table.size), dtype=np.uint64)
    first, second, third, ones = ordered[0], ordered[1], ordered[2], ordered[3]
    for i in range(np.uint64(table.size)):
        if i + _AHEAD < np.uint64(table.size):
            _fetch_early(summaries, table[i + _AHEAD] & _RECORD, np.uint64(0))
        record = table[i] & _RECORD
        first[i] = summaries[record, np.uint64(0)]
        second[i] = summaries[record, np.uint64(1)]
        third[i] = summaries[record, np.uint64(2)]
        ones[i] = summaries[record, np.uint64(3)]
    return ordered


@compiled
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
    rows, columns = np.uint64(table_a.size), np.uint64(table_b.size)
    # Views outside the loop: with two-dimensional indices it runs at half the speed.
    first, second, third, ones = summaries_b[0], summaries_b[1], summaries_b[2], summaries_b[3]
    of_two, of_three = limits[0], limits[1]
    # Room for the worst case; memory that is not written to is not taken from the system.
    pairs = np.empty(np.uint64(budget) + columns, dtype=np.uint64)
    compared = work = found = np.uint64(0)
    low = high = np.uint64(0)
    key = np.uint64(2**32)  # no key: keys have fewer bits
    i = np.uint64(start)
    if i < rows:
        # The first column that can share a key, by bisection: a piece starts anywhere.
        wanted = table_a[i] & ~_RECORD
        top = columns
        while high < top:
            middle = (high + top) >> np.uint64(1)
            if table_b[middle] < wanted:
                high = middle + np.uint64(1)
            else:
                top = middle
    while i < rows and work < np.uint64(budget):
        if table_a[i] >> _KEY_SHIFT != key:
            key = table_a[i] >> _KEY_SHIFT
            low = high
            while low < columns and table_b[low] >> _KEY_SHIFT < key:
                low += np.uint64(1)
            high = low
            while high < columns and table_b[high] >> _KEY_SHIFT == key:
                high += np.uint64(1)
        begin = i + np.uint64(1) if one_list else low
        own_first, own_second = summaries_a[0, i], summaries_a[1, i]
        own_third, own_ones = summaries_a[2, i], summaries_a[3, i]
        for j in range(begin, high):
            distance = set_bits(own_first ^ first[j]) + set_bits(own_second ^ second[j])
            if distance <= np.uint64(of_two[own_ones + ones[j]]):
                distance += set_bits(own_third ^ third[j])
                if distance <= np.uint64(of_three[own_ones + ones[j]]):
                    pairs[found] = (table_a[i] << _KEY_SHIFT) | (table_b[j] & _RECORD)
                    found += np.uint64(1)
        compared += high - begin
        work += np.uint64(1) + high - begin
        i += np.uint64(1)
    return int(i), int(compared), pairs[:found].copy()


@compiled
def verified_distances(
    a: NDArray[np.uint64],
    b: NDArray[np.uint64],
    pairs: NDArray[np.uint64],
    limits: NDArray[np.int32],
    earlier: NDArray[np.uint64],
) -> NDArray[np.int32]:
    """Distances of pairs to report, see :class:`linkage.kernels.lsh_choice.LshKernels`."""
    words = np.uint64(a.shape[1])
    distances = np.empty(pairs.size, dtype=np.int32)
    differing = np.empty(words, dtype=np.uint64)
    for pair in range(np.uint64(pairs.size)):
        # Rows lie anywhere in memory: waiting for them one by one takes three times as long.
        if pair + _AHEAD < np.uint64(pairs.size):
            i, j = pairs[pair + _AHEAD] >> _KEY_SHIFT, pairs[pair + _AHEAD] & _RECORD
            for w in range(np.uint64(0), words, _LINE_WORDS):
                _fetch_early(a, i, np.uint64(w))
                _fetch_early(b, j, np.uint64(w))
        i, j = pairs[pair] >> _KEY_SHIFT, pairs[pair] & _RECORD
        distance, ones = np.uint64(0), np.uint64(0)
        for w in range(words):
            differing[w] = a[i, w] ^ b[j, w]
            distance += set_bits(a[i, w] ^ b[j, w])
            ones += set_bits(a[i, w]) + set_bits(b[j, w])
        distances[pair] = np.int32(distance)
        if distance > np.uint64(limits[ones]):
            distances[pair] = -1
            continue
        for table in range(np.uint64(earlier.shape[0])):
            apart = np.uint64(0)
            for w in range(words):
                apart |= differing[w] & earlier[table, w]
            if apart == 0:
                distances[pair] = -1
                break
    return distances
