"""Exact all-pairs search: every pair from a floor up, and a histogram of all pairs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Profile
from linkage.compare.measures import MEASURES, FilterComparison
from linkage.compare.missing import EmptyFilters, empty_filters
from linkage.compare.tasks import available_cores, in_order
from linkage.compare.too_many import too_many_pairs
from linkage.errors import UsageError
from linkage.kernels import Backend, Kernels, load_kernels
from linkage.types import BitMatrix, CandidatePairs

__all__ = ["BINS", "ScoredPairs", "score_histogram", "score_pairs"]

BINS = 400
"""Bins of the histograms over [-1, 1]: bin ``i`` counts ``i/200 - 1 <= score < (i+1)/200 - 1``
(the last one also 1 itself)."""

BLOCK_ROWS, BLOCK_COLUMNS = 128, 512
"""Records compared at once: small enough for both blocks and the scores to stay in cache."""

NO_PAIR_SCORES = float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPairs:
    """What one pass over all pairs of records yields.

    Attributes:
        pairs: pairs within and between lists whose score is at least the floor.
        histogram_between: ``(400,)`` int64, scores of **all** pairs of different lists.
        histogram_within: ``(400,)`` int64, scores of **all** pairs within one list.
        bin_edges: ``(401,)`` float64, from -1 to 1.
        comparisons_between: number of pairs of records of different lists.
        comparisons_within: number of pairs of records of one list.
    """

    pairs: CandidatePairs
    histogram_between: NDArray[np.int64]
    histogram_within: NDArray[np.int64]
    bin_edges: NDArray[np.float64]
    comparisons_between: int
    comparisons_within: int


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]
    score: NDArray[np.float64]
    between: NDArray[np.int64]
    within: NDArray[np.int64]


def score_pairs(
    filters: Sequence[BitMatrix],
    lists: NDArray[np.int64],
    *,
    profile: Profile,
    filter_weights: Sequence[int],
    weights: NDArray[np.uint16] | None = None,
    floor: float,
    maximum_pairs: int = 5_000_000,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    use: Backend | None = None,
) -> ScoredPairs:
    """Compare all records with one another, within and between lists.

    A pair's score is the mean of its filters' similarities, weighted by ``filter_weights``;
    with one filter it is that filter's similarity. Where there are several, one that is empty
    in either record counts as it does among strangers, see :mod:`linkage.compare.missing`.
    Every pair is compared: none is missed, and neither the number of threads nor the kernels
    change the result.

    Args:
        filters: one matrix per filter, each with the records of all lists.
        lists: ``(records,)`` int64, index of the list each record stands on.
        profile: names the measure and its parameters.
        filter_weights: positive weight of each filter's similarity.
        weights: ``(records, filters)`` uint16, set bits before hardening, where the profile
            carries them.
        floor: least score of a pair to keep (inclusive).
        maximum_pairs: most pairs to keep; each takes about 40 bytes.
        threads: rows compared at once; None takes one per available core.
        progress: called with the pairs compared so far and in all.
        use: kernels, see :func:`linkage.kernels.load_kernels`.

    Raises:
        UsageError: E210 where more than ``maximum_pairs`` pairs reach the floor.
    """
    records = len(lists)
    _require_consistent(filters, lists, filter_weights, weights)
    kernels = load_kernels(use)
    comparisons = [
        MEASURES[profile.measure](
            matrix, None if weights is None else weights[:, number], profile, use
        )
        for number, matrix in enumerate(filters)
    ]
    several = len(filters) > 1
    missing = [
        empty_filters(matrix, None if weights is None else weights[:, number], profile, use)
        if several
        else None
        for number, matrix in enumerate(filters)
    ]
    blocks: list[_Block] = []
    between = np.zeros(BINS, dtype=np.int64)
    within = np.zeros(BINS, dtype=np.int64)
    found = 0
    starts = range(0, records, BLOCK_ROWS)
    tasks = [
        _BlockTask(comparisons, missing, tuple(filter_weights), lists, floor, start, kernels)
        for start in starts
    ]
    with closing(in_order(tasks, threads or available_cores())) as results:
        for start, block in zip(starts, results, strict=True):
            between += block.between
            within += block.within
            found += len(block.left)
            if found > maximum_pairs:
                raise UsageError(
                    too_many_pairs(
                        found,
                        maximum_pairs,
                        "Use a higher floor, or an encoding profile that separates better.",
                        f"a score of {floor:.3f}",
                    )
                )
            if len(block.left):
                blocks.append(block)
            if progress is not None:
                remaining = max(0, records - start - BLOCK_ROWS)
                total = records * (records - 1) // 2
                progress(total - remaining * (remaining - 1) // 2, total)
    return ScoredPairs(
        pairs=_concatenated(blocks, len(filters)),
        histogram_between=between,
        histogram_within=within,
        bin_edges=np.linspace(-1.0, 1.0, BINS + 1),
        comparisons_between=int(between.sum()),
        comparisons_within=int(within.sum()),
    )


def score_histogram(
    filters: Sequence[BitMatrix],
    lists: NDArray[np.int64],
    *,
    profile: Profile,
    filter_weights: Sequence[int],
    weights: NDArray[np.uint16] | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    use: Backend | None = None,
) -> ScoredPairs:
    """Only the histograms of all pairs: :func:`score_pairs` that keeps no pair."""
    return score_pairs(
        filters,
        lists,
        profile=profile,
        filter_weights=filter_weights,
        weights=weights,
        floor=NO_PAIR_SCORES,
        threads=threads,
        progress=progress,
        use=use,
    )


@dataclass(frozen=True, slots=True)
class _BlockTask:
    """Compare the records from ``start`` with those and all later ones."""

    comparisons: Sequence[FilterComparison]
    missing: Sequence[EmptyFilters | None]
    filter_weights: tuple[int, ...]
    lists: NDArray[np.int64]
    floor: float
    start: int
    kernels: Kernels

    def __call__(self, _stop: threading.Event) -> _Block:
        records = len(self.lists)
        rows = slice(self.start, min(self.start + BLOCK_ROWS, records))
        between = np.zeros(BINS, dtype=np.int64)
        within = np.zeros(BINS, dtype=np.int64)
        left, right, similarity, score = [], [], [], []
        ready = [each.rows(rows.start, rows.stop) for each in self.comparisons]
        for first in range(self.start // BLOCK_COLUMNS * BLOCK_COLUMNS, records, BLOCK_COLUMNS):
            columns = slice(first, min(first + BLOCK_COLUMNS, records))
            tiles = [
                tile if lacking is None else lacking.fill(tile, rows, columns)
                for tile, lacking in zip(
                    (each.tile(columns.start, columns.stop) for each in ready),
                    self.missing,
                    strict=True,
                )
            ]
            scores = _combined(tiles, self.filter_weights)
            i, j = self.kernels.select_pairs(
                scores,
                self.lists[rows],
                self.lists[columns],
                first - self.start,
                self.floor,
                between,
                within,
            )
            if len(i):
                left.append(i + self.start)
                right.append(j + first)
                similarity.append(np.stack([tile[i, j] for tile in tiles], axis=1))
                score.append(scores[i, j])
        if not left:
            nothing = np.empty(0, dtype=np.int64)
            return _Block(nothing, nothing, np.empty((0, 0)), np.empty(0), between, within)
        lefts = np.concatenate(left)
        # Columns were visited in order, so a stable sort by row leaves `right` ascending.
        order = np.argsort(lefts, kind="stable")
        return _Block(
            lefts[order],
            np.concatenate(right)[order],
            np.concatenate(similarity)[order],
            np.concatenate(score)[order],
            between,
            within,
        )


def _combined(
    tiles: list[NDArray[np.float64]], filter_weights: tuple[int, ...]
) -> NDArray[np.float64]:
    if len(tiles) == 1:
        return tiles[0]  # w * s / w is not always s in floating point
    total = tiles[0] * float(filter_weights[0])
    for tile, weight in zip(tiles[1:], filter_weights[1:], strict=True):
        total += tile * float(weight)
    return np.asarray(total / float(sum(filter_weights)))


def _concatenated(blocks: list[_Block], filters: int) -> CandidatePairs:
    if not blocks:
        nothing = np.empty(0, dtype=np.int64)
        return CandidatePairs(nothing, nothing, np.empty((0, filters)), np.empty(0))
    return CandidatePairs(
        np.concatenate([block.left for block in blocks]),
        np.concatenate([block.right for block in blocks]),
        np.concatenate([block.similarity for block in blocks]),
        np.concatenate([block.score for block in blocks]),
    )


def _require_consistent(
    filters: Sequence[BitMatrix],
    lists: NDArray[np.int64],
    filter_weights: Sequence[int],
    weights: NDArray[np.uint16] | None,
) -> None:
    records = len(lists)
    if not filters or len(filters) != len(filter_weights):
        raise ValueError("every filter needs a weight, and there must be a filter")
    if any(weight <= 0 for weight in filter_weights):
        raise ValueError("filter weights must be positive")
    if any(len(matrix) != records for matrix in filters):
        raise ValueError("every filter must have one row per record")
    if weights is not None and weights.shape != (records, len(filters)):
        raise ValueError("weights must have a row per record and a column per filter")
