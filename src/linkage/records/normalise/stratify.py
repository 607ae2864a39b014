"""One stratum of every record, from the columns that the mapping names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement, Stratum
from linkage.records.mapping import Mapping
from linkage.records.normalise.codes import MissingMarkers
from linkage.records.normalise.columns import ReadColumn, read_column
from linkage.records.normalise.readers import code_cells, date_cells
from linkage.records.normalise.strata import age_group_index, code_index, year_index
from linkage.records.table import Table
from linkage.types import UNKNOWN, PartialDate

__all__ = ["ReadStratum", "read_stratum"]


@dataclass(frozen=True, slots=True)
class ReadStratum:
    """A stratum after reading.

    Attributes:
        name: the stratum.
        indices: ``(records,)`` uint8, index into the agreed values or UNKNOWN.
        sources: the columns it was worked out from; none where the list does not have it.
    """

    name: str
    indices: NDArray[np.uint8] = field(repr=False)
    sources: tuple[ReadColumn, ...] = field(repr=False)


def read_stratum(
    table: Table,
    mapping: Mapping,
    stratum: Stratum,
    agreement: Agreement,
    missing: MissingMarkers,
    today: dt.date,
) -> ReadStratum:
    """Work out one stratum of every record; withheld values become UNKNOWN."""
    mapped = mapping.strata[stratum.name]
    place = f"strata.{stratum.name}"

    def dates(column: str, formats: Sequence[str], part: str = "") -> ReadColumn:
        reader = date_cells(
            formats,
            missing,
            today,
            placeholders=_placeholders(column, mapping, agreement),
            two_digit_years_from=mapped.two_digit_years_from,
            real_dates=table.index(column) in table.date_columns,
        )
        return read_column(table, (column,), reader, name=place + part, kind="date")

    sources: tuple[ReadColumn, ...] = ()
    indices = [UNKNOWN] * len(table)
    if stratum.kind == "age-group" and mapped.birth and mapped.reference:
        births = dates(mapped.birth, mapped.birth_formats, ".birth")
        references = dates(mapped.reference, mapped.reference_formats, ".reference")
        sources = (births, references)
        indices = [
            age_group_index(stratum, birth, reference)
            if isinstance(birth, PartialDate) and isinstance(reference, PartialDate)
            else UNKNOWN
            for birth, reference in zip(births.values, references.values, strict=True)
        ]
    elif stratum.kind == "year" and mapped.columns:
        years = dates(mapped.columns[0], mapped.formats)
        sources = (years,)
        indices = [
            year_index(stratum, date) if isinstance(date, PartialDate) else UNKNOWN
            for date in years.values
        ]
    elif mapped.columns:
        reader = code_cells(mapped.values or {}, missing)
        codes = read_column(table, mapped.columns, reader, name=place, kind="code")
        sources = (codes,)
        indices = [code_index(stratum, str(code)) for code in codes.values]
    array = np.array(indices, dtype=np.uint8)
    for value in mapped.withhold:
        array[array == stratum.values.index(value)] = UNKNOWN
    return ReadStratum(stratum.name, array, sources)


def _placeholders(column: str, mapping: Mapping, agreement: Agreement) -> tuple[str, ...]:
    """Placeholders of the date field that has the same column: they hold there too."""
    return tuple(
        text
        for rule in agreement.fields
        if rule.kind == "date" and column in mapping.fields[rule.name].columns
        for text in rule.placeholders
    )
