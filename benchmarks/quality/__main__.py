"""How right are the counts? Our profiles and the tools others would take, on lists with truth.

python -m benchmarks.quality --data ../shared/data --peers FOLDER --work FOLDER
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.quality.data import CATALOGUE, DRAWS, DataSet, prepared
from benchmarks.quality.ours import CONFIGURATIONS, link_ours
from benchmarks.quality.outcome import Outcome, read_outcomes, stored, write_outcome
from benchmarks.quality.peers import PEERS, link_peer
from benchmarks.quality.report import write_report
from benchmarks.speed.machine import RESULTS, library_versions
from benchmarks.speed.peers import DEFAULT_FOLDER

CONTENDERS = (*CONFIGURATIONS, *PEERS)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    names = sorted({each.name for each in CATALOGUE})
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="../shared/data")
    parser.add_argument("--peers", type=Path, default=DEFAULT_FOLDER, help="their environments")
    parser.add_argument("--work", type=Path, required=True, help="cut lists and stored outcomes")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help="data sets")
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, metavar="NAME")
    parser.add_argument("--draws", type=int, default=DRAWS, help="draws of every cut")
    parser.add_argument("--large", action="store_true", help="the two largest sets as well")
    parser.add_argument("--resume", action="store_true", help="keep outcomes that are there")
    parser.add_argument("--patience", type=float, default=3600, help="seconds for a peer's run")
    parser.add_argument("--report-only", action="store_true", help="write the results, run nothing")
    parser.add_argument("--output", type=Path, help="JSON, Markdown and PNG beside it")
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> Iterator[DataSet]:
    """The data sets of this run, all draws of a number before the next number."""
    for each in CATALOGUE:
        named = each.name in options.only if options.only else options.large or not each.large
        if named and each.draw < options.draws:
            yield each


def run(data_set: DataSet, contender: str, options: argparse.Namespace) -> Outcome:
    from linkage.bench.folder import read_folder

    folder = read_folder(prepared(data_set, options.data.resolve(), options.work))
    place = options.work / "runs" / f"{data_set.key}--{contender}".replace(" ", "_")
    if contender in CONFIGURATIONS:
        return link_ours(data_set, folder, contender, place)
    return link_peer(
        data_set,
        folder,
        contender,
        place,
        environments=options.peers,
        patience=options.patience,
    )


def main() -> None:
    from benchmarks.journey.__main__ import commit, machine

    options = parsed()
    options.work = options.work.resolve()
    outcomes = options.work / "outcomes"
    today = dt.date.today().isoformat()
    for data_set in [] if options.report_only else list(chosen(options)):
        for contender in options.contenders or CONTENDERS:
            path = stored(outcomes, data_set.key, contender)
            if options.resume and path.exists():
                continue
            began = time.perf_counter()
            outcome = run(data_set, contender, options)
            write_outcome(path, outcome, {"date": today, "commit": commit()})
            said = outcome.fault or _brief(outcome)
            took = time.perf_counter() - began
            print(f"{took:6.0f} s  {data_set.key:<26} {contender:<20} {said}", flush=True)
    surroundings = {
        "date": today,
        "commit": commit(),
        "machine": machine(),
        "libraries": library_versions(),
    }
    output = options.output or RESULTS / f"{today}-quality.json"
    written = write_report(
        list(read_outcomes(sorted(outcomes.glob("*.json")))), surroundings, output
    )
    print("written:", ", ".join(path.name for path in written))


def _brief(outcome: Outcome) -> str:
    assert outcome.own
    true, found = outcome.own.two_or_more
    return (
        f"F1 {outcome.own.f1:.3f} · on two or more {found:,} of {true:,} "
        f"({outcome.own.count_error:+.1%}) · cells {outcome.own.cell_error:,}"
    )


if __name__ == "__main__":
    main()
