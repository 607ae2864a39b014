"""Find every pair of filters that are similar enough: the public search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

from linkage.compare.limits import PairMeasure, Threshold
from linkage.compare.plan import SearchMode, SearchPlan, Wishes, make_plan
from linkage.compare.question import ask
from linkage.compare.searching import FoundPairs, Search
from linkage.compare.tasks import SearchProgress, available_cores
from linkage.compare.top import Best
from linkage.kernels import Backend
from linkage.types import BitMatrix

__all__ = ["MAXIMUM_PAIRS", "find_pairs", "plan_search", "stream_pairs"]

MAXIMUM_PAIRS = 20_000_000
"""Most pairs that :func:`find_pairs` returns unless told otherwise: 1.2 GB while it collects."""


def plan_search(
    a: BitMatrix,
    b: BitMatrix | None = None,
    *,
    measure: PairMeasure,
    threshold: Threshold,
    mode: SearchMode | None = None,
    delta: float = 0.001,
    recall: float = 0.999,
    patience: float = 600.0,
    threads: int | None = None,
    seed: int = 1,
    use: Backend | None = None,
) -> SearchPlan:
    """How :func:`find_pairs` would search, why, and what it would cost in time and memory.

    Takes a fraction of a second, plus compiling at the very first use.

    Args:
        a: filters of one side.
        b: filters of the other; None for the pairs within ``a``.
        measure: dice, jaccard or agreement.
        threshold: least similarity, 0 to 1.
        mode: overrules the choice, see :func:`find_pairs`.
        delta: for a sketch, the probability that a pair at the threshold is missed.
        recall: for LSH, the share of true matches to be found.
        patience: seconds up to which an exact search is preferred.
        threads: tasks that run at once; None takes one per available core.
        seed: of the positions that a sketch or LSH draws.
        use: kernels, see :func:`linkage.kernels.load_search_kernels`.

    Raises:
        UsageError: E217 for a threshold outside 0 to 1.
        ValueError: for filters of different lengths, or other arguments out of range.

    >>> import numpy as np
    >>> rows = np.arange(1, 129, dtype=np.uint64).reshape(64, 2)
    >>> plan_search(BitMatrix(rows, 128), measure="dice", threshold=0.9, use="numpy").mode
    'exact'
    """
    wishes = Wishes(mode, delta, recall, patience, threads or available_cores(), seed)
    return make_plan(ask(a, b, measure, threshold, use, wishes.threads), wishes)


def find_pairs(
    a: BitMatrix,
    b: BitMatrix | None = None,
    *,
    measure: PairMeasure,
    threshold: Threshold,
    mode: SearchMode | None = None,
    top_k: int | None = None,
    delta: float = 0.001,
    recall: float = 0.999,
    patience: float = 600.0,
    maximum_pairs: int = MAXIMUM_PAIRS,
    threads: int | None = None,
    seed: int = 1,
    progress: Callable[[SearchProgress], None] | None = None,
    on_plan: Callable[[SearchPlan], None] | None = None,
    use: Backend | None = None,
) -> FoundPairs:
    """Every pair of filters whose similarity reaches a threshold.

    A filter without a set bit has similarity 0 with every other, another empty one too. The
    pairs and their order depend on the arguments alone: not on the number of threads, nor on
    the kernels, but for the choice between modes, which looks at the time.

    Modes: *exact* compares all pairs and misses none, leaving a pair as soon as it cannot reach
    the threshold; *full* is exact without leaving early; *sketch* misses a pair at the threshold
    with probability ``delta``, a nearer one less often; *lsh* compares pairs that share a key.
    The plan says which was taken and why, and what it finds.

    Args:
        a: filters of one side.
        b: filters of the other; None for the pairs within ``a``.
        measure: dice, jaccard or agreement (the share of equal bits).
        threshold: least similarity, 0 to 1, inclusive; a float is the decimal that it prints as.
        mode: exact, full, sketch or lsh; None leaves the choice to the plan.
        top_k: keep only each record's most similar partners, the lower record first where they
            are equally similar. Within one side every record has its own, so that a pair may be
            there in both directions.
        delta: for a sketch, the probability that a pair at the threshold is missed.
        recall: for LSH, the share of true matches to be found.
        patience: seconds up to which an exact search is preferred.
        maximum_pairs: most pairs to return, about 60 bytes each while they are collected.
        threads: tasks that run at once; None takes one per available core.
        seed: of the positions that a sketch or LSH draws.
        progress: told how far the search is, and how long it will still take.
        on_plan: told the plan before the search starts; what it raises stops the search.
        use: kernels, see :func:`linkage.kernels.load_search_kernels`.

    Raises:
        UsageError: E210 where more than ``maximum_pairs`` pairs reach the threshold, E217 for a
            threshold outside 0 to 1.
        ValueError: for filters of different lengths, or other arguments out of range.

    >>> import numpy as np
    >>> filters = BitMatrix(np.array([[0b1111], [0b0111], [0b11110000]], dtype=np.uint64), 64)
    >>> found = find_pairs(filters, measure="dice", threshold=0.8, use="numpy")
    >>> found.left.tolist(), found.right.tolist(), found.similarity.round(3).tolist()
    ([0], [1], [0.857])
    """
    wishes = Wishes(mode, delta, recall, patience, threads or available_cores(), seed)
    question = ask(a, b, measure, threshold, use, wishes.threads)
    search = Search(question, wishes, maximum_pairs, progress)
    if on_plan is not None:
        on_plan(search.plan)
    if top_k is not None:
        return search.best(Best(top_k), both_ways=b is None)
    with closing(search.pieces()) as pieces:
        return search.joined(list(pieces))


def stream_pairs(
    a: BitMatrix,
    b: BitMatrix | None = None,
    *,
    measure: PairMeasure,
    threshold: Threshold,
    mode: SearchMode | None = None,
    delta: float = 0.001,
    recall: float = 0.999,
    patience: float = 600.0,
    maximum_pairs: int | None = None,
    threads: int | None = None,
    seed: int = 1,
    progress: Callable[[SearchProgress], None] | None = None,
    on_plan: Callable[[SearchPlan], None] | None = None,
    use: Backend | None = None,
) -> Iterator[FoundPairs]:
    """The pairs of :func:`find_pairs` piece by piece, in memory that does not grow with them.

    Each piece is sorted by ``left``, then ``right``; the pieces come in an order that depends on
    the arguments alone. LSH, whose tables find pairs more than once, gives a single piece.

    Args:
        a: as for :func:`find_pairs`, like all the others.
        b: the other side.
        measure: the similarity.
        threshold: least similarity.
        mode: overrules the plan.
        delta: for a sketch.
        recall: for LSH.
        patience: seconds.
        maximum_pairs: most pairs in all; None for any number (with LSH 20 million).
        threads: tasks that run at once.
        seed: of the draw of positions.
        progress: told how far the search is.
        on_plan: told the plan.
        use: kernels.

    Yields:
        Pairs, at least none and at most some millions at a time.

    Raises:
        UsageError: E210 and E217 as for :func:`find_pairs`.
        ValueError: as for :func:`find_pairs`.

    >>> import numpy as np
    >>> filters = BitMatrix(np.array([[0b1111], [0b0111]], dtype=np.uint64), 64)
    >>> pieces = stream_pairs(filters, measure="dice", threshold=0.8, use="numpy")
    >>> sum(len(piece) for piece in pieces)
    1
    """
    wishes = Wishes(mode, delta, recall, patience, threads or available_cores(), seed)
    question = ask(a, b, measure, threshold, use, wishes.threads)
    search = Search(question, wishes, maximum_pairs, progress)
    if on_plan is not None:
        on_plan(search.plan)
    yield from search.pieces()
