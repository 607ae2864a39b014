"""`linkage estimate`: from a table of overlaps to the people on no list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from linkage.cli.console import JsonOption, note, print_result, progress, require_unit
from linkage.errors import Fault, UsageError

if TYPE_CHECKING:
    from linkage.roles.estimates import EstimateResult

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("estimate")(estimate)


def estimate(
    table: Annotated[
        Path, typer.Argument(help="Counts: overlap.csv, joint.csv, by_stratum.csv, or R's shapes.")
    ],
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help="all, or one of lincoln-petersen, chapman, stepwise, bic, dga, latent-classes, "
            "independent, chao.",
        ),
    ] = "all",
    model: Annotated[
        str, typer.Option("--model", help='A fixed log-linear model instead, such as "I*O, P*Z".')
    ] = "",
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Also by this stratum; repeat for several.")
    ] = None,
    covariates: Annotated[
        list[str] | None,
        typer.Option("--covariates", help="One model of lists and this stratum; repeatable."),
    ] = None,
    ordered: Annotated[
        list[str] | None,
        typer.Option("--ordered", help="Of these, one that is a curve, such as the year."),
    ] = None,
    draws: Annotated[
        Path | None,
        typer.Option("--draws", help="draws.csv: average over the draws of the linkage."),
    ] = None,
    error_rates: Annotated[
        Path | None,
        typer.Option("--error-rates", help="error_rates.csv: correct for missed and false links."),
    ] = None,
    missed: Annotated[
        float | None,
        typer.Option("--missed", min=0, max=0.9, help="Share of true pairs that were not linked."),
    ] = None,
    false: Annotated[
        float,
        typer.Option("--false", min=0, max=1, help="Probability that two people are linked."),
    ] = 0.0,
    validated: Annotated[
        int, typer.Option("--validated", min=0, help="Pairs that --missed was found from.")
    ] = 0,
    merge: Annotated[
        list[str] | None, typer.Option("--merge", help="Lists to take as one, such as I+O.")
    ] = None,
    drop: Annotated[list[str] | None, typer.Option("--drop", help="A list to leave out.")] = None,
    level: Annotated[
        float, typer.Option("--level", min=0.5, max=0.999, help="Of the intervals.")
    ] = 0.95,
    replicates: Annotated[
        int, typer.Option("--replicates", min=100, max=1_000_000, help="Bootstrap tables.")
    ] = 5_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Equal seeds, equal figures.")] = 1,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Also draw it: a .png or .svg file.")
    ] = None,
    checks: Annotated[
        bool, typer.Option("--checks/--no-checks", help="Leave out, and trust, each list in turn.")
    ] = True,
    exact: Annotated[
        bool, typer.Option("--exact", help="The counts are exact, though they look rounded.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Estimate the people on no list, by several methods side by side.

    No single number is given where sensible methods disagree. Fit the exact table, never the
    published one: suppressed and rounded counts are refused.
    """
    require_unit("An estimate")
    form = _plot_form(plot)
    from linkage.cli.estimate_text import estimate_text
    from linkage.roles.estimates import EstimateRequest, estimate_file

    request = EstimateRequest(
        table=table, method=method, model=model, by=tuple(by or ()),
        covariates=tuple(covariates or ()), ordered=tuple(ordered or ()), draws=draws,
        error_rates=error_rates, missed=missed, false=false, validated=validated,
        merge=tuple(tuple(part.strip() for part in group.split("+")) for group in merge or ()),
        drop=tuple(drop or ()), level=level, replicates=replicates, seed=seed, checks=checks,
        insist=exact,
    )  # fmt: skip
    if plot is not None:
        from linkage.files import refuse_existing

        refuse_existing(plot, option="--plot")
    with progress(f"Estimating {table.name}") as report:
        result = estimate_file(request, report)
    if plot is not None:
        _draw(result, plot, form)
    print_result(result.as_dict(), estimate_text(result), as_json=as_json)
    if plot is not None:
        note(f"Drawn: {plot.name}.")


def _plot_form(plot: Path | None) -> Literal["png", "svg"]:
    if plot is None:
        return "png"
    from linkage.report.figure import missing_matplotlib

    if plot.suffix not in (".png", ".svg"):
        raise UsageError(
            Fault("E221", "A plot ends in .png or .svg.", "Such as --plot estimate.png.")
        )
    fault = missing_matplotlib()
    if fault is not None:
        raise UsageError(fault)
    return "png" if plot.suffix == ".png" else "svg"


def _draw(result: EstimateResult, path: Path, form: Literal["png", "svg"]) -> None:
    from linkage.cli.estimate_text import estimate_page
    from linkage.files import write_whole
    from linkage.report.estimates import draw_estimates

    write_whole(path, draw_estimates(estimate_page(result), form))
