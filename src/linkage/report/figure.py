"""The diagnosis as a figure of six panels, A4 wide, drawn without a screen."""

from __future__ import annotations

import io
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from linkage.errors import Fault, UsageError
from linkage.report.diagnosis import DiagnosisPage
from linkage.report.panels import (
    Empty,
    counts_panel,
    on_lists_panel,
    precision_panel,
    rates_panel,
    similarity_panel,
    spread_panel,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["diagnosis_figure", "draw_diagnosis", "missing_matplotlib"]

WIDTH = 8.27  # inches, A4
DOTS = 160  # per inch
LEAST_HEIGHT, MARGIN, LINE = 2.0, 0.85, 0.15  # inches: of a panel, around it, of one of its rows

STYLE: Any = {
    "font.size": 7.5,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlepad": 16.0,  # room for a legend below
    "axes.labelsize": 7.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "text.parse_math": False,  # a list may be called $
    "svg.hashsalt": "linkage",
}


def missing_matplotlib() -> Fault | None:
    """What to say where matplotlib is not installed; None where it is."""
    if find_spec("matplotlib") is not None:
        return None
    return Fault(
        "E220",
        "A plot needs matplotlib, which this installation does not have.",
        'Install the extra "report": pip install ".[report]" in the folder of the software;\n'
        "--table writes the same numbers without it.",
        field="--plot",
    )


def draw_diagnosis(page: DiagnosisPage, form: Literal["png", "svg"]) -> bytes:
    """Draw the page.

    Settings of matplotlib's that may lie about are not read. A letter that its fonts lack becomes
    a box.

    Args:
        page: what to show.
        form: of the file.

    Raises:
        UsageError: E220 matplotlib is not installed.
    """
    fault = missing_matplotlib()
    if fault is not None:
        raise UsageError(fault)
    import matplotlib as mpl

    target = io.BytesIO()
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from font")
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        made = {"Date": None} if form == "svg" else {"Software": None}
        diagnosis_figure(page).savefig(target, format=form, dpi=DOTS, metadata=made)
    return target.getvalue()


def diagnosis_figure(page: DiagnosisPage) -> Figure:
    """The figure itself; panels that would be empty say why in words."""
    from matplotlib.figure import Figure

    rows = (
        0,
        max(len(page.overlaps), len(page.by_lists)),
        max(len(page.on_lists), len(page.by_stratum)),
    )
    heights = [max(LEAST_HEIGHT, MARGIN + LINE * number) for number in rows]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.4), layout="constrained")
    figure.suptitle(page.title, x=0.01, ha="left", fontsize=9.5)
    panels = figure.subplots(3, 2, height_ratios=heights)
    _fill(panels, page)
    return figure


def _fill(panels: Any, page: DiagnosisPage) -> None:
    (spread, precision), (overlaps, by_lists), (on_lists, by_stratum) = panels
    unknown = Empty(
        "Not known: people were linked by a threshold\non similarities, which does not say how\n"
        "often that is wrong."
    )
    precision.set_title("b  If the surplus were a threshold")
    overlaps.set_title("c  People on both lists")
    by_lists.set_title("d  Error rates by two lists")
    on_lists.set_title("e  People by number of lists")
    by_stratum.set_title("f  Error rates by stratum")
    if page.curves is None:
        spread.set_title("a  Pairs between lists by similarity")
        similarity_panel(spread, page.similarities)
        unknown.say(precision)
    else:
        spread.set_title("a  Pairs between lists: strangers and matches")
        spread_panel(spread, page.curves)
        precision_panel(precision, page.curves)
    counts_panel(overlaps, page.overlaps)
    on_lists_panel(on_lists, page.on_lists)
    _rates(by_lists, page, unknown, by_stratum=False)
    _rates(by_stratum, page, unknown, by_stratum=True)


def _rates(axes: Axes, page: DiagnosisPage, unknown: Empty, *, by_stratum: bool) -> None:
    rates = page.by_stratum if by_stratum else page.by_lists
    if page.overall is None:
        unknown.say(axes)
    elif not rates:
        Empty("The lists carry no stratum in which\n20 or more pairs were linked.").say(axes)
    else:
        rates_panel(axes, rates, page.overall)
