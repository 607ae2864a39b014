"""Tables of capture histories from CSV files: this project's, and the shapes that R uses.

* one 0/1 column for each list and a column ``count`` (SparseMSE; ``overlap.csv``) or ``freq``
  (Rcapture); histories that are not listed count as 0;
* the same without that column: a row is a person (Rcapture's other format);
* more columns, which are strata (``joint.csv``), or ``stratum`` and ``value`` (``by_stratum.csv``);
* a column ``draw`` (``draws.csv``, ``draws_joint.csv``), one table for each value;
* ``low``, ``chosen`` and ``high`` (``scenarios.csv``): chosen is taken.

All faults of a file are reported at once. Counts that were suppressed or rounded are refused:
fitted, they are wrong by tens of percent.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkage.errors import DataError, Fault
from linkage.estimate.counts import CaptureHistories
from linkage.files import read_bytes

__all__ = ["HistoryFile", "read_histories"]

COUNTS = ("count", "counts", "freq", "frequency", "chosen", "people", "total", "n")
SCENARIOS = {"low", "high"}
MARKS = {"", "na", "..", ".", "*", "-", "nan", "x", "s", "suppressed"}
NEARLY = 0.8
"""Share of 0 and 1 from which a column is a list with a mistake in it."""
MOST_LISTS, MOST_SHOWN = 16, 12
ROUNDED = {10: 6, 5: 8, 3: 12}
"""Base of rounding -> positive counts, all multiples of it, from which that is no chance."""


@dataclass(frozen=True, slots=True, eq=False)
class HistoryFile:
    """What a file holds.

    Attributes:
        lists: names of the lists.
        strata: names of the columns that are neither list nor count.
        rows: ``(rows, lists)`` masks of the histories as int64, beside values and counts.
        values: for every row the values of the strata.
        counts: ``(rows,)`` int64.
        draws: ``(rows,)`` int64, number of the draw of the linkage; all 0 where there is one table.
        tidy: whether ``strata`` are "stratum" and "value", so that every person is in several rows.
    """

    lists: tuple[str, ...]
    strata: tuple[str, ...]
    rows: NDArray[np.int64] = field(repr=False)
    values: tuple[tuple[str, ...], ...] = field(repr=False)
    counts: NDArray[np.int64] = field(repr=False)
    draws: NDArray[np.int64] = field(repr=False)
    tidy: bool = False

    def table(
        self, draw: int | None = None, values: Mapping[str, str] | None = None
    ) -> CaptureHistories:
        """All people, or those of some strata or of one draw.

        Args:
            draw: number of the draw; None where there is one table.
            values: stratum -> the value wanted.
        """
        wanted = np.ones(len(self.rows), dtype=np.bool_)
        if draw is not None:
            wanted &= self.draws == draw
        for name, value in (values or {}).items():
            place = self.strata.index(name)
            wanted &= np.array([row[place] == value for row in self.values], dtype=np.bool_)
        counts = np.bincount(
            self.rows[wanted], weights=self.counts[wanted], minlength=1 << len(self.lists)
        )
        return CaptureHistories(self.lists, counts.astype(np.int64))

    @property
    def draw_numbers(self) -> tuple[int, ...]:
        """Numbers of the draws; empty where there is one table."""
        return tuple(np.unique(self.draws[self.draws > 0]).tolist())

    def values_of(self, stratum: str) -> tuple[str, ...]:
        """Values of a stratum, in the order of the file."""
        place = self.strata.index(stratum)
        return tuple(dict.fromkeys(row[place] for row in self.values))


def read_histories(path: Path, *, insist: bool = False) -> HistoryFile:
    """Read a table.

    Args:
        path: the file; comma or semicolon, UTF-8 with or without a byte-order mark.
        insist: take counts that look rounded all the same.

    Raises:
        DataError: E351 no table, E352 a column, E353 a count that is none, E354 suppressed, E355
            repeated, E356 people on no list, E357 nobody, E358 rounded.
        MachineError: E102, E103.
    """
    name = path.name
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(
            Fault("E351", f"{name} is not UTF-8.", "Save it as CSV UTF-8.", file=name)
        ) from None
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    numbered = [(number, row) for number, row in enumerate(lines, start=1) if any(row)]
    if len(numbered) < 2:
        raise DataError(Fault("E351", f"{name} has no rows.", "Give a table of counts.", file=name))
    header = [cell.strip() for cell in numbered[0][1]]
    body = [(number, [cell.strip() for cell in row]) for number, row in numbered[1:]]
    return _Reader(name, header, body, insist=insist).read()


class _Reader:
    """One file, its faults collected."""

    def __init__(
        self,
        name: str,
        header: Sequence[str],
        body: Sequence[tuple[int, list[str]]],
        *,
        insist: bool,
    ) -> None:
        self._name, self._header, self._body, self._insist = name, list(header), body, insist
        self._faults: list[Fault] = []

    def read(self) -> HistoryFile:
        self._require_shape()
        lower = [cell.lower() for cell in self._header]
        count = next((lower.index(each) for each in COUNTS if each in lower), None)
        draw = lower.index("draw") if "draw" in lower else None
        ignored = {lower.index(each) for each in SCENARIOS & set(lower)}
        if count is None or lower[count] != "chosen":
            ignored = set()
        others = [c for c in range(len(lower)) if c not in {count, draw, *ignored}]
        lists = self._lists(others, persons=count is None)
        strata = [c for c in others if c not in lists]
        if not 2 <= len(lists) <= MOST_LISTS:
            self._fail(
                "E352", f"has {len(lists)} columns of 0 and 1; it needs 2 to {MOST_LISTS} lists",
                "Give each list a column of 0 and 1, and the number of people in a column count.",
            )  # fmt: skip
        counts = [1] * len(self._body) if count is None else self._counts(count)
        rows = [sum(1 << i for i, c in enumerate(lists) if row[c] == "1") for _, row in self._body]
        self._check(rows, counts, strata, draw, persons=count is None)
        if self._faults:
            raise DataError(*self._faults)
        numbers = np.array(counts, dtype=np.int64)
        if not self._insist:
            self._refuse_rounded(numbers)
        return HistoryFile(
            lists=tuple(self._header[c] for c in lists),
            strata=tuple(self._header[c] for c in strata),
            rows=np.array(rows, dtype=np.int64),
            values=tuple(tuple(row[c] for c in strata) for _, row in self._body),
            counts=numbers,
            draws=np.array(
                [0 if draw is None else int(row[draw]) for _, row in self._body], dtype=np.int64
            ),
            tidy=[lower[c] for c in strata] == ["stratum", "value"],
        )

    def _lists(self, others: Sequence[int], *, persons: bool) -> list[int]:
        """The columns of 0 and 1 before the first stratum; what looks like a mistake is a fault."""
        lists: list[int] = []
        strata = 0
        for column in others:
            values = [row[column] for _, row in self._body]
            share = sum(value in ("0", "1") for value in values) / len(values)
            if share == 1 and not strata:
                lists.append(column)
                continue
            # Of by_stratum.csv, "stratum" and "value" stand before the lists.
            strata += self._header[column].lower() not in ("stratum", "value")
            if NEARLY <= share < 1 and not persons:
                row = next(n for (n, _), v in zip(self._body, values, strict=True)
                           if v not in ("0", "1"))  # fmt: skip
                self._fail(
                    "E352", f"row {row}: the column holds 0 and 1 but for a few rows",
                    "A list has 0 and 1 only.", row=row, column=column,
                )  # fmt: skip
        if persons and len(lists) < len(others):
            self._fail(
                "E352", "has no column called count or freq",
                "Without it every row is a person, and every column a list of 0 and 1.",
            )  # fmt: skip
        if self._faults:
            raise DataError(*self._faults)
        return lists

    def _require_shape(self) -> None:
        doubled = {cell for cell in self._header if self._header.count(cell) > 1 or not cell}
        if doubled:
            self._fail("E352", "has columns without a name, or two of one name", "Name each once.")
        for number, row in self._body:
            if len(row) != len(self._header):
                self._fail(
                    "E352", f"row {number} has {len(row)} cells, not {len(self._header)}",
                    "Every row has a cell for every column.", row=number,
                )  # fmt: skip
        if self._faults:
            raise DataError(*self._faults[:MOST_SHOWN])

    def _counts(self, column: int) -> list[int]:
        counts = []
        for number, row in self._body:
            text = row[column]
            counts.append(0)
            between = re.fullmatch(r"\d+\s*[-–]\s*\d+", text)
            if between or text.lower() in MARKS or text.startswith(("<", "≤")):
                self._fail(
                    "E354", f"row {number}: the count was suppressed", "Fit the exact table, which "
                    "linkage open writes; an estimate from suppressed counts is wrong.",
                    row=number, column=column,
                )  # fmt: skip
                continue
            try:
                value = float(text)
            except ValueError:
                value = -1.0
            if value < 0 or value != int(value) or value > 2**53:
                self._fail(
                    "E353", f"row {number}: the count is not a whole number from 0 on",
                    "Counts are people.", row=number, column=column,
                )  # fmt: skip
            else:
                counts[-1] = int(value)
        return counts

    def _check(
        self, rows: Sequence[int], counts: Sequence[int], strata: Sequence[int], draw: int | None,
        *, persons: bool,
    ) -> None:  # fmt: skip
        known: dict[tuple[object, ...], int] = {}
        for place, (number, row) in enumerate(self._body):
            if draw is not None and not (row[draw].isdecimal() and int(row[draw]) > 0):
                self._fail(
                    "E353", f"row {number}: the draw is not a number from 1 on", "", row=number
                )
            if rows[place] == 0 and counts[place]:
                self._fail(
                    "E356", f"row {number} counts people on no list",
                    "Nobody has seen them. Leave the row out.", row=number,
                )  # fmt: skip
            key = (rows[place], *(row[c] for c in strata), row[draw] if draw is not None else "")
            if key in known and not persons:
                self._fail(
                    "E355", f"row {number} repeats the history of row {known[key]}",
                    "One row for each history (and stratum).", row=number,
                )  # fmt: skip
            known.setdefault(key, number)
        if not any(counts) and not self._faults:
            self._fail("E357", "counts nobody", "")

    def _refuse_rounded(self, counts: NDArray[np.int64]) -> None:
        positive = counts[counts > 0]
        for base, enough in ROUNDED.items():
            if len(positive) >= enough and not (positive % base).any():
                raise DataError(
                    Fault(
                        "E358",
                        f"{self._name}: all {len(positive)} counts are multiples of {base}.",
                        "They were rounded: fit the exact table, which linkage open writes.\n"
                        "If they are exact all the same, say so with --exact.",
                        file=self._name,
                    )
                )

    def _fail(
        self,
        code: str,
        what: str,
        remedy: str,
        *,
        row: int | None = None,
        column: int | None = None,
    ) -> None:
        place = None if column is None else self._header[column]
        joint = ": " if what.startswith("row") else " "
        self._faults.append(
            Fault(code, f"{self._name}{joint}{what}.", remedy, self._name, row, place)
        )
