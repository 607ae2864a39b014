"""Code columns: only what the owner's value map says, never a guess."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

__all__ = ["CodeReader", "MissingMarkers", "tidy"]


def tidy(cell: str) -> str:
    """A cell as value maps and missing markers compare it: NFC, single spaces, trimmed.

    >>> tidy("  den   Haag ")
    'den Haag'
    """
    return " ".join(unicodedata.normalize("NFC", cell).split())


class MissingMarkers:
    """Which cells hold no value, in any letter case.

    >>> "Onbekend" in MissingMarkers(["", "onbekend"]), "" in MissingMarkers([])
    (True, True)
    """

    def __init__(self, markers: tuple[str, ...] | list[str]) -> None:
        self._markers = {tidy(marker).casefold() for marker in markers} | {""}

    def __contains__(self, cell: str) -> bool:
        return tidy(cell).casefold() in self._markers


class CodeReader:
    """Reads the cells of one code column.

    Args:
        values: how the list writes each agreed code; ``""`` means unknown.

    >>> reader = CodeReader({"V": "F", "M": "M", "9": ""})
    >>> reader.read("V"), reader.read(" 9"), reader.read("v")
    ('F', '', None)
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {tidy(written): code for written, code in values.items()}

    def read(self, cell: str) -> str | None:
        """The agreed code, ``""`` for a declared unknown, None for a value not in the map."""
        return self._values.get(tidy(cell))
