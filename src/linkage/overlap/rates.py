"""Error rates beside a table: how many of the links are right, how many matches were missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

__all__ = ["SHARES", "TENTHS", "list_pairs", "table_rates"]

SHARES = ("precision", "missed")
"""Of the pairs of records linked, the share that is right; of the true pairs, that not linked.

Each is its mean over the draws, and what 5% of the draws lie below and 5% above.
"""

TENTHS = 10_000
"""Shares are exact to a ten-thousandth."""


def list_pairs(lists: int) -> Iterator[tuple[int, int]]:
    """Every two lists by their indices, in the order of every table."""
    return combinations(range(lists), 2)


def table_rates(rates: Mapping[str, Any], lists: Sequence[str]) -> dict[str, Any]:
    """What the analyst gets of a linkage's error rates: ``overall`` and by two ``lists``.

    Args:
        rates: as a linkage gives them; what else it says is left out.
        lists: ids of the lists; the rates of every two are there, in their order.

    Raises:
        ValueError: the rates are not of these lists, or are no shares.

    >>> rate = {"linked": 3, "precision": [0.91, 0.88, 0.95], "missed": [0.2, 0.1, 0.3]}
    >>> found = table_rates({"overall": rate, "lists": [{"lists": ["A", "B"], **rate}]}, "AB")
    >>> found["lists"][0]["missed"]
    [0.2, 0.1, 0.3]
    """
    pairs = [[lists[one], lists[other]] for one, other in list_pairs(len(lists))]
    if [list(of["lists"]) for of in rates["lists"]] != pairs:
        raise ValueError("the error rates are of other lists")
    return {
        "overall": _rate(rates["overall"]),
        "lists": [
            {"lists": pair, **_rate(of)} for pair, of in zip(pairs, rates["lists"], strict=True)
        ],
    }


def _rate(rate: Mapping[str, Any]) -> dict[str, Any]:
    return {"linked": int(rate["linked"]), **{name: _share(rate[name]) for name in SHARES}}


def _share(values: Sequence[float]) -> list[float]:
    mean, low, high = (round(float(value) * TENTHS) / TENTHS for value in values)
    if not (0 <= mean <= 1 and 0 <= low <= high <= 1):
        raise ValueError("a share lies between 0 and 1")
    return [mean, low, high]
