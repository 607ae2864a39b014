"""A diagnosis as files: a plot and a table, both written or neither."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from linkage.errors import Fault, UsageError
from linkage.files import PRIVATE, refuse_existing, write_whole_group
from linkage.report import (
    Count,
    Curves,
    DiagnosisPage,
    Rate,
    Similarities,
    diagnosis_csv,
    draw_diagnosis,
    missing_matplotlib,
)
from linkage.roles.linkage_unit.diagnose import Diagnosis
from linkage.workspace import SCENARIOS

__all__ = ["diagnosis_page", "prepare_files", "write_files"]

_PLOTS: dict[str, Literal["png", "svg"]] = {".png": "png", ".svg": "svg"}


def prepare_files(plot: Path | None, table: Path | None, *, replace: bool) -> None:
    """Refuse early what cannot be written.

    Raises:
        UsageError: E201 a file exists, E220 matplotlib is not installed, E221 a name that
            says another kind of file.
    """
    faults = []
    if plot is not None and plot.suffix.lower() not in _PLOTS:
        faults.append(_wrong_name(plot, "--plot", ".png or .svg"))
    if table is not None and table.suffix.lower() != ".csv":
        faults.append(_wrong_name(table, "--table", ".csv"))
    missing = missing_matplotlib() if plot is not None else None
    if missing is not None:
        faults.append(missing)
    if faults:
        raise UsageError(*faults)
    if not replace:
        refuse_existing(*(path for path in (plot, table) if path), option="--replace")


def write_files(
    diagnosis: Diagnosis, plot: Path | None, table: Path | None, *, replace: bool = False
) -> None:
    """Write the plot, the table or both, for the linkage unit's eyes: nobody else may read them.

    Args:
        diagnosis: what `link` found.
        plot: a new ``.png`` or ``.svg``, or None.
        table: a new ``.csv``, or None.
        replace: whether older files may be replaced.

    Raises:
        UsageError: see :func:`prepare_files`.
        MachineError: E101 disk full, E102 missing folder, E103 no permission.
    """
    prepare_files(plot, table, replace=replace)
    page = diagnosis_page(diagnosis)
    contents: dict[Path, bytes] = {}
    if table is not None:
        contents[table] = diagnosis_csv(page)
    if plot is not None:
        contents[plot] = draw_diagnosis(page, _PLOTS[plot.suffix.lower()])
    write_whole_group(contents, mode=PRIVATE)


def diagnosis_page(diagnosis: Diagnosis) -> DiagnosisPage:
    """What the plot and the table show."""
    state, drawn = diagnosis.state, diagnosis.drawn
    scenarios = [diagnosis.scenarios[name] for name in SCENARIOS]
    chosen = diagnosis.scenarios["chosen"]
    rates = state.rates or {"overall": None, "lists": [], "strata": []}
    conflicts = state.conflicts
    return DiagnosisPage(
        title=(
            f"{chosen.people:,} people on {len(state.lists)} lists, {chosen.on_several:,} of them "
            f"on two or more · linked {state.linked[:10]}"
        ),
        curves=_curves(state.components) if state.components else None,
        similarities=Similarities(
            tuple(state.bin_edges.tolist()), tuple(state.histogram.tolist()), state.thresholds
        ),
        people=_count([each.people for each in scenarios], drawn.people if drawn else None),
        on_several=_count(
            [each.on_several for each in scenarios], drawn.on_several if drawn else None
        ),
        on_lists=tuple(
            _count(
                [each.on_lists[at] for each in scenarios],
                drawn.on_lists[at] if drawn else None,
                number=at + 1,
            )
            for at in range(len(state.lists))
        ),
        overlaps=tuple(
            _count(
                [each.overlaps[one, other] for each in scenarios],
                drawn.overlaps[one, other] if drawn else None,
                lists=(state.lists[one], state.lists[other]),
            )
            for one, other in chosen.overlaps
        ),
        overall=_rate(rates["overall"]) if rates["overall"] else None,
        by_lists=tuple(_rate(row) for row in rates["lists"]),
        by_stratum=tuple(_rate(row) for row in rates["strata"]),
        conflicts=tuple(
            (row.get("list", ""), row.get("stratum", ""), row.get("value", ""), _numbers(row))
            for row in (conflicts["overall"], *conflicts["lists"], *conflicts["strata"])
        ),
    )


def _count(
    numbers: Sequence[int],
    drawn: tuple[int, int] | None,
    *,
    lists: tuple[str, ...] = (),
    number: int = 0,
) -> Count:
    low, chosen, high = numbers
    return Count(low, chosen, high, drawn, lists, number)


def _numbers(row: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in row.items() if isinstance(number, int)}


def _curves(components: Any) -> Curves:
    return Curves(**{name: tuple(components[name]) for name in Curves.__slots__})


def _rate(row: dict[str, Any]) -> Rate:
    return Rate(
        row["linked"],
        tuple(row["precision"]),
        tuple(row["missed"]),
        tuple(row.get("lists", ())),
        row.get("stratum", ""),
        row.get("value", ""),
    )


def _wrong_name(path: Path, option: str, endings: str) -> Fault:
    return Fault(
        "E221",
        f"{option} writes a file that ends in {endings}, which {path.name} does not.",
        f"Give {option} a name that ends in {endings}.",
        file=path.name,
        field=option,
    )
