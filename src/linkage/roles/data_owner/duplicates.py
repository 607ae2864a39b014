"""The data owner and duplicates inside the list: proposals, answers, one record per person."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkage.agreement.model import Agreement
from linkage.errors import Fault, UsageError
from linkage.files import PRIVATE, read_bytes, write_whole
from linkage.identity.private import Identity
from linkage.identity.store import load_identity
from linkage.records.duplicates import (
    DuplicateAnswers,
    MergedList,
    ProposalFile,
    confirmed_groups,
    count_answers,
    key_label,
    key_tag,
    merge_rows,
    parse_proposals,
    proposal_text,
    propose_duplicates,
    require_owner,
    tag_list,
    update_proposals,
)
from linkage.records.rows import describe_rows
from linkage.types import NormalisedList

__all__ = [
    "ProposalRequest",
    "ProposedDuplicates",
    "merge_confirmed",
    "require_proposal_name",
    "write_proposals",
]

_SALT = 16


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """That duplicates are to be looked for, and where the proposals go.

    Attributes:
        path: the proposal file, .toml; answers that it holds already are kept.
        identity_path: the owner's private identity, to whose key the file is bound.
        ask: gives its passphrase; called only if it has one.
    """

    path: Path
    identity_path: Path
    ask: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class ProposedDuplicates:
    """What became of a proposal file.

    Attributes:
        name: its name.
        answers: how far the owner is.
        kept: groups whose answers were kept.
        new: groups that were not proposed before.
        again: rows, as they were numbered then, of groups whose answer no longer fits.
    """

    name: str
    answers: DuplicateAnswers
    kept: int
    new: int
    again: tuple[tuple[int, ...], ...]

    @property
    def text(self) -> str:
        """What became of earlier answers and what is to do, in a few lines; or nothing."""
        told = self.answers
        lines = []
        if self.kept:
            lines.append(f"  {self.kept:,} earlier answers kept · {self.new:,} groups are new")
        if self.again:
            rows = sorted({row for group in self.again for row in group})
            lines.append(
                f"  {len(self.again):,} earlier answers no longer fit, because a row changed or "
                f"went (then {describe_rows(rows, more='--json lists all')})"
            )
        if told.unanswered:
            rows = sorted({row for group in told.unanswered for row in group})
            lines.append(
                f"  To answer in {self.name}: {describe_rows(rows, more='--json lists all')}"
            )
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON-ready values."""
        return {
            "file": self.name,
            **self.answers.as_dict(),
            "kept": self.kept,
            "new": self.new,
            "answer_again": [list(rows) for rows in self.again],
        }


def write_proposals(
    request: ProposalRequest, records: NormalisedList, agreement: Agreement, list_name: str
) -> ProposedDuplicates:
    """Look for duplicates, and write the proposals for the owner to answer.

    Answers in an existing file are kept where their rows still hold the same records; what is
    no longer right is said. A file that is right already is not touched. Readable by its owner
    only, written whole or not at all.

    Args:
        request: where to.
        records: the linkable records of the list.
        agreement: the agreement.
        list_name: name of the list, for the file's first line.

    Raises:
        UsageError: E222 the extra is not installed, E223 the name does not end in .toml.
        KeyFileError: E401, E404-E406 the identity.
        DataError: E330-E332 the file that is there is not one of ours, is spoilt, or was made
            with another identity.
        MachineError: E101-E104.
    """
    require_proposal_name(request.path)
    identity = load_identity(request.identity_path, request.ask)
    before = _read(request.path, identity) if request.path.exists() else None
    salt = before.salt if before else secrets.token_bytes(_SALT).hex()
    key = identity.secret(key_label(salt))
    updated = update_proposals(
        before,
        propose_duplicates(records, agreement.fields),
        tag_list(records, agreement.fields, key),
        salt=salt,
        owner=key_tag(key),
    )
    if updated.file != before:
        text = proposal_text(updated.file, list_name)
        write_whole(request.path, text.encode("utf-8"), mode=PRIVATE)
    return ProposedDuplicates(
        request.path.name, count_answers(updated.file), updated.kept, updated.new, updated.again
    )


def merge_confirmed(
    path: Path, records: NormalisedList, agreement: Agreement, identity: Identity
) -> MergedList:
    """Merge the rows that a proposal file confirms to be one person.

    Args:
        path: the proposal file.
        records: the linkable records of the list.
        agreement: the agreement.
        identity: the owner's identity.

    Raises:
        DataError: E330-E335, those of answers and rows all at once.
        MachineError: E102-E104.
    """
    file = _read(path, identity)
    tags = tag_list(records, agreement.fields, identity.secret(key_label(file.salt)))
    return merge_rows(records, agreement.fields, confirmed_groups(file, tags, path.name))


def require_proposal_name(path: Path) -> None:
    """Refuse a name that could be a list's or a package's.

    Raises:
        UsageError: E223.
    """
    if path.suffix.lower() != ".toml":
        raise UsageError(
            Fault(
                "E223",
                f"{path.name or path} is no name for a file of proposed duplicates.",
                "Choose one that ends in .toml, such as duplicates.toml.",
                file=path.name,
            )
        )


def _read(path: Path, identity: Identity) -> ProposalFile:
    content = read_bytes(path, made_by="linkage check --duplicates")
    file = parse_proposals(content, path.name)
    require_owner(file, key_tag(identity.secret(key_label(file.salt))), path.name)
    return file
