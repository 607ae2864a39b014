"""The publication table: what anybody may read, and the proof that it gives nothing away.

Rule "suppress" promises, for every number that is withheld: a reader who knows all published
numbers, all sums and the rule itself, and who solves for the withheld number, is left with
an interval whose ends differ by at least ``minimum_cell - 1``, both ends reached by tables of
whole numbers. So ``minimum_cell`` different counts stay as good as possible, and it cannot be
told whether a number was withheld because it is small or as complement.

Rule "round" promises that no true count from 1 to ``rounding_base - 1`` is fixed by the rounded
numbers together.

Neither promise covers a reader who knows some of the people counted, two publications about
the same people, or sums of withheld numbers (a reader may learn that two withheld
histories have 3 people between them, not how they are split). One release per run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Disclosure
from linkage.errors import Fault, PolicyError
from linkage.overlap.items import Item, Items
from linkage.overlap.reader import Reader, require_solver
from linkage.overlap.rounding import round_counts, rounding_bounds, withhold_for_rounding
from linkage.overlap.suppress import TooManyRoundsError, suppress
from linkage.overlap.table import OverlapTable

__all__ = ["WITHHELD", "Interval", "PublishedTable", "publish", "verify_disclosure"]

WITHHELD = -1
"""Stands for a number that is not published, in every integer array of a publication."""

MAXIMUM_PUBLISHED_LISTS = 7


@dataclass(frozen=True, eq=False)
class PublishedTable:
    """What may be published: counts with some of them withheld, or all rounded.

    Attributes:
        items: layout: lists, strata and values; which number stands where.
        shown: ``(items,)`` int64, the number published, or :data:`WITHHELD`.
        rule: "suppress" or "round".
        parameter: smallest count that may appear, or the base of the rounding.
        omitted_strata: strata of the agreement for which no safe table was found.
    """

    items: Items
    shown: NDArray[np.int64] = field(repr=False)
    rule: Literal["suppress", "round"]
    parameter: int
    omitted_strata: tuple[str, ...] = ()

    @property
    def withheld(self) -> int:
        """How many numbers are withheld."""
        return int((self.shown == WITHHELD).sum())

    @property
    def people(self) -> int:
        """Distinct people."""
        return int(self.shown[0])

    @cached_property
    def list_sizes(self) -> NDArray[np.int64]:
        """``(lists,)`` people on each list."""
        return self.shown[1 : 1 + len(self.items.lists)]

    @cached_property
    def on_lists(self) -> NDArray[np.int64]:
        """``(lists,)`` people on exactly 1, 2, ... k lists."""
        return self.shown[1 + len(self.items.lists) : self.items.first_history]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """``(histories,)`` people by history."""
        return self.shown[self.items.first_history : self.items.first_value[0]]

    def stratum_margin(self, stratum: int) -> NDArray[np.int64]:
        """``(values,)`` people by value of a stratum."""
        return self.shown[self.items.value_items(stratum)]

    def by_stratum(self, stratum: int) -> NDArray[np.int64]:
        """``(histories, values)`` people by history and value of a stratum."""
        return self.shown[self.items.cell_items(stratum)]

    def explanation(self) -> tuple[str, ...]:
        """What was withheld and why, in sentences; the same whatever the counts were."""
        small = f"from 1 to {self.parameter - 1}"
        if self.rule == "suppress":
            lines = [
                (
                    f"Counts {small} are withheld, and so are as many others as it takes that "
                    "no withheld count follows from what is published: whoever solves for one "
                    "is left with an interval whose ends differ by at least "
                    f"{self.parameter - 1}."
                ),
                "Where a combination of lists is withheld, so is its breakdown by any stratum.",
                "Zeros are published unless they had to be withheld to protect another count.",
            ]
        else:
            lines = [
                (
                    "Every number is rounded on its own to the nearest multiple of "
                    f"{self.parameter} (a tie goes up), so rounded numbers need not add up."
                ),
                (
                    "A number is withheld where the rounded numbers together would give away a "
                    f"count {small}."
                ),
            ]
        if self.omitted_strata:
            names = ", ".join(self.omitted_strata)
            lines.append(f"No safe table was found by: {names}. Nothing is published by it.")
        return tuple(lines)


def publish(table: OverlapTable, disclosure: Disclosure) -> PublishedTable:
    """Make the publication table by the agreement's rule.

    Deterministic: one table and one rule give one publication. Needs scipy (the extra
    ``unit``).

    Args:
        table: the exact counts.
        disclosure: the agreement's rule and its parameter.

    Raises:
        UsageError: E208 scipy is not installed.
        PolicyError: E641 too many lists to be checked by solving; E642 no publication could
            be proved safe, even without any stratum.

    >>> from linkage.overlap.table import build_overlap_table
    >>> from linkage.types import PersonHistories
    >>> history = np.repeat(np.array([1, 2, 3], dtype=np.uint32), [60, 40, 4])
    >>> found = PersonHistories(
    ...     ("A", "B"), (), (), history, np.zeros((104, 0), dtype=np.uint8), ())
    >>> shown = publish(build_overlap_table(found, found, found), Disclosure(minimum_cell=10))
    >>> shown.people, shown.counts.tolist()
    (104, [-1, -1, -1])
    """
    require_solver()
    if len(table.lists) > MAXIMUM_PUBLISHED_LISTS:
        raise PolicyError(
            Fault(
                "E641",
                f"A publication over {len(table.lists)} lists cannot be checked by solving; "
                f"at most {MAXIMUM_PUBLISHED_LISTS} lists can be published together.",
                "Release to the analyst, and publish the estimate instead of the table.",
            )
        )
    kept = list(range(len(table.strata)))
    while True:
        items = Items(
            table.lists,
            tuple(table.strata[s] for s in kept),
            tuple(table.values[s] for s in kept),
        )
        counts = items.counts_of(table)
        try:
            shown = _shown(items, counts, disclosure)
        except TooManyRoundsError as error:
            if error.stratum is None:
                raise _nothing_safe() from None
            del kept[error.stratum]
        except ArithmeticError:
            if not kept:
                raise _nothing_safe() from None
            kept.pop()
        else:
            break
    suppressing = disclosure.rule == "suppress"
    return PublishedTable(
        items=items,
        shown=shown,
        rule=disclosure.rule,
        parameter=disclosure.minimum_cell if suppressing else disclosure.rounding_base,
        omitted_strata=tuple(name for s, name in enumerate(table.strata) if s not in kept),
    )


def _shown(items: Items, counts: NDArray[np.int64], disclosure: Disclosure) -> NDArray[np.int64]:
    if disclosure.rule == "suppress":
        return np.where(suppress(items, counts, disclosure.minimum_cell), WITHHELD, counts)
    base = disclosure.rounding_base
    withheld = withhold_for_rounding(items, counts, base)
    return np.where(withheld, WITHHELD, round_counts(counts, base))


def _nothing_safe() -> PolicyError:
    return PolicyError(
        Fault(
            "E642",
            "No publication table could be proved safe under the agreement's disclosure rule. "
            "Nothing was written.",
            "Release to the analyst, and publish the estimate instead of the table.",
        )
    )


@dataclass(frozen=True, slots=True)
class Interval:
    """What a reader can find out about one withheld (or rounded) number.

    Attributes:
        item: what the number counts.
        lower: the lowest count it can be.
        upper: the highest; None where nothing bounds it.
    """

    item: Item
    lower: int
    upper: int | None

    @property
    def width(self) -> float:
        """``upper - lower``; infinite where nothing bounds it."""
        return float("inf") if self.upper is None else self.upper - self.lower


def verify_disclosure(published: PublishedTable) -> Iterator[Interval]:
    """For every number that is not exact, the interval that a reader can compute.

    Uses nothing but the publication itself. Exact (integer programs, two for each number):
    seconds for small tables, minutes for six lists with five strata.

    Raises:
        ArithmeticError: the publication contradicts itself, or the solver failed.
    """
    hidden = published.shown == WITHHELD
    low, high = published.shown, published.shown
    if published.rule == "round":
        low, high = rounding_bounds(published.shown, published.parameter)
    reader = Reader(
        published.items,
        np.where(hidden, 0, low),
        np.where(hidden, np.inf, high.astype(np.float64)),
    )
    for item in reader.free:
        lower, upper = reader.interval(int(item))
        yield Interval(published.items.describe(int(item)), lower, upper)
