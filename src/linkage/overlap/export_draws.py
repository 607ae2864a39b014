"""Draws of the linkage and its error rates as CSV: for estimators to average over.

draws.csv has what overlap.csv has, once for every draw; draws_joint.csv likewise what joint.csv
has. A fit to each draw and the spread of the fits carry the errors of the linkage.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.csv_text import csv_bytes, free_name, members
from linkage.overlap.rates import SHARES
from linkage.overlap.table import OverlapTable

__all__ = ["draw_files"]


def draw_files(table: OverlapTable) -> dict[str, bytes]:
    """The draws and the error rates as CSV files; none where the linkage has none.

    Args:
        table: the exact counts.

    Returns:
        draws.csv, every history in every draw; with strata draws_joint.csv, the combinations
        that occur in each draw; error_rates.csv, every two lists.
    """
    if not len(table.draws):
        return {}
    files = {
        "draws.csv": _by_draw(
            table, (), [members(history, table.lists) for history in table.histories],
            table.draw_histories, zeros=True,
        )
    }  # fmt: skip
    if table.strata:
        cells = [
            [
                *members(table.histories[history], table.lists),
                *(table.values[stratum][value] for stratum, value in enumerate(values)),
            ]
            for values, history in zip(
                table.draws.strata.tolist(), table.draws.history.tolist(), strict=True
            )
        ]
        files["draws_joint.csv"] = _by_draw(
            table, table.strata, cells, table.draws.count, zeros=False
        )
    files["error_rates.csv"] = _error_rates(table)
    return files


def _by_draw(
    table: OverlapTable,
    strata: Sequence[str],
    cells: Sequence[Sequence[str]],
    counts: NDArray[np.int64],
    *,
    zeros: bool,
) -> bytes:
    """One row for each draw, numbered from 1, and each cell; cells are written once, for speed."""
    names = list(table.lists)
    for name in (*strata, "draw", "count"):
        names.append(free_name(name, names))
    *columns, draw_name, count_name = names
    header = csv_bytes([[draw_name, *columns, count_name]])
    texts = [csv_bytes([cell])[:-1].decode("utf-8") for cell in cells]
    lines = [
        f"{draw},{texts[at]},{count}\n"
        for draw, row in enumerate(counts.tolist(), start=1)
        for at, count in enumerate(row)
        if zeros or count
    ]
    return header + "".join(lines).encode("utf-8")


def _error_rates(table: OverlapTable) -> bytes:
    header = ["list_1", "list_2", "linked"]
    for name in SHARES:
        header += [name, f"{name}_low", f"{name}_high"]
    rows = [
        [
            *rate["lists"],
            str(rate["linked"]),
            *(f"{share:.4f}" for name in SHARES for share in rate[name]),
        ]
        for rate in table.rates["lists"]
    ]
    return csv_bytes([header, *rows])
