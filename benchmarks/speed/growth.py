"""How time grows with the number of records: each mode alone, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.speed.children import Child, take_turns
from benchmarks.speed.data import make_lists
from benchmarks.speed.figures import fitted_exponent, recall

from linkage.bench.text import table

__all__ = ["GrowthRow", "exponents", "growth_text", "measure_growth"]


WARM_UP_MOST = 100_000
"""Above this compiling, cached on disk by then, does not count beside the search."""


@dataclass(frozen=True, slots=True)
class GrowthRow:
    """One mode on two lists of one size.

    Attributes:
        cpu, wall: seconds, medians over the rounds.
        peak_mib: greatest resident memory of the process, its filters included.
        found: pairs returned.
        recall: of the exact search's pairs, where that was run in the same task.
        planted: of the pairs that are the same person and reach the threshold.
        note: how the search went about it.
    """

    data: str
    records: int
    threshold: float
    threads: int
    contender: str
    cpu: float = 0.0
    wall: float = 0.0
    peak_mib: float = 0.0
    found: int = 0
    recall: float | None = None
    planted: float | None = None
    note: str = ""
    fault: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the results file."""
        return asdict(self)


def reaching(
    a: np.ndarray, b: np.ndarray, truth: np.ndarray, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """The planted matches whose Dice reaches the threshold: what any search could find."""
    from benchmarks.speed.contenders.recheck import at_least

    return at_least(a, b, truth[0], truth[1], threshold)


def measure_growth(
    sizes: Sequence[int],
    names: Sequence[str],
    *,
    threshold: float,
    folder: Path,
    peers: Path,
    rounds: int,
    most: dict[str, int],
    threads: int = 1,
    data: str = "growth",
) -> Iterator[list[GrowthRow]]:
    """The rows of each size in turn; ``most`` caps a mode's sizes."""
    for size in sizes:
        lists = make_lists(data, size, folder)
        wanted = reaching(*(np.load(p) for p in (lists.a, lists.b, lists.truth)), threshold)
        task = {"data": data, "records": size, "threshold": threshold, "threads": threads}
        rows: list[GrowthRow] = []
        exact: tuple[np.ndarray, np.ndarray] | None = None
        for name in names:
            if size > most.get(name, size):
                continue
            try:
                # one at a time: memory is measured too, and a million filters take 256 MB
                child = Child(name, lists.a, lists.b, peers=peers, options={"threads": threads})
            except (RuntimeError, OSError) as fault:
                rows.append(GrowthRow(**task, contender=name, fault=str(fault)))
                continue
            try:
                ask = {name: lambda child=child: child.ask(threshold=threshold)}
                first = ask if size <= WARM_UP_MOST else ()
                timing = take_turns(ask, rounds=rounds, patience=60.0, warm_up=first)[name]
                if timing.fault:
                    rows.append(GrowthRow(**task, contender=name, fault=timing.fault))
                    continue
                pairs = child.found()
            finally:
                child.stop()
            if name in ("exact", "full"):
                exact = pairs
            rows.append(
                GrowthRow(
                    **task,
                    contender=name,
                    cpu=timing.median_cpu,
                    wall=timing.median_wall,
                    peak_mib=timing.peak_mib,
                    found=timing.pairs,
                    recall=None if exact is None else recall(pairs, exact),
                    planted=recall(pairs, wanted),
                    note=timing.note,
                )
            )
        yield rows


def exponents(rows: Sequence[GrowthRow]) -> dict[str, float | None]:
    """Per mode, the power of the number of records that CPU time grows with."""
    done = [row for row in rows if not row.fault]
    return {
        name: fitted_exponent(
            [row.records for row in done if row.contender == name],
            [row.cpu for row in done if row.contender == name],
        )
        for name in dict.fromkeys(row.contender for row in done)
    }


def growth_text(rows: Sequence[GrowthRow]) -> str:
    header = (
        "records",
        "mode",
        "CPU-s",
        "wall s",
        "peak MiB",
        "pairs",
        "recall",
        "of planted matches",
    )
    body = [
        (
            f"{row.records:,}",
            row.contender,
            f"{row.cpu:.3f}",
            f"{row.wall:.3f}",
            f"{row.peak_mib:,.0f}",
            f"{row.found:,}",
            "" if row.recall is None else f"{row.recall:.4f}",
            "" if row.planted is None else f"{row.planted:.4f}",
        )
        for row in rows
        if not row.fault
    ]
    skipped = [f"  {row.records:,} {row.contender}: {row.fault}" for row in rows if row.fault]
    fitted = [
        f"  {name}: CPU time grows with the number of records to the power {power:g}"
        for name, power in exponents(rows).items()
        if power is not None
    ]
    return "\n".join([table(header, body), *skipped, *fitted])
