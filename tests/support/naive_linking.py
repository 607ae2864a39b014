"""The merging rule from its definition: exact fractions, every mean recomputed each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction


def agglomerate(
    group: Sequence[int],
    scores: Mapping[tuple[int, int], float],
    threshold: float,
    floor: float,
    lists: Sequence[int] | None,
) -> list[int]:
    """Merge the two groups of highest mean until none reaches the threshold."""
    groups: dict[int, list[int]] = {}
    for record, number in enumerate(group):
        groups.setdefault(number, []).append(record)
    members = list(groups.values())
    while True:
        best: tuple[Fraction, int, int] | None = None
        for i, one in enumerate(members):
            for j in range(i + 1, len(members)):
                other = members[j]
                if lists is not None and {lists[r] for r in one} & {lists[r] for r in other}:
                    continue
                pairs = [(min(r, s), max(r, s)) for r in one for s in other]
                mean = sum(Fraction(scores.get(pair, floor)) for pair in pairs) / len(pairs)
                # Strictly higher: of equal means the pair of groups that comes first stays.
                if mean >= Fraction(threshold) and (best is None or mean > best[0]):
                    best = (mean, i, j)
        if best is None:
            break
        _, i, j = best
        members[i] = members[i] + members.pop(j)
        members.sort(key=min)
    person = [0] * len(group)
    for number, records in enumerate(members):
        for record in records:
            person[record] = number
    return person
