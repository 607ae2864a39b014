"""The `linkage` command: one file per command group, registered here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from linkage.cli import (
    agreement,
    analyst,
    demo,
    identity,
    inspect,
    key,
    linkage_unit,
    owner_encode,
    owner_file,
)
from linkage.cli.console import note, print_error
from linkage.errors import LinkageError
from linkage.version import __version__

__all__ = ["app", "main"]

app = typer.Typer(
    name="linkage",
    help="From lists of names nobody may pool to overlap counts everybody may trust. "
    "Encodings remain personal data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# In the order of the work: coordinator, everyone, data owner, linkage unit, analyst, anyone.
for group in (
    agreement,
    identity,
    key,
    owner_file,
    owner_encode,
    inspect,
    linkage_unit,
    analyst,
    demo,
):
    group.register(app)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Print the version, or leave the work to a subcommand."""
    if version:
        print(f"linkage {__version__}")  # noqa: T201
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.Exit(2)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every :class:`LinkageError` becomes text and an exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know a name's letters
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app(args=arguments, prog_name="linkage")
    except LinkageError as error:
        print_error(error, as_json="--json" in arguments)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        note("Stopped. Nothing was written.")
        sys.exit(130)
