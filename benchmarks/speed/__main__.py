"""Speed of comparing, against peers and the limit: `python -m benchmarks.speed [PART ...]`.

Parts: pairs, saul, threads, start, growth, million. Without any: all but million.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.speed.contenders import CONTENDERS, LIMITS, OURS
from benchmarks.speed.growth import exponents, growth_text, measure_growth
from benchmarks.speed.machine import result_path, surroundings, write_result
from benchmarks.speed.pairs import measure_pairs, pairs_text
from benchmarks.speed.peers import DEFAULT_FOLDER, install
from benchmarks.speed.start import measure_start, start_text
from benchmarks.speed.threads import measure_threads, threads_text

THREADS = 2
GROWING = ("exact", "sketch", "lsh")


def numbers(kind: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    return lambda text: [kind(part) for part in text.split(",")]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="small lists, one round: a trial")
    parser.add_argument("--sizes", type=numbers(int), help="records a list; pairs: 20000")
    parser.add_argument("--thresholds", type=numbers(float), help="pairs: .7,.8,.85,.9")
    parser.add_argument("--data", type=numbers(str), help="pairs: random,realistic")
    parser.add_argument(
        "--contenders", type=numbers(str), help=f"of {', '.join(CONTENDERS)}; all where left out"
    )
    parser.add_argument("--rounds", type=int, help="3; medians are taken")
    parser.add_argument(
        "--patience", type=float, default=20.0, help="slower than this many s: one round only"
    )
    parser.add_argument("--cap-exact", type=int, help="largest list for exact search in growth")
    parser.add_argument("--threads", type=int, default=THREADS, help="of threads and million")
    parser.add_argument("--peers", type=Path, default=DEFAULT_FOLDER, help="their environments")
    parser.add_argument("--folder", type=Path, help="where the filters are kept; PEERS/data")
    parser.add_argument("--json", type=Path, help="instead of a dated file in benchmarks/results")
    options = parser.parse_args()
    for given, known in ((options.parts, PARTS), (options.contenders or [], CONTENDERS)):
        if unknown := set(given) - set(known):
            parser.error(f"no such choice: {', '.join(sorted(unknown))}")
    options.parts = options.parts or [part for part in PARTS if part != "million"]
    options.contenders = options.contenders or list(CONTENDERS)
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.folder = options.folder or options.peers.expanduser() / "data"
    return options


def pairs(options: argparse.Namespace) -> list[Any]:
    for peer in dict.fromkeys(CONTENDERS[name].peer for name in options.contenders):
        if peer and (fault := install(options.peers, peer)):
            print(f"{peer} cannot be installed: {fault}", file=sys.stderr)
    rows = []
    for data in options.data or ["random", "realistic"]:
        for size in options.sizes or [5_000 if options.quick else 20_000]:
            for made in measure_pairs(
                data,
                size,
                options.thresholds or ([0.8] if options.quick else [0.7, 0.8, 0.85, 0.9]),
                options.contenders,
                folder=options.folder,
                peers=options.peers,
                rounds=options.rounds,
                patience=options.patience,
            ):
                show(pairs_text(made))
                rows += [row.as_dict() for row in made]
    return rows


def saul(options: argparse.Namespace) -> list[Any]:
    rows = []
    for bits in (4_096, 8_192):
        for size in options.sizes or [2_000 if options.quick else 10_000]:
            for made in measure_pairs(
                "saul",
                size,
                options.thresholds or [0.8],
                [name for name in options.contenders if name in (*LIMITS, "exact", "full")],
                folder=options.folder,
                peers=options.peers,
                rounds=options.rounds,
                patience=options.patience,
                bits=bits,
                measure="agreement",
            ):
                show(pairs_text(made))
                rows += [row.as_dict() for row in made]
    return rows


def threads(options: argparse.Namespace) -> list[Any]:
    rows = measure_threads(
        [name for name in options.contenders if name in OURS],
        records=(options.sizes or [5_000 if options.quick else 30_000])[0],
        threshold=(options.thresholds or [0.8])[0],
        threads=options.threads,
        folder=options.folder,
        peers=options.peers,
        rounds=options.rounds,
    )
    show(threads_text(rows))
    return rows


def start(options: argparse.Namespace) -> list[Any]:
    modes = [name for name in options.contenders if name in OURS]
    rows = measure_start(modes, rounds=options.rounds)
    show(start_text(rows))
    return rows


def growth(options: argparse.Namespace) -> list[Any]:
    usual = [2_000, 5_000] if options.quick else [10_000, 30_000, 100_000, 300_000, 1_000_000]
    return grown(options, options.sizes or usual, 1, options.cap_exact or 100_000)


def million(options: argparse.Namespace) -> list[Any]:
    sizes = options.sizes or [20_000 if options.quick else 1_000_000]
    options.rounds = 1
    return grown(options, sizes, options.threads, options.cap_exact or 1_000_000)


def grown(options: argparse.Namespace, sizes: list[int], count: int, cap: int) -> list[Any]:
    rows = []
    for made in measure_growth(
        sizes,
        [name for name in options.contenders if name in GROWING],
        threshold=(options.thresholds or [0.85])[0],
        folder=options.folder,
        peers=options.peers,
        rounds=options.rounds,
        most={"exact": cap},
        threads=count,
    ):
        rows += made
        show(growth_text(made))
    if len(sizes) > 1:
        show(growth_text(rows))
    return [{"exponents": exponents(rows)}, *(row.as_dict() for row in rows)]


def show(text: str) -> None:
    print(f"\n{text}", flush=True)


PARTS: dict[str, Callable[[argparse.Namespace], list[Any]]] = {
    "pairs": pairs,
    "saul": saul,
    "threads": threads,
    "start": start,
    "growth": growth,
    "million": million,
}


def main() -> None:
    options = parsed()
    result = surroundings(options.peers)
    path = options.json or result_path(options.parts)
    for part in options.parts:
        began = time.monotonic()
        result[part] = PARTS[part](options)
        write_result(path, result)  # after each part: a long run may be stopped
        print(f"\n{part}: {time.monotonic() - began:.0f} s; written to {path}", flush=True)


if __name__ == "__main__":
    main()
