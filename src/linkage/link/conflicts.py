"""Conflicts: where the people that were chosen and what single pairs say do not agree.

A cluster is one answer to many pairs, so some of them are overruled: two records are one person
although they are hardly alike, or a record's best candidate went to somebody else. How often
says where a linkage is weak. Only numbers leave this module, never a record.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.kernels import connected_components
from linkage.types import CandidatePairs, Clusters

__all__ = ["ConflictCounts", "Conflicts", "find_conflicts"]

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ConflictCounts:
    """How many people, or records, are in conflict.

    Attributes:
        joined: people with two or more records.
        twice: of them, with two or more records on one list.
        weak: of them, with two records that by themselves are no likely pair.
        chained: of the weak, those whose likely pairs lead from any record to any other.
        outbid: records whose best candidate was given to another record of their list.
    """

    joined: int
    twice: int
    weak: int
    chained: int
    outbid: int

    def as_dict(self) -> dict[str, int]:
        """The counts as JSON-ready values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class Conflicts:
    """Which records are in conflict; see :class:`ConflictCounts` for what each flag means.

    Attributes:
        person: ``(records,)`` int64, person of each record.
        joined: ``(records,)`` bool, as are all: the person has another record.
        twice: the person has another record on the same list.
        weak: with another record of the person it is no likely pair.
        chained: it is weak, and likely pairs lead to every other record of the person.
        outbid: its best candidate was given to another record of its list.
    """

    person: NDArray[np.int64]
    joined: Flags
    twice: Flags
    weak: Flags
    chained: Flags
    outbid: Flags

    def count(self, among: Flags | None = None) -> ConflictCounts:
        """Count people by the records ``among`` them that bear a flag, or by all records."""
        part = np.ones(len(self.person), dtype=bool) if among is None else among

        def people(flag: Flags) -> int:
            return len(np.unique(self.person[flag & part]))

        return ConflictCounts(
            joined=people(self.joined),
            twice=people(self.twice),
            weak=people(self.weak),
            chained=people(self.chained),
            outbid=int((self.outbid & part).sum()),
        )


def find_conflicts(
    pairs: CandidatePairs,
    clusters: Clusters,
    *,
    likely: Flags,
    strength: NDArray[np.float64],
) -> Conflicts:
    """Hold the people that were chosen against each candidate pair by itself.

    Args:
        pairs: candidates within and between lists, none twice.
        clusters: the people that were chosen.
        likely: ``(pairs,)`` bool, whether the pair is more likely one person than two; a pair
            that is no candidate is not.
        strength: ``(pairs,)`` what speaks for the pair before others compete with it;
            negative where nothing does.

    >>> pairs = CandidatePairs(
    ...     np.array([0, 1]), np.array([1, 2]), np.ones((2, 1)), np.array([0.9, 0.8]))
    >>> people = Clusters(np.array([0, 0, 0]), np.array([0, 1, 2]))
    >>> found = find_conflicts(
    ...     pairs, people, likely=np.array([True, True]), strength=np.array([2.0, 1.0]))
    >>> found.count().as_dict()
    {'joined': 1, 'twice': 0, 'weak': 1, 'chained': 1, 'outbid': 0}
    """
    person, lists = clusters.person, clusters.lists
    records, number = len(person), int(lists.max(initial=-1)) + 1
    size = np.bincount(person, minlength=clusters.people)
    entries = np.zeros((clusters.people, number), dtype=np.int64)
    np.add.at(entries, (person, lists), 1)

    inside = likely & (person[pairs.left] == person[pairs.right])
    left, right = pairs.left[inside], pairs.right[inside]
    partners = np.bincount(np.concatenate([left, right]), minlength=records)
    weak = partners < size[person] - 1
    piece = connected_components(records, left, right)
    pieces = np.bincount(person[np.unique(piece, return_index=True)[1]], minlength=clusters.people)
    return Conflicts(
        person=person,
        joined=size[person] > 1,
        twice=entries[person, lists] > 1,
        weak=weak,
        chained=weak & (pieces[person] == 1),
        outbid=_outbid(pairs, clusters, strength, entries > 0),
    )


def _outbid(
    pairs: CandidatePairs, clusters: Clusters, strength: NDArray[np.float64], on: Flags
) -> Flags:
    """``(records,)``: whether the best candidate's person has another record on the same list."""
    person, lists = clusters.person, clusters.lists
    usable = (lists[pairs.left] != lists[pairs.right]) & (strength >= 0.0)
    left, right, strong = pairs.left[usable], pairs.right[usable], strength[usable]
    record, other = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((other, -np.concatenate([strong, strong]), record))
    record, first = np.unique(record[order], return_index=True)
    given_to = person[other[order][first]]
    outbid = np.zeros(len(person), dtype=bool)
    outbid[record] = (given_to != person[record]) & on[given_to, lists[record]]
    return outbid
