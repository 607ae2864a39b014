"""`linkage inspect`: what can be said of a package without any key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linkage.cli.console import JsonOption, print_result

if TYPE_CHECKING:
    from linkage.package.inspect import Inspection

__all__ = ["register"]

_REFUSED = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect")(inspect)


def inspect(
    file: Annotated[Path, typer.Argument(help="A sealed package, .lnk.")],
    agreement: Annotated[
        Path | None,
        typer.Option(
            "--agreement",
            "-a",
            help="Hold the package against this agreement: is the signature its sender's?",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a package is, from whom, to whom, and whether it is whole; needs no key.

    Encodings remain personal data.
    """
    from linkage.agreement.load import load_agreement
    from linkage.files import read_bytes
    from linkage.package.inspect import inspect_package

    terms = None if agreement is None else load_agreement(agreement)
    found = inspect_package(read_bytes(file), name=file.name, agreement=terms)
    result = {"file": file.name, **found.as_dict(), "notice": "Encodings remain personal data."}
    print_result(result, _as_text(file.name, found), as_json=as_json)
    if found.faults:
        raise typer.Exit(_REFUSED)


def _as_text(name: str, found: Inspection) -> str:
    from linkage.agreement.fingerprint import short_fingerprint
    from linkage.package.key_check import check_value

    header = found.header
    agreement = f"agreement {short_fingerprint(header.fingerprint)}"
    if header.kind == "encodings":
        what = f"encodings of list {header.list_id}, at most {header.count_bucket:,} records"
        keys = f"Key check {check_value(header)} · {agreement}"
    else:
        what, keys = "an overlap table", agreement.capitalize()
    lines = [
        f"{name}: {what}",
        f"Project {header.project}, round {header.round} · {header.sender} to {header.recipient}",
        keys,
        f"File {header.file_id.hex()} · sequence {header.sequence} · made by {header.software}",
        f"{found.size:,} bytes, {found.sealed:,} of them sealed · unchanged since it was signed",
    ]
    if found.faults is None:
        lines.append(
            f"Whether {header.sender} signed it, only the agreement can tell: "
            f"linkage inspect {name} -a agreement.toml"
        )
    elif found.faults:
        lines += ["Signature not verified:", *(str(fault) for fault in found.faults)]
    else:
        lines.append(f"Signature verified: signed by {header.sender}, as in the agreement.")
    if found.contains:
        lines.append(f"Contains: {', '.join(found.contains)}. No names, dates, ids, row order.")
    if header.kind == "encodings":
        lines.append("Encodings remain personal data.")
    if found.faults == ():
        opener = "linkage receive" if header.kind == "encodings" else "linkage open"
        lines.append(f"Next: {header.recipient} runs {opener} {name}")
    return "\n".join(lines)
