"""The methods of linking: by probability, by a proposed threshold, by a given one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement
from linkage.link import link_records
from linkage.link.conflicts import Conflicts, find_conflicts
from linkage.link.posterior import PROBABILITIES, Linkage, link_by_probability
from linkage.link.rates import ErrorRate, count_pairs
from linkage.link.summary import components, explanation
from linkage.link.threshold import propose_threshold
from linkage.types import CandidatePairs, Clusters, EncodedList
from linkage.workspace import SCENARIOS

__all__ = ["LinkedPeople", "by_given_threshold", "by_probability", "by_proposed_threshold"]

LEAST_LINKED = 20
"""Fewer linked pairs than this in a stratum say nothing of its error rates."""


@dataclass(frozen=True, slots=True, eq=False)
class LinkedPeople:
    """What a method found; attributes as in :class:`linkage.workspace.LinkState`."""

    method: Literal["probability", "similarity"]
    thresholds: Mapping[str, float]
    person: Mapping[str, NDArray[np.int64]]
    explanation: tuple[str, ...]
    rates: Mapping[str, Any]
    components: Mapping[str, Any]
    conflicts: Mapping[str, Any]
    draws: NDArray[np.int32]


def by_probability(
    pairs: CandidatePairs,
    lists: NDArray[np.int64],
    floor: float,
    opened: Sequence[EncodedList],
    agreement: Agreement,
    progress: Callable[[float], None],
) -> LinkedPeople:
    """By the probability of each pair, with draws and error rates.

    Args:
        pairs: candidates within and between lists.
        lists: ``(records,)`` int64, list of each record.
        floor: the search's floor.
        opened: the lists, for their strata.
        agreement: names the strata and their values.
        progress: called with the share done.

    Raises:
        PolicyError: E620 the data cannot tell matches from strangers.
    """
    strata = np.concatenate([encoded.strata for encoded in opened])
    alike = np.unique(strata, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
    linkage = link_by_probability(pairs, lists, floor=floor, alike=alike, progress=progress)
    scores = linkage.scores
    conflicts = find_conflicts(
        scores.pairs,
        Clusters(linkage.person["chosen"], lists),
        likely=scores.probability >= PROBABILITIES["chosen"],
        strength=scores.fit.log_odds,
    )
    counts = count_pairs(linkage.person["chosen"], linkage.draws, lists)
    overall = counts.overall()
    names = [encoded.list_id for encoded in opened]
    by_lists = [
        {"lists": [names[one], names[other]], **counts.of_lists(one, other).as_dict()}
        for one in range(len(names))
        for other in range(one + 1, len(names))
    ]
    by_stratum, conflicts_by_stratum = _by_stratum(linkage, conflicts, lists, strata, agreement)
    rates = {"overall": overall.as_dict(), "lists": by_lists, "strata": by_stratum}
    return LinkedPeople(
        method="probability",
        thresholds=dict(PROBABILITIES),
        person=linkage.person,
        explanation=explanation(linkage.scores, overall),
        rates=rates,
        components=components(linkage.scores),
        conflicts=_counted(conflicts, lists, opened) | {"strata": conflicts_by_stratum},
        draws=linkage.draws.person,
    )


def by_proposed_threshold(
    pairs: CandidatePairs,
    lists: NDArray[np.int64],
    floor: float,
    opened: Sequence[EncodedList],
) -> LinkedPeople:
    """By a threshold that the data propose, for similarities of a few values only.

    Args:
        pairs: candidates within and between lists.
        lists: ``(records,)`` int64, list of each record.
        floor: the search's floor.
        opened: the lists, for their ids.

    Raises:
        PolicyError: E620 the data propose none.
    """
    proposal = propose_threshold(pairs, lists)
    thresholds = {"low": proposal.low, "chosen": proposal.chosen, "high": proposal.high}
    return _at(pairs, lists, floor, opened, thresholds, proposal.explanation)


def by_given_threshold(
    pairs: CandidatePairs,
    lists: NDArray[np.int64],
    threshold: float,
    floor: float,
    opened: Sequence[EncodedList],
) -> LinkedPeople:
    """By a threshold that somebody gave: there is no range, and no error rate.

    Args:
        pairs: candidates within and between lists.
        lists: ``(records,)`` int64, list of each record.
        threshold: least similarity.
        floor: the search's floor.
        opened: the lists, for their ids.
    """
    reason = (
        f"{threshold:.3f} was given by the linkage unit. Nothing is known of its error rates, "
        "and there is no range."
    )
    return _at(pairs, lists, floor, opened, dict.fromkeys(SCENARIOS, threshold), (reason,))


def _at(
    pairs: CandidatePairs,
    lists: NDArray[np.int64],
    floor: float,
    opened: Sequence[EncodedList],
    thresholds: Mapping[str, float],
    reasons: tuple[str, ...],
) -> LinkedPeople:
    person = {
        name: link_records(pairs, lists, threshold=value, floor=min(floor, value)).person
        for name, value in thresholds.items()
    }
    over = pairs.score - thresholds["chosen"]
    found = find_conflicts(
        pairs, Clusters(person["chosen"], lists), likely=over >= 0.0, strength=over
    )
    conflicts = _counted(found, lists, opened) | {"strata": []}
    none = np.empty((0, len(lists)), dtype=np.int32)
    return LinkedPeople("similarity", thresholds, person, reasons, {}, {}, conflicts, none)


def _counted(
    conflicts: Conflicts, lists: NDArray[np.int64], opened: Sequence[EncodedList]
) -> dict[str, Any]:
    return {
        "overall": conflicts.count().as_dict(),
        "lists": [
            {"list": encoded.list_id, **conflicts.count(lists == index).as_dict()}
            for index, encoded in enumerate(opened)
        ],
    }


def _by_stratum(
    linkage: Linkage,
    conflicts: Conflicts,
    lists: NDArray[np.int64],
    strata: NDArray[np.uint8],
    agreement: Agreement,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rates over all lists, of the pairs both of whose records have a value; and conflicts."""
    rates: list[dict[str, Any]] = []
    conflicting: list[dict[str, Any]] = []
    for place, stratum in enumerate(agreement.strata):
        for index, value in enumerate(stratum.values):
            among = strata[:, place] == index
            rate: ErrorRate = count_pairs(
                linkage.person["chosen"],
                linkage.draws,
                lists,
                among=among,
            ).overall()
            if rate.linked >= LEAST_LINKED:
                here = {"stratum": stratum.name, "value": value}
                rates.append(here | rate.as_dict())
                conflicting.append(here | conflicts.count(among).as_dict())
    return rates, conflicting
