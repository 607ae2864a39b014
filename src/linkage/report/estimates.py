"""Estimates as pictures: overlaps, methods side by side, and a stratum or the years."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from linkage.report.figure import STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["EstimateLine", "EstimatePage", "draw_estimates"]

WIDTH, ROW, PANEL, MOST_BARS = 8.27, 0.24, 2.6, 24
_SEEN, _ALL, _TRUE = "#9a9a9a", "#3465a4", "#c0392b"


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """One estimate.

    Attributes:
        name: method, or value of a stratum.
        observed: people on the lists.
        estimate: people in all; None for none.
        interval: limits; None for none.
    """

    name: str
    observed: int
    estimate: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class EstimatePage:
    """What the picture shows.

    Attributes:
        title: heading.
        lists: names of the lists.
        histories: masks and people of the histories, the most people first.
        methods: methods side by side.
        strata: name of a stratum -> its lines, in order.
    """

    title: str
    lists: tuple[str, ...]
    histories: tuple[tuple[int, int], ...]
    methods: tuple[EstimateLine, ...]
    strata: dict[str, tuple[EstimateLine, ...]] = field(default_factory=dict)


def draw_estimates(page: EstimatePage, kind: Literal["png", "svg"] = "png") -> bytes:
    """The picture; matplotlib has to be there (see ``missing_matplotlib``).

    Args:
        page: what it shows.
        kind: of picture.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    shown = page.histories[:MOST_BARS]
    heights = [PANEL, 0.3 + ROW * len(page.lists), 0.75 + ROW * len(page.methods)]
    heights += [0.85 + ROW * len(lines) for lines in page.strata.values()]
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=(WIDTH, sum(heights) + 1.0), layout="constrained")
        figure.suptitle(page.title, x=0.01, ha="left", fontsize=9.5)
        panels: Sequence[Axes] = figure.subplots(
            len(heights), 1, height_ratios=heights, squeeze=False
        )[:, 0].tolist()
        _bars(panels[0], shown, len(page.histories))
        _matrix(panels[1], shown, page.lists)
        _lines(panels[2], page.methods, "People in all, by method (grey: observed)")
        for axes, (name, lines) in zip(panels[3:], page.strata.items(), strict=True):
            _lines(axes, lines, f"People in all, by {name}")
        made: Any = {"Date": None} if kind == "svg" else {"Software": None}
        target = io.BytesIO()
        figure.savefig(target, format=kind, dpi=150, metadata=made)
    return target.getvalue()


def _bars(axes: Axes, shown: Sequence[tuple[int, int]], every: int) -> None:
    """People of each history, as in an UpSet plot (Lex et al. 2014)."""
    places = range(len(shown))
    axes.bar(places, [count for _, count in shown], color=_SEEN, width=0.7)
    for place, (_, count) in enumerate(shown):
        axes.annotate(
            f"{count:,}", (place, count), xytext=(0, 2), textcoords="offset points",
            ha="center", fontsize=6,
        )  # fmt: skip
    left = f" (the {len(shown)} largest of {every})" if every > len(shown) else ""
    axes.set_title(f"People on exactly these lists{left}", pad=6)
    axes.set_xticks([])
    axes.set_xlim(-0.6, max(len(shown), 1) - 0.4)
    axes.set_ylabel("people")


def _matrix(axes: Axes, shown: Sequence[tuple[int, int]], lists: Sequence[str]) -> None:
    for place, (mask, _) in enumerate(shown):
        on = [row for row in range(len(lists)) if mask >> row & 1]
        axes.plot([place] * len(lists), range(len(lists)), "o", color="#e4e4e4", markersize=5)
        axes.plot([place] * len(on), on, "-o", color="#333333", markersize=5, linewidth=1)
    axes.set_yticks(range(len(lists)), lists)
    axes.set_ylim(len(lists) - 0.4, -0.6)
    axes.set_xlim(-0.6, max(len(shown), 1) - 0.4)
    axes.set_xticks([])
    for side in axes.spines.values():
        side.set_visible(False)


def _lines(axes: Axes, lines: Sequence[EstimateLine], title: str) -> None:
    """One row each: observed, estimate, interval; an interval that runs off ends in an arrow."""
    points = [line.estimate for line in lines if line.estimate is not None]
    limit = 3.0 * max(points, default=1.0)
    for row, line in enumerate(lines):
        axes.plot([0, line.observed], [row, row], color=_SEEN, linewidth=5, solid_capstyle="butt")
        if line.interval is not None:
            low, high = line.interval
            axes.plot([low, min(high, limit)], [row, row], color=_ALL, linewidth=1.4)
            if high > limit:
                axes.plot([limit], [row], marker=">", color=_ALL, markersize=4)
        if line.estimate is not None:
            axes.plot([line.estimate], [row], "o", color=_ALL, markersize=4)
            axes.annotate(
                f"{line.estimate:,.0f}", (line.estimate, row), xytext=(0, 4),
                textcoords="offset points", ha="center", fontsize=6.5,
            )  # fmt: skip
        else:
            axes.annotate(
                "no estimate", (line.observed, row), xytext=(4, -2), textcoords="offset points",
                fontsize=6.5, color=_TRUE,
            )  # fmt: skip
    axes.set_yticks(range(len(lines)), [line.name for line in lines])
    axes.set_ylim(len(lines) - 0.4, -0.7)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(lambda value, _place: f"{value:,.0f}")
    axes.set_title(title, pad=6)
