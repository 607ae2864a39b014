"""The data owner and the list as a file: propose a mapping, confirm it, check, load."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from linkage.agreement.model import Agreement
from linkage.errors import Fault, UsageError
from linkage.files import PRIVATE, read_bytes, refuse_existing, write_whole
from linkage.records.mapping import Mapping, load_mapping
from linkage.records.normalise.lists import assess_list, normalise_list
from linkage.records.propose import ProposedMapping, confirm_text, propose_mapping
from linkage.records.quality import QualityReport
from linkage.records.quality_html import quality_html
from linkage.records.quality_text import quality_text
from linkage.records.read import read_table
from linkage.records.table import Table
from linkage.roles.data_owner.duplicates import (
    ProposalRequest,
    ProposedDuplicates,
    require_proposal_name,
    write_proposals,
)
from linkage.types import NormalisedList

__all__ = ["CheckResult", "check_list", "confirm_mapping", "load_list", "map_list"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What ``linkage check`` found.

    Attributes:
        report: the quality report.
        faults: why the list cannot be encoded; none where it can.
        warnings: what encoding will refuse unless the mapping or the agreement changes.
        duplicates: what became of the proposal file; None where duplicates were not looked
            for, because nobody asked or because the list has to be corrected first.
    """

    report: QualityReport
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    duplicates: ProposedDuplicates | None = None

    @property
    def exit_code(self) -> int:
        """0 where the list can be encoded, else the first fault's class (3 data, 6 policy)."""
        refused = (*self.faults, *self.warnings)
        return int(refused[0].code[1]) if refused else 0

    @property
    def text(self) -> str:
        """The report for a terminal."""
        return quality_text(self.report)

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON-ready values without any value of a record."""
        return {
            "encodable": not self.faults and not self.warnings,
            "exit_code": self.exit_code,
            "errors": [fault.as_dict() for fault in self.faults],
            "warnings": [fault.as_dict() for fault in self.warnings],
            "duplicates": self.duplicates.as_dict() if self.duplicates else None,
            "report": self.report.as_dict(),
        }


def map_list(
    path: Path,
    output: Path,
    agreement: Agreement,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    sheet: str | None = None,
) -> ProposedMapping:
    """Propose a mapping for a list and write it, for the owner to look through.

    Args:
        path: the list.
        output: where the mapping goes; it may not exist yet.
        agreement: whose fields and strata are looked for.
        encoding: declared encoding of a text file.
        delimiter: declared delimiter of a text file; None takes what the header shows.
        sheet: sheet of a spreadsheet; None for the first.

    Raises:
        UsageError: E201 where the mapping exists already.
        MachineError: E101-E104.
        DataError: E301-E315, all at once.
    """
    refuse_existing(output)
    table = read_table(path, encoding=encoding, delimiter=delimiter, sheet=sheet)
    proposed = propose_mapping(table, agreement, encoding=encoding, sheet=sheet)
    write_whole(output, proposed.text.encode("utf-8"), mode=PRIVATE)
    return proposed


def confirm_mapping(path: Path, mapping_path: Path, agreement: Agreement) -> Mapping:
    """Set ``confirmed = true`` in a mapping that fits the agreement and the list.

    Raises:
        MachineError: E101-E104.
        DataError: E301-E315 for the list, E320-E323 for the mapping.
    """
    mapping = load_mapping(mapping_path, agreement, confirmed=False)
    _read(path, mapping)
    if not mapping.confirmed:
        text = read_bytes(mapping_path).decode("utf-8-sig")
        confirmed = confirm_text(text, mapping_path.name)
        write_whole(mapping_path, confirmed.encode("utf-8"), mode=PRIVATE)
    return load_mapping(mapping_path, agreement)


def check_list(
    path: Path,
    mapping_path: Path,
    agreement: Agreement,
    *,
    today: dt.date,
    html: Path | None = None,
    duplicates: ProposalRequest | None = None,
) -> CheckResult:
    """Check a list against the agreement; the page, if asked for, is written either way.

    Duplicates are looked for only where the list can be read as it is: a correction of codes
    or dates would change who looks like whom.

    Args:
        path: the list.
        mapping_path: the confirmed mapping.
        agreement: the agreement.
        today: later dates are flagged.
        html: where a page with the report goes, .html; replaced if it is there.
        duplicates: that likely duplicates are to be proposed, and where; see
            :func:`linkage.roles.data_owner.duplicates.write_proposals`.

    Raises:
        UsageError: E209 the page's name does not end in .html, E222 E223 see
            ``write_proposals``.
        MachineError: E101-E104.
        KeyFileError: E401, E404-E406 the identity, if duplicates are asked for.
        DataError: E301-E323, where the list cannot be read at all; E330-E332.
    """
    if html is not None:
        _require_page(html)
    if duplicates is not None:
        require_proposal_name(duplicates.path)
    mapping = load_mapping(mapping_path, agreement)
    assessment = assess_list(_read(path, mapping), mapping, agreement, today)
    report = assessment.report
    proposed = None
    if duplicates is not None and not assessment.faults:
        proposed = write_proposals(duplicates, assessment.records, agreement, path.name)
        report = replace(report, proposals=proposed.answers)
    faults = (*assessment.faults, *report.size_faults())
    if html is not None:
        page = quality_html(report, agreement=agreement.title, today=today, faults=faults)
        write_whole(html, page.encode("utf-8"), mode=PRIVATE)
    return CheckResult(report, faults, tuple(report.stratum_faults()), proposed)


def _require_page(html: Path) -> None:
    """A page may replace an earlier page, and never the list itself."""
    if html.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(
            Fault(
                "E209",
                f"{html.name or html} is no name for a page.",
                "Choose one that ends in .html, such as report.html.",
                file=html.name,
            )
        )


def load_list(
    path: Path, mapping_path: Path, agreement: Agreement, *, today: dt.date
) -> tuple[NormalisedList, QualityReport]:
    """The linkable records of a list that may be encoded.

    Raises:
        MachineError: E102-E104.
        DataError: E301-E342.
        PolicyError: E601 list under the minimum, E602 strata that isolate individuals.
    """
    mapping = load_mapping(mapping_path, agreement)
    records, report = normalise_list(_read(path, mapping), mapping, agreement, today)
    report.require_policy()
    return records, report


def _read(path: Path, mapping: Mapping) -> Table:
    return read_table(
        path,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
        sheet=mapping.sheet,
        expected=mapping.column_names(),
    )
