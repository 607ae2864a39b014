"""Propose ``mapping.toml`` and write it with comments, for the owner to correct and confirm."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from linkage.agreement.model import Agreement, FieldRule, Stratum
from linkage.errors import DataError, Fault
from linkage.records.mapping import MISSING
from linkage.records.normalise.codes import MissingMarkers
from linkage.records.propose.cells import propose_formats, propose_values
from linkage.records.propose.headers import header_is_trusted, match_columns, plain_name
from linkage.records.propose.synonyms import HEADERS
from linkage.records.rows import column_letter
from linkage.records.table import Table

__all__ = ["ProposedMapping", "confirm_text", "propose_mapping"]

CODES_FROM = 0.8
MOST_LISTED = 40
_CONFIRMED = re.compile(r"^(\s*confirmed\s*=\s*)(?:true|false)\b", re.MULTILINE)
_FORMAT = re.compile(r"^format\s*=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ProposedMapping:
    """A mapping to look through.

    Attributes:
        text: the TOML file. It may hold codes of the list, never a name or a date.
        found: columns by field or stratum (their letters), those that were found.
        open_points: what the owner has to decide, without any value.
    """

    text: str = field(repr=False)
    found: dict[str, str]
    open_points: tuple[str, ...]


def propose_mapping(
    table: Table,
    agreement: Agreement,
    *,
    encoding: str = "utf-8",
    sheet: str | None = None,
) -> ProposedMapping:
    """Propose which column is which field, how dates are written, and what codes mean.

    Args:
        table: the list as read.
        agreement: whose fields and strata are looked for.
        encoding: the encoding the list was read with.
        sheet: the sheet it was read from.
    """
    return _Proposal(table, agreement).write(encoding, sheet)


def confirm_text(text: str, name: str = "mapping.toml") -> str:
    r"""The same mapping with ``confirmed = true``, comments and all.

    Raises:
        DataError: E323 where there is no top-level line to change or to write it under.

    >>> confirm_text('format = "linkage-mapping/1"\nconfirmed = false  # look first\n')
    'format = "linkage-mapping/1"\nconfirmed = true  # look first\n'
    """
    changed, count = _CONFIRMED.subn(r"\g<1>true", text, count=1)
    if not count:
        changed, count = _FORMAT.subn(r"\g<0>\nconfirmed = true", text, count=1)
    if not count:
        raise DataError(
            Fault(
                "E323",
                f"{name} has no line that --confirm could change.",
                "Write confirmed = true in it, above the first [table].",
                file=name,
                field="confirmed",
            )
        )
    return changed


def _quoted(text: str) -> str:
    """A TOML basic string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _array(texts: Sequence[str]) -> str:
    return f"[{', '.join(_quoted(text) for text in texts)}]"


class _Proposal:
    """The work of :func:`propose_mapping`: columns first, then a table for each field."""

    def __init__(self, table: Table, agreement: Agreement) -> None:
        self.table = table
        self.agreement = agreement
        names = [rule.name for rule in agreement.fields]
        names += [stratum.name for stratum in agreement.strata]
        self.trusted = header_is_trusted(table.header, names)
        header = table.header if self.trusted else ()
        self.missing = MissingMarkers(MISSING)
        self.found: dict[str, str] = {}
        self.points: list[str] = []
        self.used: set[int] = set()
        self.fields = match_columns(header, (rule.name for rule in agreement.fields))
        self.codes = match_columns(
            header, (item.name for item in agreement.strata if item.kind == "code")
        )
        dates = match_columns(header, ("date_of_birth", "report_date"))
        self.birth, self.report = dates.get("date_of_birth"), dates.get("report_date")

    def write(self, encoding: str, sheet: str | None) -> ProposedMapping:
        body: list[str] = []
        for rule in self.agreement.fields:
            body += ["", *self.field(rule)]
        for stratum in self.agreement.strata:
            body += ["", *self.stratum(stratum)]
        if not self.trusted:
            self.points.insert(0, "row 1 does not look like column names, so none was proposed")
        lines = [*self.top(encoding, sheet), *body, ""]
        return ProposedMapping("\n".join(lines), dict(self.found), tuple(self.points))

    def top(self, encoding: str, sheet: str | None) -> Iterator[str]:
        yield "# How this list says what the agreement asks for. Proposed by linkage map:"
        yield "# look through all of it, correct it, then set confirmed = true."
        yield "# This file stays with you. It can hold codes of your list: do not send it on."
        yield 'format = "linkage-mapping/1"'
        yield "confirmed = false"
        yield ""
        if self.table.delimiter is not None:
            yield '# "utf-8", "utf-16", or the code page it was saved with, such as "cp1252"'
            yield f"encoding = {_quoted(encoding)}"
            yield f"delimiter = {_quoted(self.table.delimiter)}"
        elif sheet:
            yield f"sheet = {_quoted(sheet)}"
        yield '# cells that mean "no value", in any letter case'
        yield f"missing = {_array(MISSING)}"
        yield "# share of the dates that may be unreadable before the list is refused"
        yield "maximum_bad_dates = 0.02"
        unused = [
            index for index, cell in enumerate(self.table.header) if cell and index not in self.used
        ]
        if unused:
            names = [
                _quoted(self.table.header[index]) if self.trusted else column_letter(index)
                for index in unused
            ]
            yield "# columns that nothing below uses: " + ", ".join(names)

    def field(self, rule: FieldRule) -> Iterator[str]:
        yield f"[fields.{rule.name}]"
        indices = self.choose(rule.name, self.fields.get(rule.name))
        if rule.kind == "name" and indices:
            indices = self.with_particles(rule.name, indices)
        yield from self.columns(indices, several=rule.kind in ("name", "text"))
        if rule.kind == "date":
            yield from self.dates(f"fields.{rule.name}", indices, "formats")
        if rule.kind == "code":
            yield from self.values("fields", rule.name, indices, rule.values or ())

    def stratum(self, stratum: Stratum) -> Iterator[str]:
        place = f"strata.{stratum.name}"
        yield f"[{place}]"
        if stratum.kind == "age-group":
            birth = self.choose(f"{place}.birth", self.birth)
            reference = self.choose(f"{place}.reference", self.report)
            if birth and reference:
                yield "# age on the reference date"
                for name, indices in (("birth", birth), ("reference", reference)):
                    yield f"{name} = {_quoted(self.table.header[indices[0]])}"
                    yield from self.dates(place, indices, f"{name}_formats")
            else:
                yield "# name both columns and their formats, or leave all four out: unknown"
                for name in ("birth", "reference"):
                    yield f'# {name} = "..."'
                    yield f'# {name}_formats = ["%d-%m-%Y"]'
            return
        match = self.report if stratum.kind == "year" else self.codes.get(stratum.name)
        indices = self.choose(place, match)
        yield from self.columns(indices, several=False)
        if stratum.kind == "year":
            yield from self.dates(place, indices, "formats")
        else:
            yield from self.values("strata", stratum.name, indices, stratum.values)

    def choose(self, name: str, match: tuple[int, float] | None) -> tuple[int, ...]:
        if match is None:
            self.points.append(f"{name}: no column looks like it; name one, or leave it empty")
            return ()
        self.used.add(match[0])
        self.found[name] = column_letter(match[0])
        return (match[0],)

    def with_particles(self, name: str, indices: tuple[int, ...]) -> tuple[int, ...]:
        """A column of particles goes in front of the family name."""
        header = [plain_name(cell) for cell in self.table.header]
        if header[indices[0]] not in HEADERS["family_name"]:
            return indices
        particles = [i for i, cell in enumerate(header) if cell in HEADERS["particle"]]
        if not particles:
            return indices
        self.used.add(particles[0])
        self.found[name] = f"{column_letter(particles[0])} + {column_letter(indices[0])}"
        return (particles[0], *indices)

    def columns(self, indices: tuple[int, ...], *, several: bool) -> Iterator[str]:
        if not indices:
            yield "# not found: name a column, or leave [] if your list does not have it"
        elif several and len(indices) > 1:
            yield "# several columns are joined"
        yield f"columns = {_array([self.table.header[index] for index in indices])}"

    def dates(self, place: str, indices: tuple[int, ...], name: str) -> Iterator[str]:
        if not indices:
            yield "# " + f'{name} = ["%d-%m-%Y", "%Y"]'
            return
        index = indices[0]
        proposed = propose_formats(
            self.table.columns[index],
            self.missing,
            real_dates=index in self.table.date_columns,
        )
        point = f"{place}.{name} (column {column_letter(index)})"
        if proposed.unread:
            yield f"# no known format reads {proposed.unread:,} of the dates"
            self.points.append(f"{point}: no known format reads {proposed.unread:,} dates")
        if proposed.two_digit_years:
            yield "# two-digit years: add a format with %y, and the first year it can mean"
            yield "# two_digit_years_from = 1930"
            self.points.append(f"{point}: two-digit years; declare %y and two_digit_years_from")
        if proposed.choices:
            yield "# Day or month first? Both read every date. Remove the # of the right line."
            for choice in proposed.choices:
                yield f"# {name} = {_array([choice, *proposed.formats])}"
            self.points.append(f"{point}: is the day or the month first? Both read every date")
        elif proposed.formats:
            yield f"{name} = {_array(proposed.formats)}"
        else:
            yield f'# {name} = ["%d-%m-%Y", "%Y"]'
            self.points.append(f"{point}: declare how the dates are written")

    def values(
        self, kind: str, name: str, indices: tuple[int, ...], allowed: Sequence[str]
    ) -> Iterator[str]:
        if not indices:
            return
        match = (self.fields if kind == "fields" else self.codes)[name]
        place = f"{kind}.{name}"
        yield f"[{place}.values]"
        yield '# "as in your list" = "agreed code", or "" for unknown'
        more = " ..." if len(allowed) > MOST_LISTED else ""
        listed = ", ".join(_quoted(value) for value in allowed[:MOST_LISTED])
        yield f"# agreed: {listed}{more}"
        if match[1] < CODES_FROM:
            self.points.append(f"{place}.values: write how your list says each code")
            return
        cells = self.table.columns[indices[0]]
        proposed = propose_values(cells, allowed, self.missing)
        for value, code in proposed.mapped.items():
            yield f"{_quoted(value)} = {_quoted(code)}"
        if proposed.unmapped:
            yield "# not known: write the agreed code, or leave unknown, and remove the #"
            for value, count in proposed.unmapped.items():
                yield f'# {_quoted(value)} = ""  # {count:,} rows'
            need = "code needs" if len(proposed.unmapped) == 1 else "codes need"
            self.points.append(f"{place}.values: {len(proposed.unmapped)} more {need} a meaning")
        if proposed.too_many:
            yield f"# {proposed.too_many:,} different values: is this the right column?"
            self.points.append(f"{place}: too many different values for a code")
