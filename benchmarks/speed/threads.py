"""How much sooner two threads are done than one, and than the machine lets them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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

                def child(count: int, mode: str = mode, stack: ExitStack = stack) -> Child:
                    options = {"threads": count}
                    made = Child(mode, lists.a, lists.b, peers=peers, options=options)
                    stack.callback(made.stop)
                    return made

                alone, many = child(1), child(threads)
                apart = [alone, *(child(1) for _ in range(threads - 1))]
                asks = {
                    "one": lambda alone=alone: alone.ask(threshold=threshold),
                    "many": lambda many=many: many.ask(threshold=threshold),
                    "apart": lambda apart=apart: _at_once(apart, threshold),
                }
                timings = take_turns(asks, rounds=rounds, warm_up=asks)
            row |= _compared(timings["one"], timings["many"], timings["apart"], threads)
        except (RuntimeError, OSError) as fault:
            row["fault"] = str(fault)
        rows.append(row)
    return rows


def _at_once(children: Sequence[Child], threshold: float) -> dict[str, Any]:
    """The same search in several processes at once: what the machine gives at best."""
    with ThreadPoolExecutor(len(children)) as pool:
        answers = list(pool.map(lambda child: child.ask(threshold=threshold), children))
    mean = sum(answer["wall"] for answer in answers) / len(answers)
    return {**answers[0], "wall": mean, "cpu": sum(answer["cpu"] for answer in answers)}


def _compared(one: Timing, many: Timing, apart: Timing, threads: int) -> dict[str, Any]:
    if fault := one.fault or many.fault or apart.fault:
        return {"fault": fault}
    return {
        "wall_one": one.median_wall,
        "wall_many": many.median_wall,
        "cpu_one": one.median_cpu,
        "cpu_many": many.median_cpu,
        "speed_up": one.median_wall / many.median_wall,
        "ceiling": threads * one.median_wall / apart.median_wall,
        "same_pairs": (one.pairs, one.checksum) == (many.pairs, many.checksum),
    }


def threads_text(rows: Sequence[dict[str, Any]]) -> str:
    header = (
        "mode", "threads", "1 thread s", "all s", "speed-up", "processes", "CPU-s 1", "CPU-s all",
        "pairs",
    )  # fmt: skip
    body = [
        (
            row["mode"],
            row["threads"],
            f"{row['wall_one']:.3f}",
            f"{row['wall_many']:.3f}",
            f"{row['speed_up']:.2f}",
            f"{row['ceiling']:.2f}",
            f"{row['cpu_one']:.3f}",
            f"{row['cpu_many']:.3f}",
            "the same" if row["same_pairs"] else "NOT THE SAME",
        )
        for row in rows
        if "fault" not in row
    ]
    faults = [f"  {row['mode']}: {row['fault']}" for row in rows if "fault" in row]
    return "\n".join([table(header, body), *faults])
