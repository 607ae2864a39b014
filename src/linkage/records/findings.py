"""What each finding means for the list, in a few words; without any value."""

from __future__ import annotations

from types import MappingProxyType

from linkage.records.quality import ColumnQuality, QualityReport

__all__ = ["FINDING_NOTES", "duplicate_groups", "share", "telling_sources"]

FINDING_NOTES = MappingProxyType(
    {
        '"?"': "letters may have been lost when the list was saved",
        '"_"': "letters may have been lost when the list was saved",
        "replacement character": "letters were lost when the list was saved",
        "control character": "is the declared encoding right?",
        "digit in a name": "the digits are left out",
        "non-Latin, transliterated": "compared in Latin letters",
        "transliterated without vowels": "a list in Latin letters will look different",
        "nothing left after transliteration": "taken as missing",
        "placeholder name": "taken as missing",
        "placeholder date": "only the year is used",
        "future date": "taken as missing",
        "implausible date": "a year before 1900; taken as missing",
    }
)
"""By the kind of a finding."""


def share(part: int, whole: int) -> str:
    """A percentage that never says 0% of something, nor 100% of not everything.

    >>> share(0, 9), share(1, 900), share(9, 9), share(899, 900), share(1, 8)
    ('0%', '<1%', '100%', '>99%', '12%')
    """
    if part <= 0 or whole <= 0:
        return "0%"
    if part == whole:
        return "100%"
    percent = 100 * part / whole
    if percent < 1:
        return "<1%"
    return ">99%" if percent > 99 else f"{percent:.0f}%"


def telling_sources(report: QualityReport) -> tuple[ColumnQuality, ...]:
    """Columns of strata that say more than the field of the same column said already."""
    said = {(item.letters, item.unreadable, item.findings) for item in report.fields}
    return tuple(
        item
        for item in report.stratum_sources
        if (item.unreadable or item.findings)
        and (item.letters, item.unreadable, item.findings) not in said
    )


def duplicate_groups(report: QualityReport, shown: int) -> str:
    """The first groups of rows that are the same in every field."""
    texts = [" = ".join(str(row) for row in rows) for rows in report.duplicates[:shown]]
    left_out = len(report.duplicates) - shown
    return "; ".join(texts) + (f"; and {left_out:,} more groups" if left_out > 0 else "")
