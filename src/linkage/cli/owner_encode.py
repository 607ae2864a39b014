"""`linkage encode`: a data owner's list becomes a sealed package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linkage.cli.console import (
    AgreementOption,
    IdentityOption,
    JsonOption,
    PassphraseFileOption,
    passphrase_source,
    print_result,
    progress,
)

if TYPE_CHECKING:
    from linkage.records import QualityReport
    from linkage.roles.data_owner.encode import EncodedFile

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("encode")(encode)


def encode(
    file: Annotated[Path, typer.Argument(help="Your list, .csv or .xlsx.")],
    mapping: Annotated[
        Path, typer.Option("--mapping", "-m", help="Your confirmed mapping (linkage map).")
    ],
    agreement: AgreementOption,
    identity: IdentityOption,
    key: Annotated[
        Path, typer.Option("--key", "-k", help="Your project key file (linkage key accept).")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Package to write, .lnk.")],
    duplicates: Annotated[
        Path | None,
        typer.Option(
            "--duplicates",
            "-d",
            help="The duplicates you confirmed or denied (linkage check --duplicates).",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite the package if it exists.")
    ] = False,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Encode a list and seal it to the linkage unit. Encodings remain personal data.

    Beside the package stands the crosswalk, which tells you alone which row each encoding
    came from. Keep it, and send only the package. With --duplicates, rows that you confirmed
    to be one person become one record, of the most complete row.
    """
    import datetime as dt
    import time

    from linkage.roles.data_owner.encode import encode_list
    from linkage.version import __version__

    with progress(f"Encoding {file.name}") as report:
        done = encode_list(
            file,
            mapping,
            agreement,
            identity,
            key,
            output,
            passphrase_source(passphrase_file),
            today=dt.date.today(),
            sequence=int(time.time()),
            software_version=__version__,
            replace=replace,
            duplicates=duplicates,
            progress=report,
        )
    print_result(_as_dict(done), _as_text(done), as_json=as_json)


def _as_dict(done: EncodedFile) -> dict[str, Any]:
    return {
        "output": str(done.output),
        "crosswalk": str(done.crosswalk),
        "list": done.list_id,
        "rows_read": done.report.rows_read,
        "encoded": done.encoded,
        "not_linkable": len(done.not_linkable_rows),
        "not_linkable_rows": list(done.not_linkable_rows),
        "merged_into": {str(row): list(rows) for row, rows in done.merged.items()},
        "merged_rows": list(done.merged_rows),
        "stratum_disagreements": list(done.disagreements),
        "contains": list(done.contains),
        "key_check": done.check_value,
        "agreement": done.agreement,
        "sealed_to": done.recipient,
        "file_id": done.file_id,
        "sequence": done.sequence,
        "bytes": done.size,
        "quality": done.report.as_dict(),
        "notice": "Encodings remain personal data.",
    }


def _as_text(done: EncodedFile) -> str:
    left_out = len(done.not_linkable_rows)
    lines = [
        f"{done.report.rows_read:,} rows read · {done.encoded:,} encoded · "
        f"{left_out:,} not linkable" + (" (too few identifiers)" if left_out else ""),
        *_merged_lines(done),
        *_quality_lines(done.report),
        f"Contains: {', '.join(done.contains)}. No names, dates, ids, row order.",
        "Encodings remain personal data.",
        f"Key check {done.check_value} · agreement {done.agreement}",
        f"Keep {done.crosswalk.name}: your way back from a handle to a row, readable by you only.",
        f"Sealed to: linkage unit. Next: send {done.output.name}",
    ]
    return "\n".join(lines)


def _merged_lines(done: EncodedFile) -> list[str]:
    """Which rows have no record of their own, because they are a person of another row."""
    from linkage.records.rows import describe_rows

    if not done.merged:
        return []
    more = "--json lists all"
    lines = [
        (
            f"{len(done.merged_rows):,} merged into another row of the same person: "
            f"{describe_rows(done.merged_rows, more=more)}"
        )
    ]
    if done.disagreements:
        lines.append(
            "A stratum differs between rows of one person; the value most of them have was "
            f"taken: {describe_rows(done.disagreements, more=more)}"
        )
    return lines


def _quality_lines(report: QualityReport) -> list[str]:
    """What is missing or suspicious, one line per field that has any of it."""
    from linkage.records.findings import share

    lines = []
    for column in report.fields:
        parts = []
        if column.missing:
            parts.append(f"missing {share(len(column.missing), report.rows_read)}")
        if column.unreadable:
            parts.append(f"unreadable {share(len(column.unreadable), report.rows_read)}")
        parts += [
            f"{finding.kind} {share(len(finding.rows), report.rows_read)}"
            for finding in column.findings
        ]
        if parts:
            lines.append(f"{column.name}: {' · '.join(parts)}")
    return lines
