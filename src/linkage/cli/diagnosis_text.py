"""What `diagnose` shows: bars, thresholds, counts at three thresholds; nothing of one pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linkage.cli.console import as_typed
from linkage.cli.linkage_unit_text import threshold_text

if TYPE_CHECKING:
    from linkage.roles.linkage_unit import Diagnosis, ScenarioCounts
    from linkage.workspace import LinkState

__all__ = ["diagnosis_text", "histogram_lines"]

_WIDTH = 40
_ROWS = 25


def diagnosis_text(diagnosis: Diagnosis, run: Path) -> str:
    """The diagnosis for people."""
    state = diagnosis.state
    lists = ", ".join(
        f"{list_id} {records:,}"
        for list_id, records in zip(state.lists, state.records, strict=True)
    )
    lines = [f"Records: {lists}"]
    if diagnosis.left_out:
        lines.append(f"Left out: {', '.join(diagnosis.left_out)}")
    lines += ["", "Similarity of records of different lists (bars: logarithm of the pairs)"]
    lines += histogram_lines(state)
    lines += ["", *_threshold_lines(state), "", *_count_lines(state, diagnosis.scenarios)]
    release = as_typed("linkage", "release", "--run", run)
    lines += [
        "",
        f"Log: {diagnosis.log_entries} entries, head {diagnosis.log_head[:16]}",
        "Similarities can give people away: this page stays with the linkage unit.",
        "Encodings remain personal data.",
        f"Next: {release} -i YOUR.identity --to analyst -o counts.lnk",
    ]
    return "\n".join(lines)


def histogram_lines(state: LinkState) -> list[str]:
    """The histogram of scores as bars on a logarithmic scale, the thresholds marked.

    Only the part with any pair is shown, in at most 25 rows.
    """
    filled = np.flatnonzero(state.histogram)
    if not len(filled):
        return ["(no pairs)"]
    first, last = int(filled[0]), int(filled[-1]) + 1
    step = math.ceil((last - first) / _ROWS)
    starts = range(first, last, step)
    counts = [int(state.histogram[start : start + step].sum()) for start in starts]
    longest = math.log10(max(counts) + 1)
    lines = []
    for start, count in zip(starts, counts, strict=True):
        lower = float(state.bin_edges[start])
        upper = float(state.bin_edges[min(start + step, len(state.histogram))])
        bar = "█" * max(round(_WIDTH * math.log10(count + 1) / longest), 1 if count else 0)
        marks = [
            name
            for name, threshold in state.thresholds.items()
            if lower <= threshold < upper or (threshold == upper == 1.0)
        ]
        mark = f" ◄ {', '.join(sorted(marks, key=_position))}" if marks else ""
        lines.append(f"{lower:6.3f} {count:>13,} {bar}{mark}")
    return lines


def _position(name: str) -> int:
    return ("low", "chosen", "high").index(name)


def _threshold_lines(state: LinkState) -> list[str]:
    return [threshold_text(state), *(f"  {sentence}" for sentence in state.explanation)]


def _count_lines(state: LinkState, scenarios: dict[str, ScenarioCounts]) -> list[str]:
    low, chosen, high = scenarios["low"], scenarios["chosen"], scenarios["high"]
    rows: list[tuple[str, Sequence[int]]] = [("people", (low.people, chosen.people, high.people))]
    for number in range(len(state.lists)):
        name = "on 1 list" if number == 0 else f"on {number + 1} lists"
        counts = [scenario.on_lists[number] for scenario in (low, chosen, high)]
        rows.append((name, counts))
    lines = [f"{'Threshold':<22}{'low':>10}{'chosen':>10}{'high':>10}"]
    lines += _rows(rows)
    sizes = sorted({size for scenario in scenarios.values() for size in scenario.cluster_sizes})
    lines += ["People by number of records"]
    lines += _rows(
        [(str(size), [s.cluster_sizes.get(size, 0) for s in (low, chosen, high)]) for size in sizes]
    )
    lines += ["Records merged with another one of their list"]
    lines += _rows(
        [
            (list_id, [s.duplicates[number] for s in (low, chosen, high)])
            for number, list_id in enumerate(state.lists)
        ]
    )
    lines += ["People on both lists: chosen (range from low to high)"]
    for (i, j), people in chosen.overlaps.items():
        ends = sorted((low.overlaps[i, j], people, high.overlaps[i, j]))
        pair = f"{state.lists[i]} and {state.lists[j]}"
        lines.append(f"  {pair:<20}{people:>10,} ({ends[0]:,} to {ends[-1]:,})")
    return lines


def _rows(rows: Sequence[tuple[str, Sequence[int]]]) -> list[str]:
    return [f"  {name:<20}" + "".join(f"{count:>10,}" for count in counts) for name, counts in rows]
