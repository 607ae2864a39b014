"""The panels of a diagnosis, each drawn on axes that it is given.

Colours are those of Okabe and Ito (2008), which colour-blind readers tell apart; line styles and
markers say the same once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage.report.diagnosis import Count, Curves, Rate, Similarities

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "Empty",
    "counts_panel",
    "on_lists_panel",
    "precision_panel",
    "rates_panel",
    "similarity_panel",
    "spread_panel",
]

BLACK, GREY, LIGHT = "#222222", "#777777", "#d9d9d9"
STRANGERS, MATCHES, BAND = "#d55e00", "#0072b2", "#f0e442"
WRONG, MISSED = "#cc79a7", "#009e73"

LEAST_ROWS = 4
LONGEST = 18
"""Characters of a name, of which a label has two; more are cut off."""


@dataclass(frozen=True, slots=True)
class Empty:
    """A panel with nothing to draw."""

    reason: str

    def say(self, axes: Axes) -> None:
        """Write the reason where the drawing would be."""
        axes.text(0.0, 0.9, self.reason, transform=axes.transAxes, va="top", color=GREY)
        axes.set_axis_off()


def spread_panel(axes: Axes, curves: Curves) -> None:
    """Pairs by surplus: observed as steps, expected strangers and matches as curves."""
    middle = [(low + high) / 2.0 for low, high in zip(curves.edges, curves.edges[1:], strict=False)]
    axes.stairs(curves.observed, curves.edges, color=BLACK, linewidth=0.9, label="observed")
    axes.plot(middle, curves.strangers, color=STRANGERS, linestyle="--", label="strangers")
    axes.plot(middle, curves.matches, color=MATCHES, label="matches")
    _shade(axes, curves, "recommended band")
    axes.set_ylim(0.5, 2.0 * max(1.0, *curves.observed))
    axes.set_yscale("log")
    axes.set_xlim(0.0, curves.edges[-1])
    axes.set_xlabel("surplus: similarity over the level of strangers")
    axes.set_ylabel(f"pairs per {curves.edges[1] - curves.edges[0]:.2g}")
    axes.yaxis.set_major_formatter(_number)
    _legend_above(axes)


def precision_panel(axes: Axes, curves: Curves) -> None:
    """Expected precision and recall of the pairs from a surplus up."""
    axes.plot(curves.edges[:-1], curves.precision, color=MATCHES, label="precision")
    axes.plot(curves.edges[:-1], curves.recall, color=MISSED, linestyle="-.", label="recall")
    _shade(axes, curves, "band")
    axes.set_ylim(0.0, 1.02)
    axes.set_xlim(0.0, curves.edges[-1])
    axes.yaxis.set_major_formatter(_percent)
    axes.set_xlabel("surplus from which pairs are taken")
    axes.grid(color=LIGHT, linewidth=0.4)
    _legend_above(axes)


def similarity_panel(axes: Axes, similarities: Similarities) -> None:
    """All pairs by similarity, with the thresholds."""
    axes.stairs(similarities.pairs, similarities.edges, color=BLACK, linewidth=0.9)
    for scenario, style in (("low", ":"), ("chosen", "-"), ("high", "--")):
        threshold = similarities.thresholds[scenario]
        axes.axvline(
            threshold,
            color=MATCHES,
            linestyle=style,
            linewidth=1.0,
            label=f"{scenario} {threshold:.3f}",
        )
    axes.set_ylim(0.5, 2.0 * max(1.0, *similarities.pairs))
    axes.set_yscale("log")
    axes.set_xlabel("similarity")
    axes.set_ylabel("pairs")
    axes.yaxis.set_major_formatter(_number)
    _legend_above(axes)


def counts_panel(axes: Axes, counts: Sequence[Count]) -> None:
    """People on both lists, for every two: low, chosen and high, and the range of the draws."""
    _count_rows(axes, counts, [_both(count.lists) for count in counts])
    axes.set_xlim(0, 1.35 * _longest_bar(counts))
    axes.xaxis.set_major_formatter(_number)
    axes.set_xlabel("people")


def on_lists_panel(axes: Axes, counts: Sequence[Count]) -> None:
    """People on exactly 1, 2, ... lists."""
    names = [f"{count.number} list{'s' if count.number > 1 else ''}" for count in counts]
    _count_rows(axes, counts, names)
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_xlim(0, 8.0 * _longest_bar(counts))
    axes.xaxis.set_major_formatter(_number)
    axes.set_xlabel("people (logarithmic)")


def rates_panel(axes: Axes, rates: Sequence[Rate], overall: Rate) -> None:
    """Shares wrong and missed with the range of nine draws in ten, and those over all lists."""
    kinds = (
        ("wrong, of linked", [_wrong(rate) for rate in rates], -0.16, WRONG, "s"),
        ("missed, of true", [rate.missed for rate in rates], 0.16, MISSED, "o"),
    )
    for name, shares, shift, colour, marker in kinds:
        places = [place + shift for place in range(len(rates))]
        mean, low, high = zip(*shares, strict=True)
        axes.hlines(places, low, high, color=colour, linewidth=1.2)
        axes.plot(mean, places, marker, color=colour, markersize=3, label=name)
    axes.axvline(_wrong(overall)[0], color=WRONG, linewidth=0.7, linestyle=":")
    axes.axvline(overall.missed[0], color=MISSED, linewidth=0.7, linestyle=":")
    _name_rows(axes, [_rate_name(rate) for rate in rates])
    highest = max(share[2] for _, shares, *_ in kinds for share in shares)
    axes.set_xlim(0.0, min(max(1.05 * highest, 0.1), 1.0))
    axes.xaxis.set_major_formatter(_percent)
    axes.set_xlabel("share of pairs; dotted: all lists")
    _legend_above(axes)


def _count_rows(axes: Axes, counts: Sequence[Count], names: Sequence[str]) -> None:
    places = list(range(len(counts)))
    axes.barh(places, [count.chosen for count in counts], height=0.7, color=LIGHT)
    for scenario, marker, size in (("low", "<", 3.2), ("chosen", "|", 5.0), ("high", ">", 3.2)):
        numbers = [getattr(count, scenario) for count in counts]
        axes.plot(numbers, places, marker, color=BLACK, markersize=size, label=scenario)
    ranges = [(place, count.drawn) for place, count in enumerate(counts) if count.drawn]
    for place, (least, most) in ranges:
        axes.annotate(
            f"{least:,} to {most:,}",
            (max(_highest(counts[place]), most), place),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=6,
            color=GREY,
        )
    if ranges:
        rows = [place for place, _ in ranges]
        low, high = zip(*(ends for _, ends in ranges), strict=True)
        axes.hlines(rows, low, high, color=MATCHES, linewidth=2.0, label="90% of draws")
    labels = [f"{name}  {count.chosen:,}" for name, count in zip(names, counts, strict=True)]
    _name_rows(axes, labels)
    _legend_above(axes)


def _longest_bar(counts: Sequence[Count]) -> int:
    return max(1, *(_highest(count) for count in counts))


def _highest(count: Count) -> int:
    return max(count.low, count.chosen, count.high)


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), LEAST_ROWS) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=LIGHT, linewidth=0.4)
    axes.set_axisbelow(True)


def _legend_above(axes: Axes) -> None:
    legend = axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.03, 1.0),
        ncols=4,
        borderaxespad=0.1,
        handlelength=1.4,
        handletextpad=0.3,
        columnspacing=0.8,
    )
    legend.set_in_layout(False)  # it may be wider than its panel, which must not shrink for it


def _shade(axes: Axes, curves: Curves, label: str) -> None:
    low, high = curves.band
    axes.axvspan(low, high, color=BAND, alpha=0.35, linewidth=0, label=label)


def _rate_name(rate: Rate) -> str:
    if rate.lists:
        return _both(rate.lists)
    return f"{_short(rate.stratum)}: {_short(rate.value)}"


def _both(lists: Sequence[str]) -> str:
    return " and ".join(_short(name) for name in lists)


def _wrong(rate: Rate) -> tuple[float, float, float]:
    mean, low, high = rate.precision
    return (1.0 - mean, 1.0 - high, 1.0 - low)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _percent(share: float, _place: float) -> str:
    return f"{share:.0%}"


def _number(value: float, _place: float) -> str:
    return f"{value:,.0f}"
