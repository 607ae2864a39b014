"""What the cells of a column show: date formats that read them all, codes that are known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from linkage.records.normalise.codes import MissingMarkers, tidy
from linkage.records.normalise.date_formats import DateFormat, plain_digits
from linkage.records.normalise.names import read_text
from linkage.records.propose.countries import COUNTRY_GROUPS
from linkage.records.propose.synonyms import CODE_GROUPS
from linkage.types import PartialDate

__all__ = ["ProposedFormats", "ProposedValues", "propose_formats", "propose_values"]

MOST_CODES = 80
LONGEST_CODE = 40
LEAST_SHARE = 0.9

_SEPARATORS = ("-", "/", ".", " ")
_CANDIDATES = (
    "%Y",
    "%Y%m%d",
    "%d%m%Y",
    *(
        form.replace("-", mark) if "%-" not in form else form.replace("|", mark)
        for mark in _SEPARATORS
        for form in (
            "%Y-%m-%d",
            "%d-%m-%Y",
            "%m-%d-%Y",
            "%-d|%-m|%Y",
            "%-m|%-d|%Y",
            "%Y|%-m|%-d",
            "%Y-%m",
            "%m-%Y",
            "%-d|%b|%Y",
        )
    ),
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%-d/%-m/%Y %H:%M",
)


@dataclass(frozen=True, slots=True)
class ProposedFormats:
    """Date formats of a column.

    Attributes:
        formats: those that are certain.
        choices: where two orders of day and month read every date equally: one of these.
        unread: values that no known format reads.
        two_digit_years: whether there seem to be years of two digits, which are never guessed.
    """

    formats: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    unread: int = 0
    two_digit_years: bool = False


def propose_formats(
    cells: Sequence[str], missing: MissingMarkers, *, real_dates: bool = False
) -> ProposedFormats:
    """The formats that read every date of a column, shape by shape.

    Dates that no format reads (31 February) do not decide; a shape of which fewer than 90%
    can be read is left to the owner.
    """
    counts = Counter(plain_digits(cell) for cell in cells if cell not in missing)
    if real_dates:
        iso = DateFormat("%Y-%m-%d")
        counts = Counter({cell: n for cell, n in counts.items() if iso.parse(cell) is None})
    shapes: dict[str, list[str]] = {}
    for cell in counts:
        shapes.setdefault(_shape(cell), []).append(cell)
    formats: list[str] = ["%Y-%m-%d"] if real_dates else []
    choices: tuple[str, ...] = ()
    unread = 0
    for members in shapes.values():
        fitting, left = _fitting(members)
        total = sum(counts[cell] for cell in members)
        lost = sum(counts[cell] for cell in left)
        if not fitting or (total - lost) < LEAST_SHARE * total:
            unread += total
            continue
        unread += lost
        if len(fitting) == 1 or choices:
            formats += [form for form in fitting[:1] if form not in formats]
        else:
            choices = tuple(fitting)
    two_digits = any(re.fullmatch(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}", cell) for cell in counts)
    return ProposedFormats(tuple(formats), choices, unread, two_digits)


def _shape(cell: str) -> str:
    """Digits by how many (one and two alike), letters as one."""
    shape = re.sub(r"[^\W\d_]+\.?", "b", cell)
    return re.sub(r"\d+", lambda run: "9" * max(2, len(run.group())), shape)


def _fitting(cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """Formats that read all of the cells that any format reads, and the cells none reads.

    Of formats that read every cell the same, only the first.
    """
    read: dict[str, dict[str, PartialDate]] = {}
    for text in _CANDIDATES:
        form = DateFormat(text)
        if form.parse(cells[0]) is None and not any(form.parse(cell) for cell in cells):
            continue
        read[text] = {cell: date for cell in cells if (date := form.parse(cell)) is not None}
    readable = {cell for dates in read.values() for cell in dates}
    left = [cell for cell in cells if cell not in readable]
    distinct: dict[tuple[PartialDate, ...], str] = {}
    for text, dates in read.items():
        if readable and len(dates) == len(readable):
            distinct.setdefault(tuple(dates[cell] for cell in sorted(readable)), text)
    return list(distinct.values()), left


@dataclass(frozen=True, slots=True)
class ProposedValues:
    """A value map of a code column.

    Attributes:
        mapped: the agreed code of every value that is one, or is known to mean one.
        unmapped: the other values, with their number of cells.
        too_many: number of distinct values where there are too many to be codes.
    """

    mapped: dict[str, str] = field(default_factory=dict)
    unmapped: dict[str, int] = field(default_factory=dict)
    too_many: int = 0


def propose_values(
    cells: Sequence[str], allowed: Sequence[str], missing: MissingMarkers
) -> ProposedValues:
    """The value map that follows from equal codes and known synonyms.

    >>> propose_values(["V", "man", "?!", "-"], ["F", "M"], MissingMarkers(["-"]))
    ProposedValues(mapped={'V': 'F', 'man': 'M'}, unmapped={'?!': 1}, too_many=0)
    """
    counts = Counter(tidy(cell) for cell in cells if cell not in missing)
    if len(counts) > max(MOST_CODES, 2 * len(allowed)):
        return ProposedValues(too_many=len(counts))
    meanings = _meanings(allowed)
    mapped: dict[str, str] = {}
    unmapped: dict[str, int] = {}
    for value in sorted(counts):
        code = meanings.get(_key(value))
        if code is not None:
            mapped[value] = code
        elif len(value) <= LONGEST_CODE:
            unmapped[value] = counts[value]
    return ProposedValues(mapped, unmapped)


def _key(text: str) -> str:
    return " ".join(read_text(text.replace("_", " ")).words)


def _meanings(allowed: Sequence[str]) -> dict[str, str]:
    """Every plain text that stands for one agreed code and no other."""
    own = {_key(code): code for code in allowed}
    meanings: dict[str, str] = {}
    for group in (*CODE_GROUPS, *COUNTRY_GROUPS):
        codes = {own[name] for name in group if name in own}
        if len(codes) == 1:
            (code,) = codes
            for name in group:
                meanings.setdefault(name, code)
    return meanings | own
