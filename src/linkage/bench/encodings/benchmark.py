"""The benchmark of encodings: what is asked, what is measured, what is written."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linkage.bench.encodings.added import run_added
from linkage.bench.encodings.encoded import CARRIED
from linkage.bench.encodings.people import SIMULATED, read_people
from linkage.bench.encodings.run import run_tasks
from linkage.bench.encodings.standard import STANDARD
from linkage.bench.encodings.summary import (
    QUALITIES,
    EncodingRow,
    not_dominated,
    summarised,
)
from linkage.bench.encodings.table import as_markdown
from linkage.bench.encodings.task import KINDS, Task
from linkage.encode.catalogue import parse_encoding
from linkage.errors import Fault, UsageError
from linkage.files import write_whole_group
from linkage.report.figure import missing_matplotlib
from linkage.report.frontier import FrontierPoint, draw_frontier

__all__ = ["FORMAT", "Benchmark", "run_benchmark", "write_benchmark"]

FORMAT = "linkage-encodings/1"
SHOWN = (0, 20, 100, 500)
"""Attackers of the picture's panels."""
GRAPH_RECORDS = 1_000
"""Records that graphs are matched on, unless other numbers are asked for."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is measured.

    Attributes:
        encodings: descriptions; the standard ones where there are none.
        data: folders or files of people.
        records: people on the list that is attacked.
        graph_records: the same for graph matching, which takes longest.
        seeds: repetitions.
        kinds: what is measured, of :data:`linkage.bench.encodings.task.KINDS`.
        carried: what travels beside the encodings.
        added: files that register encodings.
        time_limit: seconds for one graph matching.
    """

    encodings: tuple[str, ...] = ()
    data: tuple[str, ...] = (SIMULATED,)
    records: tuple[int, ...] = (5_000,)
    graph_records: tuple[int, ...] = (GRAPH_RECORDS,)
    seeds: int = 1
    kinds: tuple[str, ...] = ("quality", "lists", "graph", "known pairs", "leakage")
    carried: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    time_limit: float = 300.0

    def tasks(self) -> tuple[Task, ...]:
        """Everything that has to be measured.

        Raises:
            UsageError: E224 a description, E225 data, E226 an added file, E227 a choice; all faults
                of the descriptions at once.
        """
        run_added(self.added)
        faults = [
            *_unknown("measure", self.kinds, KINDS),
            *_unknown("carry", self.carried, CARRIED),
        ]
        names = []
        for text in self.encodings or STANDARD:
            try:
                names.append(parse_encoding(text).name)
            except UsageError as error:
                faults += error.faults
        if faults:
            raise UsageError(*faults)
        return tuple(dict.fromkeys(self._tasks(names)))

    def _tasks(self, names: Sequence[str]) -> Iterator[Task]:
        for source in self.data:
            has_lists = read_people(source, dt.date.today()).lists is not None
            for seed in range(1, self.seeds + 1):
                for name in names:
                    for kind in self.kinds:
                        if kind == "lists" and not has_lists:
                            continue
                        for size in self._sizes(kind):
                            carried = () if kind in ("quality", "lists") else self.carried
                            yield Task(kind, name, source, size, seed, carried, self.time_limit)

    def _sizes(self, kind: str) -> tuple[int, ...]:
        if kind in ("quality", "lists"):
            return (0,)
        return self.graph_records if kind == "graph" else self.records


def _unknown(option: str, chosen: Sequence[str], known: Sequence[str]) -> Iterator[Fault]:
    for each in chosen:
        if each not in known:
            yield Fault(
                "E227", f'--{option} knows no "{each}".', f"It is one of: {', '.join(known)}."
            )


def run_benchmark(
    benchmark: Benchmark,
    work: Path,
    *,
    jobs: int,
    progress: Callable[[float], None] = lambda _share: None,
) -> tuple[list[dict[str, Any]], list[EncodingRow]]:
    """Measure what is not measured yet.

    Args:
        benchmark: what to measure.
        work: folder where finished measurements are kept.
        jobs: processes at once.
        progress: called with the share that is done.

    Returns:
        The results of all tasks, and a row for each encoding and data set.
    """
    results = run_tasks(
        benchmark.tasks(), work, jobs=jobs, added=benchmark.added, progress=progress
    )
    for result in results:  # quality does not depend on what travels, and stands in the same row
        result["task"]["carried"] = list(benchmark.carried)
    return results, summarised(results)


def write_benchmark(
    output: Path,
    benchmark: Benchmark,
    results: Sequence[dict[str, Any]],
    rows: Sequence[EncodingRow],
    surroundings: dict[str, Any],
) -> tuple[Path, ...]:
    """Write JSON, table and, for each data set, the picture; all of them or none.

    Args:
        output: the JSON's path; the others lie beside it.
        benchmark: what was measured.
        results: of all tasks.
        rows: their summary.
        surroundings: date, version, machine: what the figures depend on.

    Raises:
        UsageError: E220 where matplotlib is not installed.
    """
    fault = missing_matplotlib()
    if fault is not None:
        raise UsageError(fault)
    head = {"format": FORMAT, **surroundings, "asked": asdict(benchmark)}
    content = {**head, "rows": [row.as_dict() for row in rows], "results": list(results)}
    files = {
        output: (json.dumps(content, indent=1) + "\n").encode("utf-8"),
        output.with_suffix(".md"): as_markdown(rows).encode("utf-8"),
    }
    names = list(dict.fromkeys(row.data for row in rows))
    for name in names:
        picture = _picture([row for row in rows if row.data == name], name)
        if picture:
            suffix = f"-{name}.png" if len(names) > 1 else ".png"
            files[output.with_name(output.stem + suffix)] = picture
    write_whole_group(files)
    return tuple(files)


def _picture(rows: Sequence[EncodingRow], name: str) -> bytes | None:
    measured = [name for name in reversed(QUALITIES) if any(name in r.figures for r in rows)]
    if not measured:
        return None
    quality = measured[0]
    points = [
        FrontierPoint(row.encoding, row.figures[quality][0], row.named)
        for row in rows
        if quality in row.figures
    ]
    best = {}
    for attacker in SHOWN:
        places = [at for at, point in enumerate(points) if attacker in point.named]
        pairs = [(points[at].quality, points[at].named[attacker]) for at in places]
        if pairs:
            best[attacker] = [places[each] for each in not_dominated(pairs)]
    if not best:
        return None
    return draw_frontier(
        points, best, title=f"What encodings give away, and how well they link: {name}",
        quality=quality,
    )  # fmt: skip
