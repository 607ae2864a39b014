r"""Overlap tables as CSV: for the analyst (exact) and for the public (suppressed or rounded).

Files of counts have one 0/1 column per list, in the agreement's order; for the rest see
:mod:`linkage.overlap.csv_text`.

Shapes for R:

* SparseMSE (version 2.0.1, manual page ``tidylists``): "Data matrix with t+1 columns. The
  first t columns, each corresponding to a particular list, are 0s and 1s [...]. The last
  column is the count"; a history that is not listed counts as zero. Zeros are left out, as in
  the package's ``UKdat``.
* Rcapture (version 1.3-1, manual page ``Rcapture-package``, format 2, ``dfreq = TRUE``): "one row
  per capture history followed by its frequency", all numeric, no row of zeros only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.csv_text import csv_bytes, free_name, members
from linkage.overlap.disclosure import WITHHELD, PublishedTable
from linkage.overlap.export_draws import draw_files
from linkage.overlap.table import SCENARIOS, OverlapTable

__all__ = ["WITHHELD_MARK", "Format", "csv_files", "publication_files", "single_csv"]

Format = Literal["csv", "sparsemse", "rcapture"]

WITHHELD_MARK = ".."
"""Stands for a withheld count in a publication: "not available", as in UN tables.

It does not say "<10", because not every withheld count is small. In R:
``read.csv(file, na.strings = "..")``.
"""


def csv_files(table: OverlapTable, form: Format, stratum: str | None = None) -> dict[str, bytes]:
    """The exact table as CSV files.

    Args:
        table: the exact counts.
        form: "csv": overlap.csv (all histories), scenarios.csv (all histories at three
            thresholds) and, with strata, by_stratum.csv and joint.csv, and beside them those
            of :func:`linkage.overlap.export_draws.draw_files`; "sparsemse" or "rcapture": one
            file in that package's shape.
        stratum: for those packages, one file for each value of this stratum instead; a value
            that nobody has gets none. For "csv", only this stratum in by_stratum.csv.

    Returns:
        Name of each file and its bytes.

    Raises:
        ValueError: there is no such stratum.
    """
    names = _strata(table, stratum)
    if form != "csv":
        if stratum is None:
            return {f"{form}.csv": _for_r(table, table.counts, form)}
        column = table.strata.index(stratum)
        cells, values = table.by_stratum[column], table.values[column]
        return {
            f"{form}_{stratum}_{number:02d}_{_file_part(value)}.csv": _for_r(
                table, cells[:, number - 1], form
            )
            for number, value in enumerate(values, start=1)
            if cells[:, number - 1].any()
        }
    return _exact_files(table, names) | draw_files(table)


def single_csv(table: OverlapTable, form: Format, stratum: str | None = None) -> bytes:
    """The exact table as one CSV file.

    Args:
        table: the exact counts.
        form: "csv": lists, strata and count for every combination that occurs, or the
            histories of each value of ``stratum``; else the shape of that R package.
        stratum: only with "csv".

    Raises:
        ValueError: there is no such stratum, or the package's shape has no place for one.
    """
    if form == "csv":
        files = _exact_files(table, _strata(table, stratum))
        if stratum is not None:
            return files["by_stratum.csv"]
        return files.get("joint.csv", files["overlap.csv"])
    if stratum is not None:
        raise ValueError("one file holds one table")
    return csv_files(table, form)[f"{form}.csv"]


def publication_files(published: PublishedTable) -> dict[str, bytes]:
    """A publication as CSV files; a withheld count is ``..``.

    overlap.csv has the histories, by_stratum.csv the histories for each value of each stratum,
    margins.csv people in all, on each list, on exactly j lists, and by value of each stratum.
    The statement on what they are goes beside them and not into them: a comment line in a
    CSV breaks the programs that read it.
    """
    items = published.items
    tidy, margins = [], [["people", "", _shown(published.people)]]
    margins += [
        ["list", name, _shown(n)] for name, n in zip(items.lists, published.list_sizes, strict=True)
    ]
    margins += [
        ["exactly_on_lists", str(j), _shown(n)] for j, n in enumerate(published.on_lists, start=1)
    ]
    for stratum, name in enumerate(items.strata):
        cells = published.by_stratum(stratum)
        sizes = published.stratum_margin(stratum)
        for at, value in enumerate(items.values[stratum]):
            tidy.append((name, value, cells[:, at]))
            margins.append([f"stratum:{name}", value, _shown(sizes[at])])
    header = [*items.lists, free_name("count", items.lists)]
    rows = [
        [*members(history, items.lists), _shown(n)]
        for history, n in zip(items.histories, published.counts, strict=True)
    ]
    files = {"overlap.csv": csv_bytes([header, *rows])}
    if tidy:
        files["by_stratum.csv"] = _tidy(items.lists, items.histories, tidy)
    files["margins.csv"] = csv_bytes([["margin", "value", "count"], *margins])
    return files


def _strata(table: OverlapTable, stratum: str | None) -> tuple[str, ...]:
    names = table.strata if stratum is None else (stratum,)
    if not set(names) <= set(table.strata):
        raise ValueError("no such stratum")
    return names


def _exact_files(table: OverlapTable, names: Sequence[str]) -> dict[str, bytes]:
    """The counts of the scenarios, and of the chosen one by the strata that are named."""
    files = {
        "overlap.csv": _by_history(table, [("count", table.counts)]),
        "scenarios.csv": _by_history(table, list(zip(SCENARIOS, table.scenarios, strict=True))),
    }
    if names:
        files["by_stratum.csv"] = _tidy(
            table.lists,
            table.histories,
            [
                (name, value, table.by_stratum[table.strata.index(name)][:, at])
                for name in names
                for at, value in enumerate(table.values[table.strata.index(name)])
            ],
        )
        files["joint.csv"] = _joint(table)
    return files


def _for_r(table: OverlapTable, counts: NDArray[np.int64], form: Format) -> bytes:
    name = "freq" if form == "rcapture" else "count"
    header = [*table.lists, free_name(name, table.lists)]
    rows = [
        [*members(history, table.lists), str(n)]
        for history, n in zip(table.histories, counts, strict=True)
        if n
    ]
    return csv_bytes([header, *rows])


def _by_history(table: OverlapTable, columns: Sequence[tuple[str, NDArray[np.int64]]]) -> bytes:
    header = [*table.lists, *(free_name(name, table.lists) for name, _ in columns)]
    rows = [
        [*members(history, table.lists), *(str(counts[at]) for _, counts in columns)]
        for at, history in enumerate(table.histories)
    ]
    return csv_bytes([header, *rows])


def _joint(table: OverlapTable) -> bytes:
    taken = list(table.lists)
    for name in (*table.strata, "count"):
        taken.append(free_name(name, taken))
    rows = [
        [
            *members(table.histories[history], table.lists),
            *(table.values[s][value] for s, value in enumerate(values)),
            str(count),
        ]
        for values, history, count in zip(
            table.joint_strata, table.joint_history, table.joint_count, strict=True
        )
    ]
    return csv_bytes([taken, *rows])


def _tidy(
    lists: Sequence[str],
    histories: Sequence[int],
    columns: Iterable[tuple[str, str, NDArray[np.int64]]],
) -> bytes:
    taken = list(lists)
    stratum, value_name, count = (free_name(n, taken) for n in ("stratum", "value", "count"))
    rows = [
        [name, value, *members(history, lists), _shown(n)]
        for name, value, counts in columns
        for history, n in zip(histories, counts, strict=True)
    ]
    return csv_bytes([[stratum, value_name, *lists, count], *rows])


def _shown(count: int | np.int64) -> str:
    return WITHHELD_MARK if count == WITHHELD else str(int(count))


def _file_part(value: str) -> str:
    """A value as part of a file name; its number in the name keeps names apart."""
    return re.sub(r"[^A-Za-z0-9]+", "-", value).strip("-")[:30] or "value"
