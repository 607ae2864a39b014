"""One record of the rows that their owner says are one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.types import UNKNOWN, FieldValue, NormalisedList, PartialDate

__all__ = ["MergedList", "merge_rows"]


@dataclass(frozen=True, slots=True)
class MergedList:
    """A list in which confirmed duplicates are one record.

    Attributes:
        records: the list, in the order of the kept rows.
        merged: for every kept row that took others in, those others, as the spreadsheet
            shows them.
        disagreements: kept rows whose rows disagree on a known value of a stratum.
    """

    records: NormalisedList = field(repr=False)
    merged: dict[int, tuple[int, ...]]
    disagreements: tuple[int, ...] = ()

    @property
    def left_out(self) -> tuple[int, ...]:
        """Rows that have no record of their own any more, rising."""
        return tuple(sorted(row for rows in self.merged.values() for row in rows))


def merge_rows(
    records: NormalisedList, rules: Sequence[FieldRule], groups: Sequence[Sequence[int]]
) -> MergedList:
    """Merge each group of rows into its most complete one.

    * The row with the most fields is kept, of these the one with the most parts of dates and
      words of names, of these the first. The crosswalk leads to it.
    * A field that it lacks is taken from the next most complete row that has it. A date of
      which it knows less than another row of the same year is taken from there.
    * A stratum gets the value that most rows of the group carry; on a tie the one that the
      agreement names first; unknown says nothing. It is the linkage unit's rule for
      duplicates that it finds itself, so it does not matter who finds them.

    Args:
        records: the normalised list.
        rules: the agreement's fields.
        groups: rows that are one person, two or more in each, no row in two groups.

    Raises:
        ValueError: a row that the list does not have, or that is in two groups.
    """
    place_of = {row: place for place, row in enumerate(records.rows.tolist())}
    named = [row for group in groups for row in group]
    if len(set(named)) != len(named) or not set(named) <= place_of.keys():
        raise ValueError("every row of a group is a row of the list, and of one group only")
    fields = {rule.name: list(records.fields[rule.name]) for rule in rules}
    strata = records.strata.copy()
    merged: dict[int, tuple[int, ...]] = {}
    disagreements = []
    keep = np.ones(len(records), dtype=np.bool_)
    for group in groups:
        places = sorted(
            (place_of[row] for row in group),
            key=lambda place: (_completeness(records, rules, place), records.rows[place]),
        )
        first, *others = places
        for rule in rules:
            values = [records.fields[rule.name][place] for place in places]
            fields[rule.name][first] = _combined(values)
        strata[first], disagree = _resolved(records.strata[places])
        row = int(records.rows[first])
        merged[row] = tuple(sorted(int(records.rows[place]) for place in others))
        if disagree:
            disagreements.append(row)
        keep[others] = False
    kept = np.flatnonzero(keep).tolist()
    return MergedList(
        NormalisedList(
            rows=records.rows[keep],
            fields={
                name: tuple(values[place] for place in kept) for name, values in fields.items()
            },
            strata=strata[keep],
        ),
        dict(sorted(merged.items())),
        tuple(sorted(disagreements)),
    )


def _completeness(
    records: NormalisedList, rules: Sequence[FieldRule], place: int
) -> tuple[int, int]:
    """How little a row says: fewer is better, so that the most complete row sorts first."""
    values = [records.fields[rule.name][place] for rule in rules]
    return -sum(_parts(value) > 0 for value in values), -sum(map(_parts, values))


def _parts(value: FieldValue) -> int:
    """Parts of a date, words of a name, or 1 for a code; 0 where there is nothing."""
    if isinstance(value, PartialDate):
        return sum(part is not None for part in (value.year, value.month, value.day))
    return len(value) if isinstance(value, tuple) else int(bool(value))


def _combined(values: Sequence[FieldValue]) -> FieldValue:
    """The first value there is, or a fuller date of the same year."""
    best = next((value for value in values if _parts(value)), values[0])
    if not isinstance(best, PartialDate) or best.year is None:
        return best
    same_year = [
        each for each in values if isinstance(each, PartialDate) and each.year == best.year
    ]
    return max(same_year, key=_parts)


def _resolved(strata: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], bool]:
    """The value of each stratum, and whether two known ones disagree in any."""
    found = np.full(strata.shape[1], UNKNOWN, dtype=np.uint8)
    disagree = False
    for place in range(strata.shape[1]):
        known = strata[:, place][strata[:, place] != UNKNOWN]
        if len(known):
            counts = np.bincount(known)
            found[place] = counts.argmax()  # the first of the most frequent
            disagree |= bool(np.count_nonzero(counts) > 1)
    return found, disagree
