"""Commands of the linkage unit: receive, link, diagnose, release."""

from __future__ import annotations

import datetime as dt
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linkage.cli.console import (
    IdentityOption,
    JsonOption,
    PassphraseFileOption,
    passphrase_source,
    print_result,
    progress,
)

if TYPE_CHECKING:
    from linkage.identity.private import Identity

__all__ = ["register"]

RunOption = Annotated[Path, typer.Option("--run", help="The run directory.")]


class Audience(StrEnum):
    """Who gets the counts."""

    analyst = "analyst"
    public = "public"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command("receive")(receive_command)
    app.command("link")(link_command)
    app.command("diagnose")(diagnose_command)
    app.command("release")(release_command)


def receive_command(
    packages: Annotated[list[Path], typer.Argument(help="Sealed packages (.lnk).")],
    run: RunOption,
    identity: IdentityOption,
    agreement: Annotated[
        Path | None,
        typer.Option("--agreement", "-a", help="The signed agreement; for the first receive."),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Let an owner's new package replace the earlier one."),
    ] = False,
    passphrase_file: PassphraseFileOption = None,
    json_output: JsonOption = False,
) -> None:
    """Take the owners' sealed packages into a run directory, all of them or none.

    The first receive creates the directory and keeps a copy of the agreement. Packages stay
    sealed on disk.
    """
    from linkage.cli.linkage_unit_text import received_dict, received_text
    from linkage.roles.linkage_unit import receive

    received = receive(
        packages,
        run=run,
        identity=_load(identity, passphrase_file),
        now=_now(),
        agreement=agreement,
        replace=replace,
    )
    text = received_text(received, run, identity)
    print_result(received_dict(received), text, as_json=json_output)


def link_command(
    run: RunOption,
    identity: IdentityOption,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", help="Use this threshold, not the proposed one (logged)."),
    ] = None,
    lists: Annotated[
        str | None,
        typer.Option("--lists", help="Link only these lists, such as I,K,P (logged)."),
    ] = None,
    without: Annotated[
        str | None,
        typer.Option("--without", help="Link all lists but these, such as O,Z (logged)."),
    ] = None,
    passphrase_file: PassphraseFileOption = None,
    json_output: JsonOption = False,
) -> None:
    """Compare all records of all lists, merge duplicates, and find who is one person.

    The threshold is proposed from the data and explained. The result stays in the run
    directory.
    """
    from linkage.cli.linkage_unit_text import linked_dict, linked_text, peak_memory_mib
    from linkage.roles.linkage_unit import link

    began = time.monotonic()
    private = _load(identity, passphrase_file)
    with progress("Comparing all pairs of records") as show:
        state = link(
            run,
            identity=private,
            now=_now(),
            threshold=threshold,
            lists=_split(lists),
            without=_split(without),
            key_folders=[identity.resolve().parent],
            progress=show,
        )
    cost = {"seconds": round(time.monotonic() - began, 2), "peak_memory_mib": peak_memory_mib()}
    print_result(linked_dict(state) | cost, linked_text(state, run, cost), as_json=json_output)


def diagnose_command(
    run: RunOption,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Also draw it: a new .png or .svg file.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--table", help="Also write every number: a new .csv file.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let --plot and --table replace older files.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Show what linking found, how sure it is, where it is weak and what to do next.

    For the linkage unit's eyes: similarities can give people away and never leave it. Nothing
    shown is of one pair of records.
    """
    from linkage.cli.diagnosis_text import diagnosis_text
    from linkage.roles.linkage_unit import diagnose
    from linkage.roles.linkage_unit.diagnosis_files import prepare_files, write_files

    prepare_files(plot, table, replace=replace)
    diagnosis = diagnose(run)
    write_files(diagnosis, plot, table, replace=replace)
    written = [path for path in (plot, table) if path is not None]
    result = diagnosis.as_dict() | {"files": [str(path) for path in written]}
    print_result(result, diagnosis_text(diagnosis, run, written), as_json=json_output)


def release_command(
    run: RunOption,
    identity: IdentityOption,
    to: Annotated[
        Audience,
        typer.Option("--to", help="analyst: exact counts, sealed. public: safe to publish."),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The sealed file; for the public, a folder or a .csv file."
        ),
    ],
    recipient: Annotated[
        str | None,
        typer.Option("--recipient", help="Id of the analyst, if the agreement has several."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Release once more; needs --reason (logged).")
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why it is released again.")
    ] = None,
    passphrase_file: PassphraseFileOption = None,
    json_output: JsonOption = False,
) -> None:
    """Release counts, once: exact to the analyst, or safe to publish. Never pairs or clusters."""
    from linkage.cli.linkage_unit_text import released_dict, released_text
    from linkage.roles.linkage_unit import release

    _require_reason(again=again, reason=reason)
    released = release(
        run,
        identity=_load(identity, passphrase_file),
        to=to.value,
        output=output,
        now=_now(),
        recipient=recipient,
        reason=reason,
    )
    print_result(released_dict(released), released_text(released), as_json=json_output)


def _load(identity: Path, passphrase_file: Path | None) -> Identity:
    from linkage.identity import load_identity

    return load_identity(identity, passphrase_source(passphrase_file))


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


def _split(text: str | None) -> list[str] | None:
    """Ids between commas; None for an option that was not given."""
    return None if text is None else [item.strip() for item in text.split(",") if item.strip()]


def _require_reason(*, again: bool, reason: str | None) -> None:
    from linkage.errors import Fault, PolicyError

    if again != bool(reason and reason.strip()):
        raise PolicyError(
            Fault(
                "E656",
                "--again and --reason belong together.",
                'To release once more: --again --reason "why"; the reason is logged.',
                field="--reason" if again else "--again",
            )
        )
