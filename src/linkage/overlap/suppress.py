"""Which numbers to withhold so that no withheld one follows from the others.

1. *Primary*: every number from 1 to minimum - 1, margins included. Zeros are published: "nobody
   is on all six lists" is a statement about the lists, not about a person.
2. *A withheld history has no breakdown*: its cells are withheld in every stratum, zeros
   included, except where the value's published cells already add up to its margin.
3. *By sums*: in each sum, what is withheld must be at least two numbers that together
   reach minimum - 1. Else the smallest positive published number of the sum goes too.
4. *By solving*: for every withheld number there must be two tables of whole numbers that
   agree with everything published and differ by at least minimum - 1 in that number; the
   tables themselves are the proof (:class:`linkage.overlap.reader.Reader` checks them).
   Where the solver shows that there are none, it also says which published numbers hold the
   bound; the smallest of them goes too, and the step is repeated.

What is given up first: the cell of a stratum, a history, then margins (a value, "exactly j
lists", a list, last of all the number of people). Zeros may be withheld as complement, so
a reader cannot take it that a withheld number is at least 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.items import CELL, EXACTLY, HISTORY, LIST, PEOPLE, VALUE, Items
from linkage.overlap.reader import Reader
from linkage.overlap.witness import Witnesses

__all__ = ["TooManyRoundsError", "suppress"]

_ROUNDS = 100
_REPEATS = 3
# What a user misses least comes first; a zero comes after all positive numbers of its kind.
_RANK = {CELL: 0, HISTORY: 2, EXACTLY: 3, VALUE: 5, LIST: 6, PEOPLE: 7}
_RANK_OF_ZERO = {CELL: 1, HISTORY: 4, EXACTLY: 4, VALUE: 5, LIST: 6, PEOPLE: 7}


class TooManyRoundsError(Exception):
    """The search gave no safe publication; ``stratum`` is the one most at fault, or None."""

    def __init__(self, stratum: int | None) -> None:
        super().__init__("no safe publication was found")
        self.stratum = stratum


def suppress(items: Items, counts: NDArray[np.int64], minimum: int) -> NDArray[np.bool_]:
    """Choose what to withhold.

    Args:
        items: layout of the publication.
        counts: ``(items,)`` int64, the exact counts.
        minimum: smallest count that may appear.

    Returns:
        ``(items,)`` bool, true for what is withheld.

    Raises:
        TooManyRoundsError: the caller should leave out a stratum and try again.
        ArithmeticError: the solver failed.
    """
    withheld = (counts > 0) & (counts < minimum)
    witnesses = Witnesses(counts)
    for _ in range(_ROUNDS):
        _close(items, counts, minimum, withheld)
        if not withheld.any():
            return withheld
        reader = _reader(items, counts, withheld, minimum)
        witnesses.search(reader, withheld, minimum - 1)
        unsafe = np.flatnonzero(withheld & (witnesses.width < minimum - 1))
        if not len(unsafe):
            return withheld
        touched = np.zeros(len(items), dtype=bool)
        repeats = 0
        # Coarse before fine: a margin that moves too little holds all the cells under it.
        for item in unsafe[np.argsort(items.kind[unsafe], kind="stable")]:
            # Exact bounds of this item: either two witnesses, or what holds it.
            holding = witnesses.prove(reader, int(item), minimum - 1)
            if holding is None:
                continue
            if (holding & touched).any():
                repeats += 1  # many items are unsafe for one reason, which may be gone by now
                if repeats == _REPEATS:
                    break
                continue
            chosen = _sacrifice(items, counts, withheld, holding, int(item))
            if chosen is not None:
                withheld[chosen] = touched[chosen] = True
    raise TooManyRoundsError(_worst_stratum(items, withheld, witnesses.width, minimum))


def _reader(
    items: Items, counts: NDArray[np.int64], withheld: NDArray[np.bool_], minimum: int
) -> Reader:
    """A reader who also knows a generous ceiling: never less knowledge than a real one has."""
    ceiling = float(counts[0] + 10 * minimum)
    return Reader(
        items, np.where(withheld, 0, counts), np.where(withheld, ceiling, counts.astype(float))
    )


def _close(
    items: Items, counts: NDArray[np.int64], minimum: int, withheld: NDArray[np.bool_]
) -> None:
    """Apply rules 2 and 3 until nothing changes."""
    changed = True
    while changed:
        before = int(withheld.sum())
        _withhold_breakdowns(items, counts, withheld)
        for whole, parts in items.equations:
            gone = parts[withheld[parts]]
            if withheld[whole]:
                enough, positive = len(gone) >= 1, False
            else:
                total = int(counts[gone].sum())
                enough = not len(gone) or (len(gone) >= 2 and total >= minimum - 1)
                positive = total < minimum - 1
            if enough:
                continue
            among = np.zeros(len(items), dtype=bool)
            among[parts[counts[parts] > 0] if positive else parts] = True
            among[whole] = True
            chosen = _cheapest(items, counts, withheld, among)
            if chosen is not None:
                withheld[chosen] = True
        changed = int(withheld.sum()) > before


def _withhold_breakdowns(
    items: Items, counts: NDArray[np.int64], withheld: NDArray[np.bool_]
) -> None:
    """Rule 2, for every stratum."""
    first = items.first_history
    rows = withheld[first : first + len(items.histories)]
    for stratum in range(len(items.strata)):
        cells, values = items.cell_items(stratum), items.value_items(stratum)
        withheld[cells[rows]] |= counts[cells[rows]] > 0
        slack = np.where(withheld[cells], counts[cells], 0).sum(axis=0) > 0
        withheld[cells[np.ix_(rows, slack | withheld[values])]] = True


def _cheapest(
    items: Items,
    counts: NDArray[np.int64],
    withheld: NDArray[np.bool_],
    among: NDArray[np.bool_],
) -> int | None:
    """The published item of ``among`` whose loss costs a user least."""
    candidates = np.flatnonzero(among & ~withheld)
    if not len(candidates):
        return None
    ranks = [
        (_RANK if counts[item] else _RANK_OF_ZERO)[int(items.kind[item])] for item in candidates
    ]
    order = np.lexsort((candidates, counts[candidates], np.array(ranks)))
    return int(candidates[order[0]])


def _sacrifice(
    items: Items,
    counts: NDArray[np.int64],
    withheld: NDArray[np.bool_],
    holding: NDArray[np.bool_],
    unsafe: int,
) -> int | None:
    """What to withhold next so that ``unsafe`` can move, from what holds it if that is known."""
    kin = items.kind == EXACTLY if items.kind[unsafe] == EXACTLY else items.kind == -1
    for among in (holding & kin, holding, _neighbours(items, unsafe), ~withheld):
        chosen = _cheapest(items, counts, withheld, among)
        if chosen is not None:
            return chosen
    return None


def _neighbours(items: Items, item: int) -> NDArray[np.bool_]:
    """All items that share a sum with ``item``."""
    rows = np.flatnonzero(items.matrix[:, [item]].toarray().ravel())
    shared = np.zeros(len(items), dtype=bool)
    shared[items.matrix[rows].indices] = True
    return shared


def _worst_stratum(
    items: Items, withheld: NDArray[np.bool_], width: NDArray[np.int64], minimum: int
) -> int | None:
    """The stratum with the most unsafe items; None where there is no stratum."""
    if not items.strata:
        return None
    unsafe = withheld & (width < minimum - 1)
    return max(
        range(len(items.strata)),
        key=lambda s: int(unsafe[items.first_value[s] : items.first_value[s + 1]].sum()),
    )
