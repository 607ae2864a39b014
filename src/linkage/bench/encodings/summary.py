"""Results as one row for each encoding: quality, and what every attacker would name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from linkage.attack.measures import mean_interval

__all__ = ["ATTACKERS", "QUALITIES", "EncodingRow", "not_dominated", "summarised"]

ATTACKERS = (0, 20, 100, 500, 2_000)
"""Known pairs of the attackers that are told apart; each can do what one with fewer can."""
QUALITIES = (
    "F1",
    "recall at precision .95, similarity",
    "recall at precision .95, score",
)
_KNOWN = re.compile(r"(graph|regression), (\d+) known")
_WITHOUT = re.compile(r"graph, overlap|frequency|patterns")


@dataclass(frozen=True, slots=True)
class EncodingRow:
    """One encoding on one data set.

    Attributes:
        encoding: its description.
        data: name of the data.
        figures: name of a figure -> mean over the seeds, and half the width of its 95% interval
            (0 where there is one seed).
        named: known pairs -> share named rightly by the best attack with so many; an attacker
            without a measured attack is left out.
    """

    encoding: str
    data: str
    figures: Mapping[str, tuple[float, float]]
    named: Mapping[int, float]

    @property
    def quality(self) -> float | None:
        """Recall at precision .95 as the linkage unit ranks, or else F1; None if not measured."""
        for name in reversed(QUALITIES):
            if name in self.figures:
                return self.figures[name][0]
        return None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "encoding": self.encoding,
            "data": self.data,
            "figures": {name: list(pair) for name, pair in self.figures.items()},
            "named": {str(known): share for known, share in self.named.items()},
        }


def summarised(results: Sequence[Mapping[str, Any]]) -> list[EncodingRow]:
    """Rows of results, in the order in which encodings first appear.

    Figures of lists of different length have one name; the longer list stands, which is the
    harder one to attack with as many pairs and the nearer one to an agreement's.

    Args:
        results: as :func:`linkage.bench.encodings.task.perform` returns them.
    """
    values: dict[tuple[str, str], dict[str, dict[int, list[float]]]] = {}
    for result in results:
        task = result["task"]
        carried = f" carrying {', '.join(task['carried'])}" if task["carried"] else ""
        row = values.setdefault((task["encoding"] + carried, result["people"]), {})
        for name, value in result["figures"].items():
            row.setdefault(name, {}).setdefault(task["records"], []).append(value)
    rows = []
    for (encoding, data), figures in values.items():
        means = {name: mean_interval(sizes[max(sizes)]) for name, sizes in figures.items()}
        worst = {
            name: max(mean_interval(each)[0] for each in sizes.values())
            for name, sizes in figures.items()
        }
        rows.append(EncodingRow(encoding, data, means, _named(worst)))
    return rows


def _named(figures: Mapping[str, float]) -> dict[int, float]:
    named: dict[int, float] = {}
    for attacker in ATTACKERS:
        able = [value for name, value in figures.items() if _WITHOUT.match(name)]
        measured = bool(able) if attacker == 0 else False
        for name, value in figures.items():
            match = _KNOWN.fullmatch(name)
            if match and int(match[2]) <= attacker:
                able.append(value)
                measured = measured or int(match[2]) > _before(attacker)
        if measured:
            named[attacker] = max(able)
    return named


def _before(attacker: int) -> int:
    return max((each for each in ATTACKERS if each < attacker), default=-1)


def not_dominated(points: Sequence[tuple[float, float]]) -> list[int]:
    """Places of the points that no other beats in both: quality up, share named down.

    >>> not_dominated([(0.9, 0.5), (0.8, 0.1), (0.7, 0.2)])
    [1, 0]
    """
    best: list[int] = []
    least = float("inf")
    order = sorted(range(len(points)), key=lambda place: (-points[place][0], points[place][1]))
    for place in order:
        if points[place][1] < least:
            best.append(place)
            least = points[place][1]
    return best[::-1]
