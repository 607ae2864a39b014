"""What a diagnosis shows, as a figure and as a table: numbers over all lists, never of a pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Count", "Curves", "DiagnosisPage", "Rate", "Similarities"]


@dataclass(frozen=True, slots=True)
class Curves:
    """Strangers and matches by surplus: one value for each bin, but for ``edges``.

    Attributes:
        edges: edges of the bins, one more than there are bins.
        observed: pairs between lists.
        strangers: expected pairs of different people.
        matches: expected pairs of one person.
        precision: share of matches among the expected pairs from the bin's lower edge up.
        recall: share of all matches there.
        band: where a threshold belongs.
    """

    edges: tuple[float, ...]
    observed: tuple[int, ...]
    strangers: tuple[float, ...]
    matches: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    band: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Similarities:
    """All pairs between lists by similarity, where nothing more is known of them.

    Attributes:
        edges: edges of the bins, one more than there are bins.
        pairs: pairs in each bin.
        thresholds: by scenario.
    """

    edges: tuple[float, ...]
    pairs: tuple[int, ...]
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people at three thresholds.

    Attributes:
        low: at the low threshold.
        chosen: at the chosen one.
        high: at the high one.
        drawn: between which numbers nine draws in ten lie; None without draws.
        lists: the lists they are on, or none.
        number: on how many lists they are, or 0.
    """

    low: int
    chosen: int
    high: int
    drawn: tuple[int, int] | None
    lists: tuple[str, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a linkage is wrong: mean, low and high end of nine draws in ten, 0 to 1.

    Attributes:
        linked: pairs that were linked.
        precision: share of them that are right.
        missed: share of the true pairs that were not linked.
        lists: the two lists it is of, or none.
        stratum: the stratum it is of, or empty.
        value: the stratum's value.
    """

    linked: int
    precision: tuple[float, float, float]
    missed: tuple[float, float, float]
    lists: tuple[str, ...] = ()
    stratum: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisPage:
    """Everything on the page.

    Attributes:
        title: a line over it.
        curves: None where matches were not told from strangers.
        similarities: all pairs, by similarity.
        people: people in all.
        on_several: people on two or more lists.
        on_lists: people on exactly 1, 2, ... lists.
        overlaps: people on both lists, for every two.
        overall: error rates over all lists; None where there are none.
        by_lists: error rates of every two lists.
        by_stratum: error rates by value of a stratum.
        conflicts: rows of a list's id (empty for all), stratum and value (or empty), and
            number of people or records by kind of conflict.
    """

    title: str
    curves: Curves | None
    similarities: Similarities
    people: Count
    on_several: Count
    on_lists: tuple[Count, ...]
    overlaps: tuple[Count, ...]
    overall: Rate | None
    by_lists: tuple[Rate, ...]
    by_stratum: tuple[Rate, ...]
    conflicts: tuple[tuple[str, str, str, Mapping[str, int]], ...]
