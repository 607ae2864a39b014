"""One value of each stratum for every person, even where his or her records disagree.

The rule, which depends on no order but the agreement's own:

1. Records without a known value say nothing.
2. Within a list, the value that most of the person's records carry; on a tie the value
   that the agreement names first. So a list has one voice, however many duplicates it holds.
3. Among the person's lists, the value that most lists carry; on a tie the value on the
   list that comes first in the agreement.
4. Nobody knows: unknown.

A person counts as a disagreement when two of his or her records carry different known values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.types import UNKNOWN, Clusters

__all__ = ["resolve_strata"]

_VALUES = 256  # a stratum's values are uint8


def resolve_strata(
    clusters: Clusters, record_strata: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], tuple[int, ...]]:
    """Give every person one value of each stratum, and count those whose records disagree.

    Args:
        clusters: person and list of each record.
        record_strata: ``(records, strata)`` uint8, value index or UNKNOWN (255).

    Returns:
        ``(people, strata)`` uint8, and the number of disagreeing people per stratum.

    Raises:
        ValueError: the arrays do not describe the same records.

    >>> person, lists = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    >>> sex = np.array([[0], [0], [1], [UNKNOWN]], dtype=np.uint8)
    >>> values, disagreements = resolve_strata(Clusters(person, lists), sex)
    >>> values.tolist(), disagreements
    ([[0], [255]], (1,))
    """
    if record_strata.ndim != 2 or record_strata.dtype != np.uint8:
        raise ValueError("record_strata is a (records, strata) uint8 array")
    if not len(record_strata) == len(clusters.person) == len(clusters.lists):
        raise ValueError("record_strata and clusters describe different records")
    resolved = np.full((clusters.people, record_strata.shape[1]), UNKNOWN, dtype=np.uint8)
    order = np.argsort(clusters.person, kind="stable")
    person, values = clusters.person[order], record_strata[order]
    first = np.flatnonzero(np.diff(person, prepend=-1))
    least = np.minimum.reduceat(values, first, axis=0)  # UNKNOWN is the largest value
    most = np.maximum.reduceat(np.where(values == UNKNOWN, 0, values), first, axis=0)
    resolved[person[first]] = least
    split = np.zeros(resolved.shape, dtype=bool)
    split[person[first]] = (least != UNKNOWN) & (most > least)
    # Nearly everybody's records agree; the rule is slow and only the others need it.
    for column in np.flatnonzero(split.any(axis=0)):
        told = (record_strata[:, column] != UNKNOWN) & split[clusters.person, column]
        _resolve_one(
            clusters.person[told],
            clusters.lists[told],
            record_strata[told, column].astype(np.int64),
            resolved[:, column],
        )
    return resolved, tuple(int(people) for people in split.sum(axis=0))


def _resolve_one(
    person: NDArray[np.int64],
    lists: NDArray[np.int64],
    values: NDArray[np.int64],
    resolved: NDArray[np.uint8],
) -> None:
    """Fill ``resolved`` for one stratum, from records that all have a known value of it."""
    list_count = int(lists.max()) + 1
    # One row per (person, list, value), with the number of records that say so.
    voice, records = np.unique((person * list_count + lists) * _VALUES + values, return_counts=True)
    on_list, value = np.divmod(voice, _VALUES)
    chosen = _first_of_each(on_list, np.lexsort((value, -records, on_list)))
    on_list, value = on_list[chosen], value[chosen]
    # One row per (person, value), with the number of lists and the first of them:
    # on_list ascends, so the first occurrence of a (person, value) is its first list.
    holder, on = np.divmod(on_list, list_count)
    pair, first, voices = np.unique(holder * _VALUES + value, return_index=True, return_counts=True)
    who, what = np.divmod(pair, _VALUES)
    chosen = _first_of_each(who, np.lexsort((on[first], -voices, who)))
    resolved[who[chosen]] = what[chosen].astype(np.uint8)


def _first_of_each(group: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of ``order`` (sorted by group), the first index of every group."""
    ordered = group[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return order[is_first]
