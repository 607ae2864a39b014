"""What a contender made of a data set, and the files in which outcomes are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.quality.judge import Judged

__all__ = ["Outcome", "read_outcomes", "stored", "write_outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One contender on one data set.

    Attributes:
        data: the data set; all draws of a cut share it.
        draw: number of the draw.
        contender: who.
        own: at the threshold it chose itself; None where it failed.
        curve: at every threshold that was tried, the own one among them.
        fault: why there is no result.
        told: what it says of itself: versions, seconds, what it learnt.
    """

    data: str
    draw: int
    contender: str
    own: Judged | None = None
    curve: tuple[Judged, ...] = ()
    fault: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "data": self.data,
            "draw": self.draw,
            "contender": self.contender,
            "fault": self.fault,
            "own": self.own.as_dict() if self.own else None,
            "curve": [each.as_dict(overlaps=False) for each in self.curve],
            "told": dict(self.told),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Outcome:
        """From what :meth:`as_dict` made."""
        return cls(
            data=values["data"],
            draw=values["draw"],
            contender=values["contender"],
            own=Judged.from_dict(values["own"]) if values["own"] else None,
            curve=tuple(Judged.from_dict(each) for each in values["curve"]),
            fault=values["fault"],
            told=values["told"],
        )


def stored(folder: Path, key: str, contender: str) -> Path:
    """Where the outcome of a contender on a data set is kept."""
    return folder / f"{key}--{contender}.json"


def write_outcome(path: Path, outcome: Outcome, surroundings: Mapping[str, Any]) -> None:
    """Keep an outcome with what it depends on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {**surroundings, **outcome.as_dict()}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(values) + "\n", encoding="utf-8")
    partial.replace(path)


def read_outcomes(paths: Sequence[Path]) -> Iterator[tuple[Outcome, dict[str, Any]]]:
    """Outcomes and all that is in their files."""
    for path in paths:
        values = json.loads(path.read_text(encoding="utf-8"))
        yield Outcome.from_dict(values), values
