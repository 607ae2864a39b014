"""Where in a TOML text a value stands: `tomllib` checks the text but forgets its lines."""

from __future__ import annotations

import re
import tomllib
from typing import Any

__all__ = ["Place", "dotted", "line_numbers", "line_of"]

Place = tuple[str | int, ...]
"""The path to a value: keys, and positions in arrays counted from 0."""

_HEADER = re.compile(r"^\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'|\s*\.\s*)+?)\s*=(.*)$""")
# What can open or close a value that runs over several lines; strings and comments first.
_TOKEN = re.compile(
    r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*|[\[\]{}]',
)


def dotted(place: Place) -> str:
    """The path as it is shown; positions are counted from 1.

    >>> dotted(("parties", 2, "list", "id"))
    'parties[3].list.id'
    """
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else part
    return text


def line_of(places: dict[Place, int], place: Place) -> int | None:
    """The line of a value, or of the nearest thing around it; None for the whole file."""
    for length in range(len(place), 0, -1):
        if place[:length] in places:
            return places[place[:length]]
    return None


def line_numbers(text: str) -> dict[Place, int]:
    r"""The line (from 1) of every table and key of a TOML text that `tomllib` accepts.

    Values inside inline tables and arrays have no entry; :func:`line_of` gives the line of
    what holds them.

    >>> line_numbers("a = 1\n[[b]]\nc = 2\n") == {("a",): 1, ("b", 0): 2, ("b", 0, "c"): 3,
    ...     ("b",): 2}
    True
    """
    places: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        rest = line
        if not depth and not quote:
            header, key = _HEADER.match(line), _KEY.match(line)
            if header and not key:
                table = _table(header, counts)
                _note(places, table, number)
                continue
            if key:
                _note(places, table + _path(key.group(1)), number)
                rest = key.group(2)
        depth, quote = _scan(rest, depth, quote)
    return places


def _table(header: re.Match[str], counts: dict[Place, int]) -> Place:
    place: Place = ()
    path = _path(header.group(2))
    for position, part in enumerate(path):
        place += (part,)
        last = position == len(path) - 1
        if last and header.group(1) == "[[":
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place += (counts[place],)
    return place


def _path(text: str) -> Place:
    try:
        table: dict[str, Any] = tomllib.loads(f"{text.strip()} = 0")
    except tomllib.TOMLDecodeError:
        return (text.strip(),)
    path: Place = ()
    while True:
        ((key, value),) = table.items()
        path += (key,)
        if not isinstance(value, dict):
            return path
        table = value


def _note(places: dict[Place, int], place: Place, number: int) -> None:
    for length in range(1, len(place) + 1):
        places.setdefault(place[:length], number)


def _scan(text: str, depth: int, quote: str) -> tuple[int, str]:
    """Depth of open brackets, and the open multi-line quote, at the end of a line."""
    while text:
        if quote:
            end = text.find(quote)
            if end < 0:
                return depth, quote
            text, quote = text[end + 3 :], ""
            continue
        token = _TOKEN.search(text)
        if token is None:
            return depth, ""
        found, text = token.group(), text[token.end() :]
        if found in ('"""', "'''"):
            quote = found
        elif found in "[{":
            depth += 1
        elif found in "]}":
            depth -= 1
    return depth, quote
