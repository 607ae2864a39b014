"""`linkage map` and `linkage check`: the data owner's list before it is encoded."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from linkage.cli.console import (
    AgreementOption,
    JsonOption,
    PassphraseFileOption,
    as_typed,
    note,
    passphrase_source,
    print_result,
)
from linkage.errors import Fault, UsageError

__all__ = ["register"]

ListArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="Your list: .csv, .txt, .tsv or .xlsx.")
]


class Delimiter(StrEnum):
    """What separates the cells of a text file, by name."""

    comma = "comma"
    semicolon = "semicolon"
    tab = "tab"


_CHARACTERS = {Delimiter.comma: ",", Delimiter.semicolon: ";", Delimiter.tab: "\t"}


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command("map")(map_command)
    app.command("check")(check_command)


def map_command(
    file: ListArgument,
    agreement: AgreementOption = Path("agreement.toml"),
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the mapping goes.")] = Path(
        "mapping.toml"
    ),
    encoding: Annotated[
        str | None,
        typer.Option(help="Code page of a text file that is not UTF-8, such as cp1252."),
    ] = None,
    delimiter: Annotated[
        Delimiter | None,
        typer.Option(help="What separates the cells; what the header shows unless given."),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of an .xlsx; the first unless given.")
    ] = None,
    confirm: Annotated[
        bool,
        typer.Option("--confirm", help="Confirm the mapping you have looked through."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Propose which column of your list is which field of the agreement.

    The proposal is written to mapping.toml with comments. Look through it, correct it, and
    confirm it with --confirm (or set confirmed = true in it).
    """
    from linkage.agreement.load import load_agreement
    from linkage.roles.data_owner.file import confirm_mapping, map_list

    agreed = load_agreement(agreement)
    options = (file, "-m", output, "-a", agreement)
    if confirm:
        if encoding or delimiter or sheet:
            raise UsageError(
                Fault(
                    "E202",
                    "--confirm takes encoding, delimiter and sheet from the mapping.",
                    f"Correct them in {output.name}, and give --confirm alone.",
                )
            )
        confirm_mapping(file, output, agreed)
        print_result(
            {"mapping": output.name, "confirmed": True},
            f"{output.name} is confirmed.\nNext: {as_typed('linkage', 'check', *options)}",
            as_json=as_json,
        )
        return
    proposed = map_list(
        file,
        output,
        agreed,
        encoding=encoding or "utf-8",
        delimiter=_CHARACTERS[delimiter] if delimiter else None,
        sheet=sheet,
    )
    lines = [f"{output.name} written for {file.name}. Not confirmed yet."]
    lines += [f"  {name}: column {letter}" for name, letter in proposed.found.items()]
    if proposed.open_points:
        lines.append("To decide:")
        lines += [f"  {point}" for point in proposed.open_points]
    lines.append(
        f"Next: look through {output.name}, correct it, then run "
        + as_typed("linkage", "map", file, "-a", agreement, "-o", output, "--confirm")
    )
    print_result(
        {
            "mapping": output.name,
            "confirmed": False,
            "columns": proposed.found,
            "to_decide": proposed.open_points,
        },
        "\n".join(lines),
        as_json=as_json,
    )


def check_command(
    file: ListArgument,
    mapping: Annotated[
        Path, typer.Option("--mapping", "-m", help="The mapping you confirmed.")
    ] = Path("mapping.toml"),
    agreement: AgreementOption = Path("agreement.toml"),
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write the report as a page.")
    ] = None,
    duplicates: Annotated[
        Path | None,
        typer.Option(
            "--duplicates",
            "-d",
            help="Also look for rows that are one person, and write them there (.toml) for you "
            "to confirm.",
        ),
    ] = None,
    identity: Annotated[
        Path | None,
        typer.Option(
            "--identity", "-i", help="Your private identity file; needed with --duplicates."
        ),
    ] = None,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report on your list by column and row number, without showing any value.

    With --duplicates, rows that look like one person are proposed to you. Nothing is merged
    until you have answered each proposal and given the file to linkage encode. Answers you
    gave before are kept.

    Exit code 0 where it can be encoded, 3 where the list or its mapping must be corrected,
    6 where it is under the agreement's minimum size or a stratum singles people out.
    """
    import datetime as dt

    from linkage.agreement.load import load_agreement
    from linkage.roles.data_owner.duplicates import ProposalRequest
    from linkage.roles.data_owner.file import check_list

    request = None
    if duplicates is not None:
        if identity is None:
            raise UsageError(
                Fault(
                    "E212",
                    "--duplicates needs --identity.",
                    "The proposals are bound to your list by a key of your identity, so that "
                    "nobody else\ncan try names against them.",
                )
            )
        request = ProposalRequest(duplicates, identity, passphrase_source(passphrase_file))
    today = dt.date.today()
    result = check_list(
        file, mapping, load_agreement(agreement), today=today, html=html, duplicates=request
    )
    lines = [result.text]
    if result.duplicates is not None:
        lines += [result.duplicates.text] if result.duplicates.text else []
    elif request is not None:
        lines.append("Duplicates were not looked for: correct the list first.")
    lines.append("")
    if html is not None:
        lines.append(f"The same as a page: {html.name}")
    if not result.faults:
        lines.append("Encodings remain personal data.")
        if result.warnings:
            lines.append(f"Next: withhold the values that would stand out in {mapping.name}.")
        elif result.duplicates is not None and result.duplicates.answers.unanswered:
            lines.append(
                f"Next: answer every group in {result.duplicates.name}, then check again or encode."
            )
        else:
            options = (file, "-m", mapping, "-a", agreement)
            command = as_typed("linkage", "encode", *options, "-o", file.with_suffix(".lnk").name)
            answered = "" if duplicates is None else f" {as_typed('-d', duplicates)}"
            lines.append(
                f"Next: {command} -i {identity or 'YOUR.identity'} -k project.key{answered}"
            )
    print_result(result.as_dict(), "\n".join(lines).rstrip(), as_json=as_json)
    if not as_json:
        for fault in (*result.warnings, *result.faults):
            note(str(fault))
    if result.exit_code:
        raise typer.Exit(result.exit_code)
