"""`linkage identity`: make and show the keys by which a party signs and receives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from linkage.cli.console import (
    JsonOption,
    PassphraseFileOption,
    note,
    passphrase_source,
    print_result,
)

__all__ = ["register"]

_group = typer.Typer(no_args_is_help=True, help="Your keys: make them once, show the public half.")


def register(app: typer.Typer) -> None:
    """Add the group to the command."""
    app.add_typer(_group, name="identity")


@_group.command("new")
def new(
    file: Annotated[
        Path,
        typer.Argument(help="Private file to write, e.g. police.identity; .pub goes beside it."),
    ],
    no_passphrase: Annotated[
        bool,
        typer.Option(
            "--no-passphrase", help="Leave the file unprotected: whoever reads it is you."
        ),
    ] = False,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an identity: a private file to keep, and FILE.pub to send to the coordinator."""
    from linkage.errors import Fault, UsageError
    from linkage.files import refuse_existing
    from linkage.identity.store import create_identity

    if no_passphrase and passphrase_file is not None:
        raise UsageError(
            Fault("E212", "--no-passphrase and --passphrase-file exclude each other.", "Give one.")
        )
    public_file = file.with_name(file.name + ".pub")
    refuse_existing(file, public_file)
    passphrase = None if no_passphrase else _new_passphrase(passphrase_file)
    if passphrase is None:
        note(f"Warning: {file.name} has no passphrase. Whoever reads that file can sign as you.")
    public = create_identity(file, passphrase=passphrase).public
    result = {
        "identity": str(file),
        "public": str(public_file),
        "public_key": public.encode(),
        "fingerprint": public.fingerprint,
        "protected": passphrase is not None,
    }
    text = (
        f"Fingerprint {public.fingerprint}\n"
        f"{file.name} is yours alone: keep it, back it up, send it to nobody.\n"
        f"Next: send {public_file.name} to the coordinator, and read the fingerprint aloud "
        "to them."
    )
    print_result(result, text, as_json=as_json)


@_group.command("show")
def show(
    file: Annotated[Path, typer.Argument(help="A private identity or a .pub file.")],
    as_json: JsonOption = False,
) -> None:
    """Print the public key to paste into the agreement, and the fingerprint to read aloud."""
    from linkage.identity.store import load_public_identity

    public = load_public_identity(file)
    shown = file.name if file.suffix == ".pub" else f"{file.name}.pub"
    result = {"public_key": public.encode(), "fingerprint": public.fingerprint}
    text = (
        f"{public.encode()}\n\nFingerprint {public.fingerprint}\n"
        "Next: paste the line as public_key into the agreement, or use "
        f"`linkage agreement new --party ID={shown}`."
    )
    print_result(result, text, as_json=as_json)


def _new_passphrase(passphrase_file: Path | None) -> bytes:
    """A passphrase typed twice on a terminal, or the first line of a file."""
    if passphrase_file is not None or not sys.stdin.isatty():
        return passphrase_source(passphrase_file)()
    typed = typer.prompt(
        "New passphrase", hide_input=True, confirmation_prompt="The same again", err=True
    )
    return str(typed).encode()
