"""A search under way: runs its plan, counts what is found, and stops where that is too much."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.compare.exhaustive import RawPairs, every_pair
from linkage.compare.limits import similarity_of_counts
from linkage.compare.lsh import lsh_search
from linkage.compare.lsh_recall import LshParameters, expected_recall
from linkage.compare.plan import SearchPlan, Wishes, make_plan
from linkage.compare.question import Question
from linkage.compare.tasks import Clock, SearchProgress
from linkage.compare.too_many import too_many_pairs
from linkage.compare.top import Best
from linkage.errors import Fault, UsageError

__all__ = ["FoundPairs", "Search"]

_MOST_BY_KEYS = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class FoundPairs:
    """Pairs of filters that are similar enough, by ``left``, then ``right``.

    Attributes:
        left: ``(pairs,)`` int64, record of the first side.
        right: ``(pairs,)`` int64, record of the second side; within one side the later record.
        similarity: ``(pairs,)`` float64, 0 to 1.
        distance: ``(pairs,)`` int32, differing bits.
        plan: how they were found.
        recall_of_pairs: estimated share of all pairs over the threshold that were found; for
            LSH it is worked out from the pairs found (not a number where there are none).
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]
    distance: NDArray[np.int32]
    plan: SearchPlan
    recall_of_pairs: float

    def __len__(self) -> int:
        return len(self.left)


class Search:
    """A planned search.

    Args:
        question: what is searched for.
        wishes: what the caller asks of the plan.
        maximum: most pairs to find; None for any number.
        progress: told how far the search is.
    """

    def __init__(
        self,
        question: Question,
        wishes: Wishes,
        maximum: int | None,
        progress: Callable[[SearchProgress], None] | None,
    ) -> None:
        self._question, self._maximum, self._progress = question, maximum, progress
        self.plan = make_plan(question, wishes)

    def pieces(self) -> Generator[FoundPairs]:
        """The pairs, task by task.

        Raises:
            UsageError: E210 for more than the maximum.
        """
        count, share = 0, 0.0
        with closing(self._raw()) as tasks:
            for raw in tasks:
                piece = self._piece(raw)
                count, share = count + len(piece), share + raw.share
                if self._maximum is not None and count > self._maximum:
                    kept = self._maximum * share / count
                    wanted = float(np.quantile(piece.similarity, max(0.0, 1.0 - kept)))
                    raise UsageError(_too_many(count, self._maximum, wanted))
                yield piece

    def best(self, best: Best, *, both_ways: bool) -> FoundPairs:
        """Only the best partners of every record.

        Args:
            best: keeps them.
            both_ways: whether the right record of a pair looks for partners too.
        """
        with closing(self._raw()) as tasks:
            for raw in tasks:
                piece = self._piece(raw)
                best.add(piece.left, piece.right, piece.similarity, piece.distance)
                if both_ways:
                    best.add(piece.right, piece.left, piece.similarity, piece.distance)
        left, right, similarity, distance = best.pairs()
        if self._maximum is not None and len(left) > self._maximum:
            raise UsageError(_too_many(len(left), self._maximum, None))
        order = np.lexsort((right, left))
        return FoundPairs(
            left[order],
            right[order],
            similarity[order],
            distance[order],
            self.plan,
            self._recall(distance),
        )

    def joined(self, pieces: Sequence[FoundPairs]) -> FoundPairs:
        """All pieces as one, sorted."""
        left, right, similarity, distance = (
            np.concatenate([np.empty(0, kind), *(getattr(piece, name) for piece in pieces)])
            for name, kind in (
                ("left", np.int64),
                ("right", np.int64),
                ("similarity", np.float64),
                ("distance", np.int32),
            )
        )
        order = np.argsort(left * (int(right.max(initial=0)) + 1) + right)  # all distinct
        return FoundPairs(
            left[order],
            right[order],
            similarity[order],
            distance[order],
            self.plan,
            self._recall(distance),
        )

    def _raw(self) -> Generator[RawPairs]:
        clock = Clock(self._question.pairs, self._progress)
        rule, lsh = self.plan.rule, self.plan.lsh
        if rule is not None:
            with closing(every_pair(self._question, rule, self.plan.threads)) as tasks:
                for raw in tasks:
                    clock.advance(raw.share)
                    yield raw
        elif lsh is not None:
            self._question.forget()
            yield self._by_keys(lsh, clock)
        clock.finish()

    def _by_keys(self, lsh: LshParameters, clock: Clock) -> RawPairs:
        """The pairs that share a key."""
        question = self._question
        a, b = question.a, question.b
        done = 0

        def tell(tables: int, total: int) -> None:
            nonlocal done
            clock.advance((tables - done) / total)
            done = tables

        left, right, distance = lsh_search(
            a.side.words,
            None if b is None else b.side.words,
            ones_a=a.side.ones,
            ones_b=None if b is None else b.side.ones,
            limits=question.limits,
            parameters=lsh,
            bits=question.bits,
            threads=self.plan.threads,
            maximum_pairs=_MOST_BY_KEYS if self._maximum is None else self._maximum,
            progress=tell,
            use=question.use,
        )
        other = a if b is None else b
        ones = np.stack([a.side.ones[left], other.side.ones[right]])
        left, right = a.record[left], other.record[right]
        if b is None:
            turned = left > right
            left, right = np.where(turned, right, left), np.where(turned, left, right)
        return RawPairs(left, right, distance, ones, 1.0)

    def _piece(self, raw: RawPairs) -> FoundPairs:
        question = self._question
        similarity = similarity_of_counts(
            question.measure, raw.ones[0], raw.ones[1], raw.distance, question.bits
        )
        order = np.lexsort((raw.right, raw.left))
        return FoundPairs(
            raw.left[order],
            raw.right[order],
            similarity[order],
            raw.distance[order],
            self.plan,
            self._recall(raw.distance),
        )

    def _recall(self, distance: NDArray[np.int32]) -> float:
        if self.plan.lsh is None:
            return self.plan.recall_of_pairs
        return expected_recall(distance, self.plan.lsh, self._question.bits)


def _too_many(found: int, maximum: int, threshold: float | None) -> Fault:
    remedy = "Use a higher threshold"
    if threshold is not None:
        remedy += f" (at about {min(threshold, 1.0):.3f} so many would remain)"
    remedy += (
        ", or keep only each record's best partners (top_k), or read the pairs piece by piece "
        "(stream_pairs)."
    )
    return too_many_pairs(found, maximum, remedy)
