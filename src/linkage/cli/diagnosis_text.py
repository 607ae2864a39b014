"""What `diagnose` says: what was found, how sure, where it is weak, what to do next."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linkage.cli.console import as_typed
from linkage.cli.diagnosis_tables import (
    conflict_lines,
    count_lines,
    overlap_lines,
    rate_lines,
    surplus_lines,
)
from linkage.cli.linkage_unit_text import threshold_text

if TYPE_CHECKING:
    from linkage.roles.linkage_unit import Diagnosis
    from linkage.workspace import LinkState

__all__ = ["LINE", "diagnosis_text", "histogram_lines"]

LINE = 98
"""Characters of a line, at most."""

_STAYS = (
    "Similarities can give people away: this page stays with the linkage unit. Nothing in it is "
    "of one pair. Encodings remain personal data."
)
_WIDTH = 40
_ROWS = 25


def diagnosis_text(diagnosis: Diagnosis, run: Path, written: Sequence[Path] = ()) -> str:
    """The diagnosis for people.

    Args:
        diagnosis: what `link` found.
        run: the run directory.
        written: files that were written beside this text.
    """
    state = diagnosis.state
    lines = ["WHAT WAS FOUND", *_headline(diagnosis), "", *count_lines(diagnosis)]
    lines += ["", *overlap_lines(diagnosis)]
    lines += ["", "HOW SURE", *_wrapped([threshold_text(state), *state.explanation])]
    if state.rates:
        lines += ["", *rate_lines(state.rates), "", *surplus_lines(state.components)]
    else:
        lines += ["", "Pairs between lists by similarity (bars: logarithm of the pairs)"]
        lines += histogram_lines(state)
    lines += ["", "WHERE IT IS WEAK", *_wrapped(diagnosis.weak_points, "- "), ""]
    lines += conflict_lines(state.conflicts)
    release = as_typed("linkage", "release", "--run", run)
    lines += ["", "WHAT TO DO NEXT", *_wrapped(diagnosis.advice, "- ")]
    if written:
        lines.append(f"Wrote {', '.join(path.name for path in written)}.")
    lines += _wrapped(
        [
            f"Log: {diagnosis.log_entries} entries, head {diagnosis.log_head[:16]}",
            _STAYS,
        ]
    )
    lines.append(f"Next: {release} -i YOUR.identity --to analyst -o counts.lnk")
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


def _headline(diagnosis: Diagnosis) -> list[str]:
    state, chosen = diagnosis.state, diagnosis.scenarios["chosen"]
    records = ", ".join(
        f"{list_id} {records:,}"
        for list_id, records in zip(state.lists, state.records, strict=True)
    )
    said = [
        f"{chosen.people:,} people, {chosen.on_several:,} of them on two or more lists.",
        f"Records: {records}.",
    ]
    if diagnosis.left_out:
        said.append(f"Left out: {', '.join(diagnosis.left_out)}.")
    return _wrapped(said)


def _wrapped(sentences: Sequence[str], mark: str = "") -> list[str]:
    return [
        line
        for sentence in sentences
        for line in textwrap.wrap(
            sentence, LINE, initial_indent=mark, subsequent_indent="  ", break_on_hyphens=False
        )
    ]


def _position(name: str) -> int:
    return ("low", "chosen", "high").index(name)
