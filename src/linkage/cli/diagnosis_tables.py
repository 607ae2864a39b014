"""The small tables in what `diagnose` says: counts, error rates, conflicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linkage.roles.linkage_unit import Diagnosis

__all__ = ["conflict_lines", "count_lines", "overlap_lines", "rate_lines", "surplus_lines"]

Range = tuple[int, int]

_STEPS = 12
"""Rows of the table along the surplus, about."""

_NAME = 36


_KINDS = (
    "  joined: people with several records; twice: of them, with two on one list; weak: of",
    "  them, with two records that are no likely pair by themselves; chained: of the weak, those",
    "  whose likely pairs lead from any record to any other; outbid: records whose best candidate",
    "  was given to another record of their list.",
)


def count_lines(diagnosis: Diagnosis) -> list[str]:
    """People by number of lists, at three thresholds and over the draws."""
    scenarios = [diagnosis.scenarios[name] for name in ("low", "chosen", "high")]
    drawn = diagnosis.drawn
    lines = [_heading("People", drawn is not None)]
    lines.append(_row("all", [each.people for each in scenarios], drawn.people if drawn else None))
    several = [each.on_several for each in scenarios]
    lines.append(_row("on two or more lists", several, drawn.on_several if drawn else None))
    for at in range(len(diagnosis.state.lists)):
        name = "on 1 list" if at == 0 else f"on {at + 1} lists"
        counts = [each.on_lists[at] for each in scenarios]
        lines.append(_row(name, counts, drawn.on_lists[at] if drawn else None))
    return lines


def overlap_lines(diagnosis: Diagnosis) -> list[str]:
    """People on both lists, for every two."""
    lists, drawn = diagnosis.state.lists, diagnosis.drawn
    scenarios = [diagnosis.scenarios[name] for name in ("low", "chosen", "high")]
    lines = [_heading("People on both lists", drawn is not None)]
    for one, other in scenarios[0].overlaps:
        counts = [each.overlaps[one, other] for each in scenarios]
        ends = drawn.overlaps[one, other] if drawn else None
        lines.append(_row(f"{lists[one]} and {lists[other]}", counts, ends))
    return lines


def rate_lines(rates: Mapping[str, Any]) -> list[str]:
    """Error rates of every two lists and by stratum, with nine draws in ten."""
    rows = [("all lists", rates["overall"])]
    rows += [(" and ".join(rate["lists"]), rate) for rate in rates["lists"]]
    rows += [(f"{rate['stratum']}: {rate['value']}", rate) for rate in rates["strata"]]
    lines = [f"{'Error rates (90% of draws)':<{_NAME}}{'linked':>8}   {'right':<21}missed"]
    for name, rate in rows:
        precision = _share(rate["precision"]) if rate["linked"] else "-"
        lines.append(
            f"  {_short(name):<{_NAME - 2}}{rate['linked']:>8,}   {precision:<21}"
            f"{_share(rate['missed'])}"
        )
    return lines


def surplus_lines(components: Mapping[str, Any]) -> list[str]:
    """Strangers and matches along the surplus, and what a threshold there would give."""
    edges, (low, high) = components["edges"], components["band"]
    bins = len(edges) - 1
    step = max(1, round(bins / _STEPS))
    lines = [
        "Pairs between lists by surplus: how much more alike they are than their records are to",
        "strangers. Right and found: if all pairs from here up were taken, and no others.",
        f"  {'surplus':<10}{'pairs':>10}{'strangers':>12}{'matches':>10}{'right':>10}{'found':>8}",
    ]
    for start in range(0, bins, step):
        end = min(start + step, bins)
        inside = edges[end] > low and edges[start] < high
        pairs, strangers, matches = (
            sum(components[name][start:end]) for name in ("observed", "strangers", "matches")
        )
        lines.append(
            f"  {edges[start]:<10.2f}{pairs:>10,}{strangers:>12,.0f}{matches:>10,.0f}"
            f"{components['precision'][start]:>10.0%}{components['recall'][start]:>8.0%}"
            f"{'   ◄ band' if inside else ''}"
        )
    lines.append(
        f"  The band, {low:.3f} to {high:.3f}: a pair is a match with probability 0.2 to 0.8."
    )
    return lines


def conflict_lines(conflicts: Mapping[str, Any]) -> list[str]:
    """How often people and single pairs do not agree, by list and stratum."""
    rows = [("all lists", conflicts["overall"])]
    rows += [(row["list"], row) for row in conflicts["lists"]]
    rows += [(f"{row['stratum']}: {row['value']}", row) for row in conflicts["strata"]]
    kinds = ("joined", "twice", "weak", "chained", "outbid")
    return [
        f"{'Conflicts':<{_NAME}}" + "".join(f"{kind:>9}" for kind in kinds),
        *(
            f"  {_short(name):<{_NAME - 2}}" + "".join(f"{row[kind]:>9,}" for kind in kinds)
            for name, row in rows
        ),
        *_KINDS,
    ]


def _heading(name: str, drawn: bool) -> str:
    line = f"{name:<{_NAME}}" + "".join(f"{scenario:>10}" for scenario in ("low", "chosen", "high"))
    return line + (f"{'90% of draws':>20}" if drawn else "")


def _row(name: str, counts: Sequence[int], drawn: Range | None) -> str:
    line = f"  {_short(name):<{_NAME - 2}}" + "".join(f"{count:>10,}" for count in counts)
    return line if drawn is None else f"{line}{f'{drawn[0]:,} to {drawn[1]:,}':>20}"


def _share(ends: Sequence[float]) -> str:
    mean, low, high = ends
    return f"{mean:.0%} ({low:.0%} to {high:.0%})"


def _short(name: str) -> str:
    return name if len(name) < _NAME - 2 else f"{name[: _NAME - 4]}…"
