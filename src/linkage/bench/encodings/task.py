"""A piece of work of the benchmark: one measurement of one encoding, kept in one file."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linkage.bench.encodings.people import People, read_people
from linkage.encode.catalogue import parse_encoding
from linkage.files import write_whole

__all__ = ["KINDS", "MEASURES_VERSION", "Task", "kept", "perform"]

MEASURES_VERSION = 1
"""Goes up when a figure comes to mean something else; kept results of another one are not used."""

KINDS = ("quality", "lists", "graph", "known pairs", "slips", "leakage")
"""What a task may measure."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to measure.

    Attributes:
        kind: of :data:`KINDS`.
        encoding: description of the encoding, in its one form.
        data: the people, as :func:`linkage.bench.encodings.people.read_people` takes them.
        records: people on the list that is attacked.
        seed: who is drawn, and the keys.
        carried: what travels beside the encodings.
        time_limit: seconds for one graph matching.
    """

    kind: str
    encoding: str
    data: str
    records: int
    seed: int
    carried: tuple[str, ...] = ()
    time_limit: float = 300.0

    def path(self, folder: Path) -> Path:
        """Where the result is kept."""
        told = json.dumps([MEASURES_VERSION, asdict(self)], sort_keys=True)
        return folder / f"{hashlib.sha256(told.encode()).hexdigest()[:24]}.json"


def kept(task: Task, folder: Path) -> dict[str, Any] | None:
    """The result of an earlier run, if there is one."""
    path = task.path(folder)
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def perform(task: Task, folder: Path, added: Sequence[str] = ()) -> dict[str, Any]:
    """Measure, and keep the result: a file that is whole or not there.

    Args:
        task: what to measure.
        folder: where results are kept.
        added: files that register encodings of somebody else's.
    """
    from linkage.bench.encodings.added import run_added

    run_added(added)
    people = read_people(task.data, dt.date.today())
    began = time.perf_counter()
    figures = _figures(task, people)
    result = {
        "task": asdict(task),
        "version": MEASURES_VERSION,
        "people": people.name,
        "seconds": round(time.perf_counter() - began, 2),
        "figures": {name: round(value, 5) for name, value in figures.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(result, indent=1) + "\n"
    write_whole(task.path(folder), content.encode("utf-8"))
    return result


def _figures(task: Task, people: People) -> Mapping[str, float]:
    from linkage.bench.encodings.attacks import SLIPS, graph_figures, known_pair_figures
    from linkage.bench.encodings.leakage import leakage_figures
    from linkage.bench.encodings.quality import list_recall, mutual_f1

    profile, seed = parse_encoding(task.encoding), task.seed
    if task.kind == "quality":
        return {"F1": mutual_f1(people, profile, seed)}
    if task.kind == "lists":
        if people.lists is None:
            raise ValueError("the data are one list, without truth")
        recall = list_recall(people.lists, people, profile, seed)
        return {f"recall at precision .95, {name}": value for name, value in recall.items()}
    if task.kind == "graph":
        return graph_figures(
            people,
            profile,
            task.records,
            seed,
            carried=task.carried,
            time_limit=task.time_limit,
        )
    if task.kind == "known pairs":
        return known_pair_figures(people, profile, task.records, seed, carried=task.carried)
    if task.kind == "leakage":
        return leakage_figures(people, profile, task.records, seed, carried=task.carried)
    figures = known_pair_figures(
        people, profile, task.records, seed, carried=task.carried, slips=SLIPS
    )
    return {f"{name}, attacker's slips": value for name, value in figures.items()}
