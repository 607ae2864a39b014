"""A whole list: every field and stratum of the agreement, and a report on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement, FieldRule, Stratum
from linkage.errors import DataError, Fault
from linkage.records.mapping import FieldMapping, Mapping, fit_faults
from linkage.records.normalise.codes import MissingMarkers
from linkage.records.normalise.columns import ReadColumn, read_column
from linkage.records.normalise.faults import column_faults, nothing_linkable
from linkage.records.normalise.names import read_name, read_text
from linkage.records.normalise.readers import CellReader, code_cells, date_cells, word_cells
from linkage.records.normalise.stratify import ReadStratum, read_stratum
from linkage.records.quality import Finding, QualityReport, StratumQuality
from linkage.records.table import Table, missing_column_faults
from linkage.types import UNKNOWN, FieldValue, NormalisedList, PartialDate

__all__ = ["Assessment", "assess_list", "normalise_list"]

LEAST_FIELDS = 2
"""A record with fewer fields than this cannot be told from others."""

_ABSENT: dict[str, FieldValue] = {"name": (), "text": (), "code": ""}


@dataclass(frozen=True, slots=True)
class Assessment:
    """A list after normalisation, with what is wrong with it.

    Attributes:
        records: the linkable records.
        report: the quality report.
        faults: why the list cannot be encoded; none where it can.
    """

    records: NormalisedList = field(repr=False)
    report: QualityReport
    faults: tuple[Fault, ...]


def normalise_list(
    table: Table, mapping: Mapping, agreement: Agreement, today: dt.date
) -> tuple[NormalisedList, QualityReport]:
    """Bring a list into the agreement's form; only linkable records are kept.

    A record is linkable when it has a word of a name (where the agreement has names), two
    fields or more, and every field that the agreement requires.

    Args:
        table: the list as read.
        mapping: the owner's mapping.
        agreement: the agreement.
        today: later dates are flagged and missing.

    Returns:
        The linkable records, and the quality report, which says what became of the others.

    Raises:
        DataError: E311 missing columns, E322 a mapping that does not fit the agreement,
            E340 codes that are in no value map, E341 too many unreadable dates, E342 no
            linkable record; all at once.
    """
    assessment = assess_list(table, mapping, agreement, today)
    if assessment.faults:
        raise DataError(*assessment.faults)
    return assessment.records, assessment.report


def assess_list(table: Table, mapping: Mapping, agreement: Agreement, today: dt.date) -> Assessment:
    """As :func:`normalise_list`, but with the faults of the records beside the report.

    Raises:
        DataError: E311, E322, without which there is nothing to assess.
    """
    unfit = [
        *fit_faults(mapping, agreement, "mapping.toml"),
        *missing_column_faults(table.name, table.header, mapping.column_names()),
    ]
    if unfit:
        raise DataError(*unfit)
    missing = MissingMarkers(mapping.missing)
    read = {
        rule.name: _read_field(table, mapping.fields[rule.name], rule, missing, today)
        for rule in agreement.fields
        if mapping.fields[rule.name].columns
    }
    strata = [
        read_stratum(table, mapping, stratum, agreement, missing, today)
        for stratum in agreement.strata
    ]
    linkable, not_linkable = _linkable(table, agreement, read)
    records = _records(table, agreement, read, strata, linkable)
    report = QualityReport(
        file=table.name,
        rows_read=len(table),
        blank_rows=table.blank_rows,
        linkable=len(records),
        not_linkable=not_linkable,
        fields=tuple(column.quality for column in read.values()),
        absent=(
            *(rule.name for rule in agreement.fields if rule.name not in read),
            *(f"strata.{stratum.name}" for stratum in strata if not stratum.sources),
        ),
        stratum_sources=tuple(source.quality for stratum in strata for source in stratum.sources),
        strata=_spread(agreement, records.strata),
        duplicates=_duplicates(records),
        minimum_list_size=agreement.minimum_list_size,
        minimum_stratum_records=agreement.minimum_stratum_records,
    )
    sources = [*read.values(), *(source for stratum in strata for source in stratum.sources)]
    faults = column_faults(table.name, sources, len(table), mapping.maximum_bad_dates)
    if not faults and not len(records):
        faults = (nothing_linkable(table.name),)
    return Assessment(records, report, faults)


def _read_field(
    table: Table, mapped: FieldMapping, rule: FieldRule, missing: MissingMarkers, today: dt.date
) -> ReadColumn:
    reader: CellReader
    if rule.kind == "name":
        reader = word_cells(partial(read_name, drop_particles=rule.drop_particles), missing)
    elif rule.kind == "text":
        reader = word_cells(read_text, missing)
    elif rule.kind == "date":
        reader = date_cells(
            mapped.formats,
            missing,
            today,
            placeholders=rule.placeholders,
            two_digit_years_from=mapped.two_digit_years_from,
            real_dates=table.index(mapped.columns[0]) in table.date_columns,
        )
    else:
        reader = code_cells(mapped.values or {}, missing)
    return read_column(table, mapped.columns, reader, name=rule.name, kind=rule.kind)


def _linkable(
    table: Table, agreement: Agreement, read: dict[str, ReadColumn]
) -> tuple[NDArray[np.bool_], tuple[Finding, ...]]:
    """Which records can be linked, and the others' rows by (first) reason."""
    records = len(table)
    nowhere = np.zeros(records, dtype=np.bool_)
    present = {
        rule.name: np.array(read[rule.name].present, dtype=np.bool_)
        if rule.name in read
        else nowhere
        for rule in agreement.fields
    }
    names = [present[rule.name] for rule in agreement.fields if rule.kind == "name"]
    least = min(LEAST_FIELDS, len(agreement.fields))
    reasons = {
        f"required field {rule.name} is missing": ~present[rule.name]
        for rule in agreement.fields
        if rule.required
    }
    if names:
        reasons["no name"] = ~np.logical_or.reduce(names)
    reasons["too few identifiers"] = np.sum(list(present.values()), axis=0) < least
    left = np.ones(records, dtype=np.bool_)
    findings = []
    for reason, without in reasons.items():
        rows = table.row_numbers[left & without]
        if len(rows):
            findings.append(Finding(reason, tuple(rows.tolist())))
        left &= ~without
    return left, tuple(findings)


def _records(
    table: Table,
    agreement: Agreement,
    read: dict[str, ReadColumn],
    strata: Sequence[ReadStratum],
    linkable: NDArray[np.bool_],
) -> NormalisedList:
    kept = np.flatnonzero(linkable).tolist()
    fields: dict[str, tuple[FieldValue, ...]] = {}
    for rule in agreement.fields:
        if rule.name in read:
            values = read[rule.name].values
            fields[rule.name] = tuple(values[record] for record in kept)
        else:
            fields[rule.name] = (_ABSENT.get(rule.kind, PartialDate()),) * len(kept)
    columns = [stratum.indices[linkable] for stratum in strata]
    return NormalisedList(
        rows=table.row_numbers[linkable],
        fields=fields,
        strata=np.column_stack(columns) if columns else np.zeros((len(kept), 0), dtype=np.uint8),
    )


def _spread(agreement: Agreement, indices: NDArray[np.uint8]) -> tuple[StratumQuality, ...]:
    def one(stratum: Stratum, column: NDArray[np.uint8]) -> StratumQuality:
        counts = np.bincount(column, minlength=UNKNOWN + 1)
        by_value = tuple(
            (value, int(count)) for value, count in zip(stratum.values, counts, strict=False)
        )
        small = tuple(
            value for value, count in by_value if 0 < count < agreement.minimum_stratum_records
        )
        return StratumQuality(stratum.name, by_value, int(counts[UNKNOWN]), small)

    return tuple(one(stratum, indices[:, place]) for place, stratum in enumerate(agreement.strata))


def _duplicates(records: NormalisedList) -> tuple[tuple[int, ...], ...]:
    groups: dict[tuple[FieldValue, ...], list[int]] = {}
    values = zip(*records.fields.values(), strict=True)
    for row, key in zip(records.rows.tolist(), values, strict=True):
        groups.setdefault(key, []).append(row)
    return tuple(tuple(rows) for rows in groups.values() if len(rows) > 1)
