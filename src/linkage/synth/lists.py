"""The lists as their owners hold them, and the truth that nobody has."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from linkage.synth.drafts import Draft
from linkage.synth.draws import Draws
from linkage.synth.errors import DEFAULT_RATES, apply_errors
from linkage.synth.people import LISTS, Person, Population
from linkage.synth.spelling import without_diacritics
from linkage.synth.styles import LIST_STYLES, ListStyle
from linkage.synth.xlsx import write_xlsx

__all__ = ["OwnedList", "make_lists", "population_csv", "truth_csv"]

Cell = str | dt.date


@dataclass(frozen=True, slots=True)
class OwnedList:
    """One owner's file with the truth about every row.

    Attributes:
        style: the owner and its habits.
        content: the file's bytes.
        people: number of the person on every row, in the file's order; the first record is
            row 2 of the spreadsheet.
        kinds: the error kinds of every row.
    """

    style: ListStyle
    content: bytes = field(repr=False)
    people: tuple[int, ...] = field(repr=False)
    kinds: tuple[tuple[str, ...], ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.people)

    def error_shares(self) -> dict[str, float]:
        """Share of the rows that carry each error kind, and ``clean`` for those with none."""
        counts = Counter(kind for row in self.kinds for kind in set(row) - {"region_other"})
        counts["clean"] = sum(not set(row) - {"region_other"} for row in self.kinds)
        return {kind: counts[kind] / len(self) for kind in sorted(counts)}


def make_lists(
    generator: np.random.Generator,
    population: Population,
    *,
    styles: Sequence[ListStyle] = LIST_STYLES,
    rates: Mapping[str, Mapping[str, float]] = DEFAULT_RATES,
) -> tuple[OwnedList, ...]:
    """Write every owner's file.

    Args:
        generator: seeded; equal seeds and populations give equal bytes on every platform.
        population: who is on which list.
        styles: the owners' habits, one per list.
        rates: list id -> error kind -> probability.

    >>> from linkage.synth.people import PopulationSettings, make_population
    >>> population = make_population(np.random.default_rng(1), PopulationSettings(people=200))
    >>> lists = make_lists(np.random.default_rng(2), population)
    >>> [owned.style.list_id for owned in lists]
    ['I', 'K', 'O', 'P', 'R', 'Z']
    """
    draws = Draws(generator)
    return tuple(
        _make_list(draws, population, style, rates.get(style.list_id, {})) for style in styles
    )


def _make_list(
    draws: Draws, population: Population, style: ListStyle, rates: Mapping[str, float]
) -> OwnedList:
    drafts: list[Draft] = []
    for person in population.on_list(style.list_id):
        copies = 2 if draws.chance(style.duplicates) else 1
        for copy in range(copies):
            draft = _draft(draws, person, style, rates)
            if copy:
                draft.kinds.append("duplicate")
            drafts.append(draft)
    drafts = draws.shuffled(drafts)
    rows: list[list[Cell]] = [list(style.columns.values())]
    for number, draft in enumerate(drafts, start=1):
        cells = _cells(draws, draft, style, population.years[-1], number)
        rows.append([cells[content] for content in style.columns])
    return OwnedList(
        style=style,
        content=_file(rows, style),
        people=tuple(draft.person.number for draft in drafts),
        kinds=tuple(tuple(draft.kinds) for draft in drafts),
    )


def _draft(draws: Draws, person: Person, style: ListStyle, rates: Mapping[str, float]) -> Draft:
    draft = Draft.of(person, native=draws.chance(style.native))
    keeps = draws.chance(style.diacritics)
    apply_errors(draws, draft, rates)
    if not keeps and not draft.native:
        draft.given = [without_diacritics(name) for name in draft.given]
        draft.surnames = [without_diacritics(name) for name in draft.surnames]
    return draft


def _cells(
    draws: Draws, draft: Draft, style: ListStyle, last_year: int, number: int
) -> dict[str, Cell]:
    year = draft.person.year
    if year < last_year and draws.chance(0.03):  # some are reported the year after
        year += 1
    reported = dt.date(year, 1, 1) + dt.timedelta(days=draws.between(0, 364))
    remarks = draws.pick(("", "", "", "interpreter needed", "via helpline", "consent given"))
    return {
        "case": f"{style.list_id}{year}-{number:05d}",
        "given_name": _written(draws, " ".join(draft.given), style),
        "surname": _written(draws, " ".join(draft.surnames), style),
        "date_of_birth": _birth_date(draft, style),
        "sex": style.sexes.get(draft.sex, ""),
        "nationality": style.nationalities.get(draft.nationality, ""),
        "exploitation": style.exploitation[draft.person.exploitation],
        "region": draft.region,
        "report_date": _date(reported, style),
        "remarks": remarks,
    }


def _written(draws: Draws, name: str, style: ListStyle) -> str:
    """``name`` as the owner's file can hold it."""
    lost = draws.chance(style.lost_letters)
    if style.kind == "csv":
        letters = []
        for letter in name:
            if _fits(letter, style.encoding):
                letters.append(letter)
            else:
                letters.append("?" if lost else without_diacritics(letter))
        name = "".join(letters)
        if not _fits(name, style.encoding):
            name = name.encode(style.encoding, "replace").decode(style.encoding)
    return name.upper() if style.capitals else name


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _birth_date(draft: Draft, style: ListStyle) -> Cell:
    full = draft.full_date
    if full is not None:
        return _date(full, style)
    return "" if draft.year is None else f"{draft.year:04d}"


def _date(date: dt.date, style: ListStyle) -> Cell:
    return date if style.date_format == "excel" else date.strftime(style.date_format)


def _file(rows: list[list[Cell]], style: ListStyle) -> bytes:
    if style.kind == "xlsx":
        return write_xlsx(rows, sheet="Blad1")
    text = io.StringIO()
    csv.writer(text, delimiter=style.delimiter, lineterminator="\r\n").writerows(rows)
    if style.encoding == "utf-16":  # Python would take the machine's own byte order
        return b"\xff\xfe" + text.getvalue().encode("utf-16-le")
    return text.getvalue().encode(style.encoding)


def truth_csv(lists: Sequence[OwnedList]) -> bytes:
    """Who every row is: columns list, row (as a spreadsheet shows it), person, errors."""
    rows: list[Sequence[object]] = [("list", "row", "person", "errors")]
    for owned in lists:
        for place, (person, kinds) in enumerate(zip(owned.people, owned.kinds, strict=True)):
            rows.append((owned.style.list_id, place + 2, person, " ".join(kinds)))
    return _csv(rows)


def population_csv(population: Population) -> bytes:
    """Everyone, those on no list included: true identity, strata and a 0/1 column per list."""
    header = "person,given_name,surname,date_of_birth,sex,nationality,name_pool,exploitation"
    rows: list[Sequence[object]] = [(*header.split(","), "year", "region", "minor", *LISTS)]
    rows += [_population_row(person) for person in population.people]
    return _csv(rows)


def _population_row(person: Person) -> tuple[object, ...]:
    return (
        person.number,
        " ".join(name.native for name in person.given),
        " ".join(name.native for name in person.surnames),
        person.birth_date.isoformat(),
        person.sex,
        person.nationality,
        person.pool,
        person.exploitation,
        person.year,
        person.region,
        int(person.minor),
        *(int(list_id in person.lists) for list_id in LISTS),
    )


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
