"""The `linkage` command: one file per command group, registered here."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Annotated, cast

import typer

from linkage.cli import (
    agreement,
    analyst,
    attack,
    bench,
    demo,
    estimate,
    identity,
    inspect,
    key,
    linkage_unit,
    owner_encode,
    owner_file,
)
from linkage.cli.console import STOPPED, note, print_error
from linkage.errors import Fault, LinkageError, MachineError, UsageError
from linkage.version import __version__

__all__ = ["app", "main"]

# What typer raises for a mistake on the command line; it does not export the class itself.
_Mistake = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])

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
    attack,
    owner_encode,
    inspect,
    linkage_unit,
    analyst,
    estimate,
    demo,
    bench,
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
    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know a name's letters
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        # Without arguments typer reads them itself, and spells *.lnk out where Windows does not.
        code = app(args=arguments, prog_name="linkage", standalone_mode=False) or 0
    except LinkageError as error:
        print_error(error, as_json=as_json)
        sys.exit(error.exit_code)
    except _Mistake as error:
        _explain(error, as_json=as_json)
        sys.exit(UsageError.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except Exception as error:  # noqa: BLE001 - its text may quote a cell, so it is not shown
        print_error(_unforeseen(error), as_json=as_json)
        sys.exit(MachineError.exit_code)
    if code == STOPPED:
        stopped = Fault("E108", "Stopped by you.", "Run the same command again to finish.")
        print_error(MachineError(stopped), as_json=as_json, exit_code=STOPPED)
    sys.exit(code)


def _explain(mistake: typer.BadParameter, *, as_json: bool) -> None:
    """Say what is wrong with the command line, or show the help where nothing was asked."""
    message = mistake.format_message().strip()
    if message.startswith("Usage:"):
        note(message)
        return
    command = "linkage" if mistake.ctx is None else mistake.ctx.command_path
    fault = Fault("E200", message, f"`{command} --help` shows what it takes.")
    print_error(UsageError(fault), as_json=as_json)


def _unforeseen(error: Exception) -> MachineError:
    """E107: a fault of this software, without a word of what it was working on."""
    package = Path(__file__).parents[1]
    own = [
        f"{Path(frame.filename).relative_to(package).as_posix()}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(package)
    ]
    return MachineError(
        Fault(
            "E107",
            f"linkage {__version__} failed in a way that was not foreseen "
            f"({type(error).__name__} at {own[-1]}).",
            "Please report this line to the makers; it holds nothing of your data.",
        )
    )
