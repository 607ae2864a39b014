"""Where a linkage is weak and what to do about it, in sentences, by rules that stand here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from linkage.workspace import LinkState

__all__ = ["advice", "weak_points"]

LEAST_PAIRS = 20
"""Fewer linked pairs than this say nothing of two lists."""

MANY_WRONG, MANY_MISSED = 0.10, 0.20
MANY_HIDDEN = 0.10  # of all true pairs
MANY_TWICE = 0.05  # of the people on a list
MANY_WEAK = 0.05  # of the people with several records
NAMED = 3
"""At most so many are named in a sentence."""


def weak_points(state: LinkState) -> tuple[str, ...]:
    """Where the linkage is weak: lists, strata and clusters, worst first.

    Args:
        state: what `link` found.
    """
    points: list[str] = []
    if state.rates:
        points += _of_rates(state.rates["lists"], _two_lists, "between")
        points += _of_rates(state.rates["strata"], _value, "among")
        points += _hidden(state)
    else:
        points.append("Error rates are unknown: this linkage was made by a threshold alone.")
    points += _of_clusters(state)
    return tuple(points) or ("Nothing stands out.",)


def advice(state: LinkState) -> tuple[str, ...]:
    """What to do before the counts are released.

    Args:
        state: what `link` found.
    """
    steps: list[str] = []
    if state.overridden:
        steps.append("Link without --threshold, so that the data say how sure the linkage is.")
    elif not state.rates:
        steps.append("Report the range from low to high, never the chosen count alone.")
    else:
        overall = state.rates["overall"]
        wrong, missed = 1.0 - overall["precision"][0], overall["missed"][0]
        if wrong > MANY_WRONG or missed > MANY_MISSED:
            steps.append("Report the range from low to high, never the chosen count alone.")
        owners = _poor_lists(state)
        if owners:
            steps.append(
                f"Ask the owner{_s(owners)} of {_and(owners)} for the report of `linkage check`: "
                "missing dates and damaged names are what makes matches hard to find."
            )
        steps.append(
            "Tell the analyst the error rates: overlaps that are found too low make an estimate "
            "of the people on no list too high."
        )
    many = [list_id for list_id, _ in _lists_with_duplicates(state)]
    if many:
        steps.append(
            f"Ask the owner{_s(many)} of {_and(many)} whether people may stand on the list "
            "twice; they were merged here."
        )
    return tuple(steps)


def _of_rates(rows: Sequence[dict[str, Any]], name: Callable[[Any], str], word: str) -> list[str]:
    told = [row for row in rows if row["linked"] >= LEAST_PAIRS]
    points = []
    missed = [(row["missed"][0], name(row)) for row in told if row["missed"][0] > MANY_MISSED]
    if missed:
        points.append(f"Many true pairs are missed {word} {_worst(missed)}.")
    wrong = [(1.0 - row["precision"][0], name(row)) for row in told]
    wrong = [each for each in wrong if each[0] > MANY_WRONG]
    if wrong:
        points.append(f"Many linked pairs are wrong {word} {_worst(wrong)}.")
    few = [name(row) for row in rows if row["linked"] < LEAST_PAIRS]
    if few:
        points.append(
            f"Fewer than {LEAST_PAIRS} pairs were linked {word} {', '.join(few[:NAMED])}"
            f"{_more(few)}: read no rate of theirs."
        )
    return points


def _worst(shares: list[tuple[float, str]]) -> str:
    """The highest shares, named."""
    ordered = sorted(shares, key=lambda each: (-each[0], each[1]))[:NAMED]
    return ", ".join(f"{name} ({share:.0%})" for share, name in ordered) + _more(shares)


def _hidden(state: LinkState) -> list[str]:
    hidden = state.components["hidden"]
    overall = state.rates["overall"]
    true = overall["linked"] * overall["precision"][0] / max(1.0 - overall["missed"][0], 1e-9)
    if hidden <= MANY_HIDDEN * true:
        return []
    return [
        (
            f"About {hidden:,.0f} true pairs ({hidden / true:.0%}) look like strangers: no "
            "threshold finds them."
        )
    ]


def _of_clusters(state: LinkState) -> list[str]:
    overall = state.conflicts["overall"]
    joined, weak, chained = overall["joined"], overall["weak"], overall["chained"]
    points = []
    if weak > MANY_WEAK * joined:
        points.append(
            f"{weak:,} of {joined:,} people with several records hold two that are no likely "
            f"pair by themselves; {chained:,} of them are chains of likely pairs."
        )
    many = [f"{list_id} ({share:.0%})" for list_id, share in _lists_with_duplicates(state)]
    if many:
        points.append(
            f"People stand twice or more on list{_s(many)} {_and(many)}: duplicates, or "
            "people whom the encoding cannot tell apart."
        )
    return points


def _poor_lists(state: LinkState) -> list[str]:
    """Lists between which and the others, taken together, many true pairs are missed."""
    poor = []
    for list_id in state.lists:
        rows = [row for row in state.rates["lists"] if list_id in row["lists"]]
        right = [row["linked"] * row["precision"][0] for row in rows]
        true = [
            each / max(1.0 - row["missed"][0], 1e-9) for each, row in zip(right, rows, strict=True)
        ]
        if sum(row["linked"] for row in rows) >= LEAST_PAIRS and (
            1.0 - sum(right) / max(sum(true), 1e-9) > MANY_MISSED
        ):
            poor.append(list_id)
    return poor


def _lists_with_duplicates(state: LinkState) -> list[tuple[str, float]]:
    """Lists with many people twice, and their share of the list's people."""
    clusters = state.clusters()
    found = []
    for index, row in enumerate(state.conflicts["lists"]):
        people = len(set(clusters.person[clusters.lists == index].tolist()))
        if row["twice"] > MANY_TWICE * people:
            found.append((row["list"], row["twice"] / people))
    return found


def _two_lists(row: dict[str, Any]) -> str:
    return " and ".join(row["lists"])


def _value(row: dict[str, Any]) -> str:
    return f"{row['stratum']} {row['value']}"


def _more(rows: Sequence[object]) -> str:
    return f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""


def _s(names: Sequence[str]) -> str:
    return "s" if len(names) > 1 else ""


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
