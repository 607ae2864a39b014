"""The analyst: open the sealed overlap table and write it as CSV. Counts only, no encodings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from linkage.agreement.fingerprint import short_fingerprint
from linkage.agreement.load import load_agreement
from linkage.agreement.model import Agreement
from linkage.agreement.sign import require_in_force
from linkage.errors import Fault, UsageError
from linkage.files import (
    PRIVATE,
    machine_errors,
    read_bytes,
    refuse_existing,
    write_whole_group,
)
from linkage.identity.store import load_identity
from linkage.overlap import Format, OverlapTable, csv_files, single_csv, table_from_content
from linkage.package.outcomes import refusal
from linkage.package.table import open_overlap

__all__ = ["OpenedTable", "open_table", "write_table"]


@dataclass(frozen=True, slots=True)
class OpenedTable:
    """An overlap table whose origin, recipient and sums have been checked.

    Attributes:
        table: the exact counts.
        agreement: short fingerprint of the agreement, for people.
        project: id of the agreement.
        round: its round.
        sender: id of the linkage unit that sealed it.
        sealed: when it was sealed, by the linkage unit's clock.
        missing_lists: lists of the agreement that the table does not cover.
    """

    table: OverlapTable
    agreement: str
    project: str
    round: int
    sender: str
    sealed: dt.datetime
    missing_lists: tuple[str, ...]


def open_table(
    package: Path, agreement_path: Path, identity_path: Path, ask: Callable[[], bytes]
) -> OpenedTable:
    """Open a sealed overlap table as the analyst.

    Args:
        package: the sealed table, ``.lnk``.
        agreement_path: the agreement it was made under.
        identity_path: the analyst's private identity.
        ask: gives the passphrase; called only where the identity has one.

    Raises:
        AgreementError: the agreement is invalid; E520, E522, E523 its signatures.
        KeyFileError: the identity cannot be used.
        PackageError: E550 to E562; E560 too where the content is authentic but is no table of
            this agreement or its sums disagree.
    """
    agreement = load_agreement(agreement_path)
    # Whose key signs the table is what the agreement says: an unsigned text may say anything.
    # What was counted in time may be read later, so the expiry does not matter here.
    require_in_force(agreement, agreement.expires)
    identity = load_identity(identity_path, ask)
    name = package.name
    header, content = open_overlap(
        read_bytes(package), agreement=agreement, recipient=identity, name=name
    )
    try:
        table = table_from_content(content)
    except ValueError:
        raise refusal("E560", name, "it is not a sound overlap table") from None
    try:
        sealed = dt.datetime.fromtimestamp(header.sequence, dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise refusal("E560", name, "its sequence number is no time") from None
    _check_terms(table, agreement, name)
    return OpenedTable(
        table=table,
        agreement=short_fingerprint(header.fingerprint),
        project=header.project,
        round=header.round,
        sender=header.sender,
        sealed=sealed,
        missing_lists=tuple(i for i in agreement.lists if i not in table.lists),
    )


def _check_terms(table: OverlapTable, agreement: Agreement, name: str) -> None:
    """Lists in the agreement's order, exactly its strata and their values.

    Raises:
        PackageError: E560.
    """
    lists = tuple(i for i in agreement.lists if i in table.lists)
    strata = tuple((stratum.name, stratum.values) for stratum in agreement.strata)
    found = tuple(
        (name, values[:-1]) for name, values in zip(table.strata, table.values, strict=True)
    )
    if table.lists != lists or found != strata:
        raise refusal("E560", name, "its lists or strata are not those of the agreement")


def write_table(
    table: OverlapTable,
    *,
    folder: Path | None,
    file: Path | None,
    form: Format,
    stratum: str | None = None,
) -> tuple[Path, ...]:
    """Write the table as CSV files that only you may read; all of them or none.

    Args:
        table: the exact counts.
        folder: folder for several files; made if it is not there.
        file: one file instead; exactly one of the two is given.
        form: see :func:`linkage.overlap.csv_files` and :func:`linkage.overlap.single_csv`.
        stratum: only this stratum.

    Returns:
        The paths written.

    Raises:
        UsageError: E201 a file exists already; E205 the table has no such stratum; E206 what
            was asked for does not fit into one file, or both or neither place was given.
        MachineError: E101 to E104.
    """
    if stratum is not None and stratum not in table.strata:
        known = ", ".join(table.strata) or "none"
        raise UsageError(
            Fault(
                "E205",
                f'The table has no stratum "{stratum}".',
                f"Its strata: {known}.",
                field="--stratum",
            )
        )
    if (folder is None) == (file is None) or (
        file is not None and stratum is not None and form != "csv"
    ):
        raise UsageError(
            Fault(
                "E206",
                "What was asked for needs a folder: it is more than one file."
                if file is not None and folder is None
                else "Give --output FOLDER or --csv FILE, one of the two.",
                "Use --output FOLDER, or --csv FILE without --stratum.",
                field="--csv",
            )
        )
    if file is not None:
        contents = {file: single_csv(table, form, stratum)}
    else:
        target = Path() if folder is None else folder
        contents = {target / name: data for name, data in csv_files(table, form, stratum).items()}
    refuse_existing(*contents)
    if folder is not None:
        with machine_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
    write_whole_group(contents, mode=PRIVATE)
    return tuple(contents)
