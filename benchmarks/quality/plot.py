"""The errors of counts as a picture: a line for every data set and contender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from benchmarks.quality.peers import PEERS
from benchmarks.quality.summary import Figures, Summary
from benchmarks.quality.table import by_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw"]

# linear near nothing, so that 1% and 100% can both be read
LINEAR = 0.05
TICKS = (-1.0, -0.5, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0, 10.0)
SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
OURS, OTHERS = "#1f5fa8", "#c8501e"


def draw(summaries: Sequence[Summary], path: Path) -> None:
    """Draw people on two or more lists and the error over cells, own threshold and best.

    Args:
        summaries: of all data sets and contenders.
        path: PNG to write.
    """
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    groups = by_data(summaries)
    lines = sum(len(rows) + 1.6 for rows in groups.values())
    figure, axes = plt.subplots(
        1, 2, figsize=(12, 1.3 + 0.19 * lines), sharey=True, layout="constrained"
    )
    places: list[tuple[float, str]] = []
    place = 0.0
    for data, rows in groups.items():
        axes[0].text(
            *(0.0, place - 0.15),
            f"{data}: {_truth(rows)}",
            transform=axes[0].get_yaxis_transform(),
            weight="bold",
            size=9,
            va="center",
        )
        place += 1
        for row in rows:
            places.append((place, row.contender))
            if row.own is not None:
                colour = OTHERS if row.contender in PEERS else OURS
                axes[0].plot(row.own.count_range, [place] * 2, color=colour, linewidth=6, alpha=0.2)
            _mark(axes[0], row, place, lambda each: each.count_error)
            _mark(axes[1], row, place, lambda each: each.cell_share)
            place += 1
        place += 0.6
    axes[0].set_yticks([at for at, _ in places], [text for _, text in places], size=8)
    axes[0].set_ylim(max(place, 1), -1)
    _scale(axes[0], TICKS, "error of the number of people on two or more lists")
    _scale(axes[1], SHARES, "absolute error over all capture histories, share of all people")
    axes[0].axvline(0, color="0.4", linewidth=0.8)
    known = [each for row in summaries for each in (row.own, row.best) if each is not None]
    axes[0].set_xlim(-1.2, 1.3 * max([1.0, *(each.count_range[1] for each in known)]))
    axes[1].set_xlim(-0.005, 1.3 * max([1.0, *(each.cell_share for each in known)]))
    _legend(figure)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _truth(rows: Sequence[Summary]) -> str:
    true = max(row.true_count for row in rows)
    draws = max(row.draws for row in rows)
    return f"{true:,.0f} on two or more" + (f", up to {draws} draws" if draws > 1 else "")


def _mark(axis: Axes, row: Summary, place: float, value: Callable[[Figures], float]) -> None:
    colour = OTHERS if row.contender in PEERS else OURS
    if row.own is None or row.best is None:
        axis.text(0, place, "  failed, see the table", color=colour, size=8, va="center")
        return
    own, best = value(row.own), value(row.best)
    axis.plot([own, best], [place, place], color=colour, linewidth=1, alpha=0.6)
    axis.plot(best, place, "o", markerfacecolor="white", color=colour, markersize=5)
    axis.plot(own, place, "o", color=colour, markersize=6)


def _scale(axis: Axes, ticks: Sequence[float], label: str) -> None:
    axis.set_xscale("symlog", linthresh=LINEAR, linscale=0.5)
    signed = min(ticks) < 0
    axis.set_xticks(
        ticks, [f"{tick:+.0%}" if signed and tick else f"{tick:.0%}" for tick in ticks], size=8
    )
    axis.minorticks_off()
    axis.set_xlabel(label)
    axis.grid(axis="x", color="0.9")
    axis.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)


def _legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], marker="o", linestyle="", color=colour, markerfacecolor=face, label=label)
        for colour, face, label in (
            (OURS, OURS, "ours"),
            (OTHERS, OTHERS, "peers"),
            ("0.3", "0.3", "filled: threshold it chose itself"),
            ("0.3", "white", "empty: the truth's best threshold (F1)"),
        )
    ]
    marks.append(Line2D([], [], color="0.3", linewidth=6, alpha=0.2, label="range over draws"))
    figure.legend(handles=marks, loc="outside upper center", ncols=5, frameon=False)
