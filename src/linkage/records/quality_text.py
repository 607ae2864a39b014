"""The quality report for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from linkage.records.findings import FINDING_NOTES, duplicate_groups, share, telling_sources
from linkage.records.quality import ColumnQuality, QualityReport, StratumQuality
from linkage.records.rows import describe_rows

__all__ = ["quality_text", "summary_lines"]

SHOWN = 12


def quality_text(report: QualityReport) -> str:
    """The report as plain text, by column and row number; it holds no value of a record."""
    return "\n".join(_lines(report))


def summary_lines(report: QualityReport) -> list[str]:
    """A line for every field that has something missing, unreadable or suspicious."""
    lines = []
    for column in report.fields:
        parts = []
        if column.missing:
            parts.append(f"missing {share(len(column.missing), report.rows_read)}")
        if column.unreadable:
            parts.append(f"unreadable {len(column.unreadable):,}")
        parts += [f"{finding.kind} {len(finding.rows):,}" for finding in column.findings]
        if parts:
            lines.append(f"{column.name}: {' · '.join(parts)}")
    return lines


def _lines(report: QualityReport) -> Iterator[str]:
    not_linkable = len(report.not_linkable_rows)
    summary = [
        f"{report.rows_read:,} rows read",
        f"{report.linkable:,} linkable",
        f"{not_linkable:,} not linkable",
    ]
    if report.blank_rows:
        summary.append(f"{report.blank_rows:,} blank, skipped")
    yield f"{report.file}: " + " · ".join(summary)
    for finding in report.not_linkable:
        yield f"  not linkable, {finding.kind}: {len(finding.rows):,} ({_rows(finding.rows)})"
    yield ""
    yield "Fields"
    for column in report.fields:
        yield from _column(column, report.rows_read)
    if report.strata:
        yield ""
        yield "Strata (of the linkable records; agreed values only)"
        for stratum in report.strata:
            yield from _stratum(stratum, report)
        for column in telling_sources(report):
            yield from _column(column, report.rows_read)
    if report.absent:
        yield ""
        yield "Not in this list: " + ", ".join(report.absent)
    if report.duplicates:
        yield ""
        rows = sum(len(group) for group in report.duplicates)
        yield (
            f"Duplicates: {rows:,} rows are the same as another in every field: "
            f"{duplicate_groups(report, SHOWN)}"
        )
    if report.proposals is not None:
        yield ""
        yield f"Likely duplicates: {report.proposals.text}"


def _column(column: ColumnQuality, total: int) -> Iterator[str]:
    letters = "+".join(column.letters)
    parts = [f"missing {share(len(column.missing), total)}"]
    if column.missing:
        parts[0] += f" ({len(column.missing):,})"
    yield f"  {column.name} (column {letters}): {parts[0]}"
    if column.unreadable:
        what = "codes without a meaning" if column.kind == "code" else "dates in no declared format"
        yield (
            f"    {what}: {len(column.unreadable):,}, {share(len(column.unreadable), total)} "
            f"({_rows(column.unreadable)})"
        )
    for finding in column.findings:
        note = FINDING_NOTES.get(finding.kind, "")
        yield (
            f"    {finding.kind}: {len(finding.rows):,}, {share(len(finding.rows), total)}"
            f"{'; ' + note if note else ''} ({_rows(finding.rows)})"
        )


def _stratum(stratum: StratumQuality, report: QualityReport) -> Iterator[str]:
    counts = [f"{value} {count:,}" for value, count in stratum.counts]
    yield f"  {stratum.name}: " + " · ".join([*counts, f"unknown {stratum.unknown:,}"])
    if stratum.small:
        values = ", ".join(f'"{value}"' for value in stratum.small)
        yield (
            f"    fewer than {report.minimum_stratum_records} records in {values}: they would "
            f"stand out, and encode will refuse (E602)"
        )


def _rows(rows: tuple[int, ...]) -> str:
    return describe_rows(rows, shown=SHOWN, more="--json lists all")
