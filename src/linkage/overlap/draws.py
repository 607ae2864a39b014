"""Joint counts, of one linkage and of many draws of it, without the combinations that are empty.

An estimate made of each draw and averaged over all carries the errors of the linkage, which an
estimate made of the most likely linkage alone does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.histories import all_histories
from linkage.types import UNKNOWN, PersonHistories

__all__ = ["TableDraws", "fits_records", "joint_draws", "joint_rows"]

_WORD = 8
_HISTORY_BYTES = 2


@dataclass(frozen=True, slots=True, eq=False)
class TableDraws:
    """People by strata and capture history in every draw.

    Attributes:
        strata: ``(rows, strata)`` uint8, index of the value of each stratum, "unknown" last;
            sorted, only combinations that occur in some draw.
        history: ``(rows,)`` int64, index into the table's histories.
        count: ``(draws, rows)`` int64, people; 0 where a draw has none of that combination.
    """

    strata: NDArray[np.uint8]
    history: NDArray[np.int64]
    count: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.count)

    @property
    def people(self) -> NDArray[np.int64]:
        """``(draws,)`` int64, distinct people."""
        total: NDArray[np.int64] = self.count.sum(axis=1)
        return total

    def by_history(self, histories: int) -> NDArray[np.int64]:
        """``(draws, histories)`` int64, people by history, whatever their strata.

        Args:
            histories: number of histories of the table.

        >>> drawn = TableDraws(np.array([[0], [1], [1]], dtype=np.uint8), np.array([0, 0, 2]),
        ...                    np.array([[4, 5, 1], [3, 5, 2]]))
        >>> drawn.by_history(3).tolist()
        [[9, 0, 1], [8, 0, 2]]
        """
        found = np.zeros((histories, len(self)), dtype=np.int64)
        np.add.at(found, self.history, self.count.T)
        return np.ascontiguousarray(found.T)


def joint_rows(
    found: PersonHistories,
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """The combinations of strata and history that occur, sorted, with their people.

    Args:
        found: capture histories of one linkage.

    Returns:
        ``(rows, strata)`` uint8, "unknown" after the allowed values; ``(rows,)`` int64, place
        of the history among all; ``(rows,)`` int64, people.
    """
    words = _words(found)
    first, row = _distinct(words)
    strata, history = _unpacked(words[first], len(found.strata))
    return strata, history, np.bincount(row, minlength=len(first)).astype(np.int64)


def joint_draws(draws: Iterable[PersonHistories], strata: int) -> TableDraws:
    """The same of many linkages, over the combinations that occur in any of them.

    Args:
        draws: capture histories of every draw, of the same lists and strata; only one of them
            is held at a time.
        strata: number of strata.
    """
    rows, people = [], []
    for found in draws:
        words = _words(found)
        first, row = _distinct(words)
        rows.append(words[first])
        people.append(np.bincount(row, minlength=len(first)))
    every = np.concatenate(rows) if rows else np.zeros((0, _width(strata)), dtype=np.uint64)
    first, row = _distinct(every)
    count = np.zeros((len(rows), len(first)), dtype=np.int64)
    begin = 0
    for draw, counted in enumerate(people):
        count[draw, row[begin : begin + len(counted)]] = counted
        begin += len(counted)
    which, history = _unpacked(every[first], strata)
    return TableDraws(which, history, count)


def fits_records(
    by_history: NDArray[np.int64], membership: NDArray[np.bool_], records: Iterable[int]
) -> bool:
    """Whether every linkage has on each list no more people than records, and none only if none.

    Args:
        by_history: ``(linkages, histories)`` int64, people.
        membership: ``(histories, lists)``, whether the history includes the list.
        records: records of each list, duplicates counted.
    """
    most = np.array(tuple(records), dtype=np.int64)
    people = by_history @ membership.astype(np.int64)
    return bool(((people <= most) & ((people > 0) == (most > 0))).all())


def _width(strata: int) -> int:
    """Words that hold the values of all strata and a history."""
    return -(-(strata + _HISTORY_BYTES) // _WORD)


def _words(found: PersonHistories) -> NDArray[np.uint64]:
    """``(people, words)``: strata and history as numbers that sort as the rows of a table do."""
    histories = all_histories(len(found.lists))
    place = np.zeros(1 << len(found.lists), dtype=np.uint16)
    place[list(histories)] = np.arange(len(histories))
    strata = len(found.strata)
    unknown = np.array([len(allowed) for allowed in found.values], dtype=np.uint8)
    packed = np.zeros((len(found), _width(strata) * _WORD), dtype=np.uint8)
    packed[:, :strata] = np.where(found.stratum == UNKNOWN, unknown[None, :], found.stratum)
    packed[:, strata], packed[:, strata + 1] = np.divmod(place[found.history], 256)
    return packed.view(">u8").astype(np.uint64)


def _unpacked(
    words: NDArray[np.uint64], strata: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    packed = words.astype(">u8").view(np.uint8).reshape(len(words), _width(strata) * _WORD)
    high, low = (packed[:, strata + at].astype(np.int64) for at in range(_HISTORY_BYTES))
    return packed[:, :strata].copy(), high * 256 + low


def _distinct(words: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each distinct row stands first, sorted by row; and which of these each row is."""
    order = np.lexsort(words.T[::-1])
    ordered = words[order]
    fresh = np.ones(len(words), dtype=bool)
    fresh[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    which = np.empty(len(words), dtype=np.int64)
    which[order] = np.cumsum(fresh) - 1
    return order[fresh], which
