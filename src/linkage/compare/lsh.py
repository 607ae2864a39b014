"""Search by locality-sensitive hashing: only pairs that share a key are compared.

Every table keys each record by some bits of its filter. Within a bucket, the records of one
key, all pairs are compared by a sketch of 192 bits at most; those near enough are verified by
their whole filters, so no pair below the threshold is ever reported. A pair that shares several
keys is reported by the first of its tables.

How many pairs are found is a matter of chance that
:func:`linkage.compare.lsh_recall.table_recall` gives exactly.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from linkage.compare.lsh_recall import (
    MOST_KEY_BITS,
    MOST_SKETCH_WORDS,
    SKETCH_LOSS,
    LshParameters,
)
from linkage.compare.quantiles import sketch_limits, sketch_positions
from linkage.compare.tasks import in_order
from linkage.compare.too_many import too_many_pairs
from linkage.errors import UsageError
from linkage.kernels import Backend
from linkage.kernels.lsh_choice import LshKernels, load_lsh_kernels

__all__ = ["key_positions", "lsh_search", "sketched_positions"]

PIECE_PAIRS = 1 << 21
"""Pairs compared between two looks at whether to stop: a few milliseconds."""

SKETCH_RECORDS = 1 << 20


def key_positions(parameters: LshParameters, bits: int) -> NDArray[np.uint64]:
    """The positions of every table's key: distinct within a key, independent between them.

    Args:
        parameters: size and seed of the draw.
        bits: length of the filters.

    Returns:
        ``(tables, key_bits)`` uint64.

    >>> key_positions(LshParameters(key_bits=3, tables=2, seed=1, sketch_words=1), 64).shape
    (2, 3)
    """
    # Another stream than the sketch's: keys and sketch must be drawn independently.
    generator = np.random.Generator(np.random.PCG64([parameters.seed, 1]))
    positions = [
        generator.choice(bits, size=parameters.key_bits, replace=False)
        for _ in range(parameters.tables)
    ]
    return np.array(positions, dtype=np.uint64)


def sketched_positions(parameters: LshParameters, bits: int) -> NDArray[np.uint64]:
    """The positions that make up the sketches, in random order, so that each word is random.

    Args:
        parameters: words of a sketch and seed of the draw.
        bits: length of the filters.

    Returns:
        ``(64 * sketch_words,)`` uint64.

    >>> sorted(sketched_positions(LshParameters(3, 2, 1, 1), 64).tolist()) == list(range(64))
    True
    """
    generator = np.random.Generator(np.random.PCG64([parameters.seed, 2]))
    kept = sketch_positions(bits, 64 * parameters.sketch_words, parameters.seed)
    return generator.permutation(kept).astype(np.uint64)


def lsh_search(
    a: NDArray[np.uint64],
    b: NDArray[np.uint64] | None,
    *,
    ones_a: NDArray[np.int32],
    ones_b: NDArray[np.int32] | None,
    limits: NDArray[np.int32],
    parameters: LshParameters,
    bits: int,
    threads: int,
    maximum_pairs: int,
    progress: Callable[[int, int], None] | None = None,
    use: Backend | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Pairs of filters within the limit that share a key; empty filters take no part.

    The pairs depend on the parameters only, not on the number of threads or the kernels.
    Memory beside the filters, for each record: 40 bytes, and 48 for every thread.

    Args:
        a: ``(records, bits // 64)`` uint64, C-contiguous; fewer than 2**32 records.
        b: the same for the other side; None for the pairs within ``a``.
        ones_a: ``(records,)`` set bits of ``a``.
        ones_b: ``(records,)`` set bits of ``b``; None like ``b``.
        limits: ``(2 * bits + 1,)`` largest distance, by set bits of both filters together,
            see :func:`linkage.compare.limits.distance_limits`.
        parameters: key length and number of tables.
        bits: length of the filters.
        threads: tables searched at once, 1 or more.
        maximum_pairs: most pairs to find.
        progress: called with the tables searched so far and in all.
        use: kernels, see :func:`linkage.kernels.lsh_choice.load_lsh_kernels`.

    Returns:
        Record of ``a``, record of ``b``, and number of differing bits of every pair found,
        int64, int64 and int32, by the first, then the second. Within one list the first is
        the lower one.

    Raises:
        UsageError: E210 where more than ``maximum_pairs`` pairs are found.
        ValueError: for parameters out of range.

    >>> filters = np.array([[0b1111], [0b0111], [0b11110000]], dtype=np.uint64)
    >>> ones = np.array([4, 3, 4], dtype=np.int32)
    >>> left, right, distance = lsh_search(
    ...     filters, None, ones_a=ones, ones_b=None, limits=np.full(129, 2, dtype=np.int32),
    ...     parameters=LshParameters(key_bits=8, tables=20, seed=1, sketch_words=1), bits=64,
    ...     threads=1, maximum_pairs=100)
    >>> left.tolist(), right.tolist(), distance.tolist()
    ([0], [1], [1])
    """
    _require_consistent((a, ones_a), (b, ones_b), limits, parameters, bits)
    kernels = load_lsh_kernels(use)
    sketched = sketched_positions(parameters, bits)
    given = [(a, ones_a)] if b is None or ones_b is None else [(a, ones_a), (b, ones_b)]

    def one(words: NDArray[np.uint64], ones: NDArray[np.int32], _stop: threading.Event) -> _Side:
        return _side(words, ones, sketched, kernels)

    sides = list(in_order((partial(one, *each) for each in given), threads))
    side_a, side_b = sides[0], sides[-1]
    positions = key_positions(parameters, bits)
    search = _Search(
        kernels=kernels,
        a=side_a,
        b=side_b,
        positions=positions,
        masks=_masks(positions, bits),
        limits=limits,
        sketch_limits=_limits_of_sketches(limits, bits, parameters.sketch_words),
        tally=_Tally(maximum_pairs),
    )
    found: list[_Found] = []
    tables = (partial(search.table, number) for number in range(parameters.tables))
    with closing(in_order(tables, threads)) as results:
        for done, pieces in enumerate(results, start=1):
            found += pieces
            if progress is not None:
                progress(done, parameters.tables)
    pairs = np.concatenate([np.empty(0, dtype=np.uint64), *(part.pairs for part in found)])
    distances = np.concatenate([np.empty(0, dtype=np.int32), *(part.distances for part in found)])
    order = np.argsort(pairs)  # no pair is there twice
    left, right = np.divmod(pairs[order], np.uint64(2**32))
    return left.astype(np.int64), right.astype(np.int64), distances[order]


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    words: NDArray[np.uint64]
    records: NDArray[np.uint64]  # those with a filter that is not empty
    summaries: NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    pairs: NDArray[np.uint64]
    distances: NDArray[np.int32]


class _Tally:
    """How many pairs all threads have found."""

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self.found = 0
        self._lock = threading.Lock()

    def add(self, pairs: int) -> None:
        with self._lock:
            self.found += pairs
            if self.found > self.maximum:
                raise UsageError(
                    too_many_pairs(
                        self.found, self.maximum, "Use a higher threshold, or ask for less recall."
                    )
                )


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    kernels: LshKernels
    a: _Side
    b: _Side
    positions: NDArray[np.uint64]
    masks: NDArray[np.uint64]  # of the same positions
    limits: NDArray[np.int32]
    sketch_limits: NDArray[np.int32]  # of two words, and of three
    tally: _Tally

    def table(self, number: int, stop: threading.Event) -> list[_Found]:
        """The pairs of one table that no earlier table has; some of them after a stop."""
        one_list = self.a is self.b
        table_a, summaries_a = self._sorted(self.a, number)
        table_b, summaries_b = (table_a, summaries_a) if one_list else self._sorted(self.b, number)
        found: list[_Found] = []
        row = 0
        while row < len(table_a) and not stop.is_set():
            row, _, pairs = self.kernels.scan_buckets(
                table_a,
                table_b,
                summaries_a,
                summaries_b,
                self.sketch_limits,
                one_list,
                row,
                PIECE_PAIRS,
            )
            distances = self.kernels.verified_distances(
                self.a.words,
                self.b.words,
                pairs,
                self.limits,
                self.masks[:number],
            )
            kept = np.flatnonzero(distances >= 0)
            if len(kept):
                found.append(_Found(pairs[kept], distances[kept]))
                self.tally.add(len(kept))
        return found

    def _sorted(self, side: _Side, number: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        table = self.kernels.sorted_table(side.words, self.positions[number], side.records)
        return table, self.kernels.in_table_order(table, side.summaries)


def _side(
    words: NDArray[np.uint64],
    ones: NDArray[np.int32],
    sketched: NDArray[np.uint64],
    kernels: LshKernels,
) -> _Side:
    # A short sketch is followed by words of zeros, in which nothing differs.
    summaries = np.zeros((len(words), 4), dtype=np.uint64)
    summaries[:, 3] = ones
    for start in range(0, len(words), SKETCH_RECORDS):
        block = slice(start, start + SKETCH_RECORDS)
        for word in range(len(sketched) // 64):
            kept = sketched[64 * word : 64 * (word + 1)]
            summaries[block, word] = kernels.gather_bits(words[block], kept)
    return _Side(words, np.flatnonzero(ones).astype(np.uint64), summaries)


def _limits_of_sketches(limits: NDArray[np.int32], bits: int, words: int) -> NDArray[np.int32]:
    # Half of the loss for each of the two looks at a sketch.
    return np.stack(
        [sketch_limits(limits, bits, 64 * min(words, most), SKETCH_LOSS / 2) for most in (2, 3)]
    )


def _masks(positions: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    masks = np.zeros((len(positions), bits), dtype=np.uint8)
    np.put_along_axis(masks, positions.astype(np.int64), 1, axis=1)
    return np.packbits(masks, axis=1, bitorder="little").view("<u8")


def _require_consistent(
    a: tuple[NDArray[np.uint64], NDArray[np.int32]],
    b: tuple[NDArray[np.uint64] | None, NDArray[np.int32] | None],
    limits: NDArray[np.int32],
    parameters: LshParameters,
    bits: int,
) -> None:
    for words, ones in (a, b):
        if words is not None and 64 * words.shape[1] != bits:
            raise ValueError("every filter must have a word for each 64 bits")
        if (None if words is None else len(words)) != (None if ones is None else len(ones)):
            raise ValueError("every filter must have its number of set bits")
    if len(limits) != 2 * bits + 1:
        raise ValueError("there must be a limit for every number of set bits of two filters")
    if not (1 <= parameters.key_bits <= min(MOST_KEY_BITS, bits) and parameters.tables >= 1):
        raise ValueError(f"a key has 1 to {MOST_KEY_BITS} bits, and there is a table")
    if not 1 <= parameters.sketch_words <= min(MOST_SKETCH_WORDS, bits // 64):
        raise ValueError("a sketch has 1 to 3 words, and no more than a filter")
