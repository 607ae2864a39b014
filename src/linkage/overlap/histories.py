"""From clusters to capture histories: for every person, the lists he or she is on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from linkage.errors import Fault, PolicyError
from linkage.overlap.strata import resolve_strata
from linkage.types import UNKNOWN, Clusters, PersonHistories

__all__ = ["MAXIMUM_LISTS", "all_histories", "capture_histories", "history_text", "membership_of"]

MAXIMUM_LISTS = 16
"""More lists than this have more than 65,535 capture histories: no table anybody can read."""


def all_histories(list_count: int) -> tuple[int, ...]:
    """All ``2**list_count - 1`` histories in the order of every table.

    Fewest lists first; within a number of lists, the first list varies slowest: A, B, C, AB,
    AC, BC, ABC. It is the order of ``tidylists(includezerocounts = TRUE)`` in R's SparseMSE.
    Bit ``i`` of a history stands for list ``i``.

    Raises:
        PolicyError: E640 for more than :data:`MAXIMUM_LISTS` lists.

    >>> all_histories(3)
    (1, 2, 4, 3, 5, 6, 7)
    """
    if list_count > MAXIMUM_LISTS:
        raise PolicyError(
            Fault(
                "E640",
                f"{list_count} lists have {2**list_count - 1:,} capture histories; "
                f"overlap tables are made for at most {MAXIMUM_LISTS} lists.",
                "Agree on fewer lists, or merge small ones before encoding.",
            )
        )
    return tuple(
        sum(1 << member for member in members)
        for size in range(1, list_count + 1)
        for members in combinations(range(list_count), size)
    )


def membership_of(list_count: int) -> NDArray[np.bool_]:
    """``(histories, lists)``: whether each of :func:`all_histories` includes each list.

    >>> membership_of(2).tolist()
    [[True, False], [False, True], [True, True]]
    """
    masks = np.array(all_histories(list_count), dtype=np.int64)
    return (masks[:, None] >> np.arange(list_count) & 1).astype(bool)


def history_text(history: int, list_count: int) -> str:
    """A history as 0s and 1s, the first list first.

    >>> history_text(0b011, 3)
    '110'
    """
    return "".join(str(history >> bit & 1) for bit in range(list_count))


def capture_histories(
    clusters: Clusters,
    record_strata: NDArray[np.uint8],
    *,
    lists: Sequence[str],
    strata: Sequence[str],
    values: Sequence[Sequence[str]],
) -> PersonHistories:
    """The capture history and the strata of every person.

    Args:
        clusters: person and list of each record; ``clusters.lists`` indexes ``lists``.
        record_strata: ``(records, strata)`` uint8, value index or UNKNOWN (255); the records
            in the order of ``clusters``. ``(records, 0)`` where there are no strata.
        lists: ids of the lists, in the agreement's order.
        strata: names of the strata, in the agreement's order.
        values: allowed values of each stratum, in the agreement's order, without "unknown".

    Returns:
        One entry per person, numbered as in ``clusters``. Persons whose records disagree on
        a stratum are resolved by the rule of :mod:`linkage.overlap.strata` and counted.

    Raises:
        ValueError: the arguments do not fit one another.
        PolicyError: E640 for more than :data:`MAXIMUM_LISTS` lists.

    >>> found = capture_histories(
    ...     Clusters(np.array([0, 0, 1]), np.array([0, 1, 1])),
    ...     np.zeros((3, 0), dtype=np.uint8), lists=("A", "B"), strata=(), values=(),
    ... )
    >>> [history_text(int(history), 2) for history in found.history]
    ['11', '01']
    """
    all_histories(len(lists))  # refuses too many lists
    if len(strata) != len(values) or record_strata.ndim != 2:
        raise ValueError("strata, values and record_strata do not fit one another")
    if record_strata.shape[1] != len(strata):
        raise ValueError(f"{record_strata.shape[1]} columns of strata, {len(strata)} names")
    if len(clusters.lists) and not 0 <= clusters.lists.min() <= clusters.lists.max() < len(lists):
        raise ValueError("a record stands on a list that does not exist")
    for column, allowed in enumerate(values):
        known = record_strata[:, column][record_strata[:, column] != UNKNOWN]
        if len(allowed) >= UNKNOWN or (len(known) and int(known.max()) >= len(allowed)):
            raise ValueError(f"stratum {strata[column]} has a value outside its allowed values")
    history = np.zeros(clusters.people, dtype=np.uint32)
    for index in range(len(lists)):
        history[clusters.person[clusters.lists == index]] |= np.uint32(1 << index)
    if not history.all():
        raise ValueError("people are numbered 0, 1, ... without a gap")
    resolved, disagreements = resolve_strata(clusters, record_strata)
    return PersonHistories(
        lists=tuple(lists),
        strata=tuple(strata),
        values=tuple(tuple(allowed) for allowed in values),
        history=history,
        stratum=resolved,
        disagreements=disagreements,
    )
