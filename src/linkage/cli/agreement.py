"""`linkage agreement`: write, check, sign, show and draw what the parties agree on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from linkage.cli.console import (
    JsonOption,
    PassphraseFileOption,
    as_typed,
    note,
    passphrase_source,
    print_result,
)

if TYPE_CHECKING:
    from linkage.roles.coordinator import SignedAgreement

__all__ = ["register"]

_group = typer.Typer(no_args_is_help=True, help="The agreement between all parties.")
_AgreementArgument = Annotated[Path, typer.Argument(help="The agreement (TOML).")]


def register(app: typer.Typer) -> None:
    """Add the group to the command."""
    app.add_typer(_group, name="agreement")


@_group.command("new")
def new(
    output: Annotated[Path, typer.Argument(help="File to write, e.g. agreement.toml.")],
    example: Annotated[
        Literal["dutch"], typer.Option("--example", help="Which example to start from.")
    ] = "dutch",
    profile: Annotated[
        Literal["strong", "balanced", "diffused", "exact", "clk"],
        typer.Option("--profile", help="Encoding profile."),
    ] = "strong",
    party: Annotated[
        list[str] | None,
        typer.Option("--party", metavar="ID=FILE.pub", help="Fill in a party's public key."),
    ] = None,
    dpia: Annotated[
        str | None, typer.Option("--dpia", help="Reference of the impact assessment.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a commented agreement to start from."""
    from linkage.roles.coordinator import new_agreement

    gaps = new_agreement(
        output,
        example=example,
        profile=profile,
        parties=_parties(party or []),
        dpia_reference=dpia,
        today=dt.date.today(),
    )
    todo = f"{len(gaps)} places are still to be filled in" if gaps else "nothing is missing"
    text = (
        f"{output.name} written; {todo}.\n"
        f"Next: adapt it, then {as_typed('linkage', 'agreement', 'check', output)}"
    )
    print_result({"output": str(output), "to_fill_in": list(gaps)}, text, as_json=as_json)


@_group.command("check")
def check(agreement: _AgreementArgument, as_json: JsonOption = False) -> None:
    """List every fault with its line, then advice; exit code 5 if there is a fault."""
    from linkage.roles.coordinator import check_agreement

    checked = check_agreement(agreement, dt.date.today())
    lists = ", ".join(checked.agreement.lists)
    command = ("linkage", "agreement", "sign", agreement)
    lines = [
        f"{agreement.name} is valid · agreement {checked.fingerprint}",
        (
            f"{len(checked.agreement.parties)} parties · lists {lists} · "
            f"profile {checked.agreement.encoding.profile}"
        ),
        *(f"Note: {sentence}" for sentence in checked.advice),
        f"Next: every party runs {as_typed(*command)} --identity YOUR.identity",
    ]
    result = {
        "valid": True,
        "fingerprint": checked.fingerprint,
        "advice": list(checked.advice),
    }
    print_result(result, "\n".join(lines), as_json=as_json)


@_group.command("sign")
def sign(
    agreement: _AgreementArgument,
    identity: Annotated[
        Path | None, typer.Option("--identity", "-i", help="Your private identity file.")
    ] = None,
    merge: Annotated[
        list[Path] | None,
        typer.Option("--merge", help="Add the signatures of a copy signed elsewhere."),
    ] = None,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign the agreement in place, or collect the signatures of other copies."""
    from linkage.errors import Fault, UsageError
    from linkage.roles.coordinator import merge_agreement, sign_agreement

    if identity is not None:
        signed = sign_agreement(
            agreement,
            identity,
            passphrase_source(passphrase_file),
            merge=merge or (),
            today=dt.date.today(),
        )
    elif merge:
        signed = merge_agreement(agreement, merge)
    else:
        raise UsageError(
            Fault("E212", "Nothing to sign with.", "Give --identity FILE, or --merge COPY.")
        )
    result = {
        "fingerprint": signed.fingerprint,
        "signer": signed.signer,
        "added": list(signed.added),
        "missing": list(signed.missing),
    }
    print_result(result, _signed_text(agreement.name, signed), as_json=as_json)


@_group.command("show")
def show(
    agreement: Annotated[Path | None, typer.Argument(help="The agreement (TOML).")] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of agreements instead.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what the agreement says, who has signed, and its fingerprint."""
    from linkage.agreement.load import load_agreement
    from linkage.agreement.schema import json_schema
    from linkage.agreement.summary import summary, summary_text
    from linkage.errors import Fault, UsageError

    if schema:
        print_result(json_schema(), "", as_json=True)
        return
    if agreement is None:
        raise UsageError(Fault("E212", "Which agreement?", "Give its file, or --schema."))
    loaded, today = load_agreement(agreement), dt.date.today()
    print_result(summary(loaded, today), summary_text(loaded, today), as_json=as_json)


@_group.command("diagram")
def diagram(
    agreement: _AgreementArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="SVG file to write.")] = Path(
        "data-flow.svg"
    ),
    as_json: JsonOption = False,
) -> None:
    """Draw the data flow for a data protection impact assessment (SVG)."""
    from linkage.roles.coordinator import draw_agreement

    draw_agreement(agreement, output)
    text = f"{output.name} written.\nNext: put it into the DPIA; any browser shows it."
    print_result({"output": str(output)}, text, as_json=as_json)


def _parties(pairs: list[str]) -> dict[str, Path]:
    from linkage.errors import Fault, UsageError

    faults, parties = [], {}
    for pair in pairs:
        party, separator, file = pair.partition("=")
        if not separator or not party or not file or party in parties:
            message = f'--party "{pair}" is not ID=FILE.pub, or its party is named twice.'
            faults.append(Fault("E213", message, "Example: --party police=police.identity.pub"))
        parties[party] = Path(file)
    if faults:
        raise UsageError(*faults)
    return parties


def _signed_text(name: str, signed: SignedAgreement) -> str:
    if signed.signer in signed.added:
        first = f"Signed by {signed.signer} · agreement {signed.fingerprint}"
    elif signed.signer is not None:
        first = f"{signed.signer} had signed already · agreement {signed.fingerprint}"
    else:
        first = f"{len(signed.added)} signatures added · agreement {signed.fingerprint}"
    if signed.missing:
        merge = f"`linkage agreement sign {name} --merge COPY`"
        following = (
            f"wait for the other copies, and add them with {merge}."
            if signed.signer is None
            else f"send {name} to the coordinator, who merges the copies with {merge}."
        )
        return f"{first}\nNot in force yet; missing: {', '.join(signed.missing)}\nNext: {following}"
    note("Every party has signed.")
    return (
        f"{first}\nThe agreement is in force until {signed.agreement.expires.isoformat()}.\n"
        f"Next: send {name} to all parties; one data owner runs `linkage key new -a {name} "
        "-i YOUR.identity`."
    )
