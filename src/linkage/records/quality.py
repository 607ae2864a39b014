"""The quality report: what a list is like, by column and row number, without any value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from linkage.errors import Fault, PolicyError
from linkage.records.duplicates.confirm import DuplicateAnswers

__all__ = ["ColumnQuality", "Finding", "QualityReport", "StratumQuality"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows that have one thing in common.

    Attributes:
        kind: what, in a few words.
        rows: which rows, as the spreadsheet shows them.
    """

    kind: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ColumnQuality:
    """How good one field, or one source of a stratum, is.

    Attributes:
        name: the field of the agreement, or ``strata.<name>``.
        kind: ``name``, ``date``, ``code`` or ``text``.
        columns: the columns' names, as the owner wrote them in the mapping.
        letters: their letters in the spreadsheet.
        missing: rows without a value (an unreadable one is not counted here).
        unreadable: rows whose date is in no declared format, or whose code is not in the
            value map.
        findings: what is suspicious, by kind.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    letters: tuple[str, ...]
    missing: tuple[int, ...]
    unreadable: tuple[int, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class StratumQuality:
    """How the linkable records spread over one stratum.

    Attributes:
        name: the stratum of the agreement.
        counts: records by agreed value, in the agreement's order.
        unknown: records without a known value, those withheld included.
        small: agreed values with so few records that they would stand out.
    """

    name: str
    counts: tuple[tuple[str, int], ...]
    unknown: int
    small: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What ``linkage check`` says about a list. It holds no value of any record.

    Attributes:
        file: the list's file name.
        rows_read: rows with any content, below the header.
        blank_rows: rows without, which were skipped.
        linkable: records that can be encoded.
        not_linkable: the others, by reason; a row stands under its first reason only.
        fields: one entry per field of the agreement that the list has.
        absent: fields and strata that the mapping says the list does not have.
        stratum_sources: one entry per column that a stratum is worked out from.
        strata: how the linkable records spread.
        duplicates: groups of linkable rows that are the same in every field.
        minimum_list_size: the agreement's.
        minimum_stratum_records: the agreement's.
        proposals: how far the owner is with the likely duplicates; None where they were not
            looked for.
    """

    file: str
    rows_read: int
    blank_rows: int
    linkable: int
    not_linkable: tuple[Finding, ...]
    fields: tuple[ColumnQuality, ...]
    absent: tuple[str, ...]
    stratum_sources: tuple[ColumnQuality, ...]
    strata: tuple[StratumQuality, ...]
    duplicates: tuple[tuple[int, ...], ...]
    minimum_list_size: int
    minimum_stratum_records: int
    proposals: DuplicateAnswers | None = None

    @property
    def not_linkable_rows(self) -> tuple[int, ...]:
        """Rows that cannot be encoded, in order."""
        return tuple(sorted(row for finding in self.not_linkable for row in finding.rows))

    def size_faults(self) -> Iterator[Fault]:
        """E601 where the list is under the agreement's minimum."""
        if self.linkable < self.minimum_list_size:
            yield Fault(
                "E601",
                f"{self.file} has {self.linkable:,} linkable records; "
                f"the agreement's minimum is {self.minimum_list_size:,}.",
                "A list this small would tell who is on it. Correct the rows that are not "
                "linkable, or tell the coordinator. Nothing was written.",
                file=self.file,
            )

    def stratum_faults(self) -> Iterator[Fault]:
        """E602 for every stratum with values that only a few records have.

        The message does not say which values: ``linkage check`` does.
        """
        for stratum in self.strata:
            if stratum.small:
                number = len(stratum.small)
                yield Fault(
                    "E602",
                    f'{self.file}: stratum "{stratum.name}" has {number} '
                    f"value{'s' if number > 1 else ''} with fewer than "
                    f"{self.minimum_stratum_records} records: they would stand out.",
                    f"linkage check shows which. Send them as unknown: list them under "
                    f"[strata.{stratum.name}]\nin mapping.toml as withhold = [...], "
                    f"or agree on fewer, wider values.",
                    file=self.file,
                    field=f"strata.{stratum.name}",
                )

    def require_policy(self) -> None:
        """Refuse what the agreement's guardrails forbid to encode.

        Raises:
            PolicyError: E601 list under the minimum, E602 strata that isolate individuals;
                all at once.
        """
        faults = [*self.size_faults(), *self.stratum_faults()]
        if faults:
            raise PolicyError(*faults)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values, with every row number."""
        result = asdict(self)
        for stratum in result["strata"]:
            stratum["counts"] = dict(stratum["counts"])
        return result
