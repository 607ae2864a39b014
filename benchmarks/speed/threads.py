"""How much sooner two threads are done than one, in wall time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.speed.children import Child, Timing, take_turns
from benchmarks.speed.data import make_lists

from linkage.bench.text import table

__all__ = ["measure_threads", "threads_text"]


def measure_threads(
    modes: Sequence[str],
    *,
    records: int,
    threshold: float,
    threads: int,
    folder: Path,
    peers: Path,
    rounds: int,
) -> list[dict[str, Any]]:
    lists = make_lists("random", records, folder)
    rows = []
    for mode in modes:
        row: dict[str, Any] = {"mode": mode, "records": records, "threads": threads}
        try:
            with ExitStack() as stack:
                asks = {}
                for count in (1, threads):
                    options = {"threads": count}
                    child = Child(mode, lists.a, lists.b, peers=peers, options=options)
                    stack.callback(child.stop)
                    asks[str(count)] = lambda child=child: child.ask(threshold=threshold)
                timings = take_turns(asks, rounds=rounds, warm_up=asks)
            row |= _compared(timings["1"], timings[str(threads)])
        except (RuntimeError, OSError) as fault:
            row["fault"] = str(fault)
        rows.append(row)
    return rows


def _compared(one: Timing, many: Timing) -> dict[str, Any]:
    if fault := one.fault or many.fault:
        return {"fault": fault}
    return {
        "wall_one": one.median_wall,
        "wall_many": many.median_wall,
        "cpu_one": one.median_cpu,
        "cpu_many": many.median_cpu,
        "speed_up": one.median_wall / many.median_wall,
        "same_pairs": (one.pairs, one.checksum) == (many.pairs, many.checksum),
    }


def threads_text(rows: Sequence[dict[str, Any]]) -> str:
    header = ("mode", "threads", "1 thread s", "all s", "speed-up", "CPU-s 1", "CPU-s all", "pairs")
    body = [
        (
            row["mode"],
            row["threads"],
            f"{row['wall_one']:.3f}",
            f"{row['wall_many']:.3f}",
            f"{row['speed_up']:.2f}",
            f"{row['cpu_one']:.3f}",
            f"{row['cpu_many']:.3f}",
            "the same" if row["same_pairs"] else "NOT THE SAME",
        )
        for row in rows
        if "fault" not in row
    ]
    faults = [f"  {row['mode']}: {row['fault']}" for row in rows if "fault" in row]
    return "\n".join([table(header, body), *faults])
