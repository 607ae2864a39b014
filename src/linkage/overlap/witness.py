"""Tables that prove a publication safe.

Two different tables that agree with everything published are a proof that a reader cannot
tell them apart. A table found for one item is kept for all: most items are proved by a few
dozen tables, and only the rest needs a solver of its own. Withholding more never
invalidates a table found before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.reader import Reader

__all__ = ["Witnesses"]

_GOLDEN = 0.6180339887498949
_PATIENCE = 6
_GAP = 0.2


class Witnesses:
    """The smallest and the largest value of every item over the tables found so far.

    Args:
        counts: ``(items,)`` int64, the true table: the first witness.
    """

    def __init__(self, counts: NDArray[np.int64]) -> None:
        self._low = counts.copy()
        self._high = counts.copy()
        self._turn = 0

    @property
    def width(self) -> NDArray[np.int64]:
        """``(items,)`` by how much the tables found so far differ."""
        return self._high - self._low

    def search(self, reader: Reader, wanted: NDArray[np.bool_], width: int) -> None:
        """Look for tables that widen many of the ``wanted`` items at once.

        Directions come from a low-discrepancy sequence and not from a random generator, so
        that one table has one publication.
        """
        idle = 0
        while idle < _PATIENCE:
            narrow = np.flatnonzero(wanted & (self.width < width))
            if not len(narrow):
                return
            self._turn += 1
            weights = np.zeros(len(wanted))
            share = (narrow + 1) * _GOLDEN * self._turn % 1.0
            weights[narrow] = np.where(share < 0.5, 0.0, share)
            if self._turn % 3 == 0:
                weights = -weights
            found = reader.optimise(weights)
            if found.table is None:  # a corner with fractions proves nothing
                found = reader.optimise(weights, whole=True, gap=_GAP)
            self._remember(found.table)
            left = int((wanted & (self.width < width)).sum())
            idle = 0 if left < len(narrow) else idle + 1

    def prove(self, reader: Reader, item: int, width: int) -> NDArray[np.bool_] | None:
        """Find two tables that differ by ``width`` in ``item``, or say what prevents it.

        Returns:
            None where they exist; else ``(items,)`` bool, the published items that hold the
            item's bounds (possibly none, where only whole numbers rule the tables out).
        """
        holding = np.zeros(len(self._low), dtype=bool)
        weights = np.zeros(len(self._low))
        weights[item] = 1.0
        most, least = reader.optimise(weights), reader.optimise(-weights)
        for found in (most, least):
            self._remember(found.table)
            # More people in an item can always be imagined, fewer only where there are some.
            holding |= (found.pull > 0) | ((found.pull < 0) & (reader.lower > 0))
        if most.value + least.value >= width - 0.5:  # fractions allow it; do whole numbers?
            for sign, found in ((1.0, most), (-1.0, least)):
                if found.table is None and self.width[item] < width:
                    self._remember(reader.optimise(sign * weights, whole=True).table)
        if self.width[item] >= width:
            return None
        holding &= reader.lower == reader.upper
        return holding

    def _remember(self, table: NDArray[np.int64] | None) -> None:
        if table is not None:
            np.minimum(self._low, table, out=self._low)
            np.maximum(self._high, table, out=self._high)
