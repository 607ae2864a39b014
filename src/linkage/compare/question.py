"""A search's question, checked and made ready: sorted sides, whole-number limits, kernels."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.compare.limits import PairMeasure, Threshold, distance_limits, exact_threshold
from linkage.compare.sides import SortedSide, sorted_side
from linkage.compare.tasks import in_order
from linkage.kernels import Found, Relation, Rule, SearchKernels, Side, load_search_kernels
from linkage.kernels.choice import Backend
from linkage.types import BitMatrix

__all__ = ["Pass", "Question", "ask"]


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """Rows of one side against columns of the other.

    Attributes:
        rows: the side whose set bits are visited.
        columns: the other side.
        relation: which pairs count.
        swapped: whether the rows are the second side's.
        within: whether both sides are the same records.
    """

    rows: SortedSide
    columns: SortedSide
    relation: Relation
    swapped: bool
    within: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Which pairs are wanted.

    Attributes:
        measure: the similarity.
        threshold: least similarity.
        bits: length of the filters.
        limits: see :func:`linkage.compare.limits.distance_limits`.
        a: one side.
        b: the other; None for the pairs within ``a``.
        kernels: what computes.
        use: which kernels were asked for.
    """

    measure: PairMeasure
    threshold: Threshold
    bits: int
    limits: NDArray[np.int32]
    a: SortedSide
    b: SortedSide | None
    kernels: SearchKernels
    use: Backend | None
    _prepared: list[tuple[NDArray[np.int64], list[Any]]] = field(default_factory=list, repr=False)

    @property
    def sides(self) -> tuple[Side, ...]:
        """The filters of one side or of two."""
        return (self.a.side,) if self.b is None else (self.a.side, self.b.side)

    @property
    def pairs(self) -> int:
        """Pairs of filters in all."""
        n = len(self.a)
        return n * (n - 1) // 2 if self.b is None else n * len(self.b)

    @property
    def passes(self) -> tuple[Pass, ...]:
        """Each pair once, with the lighter filter as the row: it allows the fewest misses."""
        if self.b is None:
            return (Pass(self.a, self.a, "earlier", swapped=False, within=True),)
        return (
            Pass(self.a, self.b, "lighter-or-equal", swapped=False),
            Pass(self.b, self.a, "lighter", swapped=True),
        )

    def thinned(self, which: Pass, rows: int, columns: int | None = None) -> Pass:
        """A pass over evenly spread rows, and columns if so asked.

        Within one list pairs of equal weight are then met from both sides, and a record meets
        itself.
        """
        some = _thinned(which.rows, rows)
        others = which.columns if columns is None else _thinned(which.columns, columns)
        relation = "lighter-or-equal" if which.within else which.relation
        return Pass(some, others, relation, which.swapped, which.within)

    def prepared(self, order: NDArray[np.int64], threads: int) -> list[Any]:
        """The columns of all passes, made ready for a rule's order; kept for the next time.

        Args:
            order: see :class:`linkage.kernels.Rule`.
            threads: sides that are prepared at once.
        """
        if not self._prepared or self._prepared[0][0] is not order:
            self.forget()
            sides = [which.columns.side for which in self.passes]
            prepare = self.kernels.prepare_columns
            tasks = (lambda _stop, side=side: prepare(side, order) for side in sides)
            self._prepared.append((order, list(in_order(tasks, threads))))
        return self._prepared[0][1]

    def forget(self) -> None:
        """Let go of the columns that were made ready."""
        self._prepared.clear()

    def near_pairs(
        self, which: Pass, rule: Rule, prepared: Any, most: int, *, part: int = 0, parts: int = 1
    ) -> Found:
        """All near pairs of a pass, or of one of so many parts of its rows, in one call."""
        rows, columns = which.rows, which.columns
        first, last = (len(rows) * each // parts for each in (part, part + 1))
        return self.kernels.near_pairs(
            rows.side, first, last, prepared, 0, len(columns), rule, which.relation, most
        )


def ask(
    a: BitMatrix,
    b: BitMatrix | None,
    measure: PairMeasure,
    threshold: Threshold,
    use: Backend | None,
    threads: int = 1,
) -> Question:
    """Check a question and make it ready.

    Args:
        a: filters of one side.
        b: filters of the other, of the same length; None for the pairs within ``a``.
        measure: dice, jaccard or agreement.
        threshold: least similarity, 0 to 1.
        use: kernels, see :func:`linkage.kernels.load_search_kernels`.
        threads: sides that are sorted at once.

    Raises:
        UsageError: E217 for a threshold outside 0 to 1.
        ValueError: for filters of different lengths, or an unknown measure.
    """
    if b is not None and a.bits != b.bits:
        raise ValueError(f"filters of {a.bits} and of {b.bits} bits cannot be compared")
    limits = distance_limits(measure, threshold, a.bits)
    with_empty = exact_threshold(threshold) == 0
    given = (a,) if b is None else (a, b)
    sort = partial(sorted_side, with_empty=with_empty, use=use)

    def one(each: BitMatrix, _stop: threading.Event) -> SortedSide:
        return sort(each)

    sides = list(in_order((partial(one, each) for each in given), threads))
    return Question(
        measure=measure,
        threshold=threshold,
        bits=a.bits,
        limits=limits,
        a=sides[0],
        b=None if b is None else sides[1],
        kernels=load_search_kernels(use),
        use=use,
    )


def _thinned(side: SortedSide, most: int) -> SortedSide:
    """At most so many filters, evenly spread over the weights."""
    chosen = np.unique(np.linspace(0, len(side) - 1, min(most, len(side))).astype(np.int64))
    return SortedSide(
        Side(np.ascontiguousarray(side.side.words[chosen]), side.side.ones[chosen]),
        side.record[chosen],
    )
