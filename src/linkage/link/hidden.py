"""Hidden matches: as many records are joined with people at random as no score can find."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.link.partition import numbered
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
    groups = scores.groups.lists
    wanted = np.zeros((number, number), dtype=np.int64)
    drawn = generator.poisson(np.minimum(expected, float(len(lists)) ** 2))
    wanted[groups[:, 0], groups[:, 1]] = drawn
    wanted = np.triu(wanted, 1)
    wanted += wanted.T - _found_by_way_of_others(person, scores, lists, number)
    joined = _Joined(person, lists, wanted, alike)
    for one, other in groups[generator.permutation(len(groups))].tolist():
        if one != other:
            joined.join(one, other, generator)
    return numbered(joined.at)


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


class _Joined:
    """A partition whose people are joined, two by two."""

    def __init__(
        self, person: Integers, lists: Integers, wanted: Integers, alike: Integers
    ) -> None:
        people = int(person.max(initial=0)) + 1
        order = np.argsort(person, kind="stable")
        self.at = person.copy()
        self._members = _Members(order, np.searchsorted(person[order], np.arange(people + 1)))
        self._on = np.zeros((people, len(wanted)), dtype=np.int64)
        np.add.at(self._on, (person, lists), 1)
        self._lists = lists
        self._wanted = wanted
        self._alike = alike

    def join(self, one: int, other: int, generator: np.random.Generator) -> None:
        """Join people of two lists until no more pairs of theirs are wanted."""
        if self._wanted[one, other] <= 0:
            return
        at, on, alike = self.at, self._on, self._alike
        if generator.random() < 0.5:
            one, other = other, one
        # A record that looks like a stranger to its match looks like one to all: it is alone.
        alone = on.sum(axis=1)[at] == 1
        left = generator.permutation(np.flatnonzero((self._lists == one) & alone))
        right = generator.permutation(np.flatnonzero((self._lists == other) & (on[at, one] == 0)))
        right = right[np.argsort(alike[right], kind="stable")]
        kinds = alike[right]
        taken: dict[int, int] = {}
        for record in left:  # few are enough, as a rule
            kind = int(alike[record])
            if kind not in taken:
                taken[kind] = int(np.searchsorted(kinds, kind))
            place, here = taken[kind], int(at[record])
            if place == len(kinds) or kinds[place] != kind or on[here, other]:
                continue
            taken[kind] += 1
            there = int(at[right[place]])
            if (on[here] * on[there]).any():
                continue
            # Whoever is joined brings all his or her records: they count for their lists too.
            more = np.outer(on[here], on[there])
            self._wanted -= more + more.T
            on[here] += on[there]
            at[self._members.join(here, there)] = here
            if self._wanted[one, other] <= 0:
                return
