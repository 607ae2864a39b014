"""The errors of counts as a picture: a row a data set, a mark a contender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from benchmarks.quality.peers import PEERS
from benchmarks.quality.summary import Figures, Summary
from benchmarks.quality.table import by_data, ordered

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw"]

# linear near nothing, so that 1% and 100% can both be read
LINEAR = 0.10
TICKS = (-1.0, -0.5, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.5, 1.0)
SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


def draw(summaries: Sequence[Summary], path: Path) -> None:
    """Draw people on two or more lists and the error over cells, own threshold and best.

    Args:
        summaries: of all data sets and contenders.
        path: PNG to write.
    """
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    groups = by_data([each for each in summaries if each.own is not None])
    contenders = sorted({each.contender for each in summaries}, key=ordered)
    colours = _colours(contenders)
    height = 1.6 + sum(0.35 + 0.17 * len(rows) for rows in groups.values())
    figure, axes = plt.subplots(1, 2, figsize=(12, height), sharey=True, layout="constrained")
    lines: list[tuple[float, str]] = []
    place = 0.0
    for data, rows in groups.items():
        first = place
        for row in rows:
            _mark(axes[0], row, place, colours[row.contender], lambda each: each.count_error)
            _mark(axes[1], row, place, colours[row.contender], lambda each: each.cell_share)
            place += 1
        lines.append(((first + place - 1) / 2, f"{data}\n{_truth(rows)}"))
        for axis in axes:
            axis.axhline(place, color="0.85", linewidth=0.8)
        place += 1
    axes[0].set_yticks([at for at, _ in lines], [text for _, text in lines])
    axes[0].set_ylim(max(place - 0.4, 1), -0.8)
    _scale(axes[0], TICKS, "error of the people on two or more lists")
    _scale(axes[1], SHARES, "absolute error over all capture histories, share of all people")
    axes[0].axvline(0, color="0.4", linewidth=0.8)
    axes[1].set_xlim(left=-0.004)
    _legend(figure, contenders, colours)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _truth(rows: Sequence[Summary]) -> str:
    draws = max(row.draws for row in rows)
    said = f"{rows[0].true_count:,.0f} on two or more"
    return f"{said}, {draws} draws" if draws > 1 else said


def _colours(contenders: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Ours in blues and greens, the peers in reds and browns."""
    ours = [each for each in contenders if each not in PEERS]
    peers = [each for each in contenders if each in PEERS]
    cold, warm = mpl.colormaps["viridis"], mpl.colormaps["autumn"]
    made = {each: cold(0.05 + 0.75 * i / max(len(ours) - 1, 1)) for i, each in enumerate(ours)}
    return made | {each: warm(0.75 * i / max(len(peers) - 1, 1)) for i, each in enumerate(peers)}


def _mark(
    axis: Axes,
    row: Summary,
    place: float,
    colour: tuple[float, ...],
    value: Callable[[Figures], float],
) -> None:
    assert row.own is not None
    assert row.best is not None
    own, best = value(row.own), value(row.best)
    axis.plot([own, best], [place, place], color=colour, linewidth=1, alpha=0.6)
    axis.plot(best, place, "o", markerfacecolor="white", color=colour, markersize=5)
    axis.plot(own, place, "o", color=colour, markersize=6)


def _scale(axis: Axes, ticks: Sequence[float], label: str) -> None:
    axis.set_xscale("symlog", linthresh=LINEAR, linscale=1.2)
    axis.set_xticks(ticks, [f"{tick:+.0%}" if min(ticks) < 0 else f"{tick:.0%}" for tick in ticks])
    axis.minorticks_off()
    axis.set_xlabel(label)
    axis.grid(axis="x", color="0.9")
    axis.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)


def _legend(figure: object, contenders: Sequence[str], colours: dict[str, object]) -> None:
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], marker="o", linestyle="", color=colours[each], label=each)
        for each in contenders
    ]
    marks.append(Line2D([], [], marker="o", linestyle="", color="0.3", label="own threshold"))
    marks.append(
        Line2D(
            *([], []),
            marker="o",
            linestyle="",
            color="0.3",
            markerfacecolor="white",
            label="the truth's best (F1)",
        )
    )
    figure.legend(handles=marks, loc="outside upper center", ncols=6, frameon=False)
