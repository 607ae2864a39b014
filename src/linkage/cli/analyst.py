"""`linkage open`: from the sealed overlap table to CSV, for the analyst."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linkage.cli.console import (
    AgreementOption,
    IdentityOption,
    JsonOption,
    PassphraseFileOption,
    as_typed,
    passphrase_source,
    print_result,
)

if TYPE_CHECKING:
    from linkage.roles.analyst import OpenedTable

__all__ = ["register"]

_NOTICE = (
    "Exact counts of few people can identify them: keep these files confidential, and "
    "publish only the publication table. Encodings remain personal data."
)
_FIT = "Fit models to this exact table, never to the publication table."


class _Form(enum.StrEnum):
    CSV = "csv"
    SPARSEMSE = "sparsemse"
    RCAPTURE = "rcapture"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("open")(open_)


def open_(
    package: Annotated[Path, typer.Argument(help="The sealed overlap table, .lnk.")],
    agreement: AgreementOption,
    identity: IdentityOption,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the CSV files.")
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", help="One CSV file instead: lists, strata and count."),
    ] = None,
    form: Annotated[
        _Form, typer.Option("--format", help="Shape of the files: for anything, or for R.")
    ] = _Form.CSV,
    stratum: Annotated[
        str | None,
        typer.Option("--stratum", help="Only this stratum; for R, one file for each value."),
    ] = None,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open the sealed overlap table, check it, and write its exact counts as CSV.

    Where the linkage has draws, they and its error rates are written beside the counts: average
    your estimates over the draws.
    """
    from linkage.roles.analyst import open_table, write_table

    if output is None and csv is None:
        output = Path("overlap")
    opened = open_table(package, agreement, identity, passphrase_source(passphrase_file))
    written = write_table(opened.table, folder=output, file=csv, form=form.value, stratum=stratum)
    print_result(_as_dict(opened, written), _as_text(opened, written, form), as_json=as_json)


def _as_dict(opened: OpenedTable, written: tuple[Path, ...]) -> dict[str, Any]:
    from linkage.cli.draws_text import draws_dict
    from linkage.overlap import SCENARIOS

    table = opened.table
    thresholds = table.thresholds or (None,) * len(SCENARIOS)
    return {
        "files": [str(path) for path in written],
        "agreement": opened.agreement,
        "project": opened.project,
        "round": opened.round,
        "sealed_by": opened.sender,
        "sealed": opened.sealed.isoformat(),
        "people": table.people,
        "lists": dict(zip(table.lists, table.list_sizes, strict=True)),
        "lists_left_out": list(opened.missing_lists),
        "on_exactly": {str(j): n for j, n in enumerate(table.on_lists, start=1)},
        "pairs": {
            f"{table.lists[i]}+{table.lists[j]}": n for (i, j), n in table.pair_overlaps.items()
        },
        "scenarios": {
            name: {
                "people": int(counts.sum()),
                "threshold": None if threshold is None else threshold / 1_000_000,
            }
            for name, counts, threshold in zip(SCENARIOS, table.scenarios, thresholds, strict=True)
        },
        **draws_dict(table),
        "strata": {
            name: {"disagreements": n}
            for name, n in zip(table.strata, table.disagreements, strict=True)
        },
        "notice": f"{_FIT} {_NOTICE}",
    }


def _as_text(opened: OpenedTable, written: tuple[Path, ...], form: _Form) -> str:
    from linkage.cli.draws_text import AVERAGE, draws_lines

    table = opened.table
    low, _, high = (int(counts.sum()) for counts in table.scenarios)
    sizes = " · ".join(
        f"{name} {n:,}" for name, n in zip(table.lists, table.list_sizes, strict=True)
    )
    on_lists = " · ".join(f"{j}: {n:,}" for j, n in enumerate(table.on_lists, start=1))
    lines = [
        f"{table.people:,} people on {len(table.lists)} lists",
        f"on each list   {sizes}",
        f"on exactly     {on_lists}",
        f"if linked at   the low threshold {low:,} · chosen {table.people:,} · high {high:,}",
        *draws_lines(table),
        (
            f"Sealed by {opened.sender} on {opened.sealed:%Y-%m-%d} · {opened.project}, round "
            f"{opened.round} · agreement {opened.agreement}"
        ),
    ]
    if opened.missing_lists:
        lines.append(f"Not covered: {', '.join(opened.missing_lists)} (left out of the linkage).")
    lines += [
        f"records disagreed on {name} for {n:,} people; the documented rule decided"
        for name, n in zip(table.strata, table.disagreements, strict=True)
        if n
    ]
    lines.append(f"Wrote {', '.join(path.name for path in written)}.")
    if len(table.draws):
        lines.append(AVERAGE)
        if _draws_file(written) is None:
            lines.append("This shape has no place for the draws: --output FOLDER writes them.")
    lines += [_FIT, _NOTICE, _next_step(written, form)]
    return "\n".join(lines)


def _draws_file(written: tuple[Path, ...]) -> Path | None:
    """The draws among several files; one file alone may have any name and is none."""
    several = written if len(written) > 1 else ()
    return next((path for path in several if path.name == "draws.csv"), None)


def _next_step(written: tuple[Path, ...], form: _Form) -> str:
    """What to type next, here or in R."""
    if not written:
        return "Next: nothing to read; nobody has a known value of that stratum."
    file = _quoted(written[0])
    if form is _Form.RCAPTURE:
        return (
            f'Next, in R: X <- as.matrix(read.csv("{file}"))\n'
            "           Rcapture::closedpMS.t(X, dfreq = TRUE, maxorder = 2)"
        )
    if form is _Form.SPARSEMSE:
        return (
            f'Next, in R: zdat <- read.csv("{file}")\n'
            "           SparseMSE::estimatepopulation(zdat)"
        )
    names = {path.name: path for path in written} if len(written) > 1 else {}
    words: list[object] = ["linkage", "estimate", names.get("joint.csv", written[0])]
    for option, name in (("--error-rates", "error_rates.csv"), ("--draws", "draws.csv")):
        words += [option, names[name]] if name in names else []
    return (
        f"Next: {as_typed(*words)}\n"
        f'      in R: counts <- read.csv("{file}"), or --format sparsemse, --format rcapture'
    )


def _quoted(path: Path) -> str:
    """A path between the quotes of R."""
    return path.as_posix().replace('"', '\\"')
