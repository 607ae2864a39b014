"""Error rates of the linkage, as the linkage unit's estimates of them come to the analyst."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np

from linkage.errors import DataError, Fault
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.linkage_error import ErrorRates
from linkage.files import read_bytes

__all__ = ["rates_of_lists", "read_error_rates"]

COLUMNS = ("list_1", "list_2", "linked", "precision", "missed", "missed_low", "missed_high")
Z90 = 1.645
MOST_MISSED = 0.9


def read_error_rates(path: Path, table: CaptureHistories) -> ErrorRates:
    """Rates of every two lists from ``error_rates.csv``.

    The width of a missed rate's 90% interval says how many validated pairs it is worth. False links
    are a share of the pairs linked; of the pairs of records of different people, that is a
    probability.

    Args:
        path: as ``linkage open`` writes it.
        table: the counts, of the same lists.

    Raises:
        DataError: E359 not such a file, or of other lists.
    """
    name = path.name
    rows = list(csv.DictReader(io.StringIO(read_bytes(path).decode("utf-8-sig"), newline="")))
    wanted = {frozenset(pair) for pair in combinations(table.lists, 2)}
    try:
        found = {
            frozenset((row["list_1"], row["list_2"])): {
                each: float(row[each]) for each in COLUMNS[2:]
            }
            for row in rows
        }
    except (KeyError, ValueError, TypeError):
        found = {}
    if set(found) != wanted:
        raise DataError(
            Fault(
                "E359",
                f"{name} has not the error rates of every two lists of the table.",
                "Give error_rates.csv and overlap.csv of one folder that linkage open wrote.",
                file=name,
            )
        )
    return rates_of_lists(
        table,
        {
            (i, j): tuple(
                found[frozenset((table.lists[i], table.lists[j]))][each] for each in COLUMNS[2:]
            )
            for i, j in combinations(range(len(table.lists)), 2)
        },
    )


def rates_of_lists(
    table: CaptureHistories, found: Mapping[tuple[int, int], tuple[float, ...]]
) -> ErrorRates:
    """Error rates from what a linkage says of every two lists.

    Args:
        table: the counts.
        found: two lists -> pairs linked, precision, missed and its 90% limits.
    """
    size = len(table.lists)
    missed, pairs = np.zeros((size, size)), np.zeros((size, size))
    false, links = np.zeros((size, size)), np.zeros((size, size))
    for (i, j), (linked, precision, missing, low, high) in found.items():
        mean = min(missing, MOST_MISSED)
        spread = max((high - low) / (2 * Z90), 1e-6)
        worth = min(max(mean * (1 - mean) / spread**2 - 1, 1.0), 1e6)
        wrong = (1 - precision) * linked
        possible = max(table.list_sizes[i] * table.list_sizes[j], 1)
        for a, b in ((i, j), (j, i)):
            missed[a, b], pairs[a, b] = mean, worth
            false[a, b], links[a, b] = wrong / possible, max(wrong, 1.0)
    return ErrorRates(missed, pairs, false, links)
