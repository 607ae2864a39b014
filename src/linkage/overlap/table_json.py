"""The analyst's table as canonical JSON: what is sealed and opened (`docs/format.md`).

A linkage by a similarity threshold is "linkage-overlap/1", as before there were draws; one by
probability is "linkage-overlap/2", which has all of that and records, draws and error rates.

Margins are written beside the cells although they follow from them: a reader that finds
them in agreement knows that nothing was lost, and another implementer can test his sums.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from linkage.canonical import canonical_json
from linkage.overlap.draws import joint_draws
from linkage.overlap.draws_json import draws_as_json, parse_draws
from linkage.overlap.histories import MAXIMUM_LISTS, history_text, membership_of
from linkage.overlap.table import SCENARIOS, UNKNOWN_VALUE, Method, OverlapTable

__all__ = ["FORMATS", "table_content", "table_from_content"]

FORMATS: dict[str, Method] = {
    "linkage-overlap/1": "similarity",
    "linkage-overlap/2": "probability",
}
_MAXIMUM_COUNT = 2**53


def table_content(table: OverlapTable) -> bytes:
    """The table as canonical JSON bytes.

    >>> from linkage.types import PersonHistories
    >>> from linkage.overlap.table import build_overlap_table
    >>> found = PersonHistories(("A", "B"), (), (), np.array([1, 3], dtype=np.uint32),
    ...                          np.zeros((2, 0), dtype=np.uint8), ())
    >>> table = build_overlap_table(found, found, found)
    >>> table_from_content(table_content(table)).counts.tolist()
    [1, 0, 1]
    """
    return canonical_json(_as_json(table))


def _as_json(table: OverlapTable) -> dict[str, Any]:
    added = draws_as_json(table) if table.method == "probability" else {}
    return {
        "format": next(name for name, method in FORMATS.items() if method == table.method),
        "lists": list(table.lists),
        "strata": [
            {"name": name, "values": list(values), "disagreements": disagreements}
            for name, values, disagreements in zip(
                table.strata, table.values, table.disagreements, strict=True
            )
        ],
        "histories": [history_text(history, len(table.lists)) for history in table.histories],
        "scenarios": {
            name: [int(n) for n in counts]
            for name, counts in zip(SCENARIOS, table.scenarios, strict=True)
        },
        "thresholds_millionths": None if table.thresholds is None else list(table.thresholds),
        "by_stratum": [[[int(n) for n in row] for row in cells] for cells in table.by_stratum],
        "joint": [
            [*(int(value) for value in values), int(history), int(count)]
            for values, history, count in zip(
                table.joint_strata, table.joint_history, table.joint_count, strict=True
            )
        ],
        "margins": {
            "people": table.people,
            "lists": list(table.list_sizes),
            "pairs": [[i, j, n] for (i, j), n in table.pair_overlaps.items()],
            "on_lists": list(table.on_lists),
        },
        **added,
    }


def table_from_content(content: bytes) -> OverlapTable:
    """Read and check a table: its shape, its order and every sum.

    Args:
        content: bytes written by :func:`table_content`.

    Raises:
        ValueError: the content is not a table of one of :data:`FORMATS`, or its sums disagree.
            The content was authenticated before, so the reason is a faulty program, and
            nothing is gained by saying more.
    """
    try:
        table = _parse(json.loads(content.decode("utf-8")))
        sound = table_content(table) == content
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError):
        sound = False
    if not sound:
        raise ValueError("not a sound overlap table")
    return table


def _parse(data: Any) -> OverlapTable:
    """Rebuild the table from its independent parts; the caller compares all the rest."""
    lists = tuple(_text(item) for item in data["lists"])
    method = FORMATS[data["format"]]
    if not 1 <= len(lists) <= MAXIMUM_LISTS:
        raise ValueError("format")
    if len(set(lists)) != len(lists):
        raise ValueError("lists")
    strata = data["strata"]
    values = tuple(tuple(_text(value) for value in stratum["values"]) for stratum in strata)
    if any(v[-1] != UNKNOWN_VALUE or len(set(v)) != len(v) or len(v) > 255 for v in values):
        raise ValueError("values")
    names = tuple(_text(stratum["name"]) for stratum in strata)
    if len(set(names)) != len(names):
        raise ValueError("strata")
    histories = (1 << len(lists)) - 1
    scenarios = np.array(
        [[_count(n) for n in data["scenarios"][scenario]] for scenario in SCENARIOS],
        dtype=np.int64,
    )
    if scenarios.shape != (len(SCENARIOS), histories):
        raise ValueError("scenarios")
    limits = [len(v) for v in values] + [histories, _MAXIMUM_COUNT]
    joint = [tuple(_count(n) for n in row) for row in data["joint"]]
    for row in joint:
        if len(row) != len(limits) or row[-1] < 1:
            raise ValueError("joint")
        if any(n >= limit for n, limit in zip(row, limits, strict=True)):
            raise ValueError("joint")
    keys = [row[:-1] for row in joint]
    if keys != sorted(set(keys)):
        raise ValueError("order")
    cells = np.array(joint, dtype=np.int64).reshape(len(joint), len(limits))
    totals = np.bincount(cells[:, -2], weights=cells[:, -1], minlength=histories)
    if not np.array_equal(totals.astype(np.int64), scenarios[1]):
        raise ValueError("sums")
    thresholds = data["thresholds_millionths"]
    if thresholds is not None:
        low, chosen, high = (_integer(threshold) for threshold in thresholds)
        thresholds = (low, chosen, high)
    records: tuple[int, ...] = ()
    draws = joint_draws((), len(names))
    rates: dict[str, Any] = {}
    if method == "probability":
        records, draws, rates = parse_draws(
            data,
            lists=lists,
            values=values,
            scenarios=scenarios,
            membership=membership_of(len(lists)),
        )
    return OverlapTable(
        lists=lists,
        strata=names,
        values=values,
        scenarios=scenarios,
        joint_strata=cells[:, :-2].astype(np.uint8),
        joint_history=cells[:, -2],
        joint_count=cells[:, -1],
        disagreements=tuple(_count(stratum["disagreements"]) for stratum in strata),
        method=method,
        records=records,
        draws=draws,
        rates=rates,
        thresholds=thresholds,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("text")
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _MAXIMUM_COUNT:
        raise ValueError("integer")
    return value


def _count(value: Any) -> int:
    if _integer(value) < 0:
        raise ValueError("count")
    return int(value)
