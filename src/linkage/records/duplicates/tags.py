"""Tags that tell whether a row still holds the same record, and nothing else.

A proposal file names rows. Rows move when a list is sorted, and cells are corrected, so each
row is bound to its record by a tag: HMAC-SHA256 of the record's fields under a key that comes
from the owner's *identity* and stands in no file beside the tags. Without that key a tag
confirms no guess: not a name, not a date, not whether two files speak of the same person (each
file has a salt of its own). A plain or a salted digest would: the names and dates of birth of a
country can be tried in an afternoon.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from linkage.agreement.model import FieldRule
from linkage.types import FieldValue, NormalisedList, PartialDate

__all__ = ["ListTags", "key_label", "key_tag", "tag_list"]

_ROW_TAG = 16  # hexadecimal digits: 64 bits, far from chance on any list


@dataclass(frozen=True, slots=True)
class ListTags:
    """The tags of a list under one key.

    Attributes:
        by_row: row as the spreadsheet shows it -> tag of its record, 16 hexadecimal digits.
        whole: tag of all rows and their records, 64 hexadecimal digits.
    """

    by_row: dict[int, str] = field(repr=False)
    whole: str


def key_label(salt: str) -> str:
    """What the key of one proposal file is derived for, of the owner's identity.

    >>> key_label("00ff")
    'duplicates 00ff'
    """
    return f"duplicates {salt}"


def key_tag(key: bytes) -> str:
    """Tells one key from another: 16 hexadecimal digits.

    >>> key_tag(bytes(32)) == key_tag(bytes(32)), key_tag(bytes(32)) == key_tag(bytes([1] * 32))
    (True, False)
    """
    return _mac(key, b"key", b"")[:_ROW_TAG]


def tag_list(records: NormalisedList, rules: Sequence[FieldRule], key: bytes) -> ListTags:
    """Tag every row of a list, and the list as a whole.

    The fields count and the strata do not: an owner who withholds a value of a stratum has
    not changed who is who.

    Args:
        records: the normalised list.
        rules: the agreement's fields.
        key: 32 bytes, derived of the owner's identity for :func:`key_label`.
    """
    columns = [records.fields[rule.name] for rule in rules]
    names = [rule.name for rule in rules]
    by_row = {}
    for row, *values in zip(records.rows.tolist(), *columns, strict=True):
        described = json.dumps([names, [_plain(value) for value in values]])
        by_row[row] = _mac(key, b"row", described.encode("ascii"))
    every = json.dumps(sorted(by_row.items())).encode("ascii")
    return ListTags({row: tag[:_ROW_TAG] for row, tag in by_row.items()}, _mac(key, b"list", every))


def _plain(value: FieldValue) -> object:
    if isinstance(value, PartialDate):
        return {"date": [value.year, value.month, value.day]}
    return list(value) if isinstance(value, tuple) else value


def _mac(key: bytes, purpose: bytes, content: bytes) -> str:
    return hmac.new(key, purpose + b"|" + content, hashlib.sha256).hexdigest()
