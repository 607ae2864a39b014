"""Proposals anew on a list that may have changed: no answer is lost without a word."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from linkage.records.duplicates.answers import FORMAT, AnsweredGroup, ProposalFile
from linkage.records.duplicates.find import Proposal
from linkage.records.duplicates.tags import ListTags

__all__ = ["UpdatedProposals", "update_proposals"]

_MOST = 0.99  # nothing here is certain


@dataclass(frozen=True, slots=True)
class UpdatedProposals:
    """A proposal file that fits the list as it is now.

    Attributes:
        file: what to write.
        kept: groups whose answers were kept.
        new: groups that were not proposed before.
        again: rows of groups that had an answer which no longer fits, as they were numbered
            then: a row has changed or gone, or looks like more rows than before.
    """

    file: ProposalFile
    kept: int
    new: int
    again: tuple[tuple[int, ...], ...]


def update_proposals(
    before: ProposalFile | None,
    proposals: Sequence[Proposal],
    tags: ListTags,
    *,
    salt: str,
    owner: str,
) -> UpdatedProposals:
    """Put new proposals beside the answers that were given before.

    An answer follows its records: rows may have moved, as long as each still holds the same
    record. A group that has been answered stays, also if it is not proposed any more.

    Args:
        before: the file as its owner left it, or None.
        proposals: what was found now.
        tags: the tags of the list now, under the file's key.
        salt: the file's salt.
        owner: tag of its key.
    """
    rows_with: dict[str, list[int]] = defaultdict(list)
    for row, tag in tags.by_row.items():
        rows_with[tag].append(row)
    unchanged = before is not None and before.list == tags.whole
    old = [
        group if group.records or not unchanged else _tagged(group, tags)
        for group in (before.groups if before else ())
    ]
    known = {_key(group.records) for group in old if group.records}
    answered = {_key(group.records): group for group in old if group.answered and group.records}
    groups: list[AnsweredGroup] = []
    taken: set[int] = set()
    used: set[tuple[str, ...]] = set()
    new = 0
    for proposal in proposals:
        group = AnsweredGroup(
            rows=proposal.rows,
            same="",
            probability=min(_MOST, round(proposal.probability, 2)),
            why=proposal.why,
            records=tuple(tags.by_row[row] for row in proposal.rows),
        )
        key = _key(group.records)
        new += key not in known
        if key in answered:
            group = group.model_copy(update={"same": _moved_answer(answered[key], group)})
            used.add(key)
        groups.append(group)
        taken.update(group.rows)
    again = []
    for group in old:
        key = _key(group.records)
        if not group.answered or key in used:
            continue
        moved = _moved(group, rows_with)
        if moved is None or taken.intersection(moved.rows):
            again.append(tuple(sorted(group.rows)))
        else:
            groups.append(moved)
            used.add(key)
            taken.update(moved.rows)
    groups.sort(key=lambda group: group.rows)
    file = ProposalFile(
        format=FORMAT,
        salt=salt,
        owner=owner,
        list=tags.whole,
        proposed=len(groups),
        groups=tuple(groups),
    )
    return UpdatedProposals(file, len(used), new, tuple(sorted(again)))


def _key(records: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(records))


def _tagged(group: AnsweredGroup, tags: ListTags) -> AnsweredGroup:
    """A group that the owner added to this very list, with the tags of its rows."""
    if not all(row in tags.by_row for row in group.rows):
        return group
    records = tuple(tags.by_row[row] for row in group.rows)
    return group.model_copy(update={"records": records})


def _moved(group: AnsweredGroup, rows_with: Mapping[str, Sequence[int]]) -> AnsweredGroup | None:
    """The group where its records stand now; None unless each stands there as often as then."""
    wanted = Counter(group.records)
    if not wanted or any(len(rows_with.get(tag, ())) != count for tag, count in wanted.items()):
        return None
    rows = tuple(sorted(row for tag in wanted for row in rows_with[tag]))
    tag_of = {row: tag for tag in wanted for row in rows_with[tag]}
    moved = group.model_copy(update={"rows": rows, "records": tuple(tag_of[row] for row in rows)})
    return moved.model_copy(update={"same": _moved_answer(group, moved)})


def _moved_answer(before: AnsweredGroup, now: AnsweredGroup) -> str | tuple[int, ...]:
    """The answer in the row numbers of now; rows of one tag hold the same record."""
    if isinstance(before.same, str):
        return before.same
    tag_of = dict(zip(before.rows, before.records, strict=True))
    free = _rows_by_tag(now)
    stay = set(before.same) & set(now.rows)
    chosen = []
    for row in sorted(before.same, key=lambda row: row not in stay):
        places = free[tag_of[row]]
        chosen.append(places.pop(places.index(row)) if row in places else places.pop(0))
    return tuple(sorted(chosen))


def _rows_by_tag(group: AnsweredGroup) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row, tag in _pairs(group):
        found[tag].append(row)
    return found


def _pairs(group: AnsweredGroup) -> Iterator[tuple[int, str]]:
    yield from zip(group.rows, group.records, strict=True)
