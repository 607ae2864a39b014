"""The dated results: JSON with everything, a table in Markdown and a plot beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.quality.judge import Judged
from benchmarks.quality.outcome import Outcome
from benchmarks.quality.summary import summaries
from benchmarks.quality.table import markdown

__all__ = ["write_report"]


def write_report(
    outcomes: Sequence[tuple[Outcome, Mapping[str, Any]]],
    surroundings: Mapping[str, Any],
    path: Path,
) -> list[Path]:
    """Write the three files.

    Args:
        outcomes: with what is in their files.
        surroundings: date, commit, machine and libraries.
        path: of the JSON; the others lie beside it.
    """
    from benchmarks.quality.plot import draw

    path.parent.mkdir(parents=True, exist_ok=True)
    every = [{**values, "curve": _columns(outcome.curve)} for outcome, values in outcomes]
    values = {**surroundings, "format": "linkage-quality/1", "outcomes": every}
    path.write_text(_lines(values), encoding="utf-8")
    found = summaries([outcome for outcome, _ in outcomes])
    table = path.with_suffix(".md")
    table.write_text(markdown(found, surroundings, path.with_suffix(".png").name), encoding="utf-8")
    picture = path.with_suffix(".png")
    draw(found, picture)
    return [path, table, picture]


def _columns(curve: Sequence[Judged]) -> dict[str, list[Any]]:
    """What a threshold leads to, as columns: rows would name every figure at every threshold."""
    return {
        "threshold": [each.threshold and round(each.threshold, 4) for each in curve],
        "precision": [round(each.precision, 4) for each in curve],
        "recall": [round(each.recall, 4) for each in curve],
        "people_on_two_or_more": [each.two_or_more[1] for each in curve],
        "histories_absolute_error": [each.cell_error for each in curve],
    }


def _lines(values: Mapping[str, Any]) -> str:
    """JSON with an outcome a line: thousands of thresholds, one a line, nobody can read."""
    head = json.dumps({**values, "outcomes": []}, indent=2)
    lines = ",\n".join(f"    {json.dumps(each)}" for each in values["outcomes"])
    return head.replace('"outcomes": []', f'"outcomes": [\n{lines}\n  ]') + "\n"
