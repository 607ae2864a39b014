"""The weight of a partition, and the chance of each, from their definitions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence


def weight(
    cluster: Sequence[int],
    evidence: Mapping[tuple[int, int], float],
    lists: Sequence[int],
    prior: Sequence[Sequence[float]],
    absent: float,
    dependence: float,
) -> float:
    """Sum over clusters of ``(2 / m) ** dependence`` evidence and ``2 / m`` prior."""
    total = 0.0
    for number in set(cluster):
        members = [record for record, own in enumerate(cluster) if own == number]
        if len(members) > 1:
            pairs = list(itertools.combinations(members, 2))
            share = 2 / len(members)
            total += share**dependence * sum(evidence.get(pair, absent) for pair in pairs)
            total += share * sum(prior[lists[a]][lists[b]] for a, b in pairs)
    return total


def partitions(records: int) -> Iterator[tuple[int, ...]]:
    """All partitions, clusters numbered in the order of first appearance."""

    def grown(begun: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(begun) == records:
            yield begun
            return
        for number in range(max(begun, default=-1) + 2):
            yield from grown((*begun, number))

    yield from grown(())


def chances(weights: Mapping[tuple[int, ...], float]) -> dict[tuple[int, ...], float]:
    """Probability of each partition: its exponential weight, normalised."""
    most = max(weights.values())
    each = {key: math.exp(value - most) for key, value in weights.items()}
    total = sum(each.values())
    return {key: value / total for key, value in each.items()}
