"""Which rows their owner has confirmed to be one person; refused unless all is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from linkage.errors import DataError, Fault
from linkage.records.duplicates.answers import ProposalFile
from linkage.records.duplicates.tags import ListTags
from linkage.records.rows import RowsFault, describe_rows

__all__ = ["DuplicateAnswers", "confirmed_groups", "count_answers", "require_owner"]


@dataclass(frozen=True, slots=True)
class DuplicateAnswers:
    """How far the owner is with the proposals. It holds no value of any record.

    Attributes:
        groups: groups in the file.
        rows: rows in them.
        confirmed: groups of which rows are confirmed to be one person.
        confirmed_rows: those rows.
        different: groups answered with no.
        unanswered: rows of every group without an answer.
    """

    groups: int
    rows: int
    confirmed: int
    confirmed_rows: int
    different: int
    unanswered: tuple[tuple[int, ...], ...]

    @property
    def text(self) -> str:
        """The same in a line."""
        return (
            f"{self.groups:,} groups of {self.rows:,} rows proposed · {self.confirmed:,} confirmed "
            f"({self.confirmed_rows:,} rows) · {self.different:,} different · "
            f"{len(self.unanswered):,} unanswered"
        )

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON-ready values."""
        return {
            "groups": self.groups,
            "rows": self.rows,
            "confirmed": self.confirmed,
            "confirmed_rows": self.confirmed_rows,
            "different": self.different,
            "unanswered": [list(rows) for rows in self.unanswered],
        }


def count_answers(file: ProposalFile) -> DuplicateAnswers:
    """How many groups of a file are confirmed, different, and unanswered."""
    confirmed = [group.confirmed for group in file.groups if group.confirmed]
    return DuplicateAnswers(
        groups=len(file.groups),
        rows=len({row for group in file.groups for row in group.rows}),
        confirmed=len(confirmed),
        confirmed_rows=sum(map(len, confirmed)),
        different=sum(group.same == "no" for group in file.groups),
        unanswered=tuple(tuple(group.rows) for group in file.groups if not group.answered),
    )


def require_owner(file: ProposalFile, owner: str, name: str) -> None:
    """Refuse a file that was made with another identity: its tags cannot be read.

    Args:
        file: the proposal file.
        owner: tag of this owner's key for its salt.
        name: the file's name.

    Raises:
        DataError: E332.
    """
    if file.owner != owner:
        raise DataError(
            Fault(
                "E332",
                f"{name} was made with another identity.",
                "Give the identity that linkage check was given, or have a new file made.",
                file=name,
            )
        )


def confirmed_groups(file: ProposalFile, tags: ListTags, name: str) -> tuple[tuple[int, ...], ...]:
    """The groups of rows that are one person.

    Args:
        file: the proposal file.
        tags: the tags of the list as it is now, under the file's key.
        name: the file's name.

    Raises:
        DataError: E331 a row that the list does not have, E333 the list has changed since,
            E334 groups without an answer, E335 rows in two confirmed groups; all at once.
    """
    faults = [*_changed(file, tags, name), *_unanswered(file, name), *_twice(file, name)]
    if faults:
        raise DataError(*faults)
    return tuple(group.confirmed for group in file.groups if group.confirmed)


def _changed(file: ProposalFile, tags: ListTags, name: str) -> Iterator[Fault]:
    moved = sorted(
        row
        for group in file.groups
        for row, tag in zip(group.rows, group.records, strict=False)
        if tags.by_row.get(row) != tag
    )
    if file.list != tags.whole:
        where = f", in {describe_rows(moved)} of its groups" if moved else ""
        yield RowsFault(
            "E333",
            f"{name}: the list has changed since the duplicates were proposed{where}.",
            "Run linkage check with --duplicates again: answers are kept for rows that hold the\n"
            "same record, wherever they stand now.",
            file=name,
            row=moved[0] if moved else None,
            rows=tuple(moved),
        )
    elif moved:
        yield RowsFault(
            "E331",
            f"{name}: the row numbers of a proposal were changed: {describe_rows(moved)}.",
            "Put them back as they were, and say in same which rows are one person. Rows that "
            "belong\ntogether otherwise go into a group of your own.",
            file=name,
            row=moved[0],
            rows=tuple(moved),
        )
    if file.list == tags.whole:
        own = [row for group in file.groups if not group.records for row in group.rows]
        absent = sorted(set(own) - tags.by_row.keys())
        if absent:
            yield RowsFault(
                "E331",
                f"{name}: the list has no linkable record in {describe_rows(absent)}.",
                "Correct the row numbers of the group that you added.",
                file=name,
                row=absent[0],
                rows=tuple(absent),
            )


def _unanswered(file: ProposalFile, name: str) -> Iterator[Fault]:
    groups = [group.rows for group in file.groups if not group.answered]
    if groups:
        rows = sorted(row for group in groups for row in group)
        yield RowsFault(
            "E334",
            f"{name}: {len(groups):,} group{'s' if len(groups) > 1 else ''} without an answer: "
            f"{describe_rows(rows)}.",
            'Write same = "yes" or same = "no" into each: nothing is merged, and nothing is left\n'
            "apart, without your word.",
            file=name,
            row=rows[0],
            rows=tuple(rows),
        )


def _twice(file: ProposalFile, name: str) -> Iterator[Fault]:
    counts = Counter(row for group in file.groups for row in group.confirmed)
    rows = sorted(row for row, count in counts.items() if count > 1)
    if rows:
        yield RowsFault(
            "E335",
            f"{name}: {describe_rows(rows)} stand in two groups that are one person each.",
            "Put all rows of one person into one group of your own, and answer the others with "
            '"no".',
            file=name,
            row=rows[0],
            rows=tuple(rows),
        )
