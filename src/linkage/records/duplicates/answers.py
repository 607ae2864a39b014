"""The proposal file: groups of rows, and what their owner says of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, Self

import tomli_w
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from linkage.errors import DataError, Fault

__all__ = ["FORMAT", "AnsweredGroup", "ProposalFile", "parse_proposals", "proposal_text"]

FORMAT: Final = "linkage-duplicates/1"

Row = Annotated[int, Field(ge=2)]
Rows = Annotated[tuple[Row, ...], Field(min_length=2, strict=False)]
Tag = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Some = Annotated[tuple[Row, ...], Field(min_length=2, strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AnsweredGroup(_Strict):
    """One group of rows, and the answer.

    Attributes:
        rows: as the spreadsheet shows them, each once.
        same: ``""`` not answered, ``"yes"`` all of them are one person, ``"no"`` they are
            not, or the row numbers of those that are.
        probability: the proposal's; None for a group that the owner added.
        why: the proposal's.
        records: a tag for every row (:mod:`.tags`); none for a group that the owner added.
    """

    rows: Rows
    same: Literal["", "yes", "no"] | Some
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    why: str = ""
    records: Annotated[tuple[Tag, ...], Field(strict=False)] = ()

    @field_validator("same", mode="before")
    @classmethod
    def _any_letter_case(cls, same: object) -> object:
        return same.strip().lower() if isinstance(same, str) else same

    @model_validator(mode="after")
    def _rows_are_consistent(self) -> Self:
        if len(set(self.rows)) != len(self.rows):
            raise ValueError("a row is named twice in rows")
        if self.records and len(self.records) != len(self.rows):
            raise ValueError("rows may not be added or taken out; say in same which are one person")
        if isinstance(self.same, tuple):
            if len(set(self.same)) != len(self.same):
                raise ValueError("a row is named twice in same")
            if not set(self.same) <= set(self.rows):
                raise ValueError("same names a row that is not among rows")
        return self

    @property
    def answered(self) -> bool:
        """Whether the owner has said anything."""
        return self.same != ""

    @property
    def confirmed(self) -> tuple[int, ...]:
        """The rows that the owner says are one person; none unless two or more."""
        if isinstance(self.same, tuple):
            return tuple(sorted(self.same))
        return tuple(sorted(self.rows)) if self.same == "yes" else ()


class ProposalFile(_Strict):
    """A whole proposal file.

    Attributes:
        format: :data:`FORMAT`.
        salt: 32 hexadecimal digits, drawn for this file.
        owner: tag of the key (:func:`.tags.key_tag`): whose identity made the file.
        list: tag of the whole list (:func:`.tags.tag_list`): which state of it is meant.
        proposed: how many groups have been proposed: a file that was cut off has fewer.
        groups: the proposals and what the owner added.
    """

    format: Literal["linkage-duplicates/1"]
    salt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    owner: Tag
    list: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    proposed: Annotated[int, Field(ge=0)]
    groups: Annotated[tuple[AnsweredGroup, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _nothing_is_missing(self) -> Self:
        found = sum(bool(group.records) for group in self.groups)
        if found != self.proposed:
            raise ValueError(
                f"{self.proposed} groups were proposed and {found} are there; answer no instead "
                "of taking a group out"
            )
        return self


def parse_proposals(content: bytes, name: str) -> ProposalFile:
    """Read a proposal file.

    Args:
        content: its bytes.
        name: its name, for messages.

    Raises:
        DataError: E330 no proposal file, E331 for every place that is wrong.
    """
    try:
        tree = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(_foreign(name, "it is not UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(error))
        where = place.group(1) if place else "the file"
        raise DataError(_foreign(name, f"it is not valid TOML, see {where}")) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or as many brackets
        raise DataError(_foreign(name, "it is not valid TOML")) from None
    if tree.get("format") != FORMAT:
        raise DataError(_foreign(name, f'it does not say format = "{FORMAT}"'))
    try:
        return ProposalFile.model_validate(tree)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
    raise DataError(*_model_faults(name, details))


def _foreign(name: str, reason: str) -> Fault:
    return Fault(
        "E330",
        f"{name} is no file of proposed duplicates: {reason}.",
        "Correct it there, or give --duplicates another name, which linkage check then makes.\n"
        "It was not touched.",
        file=name,
    )


def _model_faults(name: str, details: list[Any]) -> Iterator[Fault]:
    """One fault for each place; the two forms of an answer are one place."""
    told: set[str] = set()
    for detail in details:
        parts = [part + 1 if isinstance(part, int) else part for part in detail["loc"]]
        answer = "same" in parts
        if answer:
            parts = parts[: parts.index("same") + 1]
        place = ".".join(map(str, parts)) or "groups"
        if place in told:
            continue
        told.add(place)
        reason = str(detail["msg"]).removeprefix("Value error, ")
        if answer:
            reason = 'write "yes", "no", or the numbers of the rows that are one person'
        yield Fault(
            "E331",
            f"{name}: {place}: {reason[:1].lower()}{reason[1:]}.",
            "docs/how-to/prepare-your-list.md shows how a group is answered.",
            file=name,
            field=place,
        )


_HEAD = """\
# Rows of {list_name} that look like one person. Nothing is merged until you say so.
# Look at the rows in your list and answer every group:
#   same = "yes"       all of its rows are one person: one record is encoded
#   same = "no"        they are not: all are encoded
#   same = [17, 204]   these rows of the group are one person, the others are not
# You may add a group of your own at the end: [[groups]] with rows and same.
# Row numbers are those of your spreadsheet (the column names are row 1). This file holds no
# name, date or code. Keep it beside your list; send it to nobody.

"""


def proposal_text(proposals: ProposalFile, list_name: str) -> str:
    """The file's text, as its owner reads and edits it.

    Args:
        proposals: what it says.
        list_name: name of the list, for the first line.
    """
    head = {"format", "salt", "owner", "list", "proposed"}
    text = _HEAD.format(list_name=list_name.replace("\n", " "))
    text += tomli_w.dumps(proposals.model_dump(include=head))
    for group in proposals.groups:
        text += "\n[[groups]]\n" + "".join(_lines(group))
    return text


def _lines(group: AnsweredGroup) -> Iterator[str]:
    yield f"rows = {list(group.rows)}\n"
    if group.probability is not None:
        yield f"probability = {group.probability:.2f}\n"
    if group.why:
        yield tomli_w.dumps({"why": group.why})
    yield f"records = {list(group.records)}\n".replace("'", '"') if group.records else ""
    same = f'"{group.same}"' if isinstance(group.same, str) else str(list(group.same))
    yield f"same = {same}\n"
