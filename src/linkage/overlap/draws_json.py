"""What "linkage-overlap/2" has beyond "/1": records, draws of the linkage and error rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage.overlap.draws import TableDraws, fits_records
from linkage.overlap.rates import SHARES, TENTHS, list_pairs, table_rates

if TYPE_CHECKING:
    from linkage.overlap.table import OverlapTable

__all__ = ["MAXIMUM_RECORDS", "draws_as_json", "parse_draws"]

MAXIMUM_RECORDS = 2**32
"""Fewer records than this on a list: no sum over any file that can be read overflows."""


def draws_as_json(table: OverlapTable) -> dict[str, Any]:
    """The parts of a table that a linkage by probability adds.

    Args:
        table: of a linkage by probability.
    """
    rows = np.column_stack([table.draws.strata, table.draws.history]).astype(np.int64)
    overall, by_lists = table.rates["overall"], table.rates["lists"]
    return {
        "method": table.method,
        "records": list(table.records),
        "draws": {
            "joint": rows.tolist(),
            "counts": table.draws.count.tolist(),
            "people": table.draws.people.tolist(),
            "on_several": table.draw_on_several.tolist(),
        },
        "error_rates": {
            "overall": _rate_as_json(overall),
            "lists": [
                {"pair": list(pair), **_rate_as_json(rate)}
                for pair, rate in zip(list_pairs(len(table.lists)), by_lists, strict=True)
            ],
        },
    }


def _rate_as_json(rate: Mapping[str, Any]) -> dict[str, Any]:
    """Shares become ten-thousandths: canonical JSON holds no floats."""
    return {
        "linked": rate["linked"],
        **{
            f"{name}_ten_thousandths": [round(value * TENTHS) for value in rate[name]]
            for name in SHARES
        },
    }


def parse_draws(
    data: Any,
    *,
    lists: Sequence[str],
    values: Sequence[Sequence[str]],
    scenarios: NDArray[np.int64],
    membership: NDArray[np.bool_],
) -> tuple[tuple[int, ...], TableDraws, dict[str, Any]]:
    """Records, draws and error rates from their independent parts; the caller compares the rest.

    Args:
        data: the whole content.
        lists: ids of the lists.
        values: values of each stratum, "unknown" last.
        scenarios: ``(3, histories)`` int64, people, of which rates and records must be.
        membership: ``(histories, lists)``, whether the history includes the list.

    Raises:
        ValueError: a part is missing, or of another kind, or they do not fit one another.
        KeyError, TypeError, IndexError, OverflowError: likewise.
    """
    if data["method"] != "probability":
        raise ValueError("method")
    records = _numbers(data["records"], (len(lists),))
    if records.max(initial=0) >= MAXIMUM_RECORDS:
        raise ValueError("records")
    draws = _draws(data["draws"], values, scenarios.shape[1])
    by_history = draws.by_history(scenarios.shape[1])
    if not fits_records(np.concatenate([scenarios, by_history]), membership, records.tolist()):
        raise ValueError("people and records")
    rates = _rates(data["error_rates"], lists)
    chosen = scenarios[1]
    for (one, other), rate in zip(list_pairs(len(lists)), rates["lists"], strict=True):
        both = int(chosen[membership[:, one] & membership[:, other]].sum())
        # Every person on both lists has at least one pair of records, and no more than all.
        if not both <= rate["linked"] <= int(records[one]) * int(records[other]):
            raise ValueError("linked pairs")
    if rates["overall"]["linked"] != sum(rate["linked"] for rate in rates["lists"]):
        raise ValueError("linked pairs")
    return tuple(records.tolist()), draws, rates


def _draws(data: Any, values: Sequence[Sequence[str]], histories: int) -> TableDraws:
    limits = [*(len(allowed) for allowed in values), histories]
    rows = _numbers(data["joint"], (len(data["joint"]), len(limits)))
    if (rows >= limits).any():
        raise ValueError("joint")
    keys = rows.tolist()
    if any(one >= other for one, other in pairwise(keys)):
        raise ValueError("order")
    count = _numbers(data["counts"], (len(data["counts"]), len(rows)))
    if not len(count) or count.max(initial=0) >= MAXIMUM_RECORDS:
        raise ValueError("counts")
    if not count.any(axis=0).all():
        raise ValueError("a combination that no draw has")
    return TableDraws(rows[:, :-1].astype(np.uint8), rows[:, -1].copy(), count)


def _rates(data: Any, lists: Sequence[str]) -> dict[str, Any]:
    """The rates as they were; a share out of bounds or a rate missing is refused on the way."""
    rates = {
        "overall": _rate(data["overall"]),
        "lists": [
            {"lists": [lists[at] for at in _numbers(rate["pair"], (2,))], **_rate(rate)}
            for rate in data["lists"]
        ],
    }
    return table_rates(rates, lists)


def _rate(data: Any) -> dict[str, Any]:
    (linked,) = _numbers([data["linked"]], (1,)).tolist()
    shares = {
        name: (_numbers(data[f"{name}_ten_thousandths"], (3,)) / TENTHS).tolist() for name in SHARES
    }
    return {"linked": linked, **shares}


def _numbers(data: Any, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Whole numbers that are not negative; a truth value passes and is found when written anew."""
    found = np.array(data)
    if not found.size:
        found = found.astype(np.int64).reshape(shape)  # of nothing, the kind is unknown
    if found.dtype.kind != "i" or found.shape != shape or (found < 0).any():
        raise ValueError("numbers")
    return found.astype(np.int64)
