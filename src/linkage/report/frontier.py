"""The frontier of privacy and quality: one panel for each attacker, one point for each encoding."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FrontierPoint", "draw_frontier"]

WIDTH, PANEL, LINE, DOTS = 10.0, 3.4, 0.17, 150
LEAST = 1e-3
SHOWN = 0.3
"""Encodings that link worse than the best by more than this are named, not drawn."""
_LINKED, _POINT, _BEST = "#7a7a7a", "#3465a4", "#c0392b"
_STYLE: Any = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "text.parse_math": False,
    "svg.hashsalt": "linkage",
}


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """One encoding.

    Attributes:
        label: its description.
        quality: linkage quality, 0 to 1.
        named: known pairs of an attacker -> share of the others named rightly.
    """

    label: str
    quality: float
    named: Mapping[int, float]


def draw_frontier(
    points: Sequence[FrontierPoint],
    best: Mapping[int, Sequence[int]],
    *,
    title: str,
    quality: str,
    kind: Literal["png", "svg"] = "png",
) -> bytes:
    """The picture.

    Args:
        points: the encodings, numbered from 1 in the picture.
        best: known pairs of an attacker -> places of the points on its frontier, in order.
        title: heading.
        quality: what the horizontal axis shows.
        kind: of picture.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.use("agg")
    attackers = list(best)
    rows = (len(attackers) + 1) // 2
    best_quality = max(point.quality for point in points)
    left = max(best_quality - SHOWN, min(point.quality for point in points)) - 0.02
    entries = (len(points) + 1) // 2
    with mpl.rc_context(_STYLE):
        height = rows * PANEL + entries * LINE + 0.9
        figure = Figure(figsize=(WIDTH, height), dpi=DOTS)
        below = (entries * LINE + 0.55) / height
        grid = figure.subplots(rows, 2, squeeze=False, sharex=True, sharey=True)
        for place, axes in enumerate(grid.ravel()):
            if place < len(attackers):
                axes.set_xlim(left=left, right=best_quality + 0.02)
                _panel(axes, points, attackers[place], best[attackers[place]])
            else:
                axes.set_axis_off()
        figure.subplots_adjust(
            left=0.07, right=0.98, top=1 - 0.55 / height, bottom=below, hspace=0.22, wspace=0.07
        )
        figure.suptitle(title, x=0.07, ha="left", fontsize=10, weight="bold")
        for axes in grid[-1]:
            axes.set_xlabel(quality)
        for axes in grid[:, 0]:
            axes.set_ylabel("named rightly")
        for number, point in enumerate(points):
            column, line = divmod(number, entries)
            figure.text(
                0.07 + 0.47 * column,
                ((entries - line - 0.5) * LINE + 0.1) / height,
                f"{number + 1}  {point.label}"
                + (f" (not drawn: links at {point.quality:.2f})" if point.quality < left else ""),
                fontsize=7,
            )
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata={"Date": None} if kind == "svg" else {})
    return buffer.getvalue()


def _panel(axes: Axes, points: Sequence[FrontierPoint], attacker: int, best: Sequence[int]) -> None:
    name = "no known pair" if attacker == 0 else f"{attacker:,} known pairs"
    axes.set_title(name, loc="left", fontsize=9, weight="bold")
    axes.set_yscale("symlog", linthresh=LEAST, linscale=0.4)
    axes.set_ylim(-0.0003, 1.6)
    axes.set_yticks([0, 0.001, 0.01, 0.1, 1], ["0", ".001", ".01", ".1", "1"])
    axes.grid(axis="y", color="#dddddd", linewidth=0.5)
    least = axes.get_xlim()[0]
    chosen = [points[place] for place in best if points[place].quality >= least]
    line = [(point.quality, point.named[attacker]) for point in chosen]
    if line:
        axes.plot(*zip(*line, strict=True), color=_LINKED, linewidth=1, zorder=1)
    taken: list[tuple[float, float]] = []
    for number, point in enumerate(points):
        if attacker not in point.named or point.quality < axes.get_xlim()[0]:
            continue
        x, y = point.quality, point.named[attacker]
        axes.plot(x, y, "o", color=_BEST if number in best else _POINT, markersize=4, zorder=2)
        axes.annotate(
            str(number + 1), (x, y), xytext=_beside(axes, x, y, taken), textcoords="offset points",
            fontsize=6.5, ha="center", va="center",
        )  # fmt: skip


_PLACES = (
    (6, 5),
    (-6, 5),
    (6, -6),
    (-6, -6),
    (11, 0),
    (-11, 0),
    (0, 9),
    (0, -9),
    (13, 9),
    (-13, 9),
)


def _beside(
    axes: Axes, x: float, y: float, taken: list[tuple[float, float]]
) -> tuple[float, float]:
    """Where a number stands so that it covers no other: the first of some places that is free."""
    at = axes.transData.transform((x, y)) * 72 / DOTS
    for dx, dy in _PLACES:
        spot = (float(at[0] + dx), float(at[1] + dy))
        if all(abs(spot[0] - u) > 8 or abs(spot[1] - v) > 6 for u, v in taken):
            taken.append(spot)
            return dx, dy
    return _PLACES[0]
