"""All pairs of two lists at or above a threshold: everyone's speed, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.speed.children import Child, Timing, take_turns
from benchmarks.speed.contenders import CONTENDERS, LIMITS, OURS
from benchmarks.speed.data import make_lists
from benchmarks.speed.figures import million_per_second, ratio, recall

from linkage.bench.text import table

__all__ = ["PairsRow", "measure_pairs", "pairs_text"]

REFERENCES = (*LIMITS, "full", "exact", "anonlink", "numpy", "fpsim2")
"""Who settles which pairs there are: the first that runs, and that is exact."""


@dataclass(frozen=True, slots=True)
class PairsRow:
    """One contender on one task.

    Attributes:
        cpu, wall: M pairs of records per CPU-second and per second, medians over the rounds.
        to_anonlink, to_limit: those CPU rates, as a multiple of anonlink's and as a share of the
            fastest C kernel's in the same rounds.
        found: pairs at or above the threshold that it returned.
        recall: share of the reference's pairs among them.
        agrees: whether they are the reference's pairs, all and no other.
        note: how our own search went about it.
        fault: why there is no figure.
    """

    data: str
    records: int
    bits: int
    measure: str
    threshold: float
    contender: str
    rounds: int = 0
    cpu: float | None = None
    wall: float | None = None
    to_anonlink: float | None = None
    to_limit: float | None = None
    found: int = 0
    recall: float | None = None
    agrees: bool = False
    note: str = ""
    fault: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the results file."""
        return asdict(self)


def measure_pairs(
    data: str,
    records: int,
    thresholds: Sequence[float],
    names: Sequence[str],
    *,
    folder: Path,
    peers: Path,
    rounds: int,
    patience: float,
    bits: int = 1_024,
    measure: str = "dice",
) -> Iterator[list[PairsRow]]:
    """The rows of each threshold in turn. Contenders keep their data between them."""
    lists = make_lists(data, records, folder, bits=bits)
    asked = {} if measure == "dice" else {"measure": measure}
    with ExitStack() as stack:
        running: dict[str, Child] = {}
        faults: dict[str, str] = {}
        for name in names:
            if measure not in CONTENDERS[name].measures:
                continue
            options = {"warm_up": asked} if asked else {}
            try:
                child = Child(name, lists.a, lists.b, peers=peers, options=options)
            except (RuntimeError, OSError) as fault:
                faults[name] = str(fault)
                continue
            stack.callback(child.stop)
            running[name] = child
        for threshold in thresholds:
            asks = {
                name: lambda child=child, threshold=threshold: child.ask(
                    threshold=threshold, **asked
                )
                for name, child in running.items()
            }
            ours = [name for name in asks if name in OURS]
            timings = take_turns(asks, rounds=rounds, patience=patience, warm_up=ours)
            task = {
                "data": data,
                "records": records,
                "bits": bits,
                "measure": measure,
                "threshold": threshold,
            }
            yield _rows(task, timings, running, faults)


def _rows(
    task: Mapping[str, Any],
    timings: Mapping[str, Timing],
    running: Mapping[str, Child],
    faults: Mapping[str, str],
) -> list[PairsRow]:
    done = {name: timing for name, timing in timings.items() if not timing.fault}
    compared = task["records"] ** 2
    rates = {name: million_per_second(compared, each.median_cpu) for name, each in done.items()}
    limit = max((rates[name] for name in LIMITS if name in rates), default=None)
    reference = next((name for name in REFERENCES if name in done), None)
    truth: tuple[np.ndarray, np.ndarray] | None = None
    rows = []
    for name, timing in done.items():
        agrees = share = None
        if reference:
            wanted = done[reference]
            agrees = (timing.pairs, timing.checksum) == (wanted.pairs, wanted.checksum)
            if agrees:
                share = 1.0
            else:
                truth = truth or running[reference].found()
                share = recall(running[name].found(), truth)
        rows.append(
            PairsRow(
                **task,
                contender=name,
                rounds=len(timing.wall),
                cpu=rates[name],
                wall=million_per_second(compared, timing.median_wall),
                to_anonlink=ratio(rates[name], rates.get("anonlink")),
                to_limit=ratio(rates[name], limit),
                found=timing.pairs,
                recall=share,
                agrees=bool(agrees),
                note=timing.note,
            )
        )
    failed = {name: each.fault for name, each in timings.items() if each.fault} | dict(faults)
    rows += [PairsRow(**task, contender=name, fault=fault) for name, fault in failed.items()]
    return rows


def pairs_text(rows: Sequence[PairsRow]) -> str:
    """The rows of one task as a table."""
    first = rows[0]
    what = "Dice" if first.measure == "dice" else first.measure
    title = (
        f"{first.data}, {first.records:,} x {first.records:,} filters of {first.bits:,} bits, "
        f"{what} >= {first.threshold:g}"
    )
    header = (
        "contender",
        "M pairs / CPU-s",
        "M pairs / s",
        "x anonlink",
        "of the limit",
        "pairs",
        "recall",
        "rounds",
    )
    body = [
        (
            row.contender,
            _number(row.cpu, ",.0f"),
            _number(row.wall, ",.0f"),
            _number(row.to_anonlink, ".1f"),
            _number(row.to_limit, ".2f"),
            f"{row.found:,}",
            _recall(row),
            row.rounds,
        )
        for row in rows
        if not row.fault
    ]
    skipped = [f"  {row.contender}: skipped, {row.fault}" for row in rows if row.fault]
    return "\n".join([title, "", table(header, body), *skipped])


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _recall(row: PairsRow) -> str:
    if row.recall is None:
        return ""
    extra = "" if row.agrees or row.recall < 1 else " and others"
    return f"{row.recall:.4f}{extra}"
