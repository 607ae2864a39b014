"""`linkage bench encodings`: what encodings give away, beside how well they link."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from linkage.cli.console import JsonOption, note, print_result, progress, require_unit

__all__ = ["register"]

_QUICK_RECORDS = 300


def register(app: typer.Typer) -> None:
    """Add the command group to ``app``."""
    group = typer.Typer(no_args_is_help=True, help="Benchmarks, for researchers.")
    group.command("encodings")(encodings)
    app.add_typer(group, name="bench")


def encodings(
    descriptions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENCODING]...",
            help='Such as "clk(k=10, l=1024) + xor-fold"; the standard ones if none is given.',
        ),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            help="A folder of lists with truth.csv, or a .tsv file of people; repeat for several. "
            "Made-up people if none is given.",
        ),
    ] = None,
    records: Annotated[
        str, typer.Option("--records", help="People on the attacked list; several with commas.")
    ] = "5000",
    graph_records: Annotated[
        str, typer.Option("--graph-records", help="The same for graph matching.")
    ] = "1000",
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Repetitions.")] = 1,
    measure: Annotated[
        str,
        typer.Option(
            "--measure", help="Of quality, lists, graph, known pairs, slips, leakage, with commas."
        ),
    ] = "quality,lists,graph,known pairs,leakage",
    carry: Annotated[
        str, typer.Option("--carry", help="What travels beside: presence,counts.")
    ] = "",
    add: Annotated[
        list[Path] | None,
        typer.Option("--add", help="Python file that registers an encoding of your own."),
    ] = None,
    work: Annotated[
        Path, typer.Option("--work", help="Where finished measurements are kept.")
    ] = Path("linkage-bench"),
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="JSON to write; table and picture lie beside it."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Processes; one a core if not given.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Short lists: does it work here?")] = False,
    as_json: JsonOption = False,
) -> None:
    """Attack encodings and link with them, on the same people.

    Measurements that are done are kept in the --work folder and not done again: stop whenever you
    like and go on with the same command. That an attack failed does not mean that an encoding is
    safe.
    """
    import datetime as dt

    require_unit("A benchmark")
    from linkage.bench.encodings.benchmark import Benchmark, run_benchmark, write_benchmark
    from linkage.bench.encodings.people import SIMULATED
    from linkage.bench.encodings.table import as_text
    from linkage.version import __version__

    sizes = (_QUICK_RECORDS,) if quick else _numbers(records, "--records")
    graphs = (_QUICK_RECORDS,) if quick else _numbers(graph_records, "--graph-records")
    benchmark = Benchmark(
        encodings=tuple(descriptions or ()),
        data=tuple(data or (SIMULATED,)),
        records=sizes,
        graph_records=graphs,
        seeds=seeds,
        kinds=tuple(_words(measure)),
        carried=tuple(_words(carry)),
        added=tuple(str(path) for path in add or ()),
    )
    with progress("Measuring") as report:
        results, rows = run_benchmark(
            benchmark, work, jobs=jobs or os.cpu_count() or 1, progress=report
        )
    written: tuple[Path, ...] = ()
    if output is not None:
        surroundings = {"date": dt.date.today().isoformat(), "version": __version__}
        written = write_benchmark(output, benchmark, results, rows, surroundings)
    found = {
        "rows": [row.as_dict() for row in rows],
        "written": [str(path) for path in written],
        "notice": "That an attack failed does not mean that an encoding is safe.",
    }
    print_result(found, as_text(rows), as_json=as_json)
    if written:
        note(f"Written: {', '.join(path.name for path in written)}.")
    elif not as_json:
        note("Next: the same with --output encodings.json, for the table and the picture.")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str, option: str) -> tuple[int, ...]:
    from linkage.errors import Fault, UsageError

    words = _words(text)
    if not words or any(not word.isdecimal() or int(word) < 10 for word in words):
        raise UsageError(
            Fault("E227", f"{option} is no list of numbers from 10 on.", f"Such as {option} 1000.")
        )
    return tuple(int(word) for word in words)
