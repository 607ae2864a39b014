"""A diagnosis as one CSV table in long form: a number a row, with its range where it has one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from linkage.report.diagnosis import Count, Curves, DiagnosisPage, Rate

__all__ = ["HEADER", "diagnosis_csv"]

HEADER = (
    *("what", "list_1", "list_2", "stratum", "value", "scenario"),
    *("estimate", "low", "high"),
)
"""Columns; ``value`` is a stratum's value, a surplus, a similarity or a number of lists."""

Row = tuple[object, ...]


def diagnosis_csv(page: DiagnosisPage) -> bytes:
    """The table as UTF-8 CSV.

    Args:
        page: what the diagnosis shows.

    Returns:
        Rows of :data:`HEADER`; ``low`` and ``high`` are the middle nine draws in ten of the row
        without a scenario, and empty where there are none.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_rows(page))
    return text.getvalue().encode()


def _rows(page: DiagnosisPage) -> Iterator[Row]:
    yield from _count("people", page.people)
    yield from _count("on_two_or_more_lists", page.on_several)
    for count in page.on_lists:
        yield from _count("on_exactly_lists", count)
    for count in page.overlaps:
        yield from _count("on_both_lists", count)
    if page.overall is not None:
        yield from _rate(page.overall)
    for rate in (*page.by_lists, *page.by_stratum):
        yield from _rate(rate)
    for list_id, stratum, value, counts in page.conflicts:
        for kind, number in counts.items():
            yield (_CONFLICTS[kind], list_id, "", stratum, value, "chosen", number, "", "")
    if page.curves is not None:
        yield from _curves(page.curves)
    for scenario, threshold in page.similarities.thresholds.items():
        yield ("threshold", "", "", "", "", scenario, threshold, "", "")
    for edge, number in zip(page.similarities.edges[:-1], page.similarities.pairs, strict=True):
        if number:
            yield ("pairs_at_similarity", "", "", "", edge, "", number, "", "")


_CONFLICTS = {
    "joined": "people_with_several_records",
    "twice": "people_twice_on_a_list",
    "weak": "people_with_an_unlikely_pair",
    "chained": "people_in_a_chain",
    "outbid": "records_whose_best_candidate_went_elsewhere",
}


def _count(what: str, count: Count) -> Iterator[Row]:
    where = (*_two(count.lists), "", count.number or "")
    for scenario in ("low", "chosen", "high"):
        yield (what, *where, scenario, getattr(count, scenario), "", "")
    if count.drawn is not None:
        yield (what, *where, "draws", "", *count.drawn)


def _rate(rate: Rate) -> Iterator[Row]:
    where = (*_two(rate.lists), rate.stratum, rate.value, "chosen")
    yield ("pairs_linked", *where, rate.linked, "", "")
    yield ("precision", *where, *rate.precision)
    yield ("missed", *where, *rate.missed)


def _curves(curves: Curves) -> Iterator[Row]:
    yield ("band_of_surplus", "", "", "", "", "", "", *curves.band)
    for at, edge in enumerate(curves.edges[:-1]):
        for what, values in (
            ("pairs_at_surplus", curves.observed),
            ("strangers_at_surplus", curves.strangers),
            ("matches_at_surplus", curves.matches),
            ("precision_from_surplus", curves.precision),
            ("recall_from_surplus", curves.recall),
        ):
            yield (what, "", "", "", edge, "", values[at], "", "")


def _two(lists: tuple[str, ...]) -> tuple[str, str]:
    return (lists[0], lists[1]) if lists else ("", "")
