"""Tables made of tables: lists merged or left out, and a list taken as the whole population."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linkage.estimate.counts import CaptureHistories

__all__ = ["merged_lists", "on_one_list", "without_list"]


def merged_lists(table: CaptureHistories, names: Sequence[str]) -> CaptureHistories:
    """Some lists as one: a person is on it who is on any of them.

    Raises:
        ValueError: fewer than two of the names are lists, or fewer than two lists are left.

    >>> table = CaptureHistories(("A", "B", "C"), np.array([0, 5, 5, 1, 4, 1, 1, 1]))
    >>> merged_lists(table, ["A", "B"]).counts.tolist()
    [0, 11, 4, 3]
    """
    places = [table.lists.index(name) for name in names]
    if len(set(places)) < 2 or len(table.lists) - len(places) + 1 < 2:
        raise ValueError("merge two lists or more, and leave two")
    kept = [i for i in range(len(table.lists)) if i not in places or i == min(places)]
    masks = np.arange(len(table.counts))
    any_of = np.zeros(len(masks), dtype=np.bool_)
    for place in places:
        any_of |= masks >> place & 1 == 1
    new = np.zeros(len(masks), dtype=np.int64)
    for at, i in enumerate(kept):
        has = any_of if i == min(places) else masks >> i & 1 == 1
        new |= has.astype(np.int64) << at
    counts = np.bincount(new, weights=table.counts, minlength=1 << len(kept)).astype(np.int64)
    joined = "+".join(table.lists[place] for place in sorted(places))
    lists = tuple(joined if i == min(places) else table.lists[i] for i in kept)
    return CaptureHistories(lists, counts)


def without_list(table: CaptureHistories, name: str) -> CaptureHistories:
    """As if a list had never been made; who is on no other is no longer observed.

    Raises:
        ValueError: there is no such list, or only two.

    >>> table = CaptureHistories(("A", "B", "C"), np.array([0, 5, 5, 1, 4, 1, 1, 1]))
    >>> without_list(table, "C").counts.tolist()
    [0, 6, 6, 2]
    """
    place = table.lists.index(name)
    masks = np.arange(len(table.counts))
    left = masks & (1 << place) - 1 | masks >> place + 1 << place
    size = len(masks) // 2
    counts = np.bincount(left, weights=table.counts, minlength=size).astype(np.int64)
    counts[0] = 0
    return CaptureHistories(tuple(each for each in table.lists if each != name), counts)


def on_one_list(table: CaptureHistories, name: str) -> tuple[CaptureHistories, int]:
    """The people of one list by the other lists, and how many there truly are.

    They are a population whose size is known: an estimate from the other lists can be held
    against it (Binette and Steorts 2022, section 4).

    Raises:
        ValueError: there is no such list, or only two.

    >>> table = CaptureHistories(("A", "B", "C"), np.array([0, 5, 5, 1, 4, 1, 1, 1]))
    >>> others, truth = on_one_list(table, "C")
    >>> others.counts.tolist(), truth
    ([0, 1, 1, 1], 7)
    """
    place = table.lists.index(name)
    inside = np.arange(len(table.counts)) >> place & 1 == 1
    among = CaptureHistories(table.lists, np.where(inside, table.counts, 0))
    return without_list(among, name), int(table.counts[inside].sum())
