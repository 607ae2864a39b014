"""The quality report as one self-contained page that prints well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from html import escape

from linkage.errors import Fault
from linkage.records.findings import FINDING_NOTES, duplicate_groups, share, telling_sources
from linkage.records.quality import ColumnQuality, QualityReport, StratumQuality
from linkage.records.rows import describe_rows

__all__ = ["quality_html"]

SHOWN = 100

_STYLE = """
:root { --ink: #1c2530; --soft: #5a6675; --line: #d9dee5; --paper: #fff; --tint: #f4f6f8;
  --good: #1d6b43; --good-tint: #e6f3ec; --bad: #9b2226; --bad-tint: #fbeaea;
  --warn: #8a5a00; --warn-tint: #fdf4e0; --bar: #3d6d99; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 2rem 4rem; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .6rem; }
p { margin: .3rem 0; } .soft { color: var(--soft); }
.verdict { margin: 1.25rem 0; padding: .8rem 1rem; border-left: .3rem solid;
  border-radius: .25rem; }
.good { border-color: var(--good); background: var(--good-tint); }
.warn { border-color: var(--warn); background: var(--warn-tint); }
.bad { border-color: var(--bad); background: var(--bad-tint); }
.verdict ul { margin: .4rem 0 0; padding-left: 1.2rem; } .verdict li { margin: .35rem 0; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; }
.tile { padding: .7rem .9rem; background: var(--tint); border-radius: .25rem; }
.tile b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .85rem; }
th, td { padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; padding-right: 1.25rem; }
td.name { min-width: 9rem; max-width: 14rem; font-weight: 600; overflow-wrap: break-word; }
td.rows { overflow-wrap: anywhere; }
.finding + .finding { margin-top: .5rem; }
.track { display: inline-block; width: 6rem; height: .55rem; margin-right: .5rem;
  background: var(--tint); border: 1px solid var(--line); border-radius: .2rem; overflow: hidden;
  vertical-align: middle; }
.fill { display: block; height: 100%; background: var(--bar); }
.strata { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr));
  gap: 0 2.5rem; }
.stratum { break-inside: avoid; } .stratum h3 { font-size: .95rem; margin: .8rem 0 .2rem; }
.stratum td { padding-top: .2rem; padding-bottom: .2rem; } .small td { color: var(--bad); }
footer { margin-top: 2.5rem; padding-top: .8rem; border-top: 1px solid var(--line);
  color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) { .tiles { grid-template-columns: repeat(2, 1fr); } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; }
  .verdict, .tile, .track, .fill { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  thead { display: table-header-group; } tr, .tile { break-inside: avoid; }
  h2 { break-after: avoid; } @page { margin: 18mm 15mm; } }
"""


def quality_html(
    report: QualityReport, *, agreement: str, today: dt.date, faults: Iterable[Fault] = ()
) -> str:
    """The report as an HTML page without scripts, links or values of records.

    Args:
        report: the report.
        agreement: title of the agreement, for the heading.
        today: the day of the check.
        faults: why the list cannot be encoded, if it cannot.
    """
    file = escape(report.file)
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Quality of {file}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(_body(report, agreement, today, tuple(faults)))
        + "\n</body></html>\n"
    )


def _body(
    report: QualityReport, agreement: str, today: dt.date, faults: tuple[Fault, ...]
) -> Iterator[str]:
    yield f"<h1>Quality of {escape(report.file)}</h1>"
    yield f'<p class="soft">{escape(agreement)} · checked on {today.isoformat()}</p>'
    yield _verdict(report, faults)
    yield _tiles(report)
    if report.not_linkable:
        yield "<h2>Not linkable</h2>"
        rows = "".join(
            f'<tr><td class="name">{escape(finding.kind)}</td>'
            f'<td class="number">{len(finding.rows):,}</td>'
            f'<td class="rows">{_rows(finding.rows)}</td></tr>'
            for finding in report.not_linkable
        )
        yield (
            '<table><thead><tr><th>Reason</th><th class="number">Rows</th><th>Which</th></tr>'
            f"</thead><tbody>{rows}</tbody></table>"
        )
    yield "<h2>Fields</h2>"
    yield _columns(report.fields, report.rows_read)
    if report.absent:
        absent = ", ".join(escape(name) for name in report.absent)
        yield f"<p>Not in this list: {absent}.</p>"
    if report.strata:
        yield "<h2>Strata</h2>"
        yield (
            '<p class="soft">Linkable records by agreed value. These values travel in the '
            "package beside the encodings.</p>"
        )
        yield '<div class="strata">' + "".join(map(_stratum, report.strata)) + "</div>"
        sources = telling_sources(report)
        if sources:
            yield "<h2>Columns of the strata</h2>" + _columns(sources, report.rows_read)
    if report.duplicates or report.proposals is not None:
        yield "<h2>Duplicates inside the list</h2>"
    if report.proposals is not None:
        yield f"<p>Rows that look like one person: {escape(report.proposals.text)}.</p>"
    if report.duplicates:
        yield (
            "<p>Rows that are the same in every field after normalisation. Confirm them "
            "with linkage check --duplicates; what is left the linkage unit merges.</p>"
            f'<p class="rows">{escape(duplicate_groups(report, SHOWN))}</p>'
        )
    yield (
        "<footer>Rows are numbered as a spreadsheet shows them: the header is row 1. "
        "This page holds no names, dates, codes of records or other values.</footer>"
    )


def _verdict(report: QualityReport, faults: tuple[Fault, ...]) -> str:
    if faults:
        items = "".join(
            f"<li><b>{escape(fault.code)}</b> {escape(fault.message)}"
            f'<br><span class="soft">{escape(fault.remedy)}</span></li>'
            for fault in faults
        )
        return (
            f'<div class="verdict bad"><b>This list cannot be encoded yet.</b>'
            f"<ul>{items}</ul></div>"
        )
    warnings = "".join(f"<li>{escape(fault.message)}</li>" for fault in report.stratum_faults())
    if warnings:
        return (
            '<div class="verdict warn"><b>This list can be encoded once its strata are wider.'
            f"</b><ul>{warnings}</ul></div>"
        )
    return (
        '<div class="verdict good"><b>This list can be encoded.</b> '
        "Encodings remain personal data.</div>"
    )


def _tiles(report: QualityReport) -> str:
    duplicated = sum(len(rows) - 1 for rows in report.duplicates)
    blank = f" · {report.blank_rows:,} blank" if report.blank_rows else ""
    tiles = (
        (report.rows_read, f"rows read{blank}"),
        (report.linkable, f"linkable ({share(report.linkable, report.rows_read)})"),
        (len(report.not_linkable_rows), "not linkable"),
        (duplicated, "repeat another row"),
    )
    body = "".join(
        f'<div class="tile"><b>{number:,}</b>{escape(label)}</div>' for number, label in tiles
    )
    return f'<div class="tiles">{body}</div>'


def _columns(columns: tuple[ColumnQuality, ...], total: int) -> str:
    body = "".join(
        f'<tr><td class="name">{escape(column.name)}</td>'
        f"<td>{escape(' + '.join(column.letters))}</td>"
        f'<td class="number">{_bar(len(column.missing), total)}</td>'
        f'<td class="rows">{_findings(column, total)}</td></tr>'
        for column in columns
    )
    return (
        '<table><thead><tr><th>Field</th><th>Column</th><th class="number">Missing</th>'
        f"<th>To look at</th></tr></thead><tbody>{body}</tbody></table>"
    )


def _bar(part: int, whole: int) -> str:
    width = 100 * part / whole if whole else 0
    return (
        f'<span class="track"><span class="fill" style="width:{width:.1f}%"></span></span>'
        f"{share(part, whole)} ({part:,})"
    )


def _findings(column: ColumnQuality, total: int) -> str:
    items = [
        _finding(finding.kind, FINDING_NOTES.get(finding.kind, ""), finding.rows, total)
        for finding in column.findings
    ]
    if column.unreadable:
        is_code = column.kind == "code"
        kind = "code without a meaning" if is_code else "date in no declared format"
        note = "add it to the mapping" if is_code else "taken as missing"
        items.insert(0, _finding(kind, note, column.unreadable, total))
    return "".join(items) or '<span class="soft">nothing</span>'


def _finding(kind: str, note: str, rows: tuple[int, ...], total: int) -> str:
    detail = f" · {escape(note)}" if note else ""
    return (
        f'<div class="finding"><b>{escape(kind)}</b> {len(rows):,} '
        f"({share(len(rows), total)}){detail}<br>"
        f'<span class="soft">{_rows(rows)}</span></div>'
    )


def _stratum(stratum: StratumQuality) -> str:
    rows = "".join(
        f"<tr{' class=small' if value in stratum.small else ''}><td>{escape(value)}"
        f"{' (too few: would stand out)' if value in stratum.small else ''}</td>"
        f'<td class="number">{count:,}</td></tr>'
        for value, count in stratum.counts
    )
    return (
        f'<div class="stratum"><h3>{escape(stratum.name)}</h3><table><tbody>{rows}'
        f'<tr><td class="soft">unknown</td><td class="number">{stratum.unknown:,}</td></tr>'
        "</tbody></table></div>"
    )


def _rows(rows: tuple[int, ...]) -> str:
    return escape(describe_rows(rows, shown=SHOWN, more="--json lists all"))
