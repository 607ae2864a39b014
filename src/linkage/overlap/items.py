"""Every number a publication could contain, and the sums that tie the numbers together.

A *reader* of a publication knows these sums whatever is suppressed: each is an equation
``whole = sum of parts`` between items. The items, in their fixed order::

    people                        1
    people on each list           k
    people on exactly j lists     k
    people by history             2^k - 1
    per stratum: people by value, then people by history and value (histories x values)

The breakdown of the total by a stratum and the breakdown of each history by the same stratum
are linked through the history's own count, which also links the strata to one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.histories import all_histories, history_text
from linkage.overlap.table import OverlapTable

__all__ = ["Item", "Items"]

PEOPLE, LIST, EXACTLY, HISTORY, VALUE, CELL = range(6)


@dataclass(frozen=True, slots=True)
class Item:
    """What one number of a publication counts.

    Attributes:
        table: "people", "list", "exactly", "history", "value" or "cell".
        history: 0s and 1s, the first list first (history and cell).
        stratum: name of the stratum (value and cell).
        value: the list's id, the number of lists, or the value of the stratum.
    """

    table: str
    history: str = ""
    stratum: str = ""
    value: str = ""


@dataclass(frozen=True)
class Items:
    """The layout of a publication for given lists, strata and values ("unknown" last)."""

    lists: tuple[str, ...]
    strata: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]

    @cached_property
    def histories(self) -> tuple[int, ...]:
        """Histories in the order of every table."""
        return all_histories(len(self.lists))

    @cached_property
    def first_history(self) -> int:
        """Index of the first history's item."""
        return 1 + 2 * len(self.lists)

    @cached_property
    def first_value(self) -> tuple[int, ...]:
        """For each stratum, the index of its first value's item; its cells follow."""
        starts = []
        at = self.first_history + len(self.histories)
        for values in self.values:
            starts.append(at)
            at += len(values) * (1 + len(self.histories))
        return (*starts, at)

    def __len__(self) -> int:
        return self.first_value[-1]

    @cached_property
    def kind(self) -> NDArray[np.int8]:
        """``(items,)`` one of PEOPLE, LIST, EXACTLY, HISTORY, VALUE, CELL."""
        k, histories = len(self.lists), len(self.histories)
        parts = [[PEOPLE], [LIST] * k, [EXACTLY] * k, [HISTORY] * histories]
        for values in self.values:
            parts += [[VALUE] * len(values), [CELL] * (len(values) * histories)]
        return np.array([kind for part in parts for kind in part], dtype=np.int8)

    def value_items(self, stratum: int) -> NDArray[np.int64]:
        """``(values,)`` items of a stratum's margin."""
        start = self.first_value[stratum]
        return np.arange(start, start + len(self.values[stratum]))

    def cell_items(self, stratum: int) -> NDArray[np.int64]:
        """``(histories, values)`` items of a stratum's table."""
        start = self.first_value[stratum] + len(self.values[stratum])
        shape = (len(self.histories), len(self.values[stratum]))
        return np.arange(start, start + shape[0] * shape[1]).reshape(shape)

    @cached_property
    def equations(self) -> tuple[tuple[int, NDArray[np.int64]], ...]:
        """All sums as (item of the whole, items of its parts)."""
        k = len(self.lists)
        history = np.arange(len(self.histories)) + self.first_history
        masks = np.array(self.histories)
        size = np.array([mask.bit_count() for mask in self.histories])
        exactly = 1 + k
        sums = [(0, np.arange(exactly, exactly + k))]
        sums += [(exactly + j, history[size == j + 1]) for j in range(k)]
        sums += [(1 + i, history[(masks >> i & 1) == 1]) for i in range(k)]
        for stratum in range(len(self.strata)):
            values, cells = self.value_items(stratum), self.cell_items(stratum)
            sums.append((0, values))
            sums += [(int(values[v]), cells[:, v]) for v in range(len(values))]
            sums += [(int(history[h]), cells[h]) for h in range(len(history))]
        return tuple(sums)

    @cached_property
    def matrix(self) -> Any:
        """``(equations, items)`` sparse int64: parts +1, whole -1; times the counts it is 0."""
        from scipy.sparse import csr_array

        rows, columns, signs = [], [], []
        for row, (whole, parts) in enumerate(self.equations):
            rows += [row] * (len(parts) + 1)
            columns += [whole, *parts.tolist()]
            signs += [-1] + [1] * len(parts)
        shape = (len(self.equations), len(self))
        return csr_array((signs, (rows, columns)), shape=shape, dtype=np.int64)

    def counts_of(self, table: OverlapTable) -> NDArray[np.int64]:
        """``(items,)`` the exact counts, from a table of the same lists; strata may be fewer."""
        parts: list[NDArray[np.int64] | list[int] | tuple[int, ...]] = [
            [table.people],
            table.list_sizes,
            table.on_lists,
            table.counts,
        ]
        for name in self.strata:
            cells = table.by_stratum[table.strata.index(name)]
            parts += [cells.sum(axis=0), cells.ravel()]
        return np.concatenate([np.asarray(part, dtype=np.int64) for part in parts])

    def describe(self, item: int) -> Item:
        """What an item counts."""
        k = len(self.lists)
        if item == 0:
            return Item("people")
        if item <= k:
            return Item("list", value=self.lists[item - 1])
        if item <= 2 * k:
            return Item("exactly", value=str(item - k))
        if item < self.first_value[0]:
            return Item("history", history=self._text(item - self.first_history))
        stratum = int(np.searchsorted(self.first_value, item, side="right")) - 1
        name, values = self.strata[stratum], self.values[stratum]
        offset = item - self.first_value[stratum]
        if offset < len(values):
            return Item("value", stratum=name, value=values[offset])
        history, value = divmod(offset - len(values), len(values))
        return Item("cell", history=self._text(history), stratum=name, value=values[value])

    def _text(self, history: int) -> str:
        return history_text(self.histories[history], len(self.lists))
