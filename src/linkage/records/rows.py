"""Places in a spreadsheet: row numbers, written compactly, and column letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linkage.errors import Fault

__all__ = ["RowsFault", "column_letter", "describe_columns", "describe_rows", "row_ranges"]

SHOWN = 20


@dataclass(frozen=True, slots=True)
class RowsFault(Fault):
    """A fault of many rows: its message shows the first ones, ``rows`` holds all of them."""

    rows: tuple[int, ...] = ()


def row_ranges(rows: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Row numbers as ranges, in order.

    >>> row_ranges([19, 3, 17, 18])
    ((3, 3), (17, 19))
    """
    ranges: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], row)
        else:
            ranges.append((row, row))
    return tuple(ranges)


def describe_rows(rows: Iterable[int], *, shown: int | None = SHOWN, more: str = "") -> str:
    """Row numbers for people: ranges, and only the first ``shown`` of them.

    Args:
        rows: row numbers as the spreadsheet shows them.
        shown: how many rows or ranges to write out; None for all.
        more: where the rest can be found, added when rows are left out.

    >>> describe_rows([3, 17, 18, 19, 204])
    'rows 3, 17-19, 204'
    >>> describe_rows([7])
    'row 7'
    >>> describe_rows([2, 4, 6, 8], shown=2, more="--json lists all")
    'rows 2, 4 and 2 more; --json lists all'
    """
    ranges = row_ranges(rows)
    written = ranges if shown is None else ranges[:shown]
    left_out = sum(last - first + 1 for first, last in ranges[len(written) :])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in written]
    single = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    text = ("row " if single else "rows ") + ", ".join(texts)
    if left_out:
        text += f" and {left_out:,} more"
        if more:
            text += f"; {more}"
    return text


def column_letter(index: int) -> str:
    """The letter a spreadsheet shows above column ``index`` (0 is A).

    >>> column_letter(0), column_letter(25), column_letter(26), column_letter(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def describe_columns(indices: Sequence[int]) -> str:
    """Column letters for people.

    >>> describe_columns([1]), describe_columns([0, 2, 5])
    ('column B', 'columns A, C and F')
    """
    letters = [column_letter(index) for index in indices]
    if len(letters) == 1:
        return f"column {letters[0]}"
    return f"columns {', '.join(letters[:-1])} and {letters[-1]}"
