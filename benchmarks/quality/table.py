"""The results as Markdown: a table per data set, and every pairwise overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.quality.data import CATALOGUE
from benchmarks.quality.ours import CONFIGURATIONS
from benchmarks.quality.peers import PEERS
from benchmarks.quality.summary import Figures, Summary

__all__ = ["by_data", "markdown", "ordered"]

LEGEND = """
Every figure is at **the threshold that the software chose itself**, but for the columns that say
"best": there the threshold was chosen on the truth, by F1, as nobody can in earnest.

* *people on two or more lists*: signed error of that number; over draws the mean, then the range.
* *overlaps*: absolute errors of the people on every two lists, as a share of their true sum.
* *cells*: absolute error over all capture histories, in people and as a share of all people.
* *over its draws*: the same two errors of the mean count over the draws of the linkage, which are
  what an estimate should be averaged over.
* *lost*: F1 below the best threshold's; people in wrong cells above the threshold with the fewest.

Own thresholds of the peers: ECM .5 (its classifier's rule); Splink .95 ("Getting started");
anonlink .8 (the default of anonlink-client, with which its tutorial ends). Ours is proposed from
the lists. recordlinkage and Splink read plaintext.
"""


def markdown(summaries: Sequence[Summary], surroundings: Mapping[str, Any], picture: str) -> str:
    """The whole page."""
    machine = surroundings["machine"]
    about = (
        f"`python -m benchmarks.quality` · commit {surroundings['commit']} · "
        f"{machine['processor']}, {machine['cores']} cores · every outcome's own date, commit and "
        "versions are in the JSON beside this."
    )
    parts = [
        f"# Quality of the counts, {surroundings['date']}",
        "",
        about,
        LEGEND,
        f"![Errors of counts by data set and contender]({picture})",
        "",
    ]
    for data, rows in by_data(summaries).items():
        parts += [f"## {data}", "", *_lines(_main(rows)), ""]
        parts += [*_faults(rows), *_overlaps(rows)]
    return "\n".join(parts).rstrip() + "\n"


def by_data(summaries: Sequence[Summary]) -> dict[str, list[Summary]]:
    """Data set -> its rows, ours first; the data sets as they are in the catalogue."""
    known = list(dict.fromkeys(each.name for each in CATALOGUE))
    groups: dict[str, list[Summary]] = {}
    for each in sorted(
        summaries, key=lambda each: known.index(each.data) if each.data in known else len(known)
    ):
        groups.setdefault(each.data, []).append(each)
    return {
        data: sorted(rows, key=lambda each: ordered(each.contender))
        for data, rows in groups.items()
    }


def ordered(contender: str) -> int:
    """Place of a contender; who is not known any more comes last."""
    known = [*CONFIGURATIONS, *PEERS]
    return known.index(contender) if contender in known else len(known)


def _main(rows: Sequence[Summary]) -> Iterable[tuple[str, ...]]:
    yield (
        "contender",
        "draws",
        "precision",
        "recall",
        "F1",
        "people on two or more lists",
        "overlaps",
        "cells",
        "over its draws: people, cells",
        "best: F1",
        "best: people on two or more",
        "best: cells",
        "lost F1",
        "lost cells",
    )
    for row in rows:
        if row.own is None or row.best is None:
            yield (row.contender, "0", *["failed"] * 12)
            continue
        own, best = row.own, row.best
        yield (
            row.contender,
            str(row.draws),
            f"{own.precision:.3f}",
            f"{own.recall:.3f}",
            f"{own.f1:.3f}",
            f"**{own.count_error:+.1%}**{_range(own)} of {row.true_count:,.0f}",
            f"{own.overlap_error:.1%}",
            f"{own.cell_error:,.0f} ({own.cell_share:.1%})",
            "" if row.drawn is None else f"{row.drawn[0]:+.1%}, {row.drawn[1]:,.0f}",
            f"{best.f1:.3f}",
            f"{best.count_error:+.1%}",
            f"{best.cell_error:,.0f}",
            f"{row.lost_f1:.3f}",
            f"{row.lost_cells:,.0f}",
        )


def _range(figures: Figures) -> str:
    low, high = figures.count_range
    return f" ({low:+.1%} to {high:+.1%})" if low != high else ""


def _overlaps(rows: Sequence[Summary]) -> list[str]:
    """Every pairwise overlap, where there are more than one."""
    whole = [row for row in rows if row.own is not None and len(row.own.overlaps) > 1]
    if not whole:
        return []
    first = whole[0].own
    assert first is not None
    names = list(first.overlaps)
    table: list[tuple[str, ...]] = [("people on both", *names)]
    table.append(("*true*", *(f"{first.overlaps[name][0]:,.0f}" for name in names)))
    for row in whole:
        assert row.own is not None
        pairs = [row.own.overlaps[name] for name in names]
        table.append((row.contender, *(f"{found - true:+,.0f}" for true, found in pairs)))
    return [*_lines(table), ""]


def _faults(rows: Sequence[Summary]) -> list[str]:
    lines = [f"* {row.contender}: {fault}" for row in rows for fault in row.faults]
    lines += [f"* {row.contender} warns: {said}" for row in rows for said in row.warnings]
    return [*lines, ""] if lines else []


def _lines(table: Iterable[tuple[str, ...]]) -> list[str]:
    head, *rows = table
    rule = "|" + "---|" * len(head)
    return [_line(head), rule, *map(_line, rows)]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
