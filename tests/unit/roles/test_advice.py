"""What is weak is named, worst first; what to do follows from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from linkage.roles.linkage_unit.advice import advice, weak_points
from linkage.workspace import LinkState

LISTS = ("I", "K", "P")


def rate(linked: int = 100, right: float = 0.97, missed: float = 0.05) -> dict[str, Any]:
    return {"linked": linked, "precision": [right, right, 1.0], "missed": [missed, 0.0, missed]}


def state_of(
    pairs: dict[tuple[str, str], dict[str, Any]] | None = None,
    *,
    strata: list[dict[str, Any]] | None = None,
    overall: dict[str, Any] | None = None,
    hidden: float = 1.0,
    conflicts: dict[str, int] | None = None,
    overridden: bool = False,
    probability: bool = True,
) -> LinkState:
    counts = {"joined": 100, "twice": 0, "weak": 0, "chained": 0, "outbid": 0} | (conflicts or {})
    two = [("I", "K"), ("I", "P"), ("K", "P")]
    rates = {
        "overall": overall or rate(300),
        "lists": [{"lists": list(pair), **(pairs or {}).get(pair, rate())} for pair in two],
        "strata": strata or [],
    }
    person = np.arange(30)
    return LinkState(
        lists=LISTS,
        records=(10, 10, 10),
        method="probability" if probability else "similarity",
        thresholds={"low": 0.2, "chosen": 0.5, "high": 0.8},
        person={"low": person, "chosen": person, "high": person},
        overridden=overridden,
        explanation=(),
        rates=rates if probability else {},
        components={"hidden": hidden} if probability else {},
        conflicts={
            "overall": counts,
            "lists": [
                {"list": name, **counts, "twice": counts["twice"] if name == "K" else 0}
                for name in LISTS
            ],
            "strata": [],
        },
        draws=np.empty((0, 30), dtype=np.int32),
        candidates=0,
        bin_edges=np.array([0.0, 1.0]),
        histogram=np.array([0]),
        linked="2026-11-23T12:00:00+00:00",
    )


def test_nothing_stands_out() -> None:
    assert weak_points(state_of()) == ("Nothing stands out.",)
    assert len(advice(state_of())) == 1


def test_the_worst_lists_are_named_first() -> None:
    pairs = {
        ("I", "K"): rate(missed=0.3),
        ("I", "P"): rate(missed=0.45, right=0.8),
        ("K", "P"): rate(linked=19, missed=0.9),
    }
    points = weak_points(state_of(pairs))
    assert points == (
        "Many true pairs are missed between I and P (45%), I and K (30%).",
        "Many linked pairs are wrong between I and P (20%).",
        "Fewer than 20 pairs were linked between K and P: read no rate of theirs.",
    )


def test_four_are_three_and_one_more() -> None:
    strata = [
        {"stratum": "year", "value": str(year), **rate(missed=0.3 + year / 1e5)}
        for year in range(2016, 2020)
    ]
    (point,) = weak_points(state_of(strata=strata))
    assert point.startswith("Many true pairs are missed among year 2019 (32%)")
    assert point.endswith("and 1 more.")


def test_hidden_matches_and_clusters() -> None:
    conflicts = {"weak": 6, "chained": 4, "twice": 3}
    points = weak_points(state_of(hidden=60.0, conflicts=conflicts))
    assert points[0] == ("About 60 true pairs (20%) look like strangers: no threshold finds them.")
    assert points[1].startswith("6 of 100 people with several records")
    assert points[2].startswith("People stand twice or more on list K (30%)")
    assert advice(state_of(conflicts=conflicts))[-1].startswith("Ask the owner of K whether")


def test_the_owners_of_poor_lists_are_asked() -> None:
    pairs = {("I", "K"): rate(missed=0.4), ("K", "P"): rate(missed=0.24)}
    (asked,) = [step for step in advice(state_of(pairs)) if "linkage check" in step]
    assert asked.startswith("Ask the owners of I and K for")


@pytest.mark.parametrize("overall", [rate(300, right=0.8), rate(300, missed=0.3)])
def test_a_poor_linkage_is_a_range(overall: dict[str, Any]) -> None:
    assert "never the chosen count alone" in advice(state_of(overall=overall))[0]


def test_a_threshold_of_ones_own_tells_nothing() -> None:
    state = state_of(overridden=True, probability=False)
    assert weak_points(state)[0].startswith("Error rates are unknown")
    assert advice(state) == (
        "Link without --threshold, so that the data say how sure the linkage is.",
    )
    proposed = advice(state_of(probability=False))
    assert proposed == ("Report the range from low to high, never the chosen count alone.",)
