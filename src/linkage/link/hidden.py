"""Hidden matches: as many records of two lists are joined at random as no score can find."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.link.score import LinkScores

__all__ = ["with_hidden"]

Integers = NDArray[np.int64]


def with_hidden(
    person: Integers,
    scores: LinkScores,
    lists: Integers,
    expected: NDArray[np.float64],
    alike: Integers,
    generator: np.random.Generator,
) -> Integers:
    """A partition with its hidden matches: which ones is chance, how many is not.

    Matches that look like strangers but are together all the same, by way of a third record,
    count as found.

    Args:
        person: ``(records,)`` int64, a partition.
        scores: scored candidate pairs.
        lists: ``(records,)`` int64, list of each record.
        expected: ``(groups,)`` expected hidden matches of every two lists.
        alike: ``(records,)`` int64; records of equal number are joined where there are any.
        generator: where chance comes from.

    Returns:
        ``(records,)`` int64, person of each record, numbered in the order of first appearance.
    """
    number = int(lists.max(initial=0)) + 1
    missing = _found_by_way_of_others(person, scores, lists, number)
    wanted = generator.poisson(np.minimum(expected, float(len(lists)) ** 2))
    at = person.copy()
    order = np.argsort(person, kind="stable")
    start = np.searchsorted(person[order], np.arange(int(person.max(initial=0)) + 2))
    members = _Members(order, start)
    on = np.zeros((int(person.max(initial=0)) + 1, number), dtype=bool)
    on[person, lists] = True
    for place in generator.permutation(len(scores.groups.lists)):
        one, other = scores.groups.lists[place]
        few = int(wanted[place] - missing[one, other])
        if one != other and few > 0:
            _join(at, on, members, lists, (int(one), int(other)), few, alike, generator)
    _, first, inverse = np.unique(at, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse])


class _Members:
    """The records of each person, as people are joined."""

    def __init__(self, order: Integers, start: Integers) -> None:
        self._order, self._start = order, start
        self._changed: dict[int, list[int]] = {}

    def of(self, person: int) -> list[int]:
        """The records of a person."""
        if person not in self._changed:
            first, last = self._start[person], self._start[person + 1]
            self._changed[person] = self._order[first:last].tolist()
        return self._changed[person]

    def join(self, person: int, other: int) -> list[int]:
        """Give a person the records of another one; which these are."""
        moved = self.of(other)
        self.of(person).extend(moved)
        self._changed[other] = []
        return moved


def _found_by_way_of_others(
    person: Integers, scores: LinkScores, lists: Integers, number: int
) -> Integers:
    """``(lists, lists)`` int64: pairs that are together and are no candidates."""
    on = np.zeros((int(person.max(initial=0)) + 1, number), dtype=np.int64)
    np.add.at(on, (person, lists), 1)
    left, right = scores.pairs.left, scores.pairs.right
    seen = np.zeros((number, number), dtype=np.int64)
    same = person[left] == person[right]
    np.add.at(seen, (lists[left[same]], lists[right[same]]), 1)
    return np.asarray(on.T @ on - seen - seen.T)


def _join(
    at: Integers,
    on: NDArray[np.bool_],
    members: _Members,
    lists: Integers,
    two: tuple[int, int],
    few: int,
    alike: Integers,
    generator: np.random.Generator,
) -> None:
    """Join ``few`` people on the first list with as many on the second, if there are so many."""
    one, other = two
    left = generator.permutation(np.flatnonzero((lists == one) & ~on[at, other]))
    right = generator.permutation(np.flatnonzero((lists == other) & ~on[at, one]))
    right = right[np.argsort(alike[right], kind="stable")]
    kinds = alike[right]
    taken: dict[int, int] = {}
    for record in left:  # few are enough, as a rule
        kind = int(alike[record])
        if kind not in taken:
            taken[kind] = int(np.searchsorted(kinds, kind))
        place, here = taken[kind], at[record]
        if place == len(kinds) or kinds[place] != kind or on[here, other]:
            continue
        taken[kind] += 1
        there = at[right[place]]
        if (on[here] & on[there]).any():
            continue
        at[members.join(int(here), int(there))] = here
        on[here] |= on[there]
        few -= 1
        if not few:
            return
