"""The figures of all encodings as a table, for a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from linkage.bench.encodings.summary import ATTACKERS, QUALITIES, EncodingRow
from linkage.bench.text import table

__all__ = ["as_markdown", "as_text"]

_SHORT: Mapping[str, str] = {
    "F1": "F1",
    "recall at precision .95, similarity": "R@P.95",
    "recall at precision .95, score": "as scored",
    "likeness": "likeness",
    "likeness, top .1%": "top .1%",
    "entropy": "entropy",
    "Gini": "Gini",
    "largest bit correlation": "bit pairs",
    "weight and tokens": "weight",
    "largest group": "equal",
}


def as_text(rows: Sequence[EncodingRow]) -> str:
    """For a terminal."""
    heads, cells = _cells(rows)
    return table(heads, cells)


def as_markdown(rows: Sequence[EncodingRow]) -> str:
    """One table for each data set, with what the columns mean."""
    parts = []
    for data in dict.fromkeys(row.data for row in rows):
        heads, cells = _cells([row for row in rows if row.data == data])
        lines = [f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *cells)]
        parts.append("\n".join([f"## {data}", "", *lines, ""]))
    return "\n".join([*parts, _LEGEND])


def _cells(rows: Sequence[EncodingRow]) -> tuple[list[str], list[list[str]]]:
    shown = [name for name in _SHORT if any(name in row.figures for row in rows)]
    attackers = [known for known in ATTACKERS if any(known in row.named for row in rows)]
    quality = [name for name in shown if name in QUALITIES]
    rest = [name for name in shown if name not in QUALITIES]
    several = len({row.data for row in rows}) > 1
    heads = [
        "encoding",
        *(["data"] if several else []),
        *(_SHORT[name] for name in quality),
        *("no pair" if known == 0 else f"{known:,} pairs" for known in attackers),
        *(_SHORT[name] for name in rest),
    ]
    cells = []
    for row in rows:
        line = [row.encoding, *([row.data] if several else [])]
        line += [_figure(row, name) for name in quality]
        line += [_share(row.named.get(known)) for known in attackers]
        line += [_figure(row, name) for name in rest]
        cells.append(line)
    return heads, cells


def _figure(row: EncodingRow, name: str) -> str:
    if name not in row.figures:
        return ""
    mean, half = row.figures[name]
    return f"{mean:.3f} ± {half:.3f}" if half else f"{mean:.3f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}" if value < 0.01 else f"{value:.3f}"


_LEGEND = """\
*F1*: best mutual matches of two lists that share half their people, 0 to 3 slips each, at the best
threshold. *R@P.95*: recall at precision .95 over all pairs of the lists, by similarity; *as
scored*: as the linkage unit ranks. *No pair, 20 pairs, ...*: share of the other records that the
best attack with so many known pairs names rightly. *Likeness*: correlation of encoded with
plaintext similarity, and among the thousandth that is most alike. *Entropy*, *Gini*: of the bits'
densities. *Bit pairs*: largest correlation of two bits. *Weight*: correlation of set bits with
tokens. *Equal*: share of the records in the largest group of equal ones. ± is half a 95% interval
over the seeds. That an attack failed does not mean that an encoding is safe.
"""
