r"""What all CSV files have in common.

UTF-8 with ``\n`` line ends, a header, and commas. A text that a spreadsheet would take for a
formula (it begins with ``= + - @`` or a control character) gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from linkage.overlap.histories import history_text

__all__ = ["csv_bytes", "free_name", "members"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    r"""Rows as the bytes of a file.

    Args:
        rows: the header and the rows, as texts.

    >>> csv_bytes([["A", "count"], ["=1+1", "2"]])
    b"A,count\n'=1+1,2\n"
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for row in rows:
        writer.writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in row])
    return stream.getvalue().encode("utf-8")


def members(history: int, lists: Sequence[str]) -> list[str]:
    """The 0/1 columns of a history, one per list."""
    return list(history_text(history, len(lists)))


def free_name(name: str, taken: Sequence[str]) -> str:
    """``name``, with underscores until no other column has it, whatever the case."""
    used = {other.lower() for other in taken}
    while name.lower() in used:
        name += "_"
    return name
