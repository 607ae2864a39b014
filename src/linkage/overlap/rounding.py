"""Rounding every number on its own to the nearest multiple of a base.

A tie (possible for an even base only) goes up: base 10 shows 4 as 0 and 5 as 10. Each number
is rounded without regard to the others, so rounded cells need not add up to the rounded
margin. A reader turns that round: a margin far from the sum of its cells can fix them. So
the result is checked by solving, and margins that fix a small count are withheld.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.items import CELL, HISTORY, Items
from linkage.overlap.reader import Reader
from linkage.overlap.witness import Witnesses

__all__ = ["round_counts", "rounding_bounds", "withhold_for_rounding"]


def round_counts(counts: NDArray[np.int64], base: int) -> NDArray[np.int64]:
    """Each count to the nearest multiple of ``base``; a tie goes up.

    >>> round_counts(np.array([0, 2, 3, 7, 8]), 5).tolist()
    [0, 0, 5, 5, 10]
    >>> round_counts(np.array([4, 5, 14, 15]), 10).tolist()
    [0, 10, 10, 20]
    """
    return (counts + base // 2) // base * base


def rounding_bounds(
    shown: NDArray[np.int64], base: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lowest and the highest count that is shown as ``shown``.

    >>> low, high = rounding_bounds(np.array([0, 5, 10]), 5)
    >>> low.tolist(), high.tolist()
    ([0, 3, 8], [2, 7, 12])
    """
    low = shown - base // 2
    return np.maximum(low, 0), low + base - 1


def withhold_for_rounding(items: Items, counts: NDArray[np.int64], base: int) -> NDArray[np.bool_]:
    """What must be withheld so that no count from 1 to base - 1 follows from the rounded ones.

    Args:
        items: layout of the publication.
        counts: ``(items,)`` int64, the exact counts.
        base: multiple to which every number is rounded.

    Returns:
        ``(items,)`` bool; nearly always all false. Of the sums around a count that follows,
        the margins go first, the one over the fewest people before the others.

    Raises:
        ArithmeticError: the solver failed.
    """
    withheld = np.zeros(len(items), dtype=bool)
    small = (counts > 0) & (counts < base)
    witnesses = Witnesses(counts)
    while True:
        low, high = rounding_bounds(round_counts(counts, base), base)
        ceiling = counts[0] + 10 * base
        reader = Reader(
            items, np.where(withheld, 0, low), np.where(withheld, ceiling, high).astype(float)
        )
        witnesses.search(reader, small, 1)
        exposed = [
            int(item)
            for item in np.flatnonzero(small & (witnesses.width < 1))
            if witnesses.prove(reader, int(item), 1) is not None
        ]
        if not exposed:
            return withheld
        withheld[_to_withhold(items, counts, withheld, exposed)] = True


def _to_withhold(
    items: Items, counts: NDArray[np.int64], withheld: NDArray[np.bool_], exposed: list[int]
) -> int:
    """The margin over the fewest people around an exposed item; else the item itself."""
    for item in exposed:
        rows = [
            row
            for row, (whole, parts) in enumerate(items.equations)
            if whole == item or item in parts
        ]
        around = np.unique(items.matrix[rows].indices)
        margins = ~np.isin(items.kind[around], (CELL, HISTORY)) & ~withheld[around]
        if margins.any():
            choice = around[margins]
            return int(choice[np.argmin(counts[choice])])
        if not withheld[item]:
            return item
    return int(np.flatnonzero(~withheld)[0])
