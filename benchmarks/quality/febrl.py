"""FEBRL4 cut to partial overlap: two lists that share some of their people, and the truth.

FEBRL4 has 5,000 people, each on both lists. That flatters: whoever takes the best partner of
every record is right. A cut has ``size`` records a list, of which ``shared`` people are on both.
Where 5,000 people are not enough (3,000 + 3,000 with 300 shared are 5,700 people), the missing
ones are originals of FEBRL3: other people of the same generator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Cut", "Row", "cut"]

Row = Mapping[str, str]
SEED = 20_261_126


@dataclass(frozen=True, slots=True)
class Cut:
    """Two lists and who is who.

    Attributes:
        a: rows of the first list; every ``rec_id`` is new and says nothing.
        b: rows of the second.
        entity: ``rec_id`` -> person.
    """

    a: tuple[dict[str, str], ...]
    b: tuple[dict[str, str], ...]
    entity: dict[str, str]


def cut(
    both: Mapping[str, tuple[Row, Row]],
    others: Mapping[str, Row],
    *,
    size: int,
    shared: int,
    draw: int,
) -> Cut:
    """Draw two lists that share people.

    Args:
        both: person -> its row on either list.
        others: person -> its only row; taken where ``both`` has too few people.
        size: records a list.
        shared: people on both lists.
        draw: number of the draw; the same draw is the same cut, on every machine.

    Raises:
        ValueError: more is asked for than there is.

    >>> rows = {name: ({"rec_id": name + "1"}, {"rec_id": name + "2"}) for name in "pqrs"}
    >>> made = cut(rows, {}, size=3, shared=2, draw=0)
    >>> len(made.a), len(made.b), len(set(made.entity.values()))
    (3, 3, 4)
    """
    alone = 2 * (size - shared)
    missing = max(shared + alone - len(both), 0)
    if shared > min(size, len(both)) or missing > min(len(others), alone):
        raise ValueError(f"{len(both)} + {len(others)} people make no such lists")
    random = np.random.default_rng([SEED, size, shared, draw])
    people = _shuffled(random, sorted(both))
    strangers = _shuffled(random, sorted(others))[:missing]
    on_both, rest = people[:shared], people[shared : shared + alone - missing]
    only = _shuffled(random, [*rest, *strangers])
    entities_a = _shuffled(random, [*on_both, *only[: size - shared]])
    entities_b = _shuffled(random, [*on_both, *only[size - shared :]])
    sources_a = [both[name][0] if name in both else others[name] for name in entities_a]
    sources_b = [both[name][1] if name in both else others[name] for name in entities_b]
    ids = [f"R{number:05d}" for number in random.permutation(2 * size)]
    rows = [
        {**row, "rec_id": name} for row, name in zip([*sources_a, *sources_b], ids, strict=True)
    ]
    entity = dict(zip(ids, [*entities_a, *entities_b], strict=True))
    return Cut(tuple(rows[:size]), tuple(rows[size:]), entity)


def _shuffled(random: np.random.Generator, names: Sequence[str]) -> list[str]:
    return [names[place] for place in random.permutation(len(names))]
