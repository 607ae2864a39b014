"""Small overlap tables from counts, and all tables that a reader of a publication must consider."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from linkage.overlap import WITHHELD, OverlapTable, PublishedTable, build_overlap_table
from linkage.overlap.histories import all_histories
from linkage.types import PersonHistories


def found(cells: Sequence[Sequence[int]], lists: int, values: int = 0) -> PersonHistories:
    """Capture histories with ``cells[history][value]`` people (one column without strata)."""
    history = []
    stratum = []
    for mask, row in zip(all_histories(lists), cells, strict=True):
        for value, people in enumerate(row):
            history += [mask] * people
            stratum += [255 if values and value == values else value] * people
    return PersonHistories(
        lists=tuple("ABCDEFGHIJK"[:lists]),
        strata=("sex",) if values else (),
        values=(tuple("fmxyz"[:values]),) if values else (),
        history=np.array(history, dtype=np.uint32),
        stratum=np.array(stratum, dtype=np.uint8).reshape(-1, 1)[:, : 1 if values else 0],
        disagreements=(0,) if values else (),
    )


def table(cells: Sequence[Sequence[int]], lists: int, values: int = 0) -> OverlapTable:
    """The same histories at all three thresholds."""
    same = found(cells, lists, values)
    return build_overlap_table(same, same, same)


def drawn_table(
    draws: Sequence[Sequence[Sequence[int]]], lists: int, values: int = 0, spare: int = 3
) -> OverlapTable:
    """A linkage by probability whose first draw is what was chosen.

    Each list has ``spare`` records more than it has people in any draw (or none at all).
    """
    every = [found(cells, lists, values) for cells in draws]
    on = np.array(
        [[(each.history >> i & 1).sum() for i in range(lists)] for each in every], dtype=int
    )
    records = [int(most) + spare if most else 0 for most in on.max(axis=0)]
    chosen = every[0]
    return build_overlap_table(
        chosen,
        chosen,
        chosen,
        thresholds=(0.2, 0.5, 0.8),
        method="probability",
        records=records,
        draws=every,
        rates=rates_of(chosen),
    )


def rates_of(chosen: PersonHistories) -> dict[str, Any]:
    """Error rates as a linkage has them, with as many linked pairs as people on both lists."""
    shares = {"precision": [0.9512, 0.9001, 1.0], "missed": [0.125, 0.05, 0.2]}
    pairs = [
        {
            "lists": [chosen.lists[i], chosen.lists[j]],
            "linked": int(((chosen.history >> i & 1) & (chosen.history >> j & 1)).sum()),
            **shares,
        }
        for i, j in combinations(range(len(chosen.lists)), 2)
    ]
    overall = {"linked": sum(pair["linked"] for pair in pairs), **shares}
    return {"overall": overall, "lists": pairs, "strata": []}


def sums_of(cells: dict[tuple[int, int], int], lists: int, values: int) -> list[int]:
    """Everything a publication holds, from its finest cells, by definition and not by matrix.

    ``cells[mask, value]``; without a stratum the only value is 0 and there are no cells.
    """
    masks = all_histories(lists)
    columns = range(values + 1) if values else range(1)
    of = {mask: sum(cells[mask, value] for value in columns) for mask in masks}
    numbers = [sum(of.values())]
    numbers += [sum(n for mask, n in of.items() if mask >> i & 1) for i in range(lists)]
    numbers += [
        sum(n for mask, n in of.items() if mask.bit_count() == j) for j in range(1, lists + 1)
    ]
    numbers += [of[mask] for mask in masks]
    if values:
        numbers += [sum(cells[mask, value] for mask in masks) for value in columns]
        numbers += [cells[mask, value] for mask in masks for value in columns]
    return numbers


def possible(published: PublishedTable, lists: int, values: int) -> Iterator[list[int]]:
    """Every table that shows exactly what was published, which includes the number of people.

    Brute force: independent of the equations and of the solver under test.
    """
    masks = all_histories(lists)
    keys = [(mask, value) for mask in masks for value in range(values + 1 if values else 1)]
    first = len(published.shown) - len(keys)  # the finest cells come last
    for numbers in _parts(published.shown[first:].tolist(), published.people):
        everything = sums_of(dict(zip(keys, numbers, strict=True)), lists, values)
        if all(
            shown in (WITHHELD, number)
            for shown, number in zip(published.shown, everything, strict=True)
        ):
            yield everything


def _parts(shown: list[int], people: int) -> Iterator[tuple[int, ...]]:
    """All ways to put ``people`` into the cells, of which those that are shown are fixed."""
    if not shown:
        if people == 0:
            yield ()
        return
    for here in range(people + 1) if shown[0] == WITHHELD else (shown[0],):
        if here <= people:
            for rest in _parts(shown[1:], people - here):
                yield (here, *rest)
