"""The demonstration's result as one self-contained page: no script, no picture, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from linkage.bench.evaluate import Evaluation

__all__ = ["PageContent", "result_page"]

_CSS = """
:root { --ink: #1d2733; --soft: #5c6773; --line: #d8dee5; --true: #b9c4d0; --found: #1f6f8b;
  --off: #b5482f; --paper: #fff; --tint: #f4f6f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaee; --soft: #9aa5b1;
  --line: #36414d; --true: #56626f; --found: #4fb3d1; --off: #e08467; --paper: #141a20;
  --tint: #1c242c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.5rem 4rem; color: var(--ink);
  background: var(--paper); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .3rem; }
p { margin: .3rem 0 .9rem; max-width: 46rem; }
.soft { color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
  gap: .8rem; margin: 1.6rem 0; }
.figure { background: var(--tint); border-radius: .5rem; padding: .8rem 1rem; }
.figure b { display: block; font-size: 1.55rem; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.figure span { color: var(--soft); font-size: .85rem; }
.key i { display: inline-block; width: .8em; height: .8em; border-radius: .15em;
  margin: 0 .3em 0 1em; }
.key i:first-child { margin-left: 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { font-weight: 600; text-align: left; }
td, th { padding: .28rem .7rem; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; }
.matrix { width: 100%; table-layout: fixed; }
.matrix td { border: 3px solid var(--paper); border-radius: .4rem; text-align: center;
  padding: .5rem .2rem; line-height: 1.2; }
.matrix th { border: 0; text-align: center; }
.matrix th[scope=row] { text-align: left; width: 15rem; font-weight: 400; }
.matrix td small { display: block; opacity: .75; }
.matrix td.none { background: none; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif;
  font-variant-numeric: tabular-nums; }
svg .soft { fill: var(--soft); }
.scroll { overflow-x: auto; }
.columns { columns: 2; column-gap: 2.5rem; }
.columns table { width: 100%; }
pre { background: var(--tint); border-radius: .5rem; padding: 1rem; overflow-x: auto;
  font: 13px/1.5 ui-monospace, Consolas, monospace; }
@media print { body { padding: 0; } h2 { break-after: avoid; } .figure { border: 1px solid; } }
"""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What the page shows.

    Attributes:
        title: heading.
        lead: one or two sentences under it, plain text.
        names: list id -> the owner in words.
        records: list id -> number of records in its file.
        evaluation: true beside found.
        hidden: people on no list.
        seconds: elapsed time.
        profile: encoding profile.
        threshold: the threshold that was used.
        commands: what was typed, one line each.
    """

    title: str
    lead: str
    names: Mapping[str, str]
    records: Mapping[str, int]
    evaluation: Evaluation
    hidden: int
    seconds: float
    profile: str
    threshold: float
    commands: Sequence[str]


def result_page(content: PageContent) -> str:
    """The page as HTML."""
    body = "\n".join(
        (
            f"<h1>{escape(content.title)}</h1>",
            f"<p>{escape(content.lead)}</p>",
            _figures(content),
            "<h2>People on two lists</h2>",
            (
                "<p>For every two lists: the people the linkage unit found on both, without a name "
                "or a key, and in small print how many there truly are. The stronger the colour, "
                "the larger the share of the smaller list.</p>"
            ),
            f'<div class="scroll">{_matrix(content)}</div>',
            "<h2>People on one, two, … lists</h2>",
            (
                '<p class="key soft"><i style="background:var(--true)"></i>true'
                '<i style="background:var(--found)"></i>found</p>'
            ),
            _bars(content.evaluation.people_on),
            "<h2>Capture histories</h2>",
            f"<p>{escape(_cells_sentence(content.evaluation))}</p>",
            f'<div class="columns">{_histories(content.evaluation)}</div>',
            "<h2>What was typed</h2>",
            f"<pre>{escape(chr(10).join(content.commands))}</pre>",
            (
                '<p class="soft">Everybody here is fictitious. The truth is known only because '
                "the lists were made up, and only a program that plays every role can hold them "
                "against it. Encodings remain personal data.</p>"
            ),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(content.title)}</title><style>{_CSS}</style></head>"
        f"<body>\n{body}\n</body></html>\n"
    )


def _figures(content: PageContent) -> str:
    result = content.evaluation
    true, found = result.people_on_two_or_more
    people = sum(result.true_histories.values())
    shown = (
        (f"{sum(content.records.values()):,}", f"records on {len(result.lists)} lists"),
        (f"{people:,}", f"people on them; {content.hidden:,} more on none"),
        (f"{found:,}", f"found on two or more lists; true {true:,}"),
        (f"{result.precision:.1%}", "of the linked pairs are right (precision)"),
        (f"{result.recall:.1%}", "of the true pairs are linked (recall)"),
        (f"{content.seconds:.0f} s", f"for every role; profile {content.profile}"),
    )
    items = "".join(
        f'<div class="figure"><b>{escape(big)}</b><span>{escape(small)}</span></div>'
        for big, small in shown
    )
    return f'<div class="figures">{items}</div>'


def _matrix(content: PageContent) -> str:
    """Upper triangle of the pairwise overlaps as a heat table."""
    result = content.evaluation
    sizes = {
        name: sum(n for history, n in result.true_histories.items() if history >> i & 1)
        for i, name in enumerate(result.lists)
    }
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in result.lists[1:])
    rows = []
    for place, left in enumerate(result.lists[:-1]):
        cells = []
        for other, right in enumerate(result.lists[1:], start=1):
            if other <= place:
                cells.append('<td class="none"></td>')
                continue
            true, found = result.overlaps[left, right]
            share = min(1.0, found / max(1, min(sizes[left], sizes[right])))
            strength = round(8 + 84 * share)
            ink = "#fff" if strength > 62 else "inherit"
            cells.append(
                f'<td style="background:color-mix(in srgb, var(--found) {strength}%, '
                f'var(--tint));color:{ink}">{found:,}<small>true {true:,}</small></td>'
            )
        label = f"<b>{escape(left)}</b> {escape(content.names.get(left, ''))}"
        rows.append(f'<tr><th scope="row">{label}</th>{"".join(cells)}</tr>')
    last = result.lists[-1]
    note = f"<b>{escape(last)}</b> {escape(content.names.get(last, ''))}"
    return (
        f'<table class="matrix"><thead><tr><th style="width:15rem"></th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
        f'<p class="soft">{note} is the last column.</p>'
    )


def _bars(people_on: Sequence[tuple[int, int]]) -> str:
    """Horizontal bars, true above found, for each number of lists."""
    most = max(max(pair) for pair in people_on) or 1
    height, left, width = 46, 74, 700
    lines = []
    for number, (true, found) in enumerate(people_on, start=1):
        top = (number - 1) * height
        label = f"{number} list" + ("s" if number > 1 else "")
        lines.append(f'<text x="0" y="{top + 23}">{label}</text>')
        for offset, value, colour in ((4, true, "true"), (20, found, "found")):
            length = max(1.5, width * value / most) if value else 0
            lines.append(
                f'<rect x="{left}" y="{top + offset}" width="{length:.1f}" height="14" rx="2" '
                f'fill="var(--{colour})"/>'
                f'<text class="soft" x="{left + length + 7:.1f}" y="{top + offset + 11.5}">'
                f"{value:,}</text>"
            )
    total = height * len(people_on)
    return (
        f'<svg viewBox="0 0 860 {total}" role="img" aria-label="People on each number of lists, '
        f'true and found">{"".join(lines)}</svg>'
    )


def _cells_sentence(result: Evaluation) -> str:
    cells = 2 ** len(result.lists) - 1
    shown = set(result.true_histories) | set(result.found_histories)
    people = sum(result.true_histories.values())
    return (
        f"{len(shown)} of the {cells} possible combinations of lists occur; the other "
        f"{cells - len(shown)} are zero, both true and found. Summed over all of them the counts "
        f"are {result.absolute_error:,} off, with {people:,} people."
    )


def _histories(result: Evaluation) -> str:
    shown = sorted(
        set(result.true_histories) | set(result.found_histories),
        key=lambda history: (-result.true_histories.get(history, 0), history),
    )
    rows = "".join(
        f"<tr><td>{escape(result.history_name(history))}</td>"
        f'<td class="n">{result.true_histories.get(history, 0):,}</td>'
        f'<td class="n">{result.found_histories.get(history, 0):,}</td></tr>'
        for history in shown
    )
    half = -(-len(shown) // 2)
    head = (
        '<thead><tr><th>on exactly</th><th class="n">true</th><th class="n">found</th></tr></thead>'
    )
    parts = rows.split("</tr>")[:-1]
    tables = (parts[:half], parts[half:])
    return "".join(
        f"<table>{head}<tbody>{''.join(part + '</tr>' for part in table)}</tbody></table>"
        for table in tables
        if table
    )
