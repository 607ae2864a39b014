"""`linkage key`: the project key, which data owners share and nobody else may hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from linkage.cli.console import (
    AgreementOption,
    IdentityOption,
    JsonOption,
    PassphraseFileOption,
    passphrase_source,
    print_result,
)

__all__ = ["register"]

_group = typer.Typer(no_args_is_help=True, help="The project key (data owners only).")


def register(app: typer.Typer) -> None:
    """Add the group to the command."""
    app.add_typer(_group, name="key")


@_group.command("new")
def new(
    agreement: AgreementOption,
    identity: IdentityOption,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Bundle to write, for all data owners.")
    ] = Path("project-key.lkey"),
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the project key and wrap it to every data owner of the agreement."""
    from linkage.roles.data_owner.keys import make_key

    status = make_key(
        output, agreement, identity, passphrase_source(passphrase_file), dt.date.today()
    )
    text = (
        f"Key check {status.check_value} · agreement {status.agreement} · round {status.round}\n"
        f"{output.name} holds the project key, wrapped to: {', '.join(status.owners)}. "
        "No other party can open it.\n"
        f"Next: send {output.name} to those data owners and read the key check aloud to them; "
        f"then all of you, you too, run `linkage key accept "
        f"{output.name} -a agreement.toml -i YOUR.identity`."
    )
    print_result({"output": str(output), **asdict(status)}, text, as_json=as_json)


@_group.command("accept")
def accept(
    bundle: Annotated[Path, typer.Argument(help="The .lkey file from its maker.")],
    agreement: AgreementOption,
    identity: IdentityOption,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Your own project key file to write.")
    ] = Path("project.key"),
    check: Annotated[
        str | None,
        typer.Option("--check", help="The key check you were told; refuse the key if it differs."),
    ] = None,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open the bundle with your identity and keep the project key in a file of your own."""
    from linkage.roles.data_owner.keys import accept_key

    status = accept_key(
        bundle,
        output,
        agreement,
        identity,
        passphrase_source(passphrase_file),
        dt.date.today(),
        expected_check=check,
    )
    compared = (
        "It is the one you were told."
        if check
        else "Read it aloud to the other data owners: all must have the same."
    )
    text = (
        f"Key check {status.check_value} · agreement {status.agreement} · "
        f"made by {status.maker}\n{compared}\n"
        f"{output.name} opens with your identity only. Keep it; send it to nobody.\n"
        f"Next: linkage map, check and encode your list (--key {output.name})."
    )
    print_result({"output": str(output), **asdict(status)}, text, as_json=as_json)


@_group.command("check")
def check_(
    key: Annotated[Path, typer.Argument(help="Your project key file.")],
    agreement: AgreementOption,
    identity: IdentityOption,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the check value of your project key, who made it, and for which agreement."""
    from linkage.roles.data_owner.keys import check_key

    status = check_key(key, agreement, identity, passphrase_source(passphrase_file))
    text = (
        f"Key check {status.check_value} · agreement {status.agreement} · "
        f"{status.project}, round {status.round}\n"
        f"Made by {status.maker}, kept by {status.party}.\n"
        "Next: compare the key check by voice with the other data owners."
    )
    print_result(asdict(status), text, as_json=as_json)
