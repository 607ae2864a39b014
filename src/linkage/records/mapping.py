"""The owner's ``mapping.toml``: which column is which field, and how it is written there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from linkage.agreement.model import Agreement, FieldRule, Stratum
from linkage.errors import DataError, Fault
from linkage.files import read_bytes
from linkage.records.decode import canonical_encoding
from linkage.records.normalise.codes import tidy
from linkage.records.normalise.date_formats import DateFormat, plain_digits

__all__ = [
    "FieldMapping",
    "Mapping",
    "StratumMapping",
    "fit_faults",
    "load_mapping",
    "parse_mapping",
]

MISSING = ("", "-", "?", "onbekend", "unknown", "n/a", "nvt")

Column = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Formats = Annotated[tuple[str, ...], Field(strict=False)]
Columns = Annotated[tuple[Column, ...], Field(strict=False, max_length=10)]
TwoDigitYears = Annotated[int, Field(ge=1850, le=2000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _check_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    for text in formats:
        DateFormat(text)
    return formats


class FieldMapping(_Strict):
    """Where a field of the agreement stands in the list.

    Attributes:
        columns: the column; several are joined for a name or text; none where the list does
            not have the field.
        formats: how dates are written (kind date): ``%d %m %Y`` with any separators,
            ``%-d %-m`` without leading zeros, ``%b`` for a month's name, ``%Y`` alone.
        two_digit_years_from: first year that a two-digit year (``%y``) can stand for.
        values: how the list writes each agreed code (kind code); ``""`` means unknown.
    """

    columns: Columns
    formats: Formats = ()
    two_digit_years_from: TwoDigitYears | None = None
    values: dict[str, str] | None = None

    _formats = field_validator("formats")(_check_formats)

    @model_validator(mode="after")
    def _two_digit_years_are_declared(self) -> Self:
        _require_two_digit_years(self.formats, self.two_digit_years_from)
        _require_names(self.columns, self.formats, self.values)
        return self


class StratumMapping(_Strict):
    """Where a stratum of the agreement comes from in the list.

    Attributes:
        columns: the column of a code or a year; none where the list does not have it.
        values: how the list writes each agreed value (kind code); ``""`` means unknown.
        formats: how dates are written (kind year).
        birth: column of the date of birth (kind age-group).
        birth_formats: how it is written.
        reference: column of the date at which the age counts (kind age-group).
        reference_formats: how it is written.
        two_digit_years_from: first year that a two-digit year (``%y``) can stand for.
        withhold: agreed values that this list sends as unknown, because so few of its
            records have them that they would stand out.
    """

    columns: Annotated[tuple[Column, ...], Field(strict=False, max_length=1)] = ()
    values: dict[str, str] | None = None
    formats: Formats = ()
    birth: Column | None = None
    birth_formats: Formats = ()
    reference: Column | None = None
    reference_formats: Formats = ()
    two_digit_years_from: TwoDigitYears | None = None
    withhold: Annotated[tuple[str, ...], Field(strict=False)] = ()

    _formats = field_validator("formats", "birth_formats", "reference_formats")(_check_formats)

    @model_validator(mode="after")
    def _two_digit_years_are_declared(self) -> Self:
        every = (*self.formats, *self.birth_formats, *self.reference_formats)
        _require_two_digit_years(every, self.two_digit_years_from)
        _require_names(self.columns, self.formats, self.values)
        _require_names((self.birth,), self.birth_formats, None)
        _require_names((self.reference,), self.reference_formats, None)
        return self


def _require_two_digit_years(formats: tuple[str, ...], first: int | None) -> None:
    if first is None and any("%y" in text for text in formats):
        raise ValueError("%y (two-digit years) needs two_digit_years_from, e.g. 1930")


def _require_names(
    columns: tuple[str | None, ...], formats: tuple[str, ...], values: dict[str, str] | None
) -> None:
    """Refuse a column called by a value: the list has no header, and row 1 is a record.

    That record would be lost, and its values would stand in reports as names of columns.
    """
    forms = [DateFormat(text) for text in dict.fromkeys((*formats, "%Y-%m-%d"))]
    codes = {tidy(written) for written in values or {}}
    for column in columns:
        if column is None:
            continue
        if tidy(column) in codes or any(form.parse(plain_digits(column)) for form in forms):
            raise ValueError(
                "a column is called by what a cell would hold, as in a list without a header; "
                "write the names of the columns into row 1, above the first record, and here"
            )


class Mapping(_Strict):
    """All that is needed to read one data owner's list.

    Attributes:
        confirmed: set by the owner after looking at the mapping; nothing is encoded before.
        encoding: encoding of a text file, declared and never guessed.
        delimiter: delimiter of a text file; what the header line shows unless set.
        sheet: sheet of a spreadsheet; the first unless set.
        missing: texts that stand for "no value", in any letter case.
        maximum_bad_dates: share of a date column's values that may be unreadable.
        fields: one table for every field of the agreement.
        strata: one table for every stratum of the agreement.
    """

    format: Literal["linkage-mapping/1"]
    confirmed: bool = False
    encoding: str = "utf-8"
    delimiter: Literal[",", ";", "\t"] | None = None
    sheet: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    missing: Annotated[tuple[str, ...], Field(strict=False)] = MISSING
    maximum_bad_dates: Annotated[float, Field(ge=0.0, le=0.5, strict=False)] = 0.02
    fields: dict[str, FieldMapping]
    strata: dict[str, StratumMapping] = Field(default_factory=dict)

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        name = canonical_encoding(encoding)
        if name is None:
            raise ValueError('not a code page that can be declared; "cp1252" is one')
        return name

    def column_names(self) -> tuple[str, ...]:
        """Every column that the mapping refers to, once, in order."""
        names: list[str] = []
        for rule in self.fields.values():
            names += rule.columns
        for stratum in self.strata.values():
            names += stratum.columns
            names += [name for name in (stratum.birth, stratum.reference) if name]
        return tuple(dict.fromkeys(names))


def load_mapping(path: Path, agreement: Agreement, *, confirmed: bool = True) -> Mapping:
    """Read a mapping and check that it fits the agreement.

    Args:
        path: the TOML file.
        agreement: what its fields and strata must be those of.
        confirmed: whether to insist that the owner has confirmed it.

    Raises:
        MachineError: E102-E104.
        DataError: E320-E323, all at once.
    """
    mapping = parse_mapping(read_bytes(path, made_by="linkage map"), path.name)
    faults = list(fit_faults(mapping, agreement, path.name))
    if confirmed and not mapping.confirmed:
        faults.append(
            Fault(
                "E323",
                f"{path.name} has not been confirmed.",
                "Look through it, then set confirmed = true in it, "
                "or run linkage map again with --confirm.",
                file=path.name,
                field="confirmed",
            )
        )
    if faults:
        raise DataError(*faults)
    return mapping


def parse_mapping(content: bytes, name: str = "mapping.toml") -> Mapping:
    """The mapping in a TOML file's bytes.

    Raises:
        DataError: E320 not TOML, E321 for every place that is wrong.
    """
    try:
        tree = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(_not_toml(name, "it is not UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(error))
        raise DataError(_not_toml(name, f"see {place.group(1) if place else 'it'}")) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or as many brackets
        raise DataError(_not_toml(name, "it holds more than any mapping")) from None
    try:
        return Mapping.model_validate(tree)
    except ValidationError as error:
        faults = [_model_fault(name, detail) for detail in error.errors(include_input=False)]
    raise DataError(*faults)


def _not_toml(name: str, reason: str) -> Fault:
    return Fault(
        "E320",
        f"{name} is not valid TOML: {reason}.",
        "Correct it there, or make a new one with linkage map.",
        file=name,
    )


def _model_fault(name: str, detail: Any) -> Fault:
    parts = [str(part) for part in detail["loc"]]
    if "values" in parts[:3]:  # what follows is a code of the list
        parts = parts[: parts.index("values") + 1]
    place = ".".join(parts)
    reason = str(detail["msg"]).removeprefix("Value error, ")
    # pydantic quotes what a literal may be, never what it was
    return Fault(
        "E321",
        f"{name}: {place}: {reason[:1].lower()}{reason[1:]}.",
        "docs/how-to/prepare-your-list.md describes every setting.",
        file=name,
        field=place,
    )


def fit_faults(mapping: Mapping, agreement: Agreement, name: str) -> Iterator[Fault]:
    """E322 for everything in which a mapping does not fit the agreement."""

    def fault(place: str, reason: str, remedy: str) -> Fault:
        return Fault("E322", f"{name}: {place} {reason}.", remedy, file=name, field=place)

    for kind, mapped, agreed in (
        ("fields", set(mapping.fields), [field.name for field in agreement.fields]),
        ("strata", set(mapping.strata), [stratum.name for stratum in agreement.strata]),
    ):
        for missing in [item for item in agreed if item not in mapped]:
            yield fault(
                f"{kind}.{missing}",
                "is in the agreement but not in the mapping",
                f"Add [{kind}.{missing}]; with columns = [] if your list does not have it.",
            )
        for extra in sorted(mapped - set(agreed)):
            yield fault(
                f"{kind}.{extra}", "is not in the agreement", "Remove it, or correct its name."
            )
    for rule in agreement.fields:
        if rule.name in mapping.fields:
            for part, reason, remedy in _field_problems(mapping.fields[rule.name], rule):
                yield fault(f"fields.{rule.name}{part}", reason, remedy)
    for stratum in agreement.strata:
        if stratum.name in mapping.strata:
            for part, reason, remedy in _stratum_problems(mapping.strata[stratum.name], stratum):
                yield fault(f"strata.{stratum.name}{part}", reason, remedy)


_Problem = tuple[str, str, str]


def _field_problems(mapped: FieldMapping, rule: FieldRule) -> Iterator[_Problem]:
    if not mapped.columns:
        if rule.required:
            yield ".columns", "is empty, but the field is required", "Name its column."
        return
    if rule.kind in ("date", "code") and len(mapped.columns) > 1:
        yield ".columns", f"names several columns for a {rule.kind}", "Keep one of them."
    yield from _date_problems(mapped.formats, "formats", needed=rule.kind == "date")
    yield from _code_problems(mapped.values, rule.values or (), needed=rule.kind == "code")


def _stratum_problems(mapped: StratumMapping, rule: Stratum) -> Iterator[_Problem]:
    for value in mapped.withhold:
        if value not in rule.values:
            yield ".withhold", "holds a value that the agreement does not allow", "Remove it."
    if rule.kind == "age-group":
        if mapped.columns:
            yield ".columns", "does not belong to an age-group", "Name birth and reference."
        if (mapped.birth is None) != (mapped.reference is None):
            yield "", "needs both birth and reference, or neither", "Name both columns."
        if mapped.birth and mapped.reference:
            yield from _date_problems(mapped.birth_formats, "birth_formats", needed=True)
            yield from _date_problems(mapped.reference_formats, "reference_formats", needed=True)
        return
    if mapped.birth or mapped.reference:
        yield "", "has birth or reference, which only an age-group has", "Remove them."
    if mapped.columns:
        yield from _date_problems(mapped.formats, "formats", needed=rule.kind == "year")
        yield from _code_problems(mapped.values, rule.values, needed=rule.kind == "code")


def _date_problems(formats: tuple[str, ...], name: str, *, needed: bool) -> Iterator[_Problem]:
    if needed and not formats:
        yield (
            f".{name}",
            "is empty",
            'Declare how the dates are written, e.g. formats = ["%d-%m-%Y", "%Y"].',
        )
    if formats and not needed:
        yield f".{name}", "is only for dates", "Remove it."


def _code_problems(
    values: dict[str, str] | None, allowed: tuple[str, ...], *, needed: bool
) -> Iterator[_Problem]:
    if needed and values is None:
        yield ".values", "is missing", 'Declare the codes, e.g. values = { "V" = "F" }.'
    if values is not None and not needed:
        yield ".values", "is only for codes", "Remove it."
    wrong = sorted({to for to in (values or {}).values() if to and to not in allowed})
    if needed and wrong:
        listed = ", ".join(f'"{value}"' for value in allowed[:30])
        yield (
            ".values",
            f"leads to {len(wrong)} code(s) that the agreement does not allow",
            f'Allowed: {listed}{" ..." if len(allowed) > 30 else ""}, and "" for unknown.',
        )
