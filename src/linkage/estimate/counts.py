"""How many people have each capture history: what every estimator is given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CaptureHistories"]


@dataclass(frozen=True, slots=True, eq=False)
class CaptureHistories:
    """The observed number of people of each capture history.

    Attributes:
        lists: names of the ``k`` lists, 2 to 16; list ``i`` is bit ``i`` of a history.
        counts: ``(2**k,)`` int64, people with each history, indexed by its bit mask; entry 0, the
            people on no list, is not observed and always 0.

    Raises:
        ValueError: the counts do not fit the lists, or one is negative.

    >>> table = CaptureHistories(("A", "B"), np.array([0, 30, 20, 10]))
    >>> table.observed, table.list_sizes
    (60, (40, 30))
    """

    lists: tuple[str, ...]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not 2 <= len(self.lists) <= 16 or len(set(self.lists)) != len(self.lists):
            raise ValueError("a table has 2 to 16 lists of different names")
        if self.counts.shape != (2 ** len(self.lists),):
            raise ValueError(f"{len(self.lists)} lists have {2 ** len(self.lists)} histories")
        if self.counts[0] or self.counts.min() < 0:
            raise ValueError("counts are not negative, and nobody observed is on no list")

    @property
    def observed(self) -> int:
        """People on at least one list."""
        return int(self.counts.sum())

    @property
    def list_sizes(self) -> tuple[int, ...]:
        """People on each list."""
        masks = np.arange(len(self.counts))
        return tuple(int(self.counts[masks >> i & 1 == 1].sum()) for i in range(len(self.lists)))

    def as_text(self) -> str:
        """The histories that anybody has, fewest lists first, one line each.

        >>> print(CaptureHistories(("A", "B"), np.array([0, 30, 20, 10])).as_text())
        A  B  people
        1  0      30
        0  1      20
        1  1      10
        """
        places = range(len(self.lists))
        widths = [max(len(name), 1) for name in self.lists]
        lines = ["  ".join([*self.lists, "people"])]
        masks = sorted(
            np.flatnonzero(self.counts).tolist(),
            key=lambda mask: (mask.bit_count(), [-(mask >> place & 1) for place in places]),
        )
        for mask in masks:
            cells = [str(mask >> place & 1).ljust(widths[place]) for place in places]
            lines.append("  ".join([*cells, f"{self.counts[mask]:>6,}"]))
        return "\n".join(lines)
