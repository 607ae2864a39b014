"""Ways in which one name comes to be spelled differently: typing, OCR, ear, romanisation."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

from linkage.synth.draws import Draws

__all__ = [
    "misheard",
    "misread",
    "mistyped",
    "other_romanisation",
    "without_diacritics",
]

_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_MISREAD = (
    ("rn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("li", "h"),
    ("l", "i"),
    ("i", "l"),
    ("e", "c"),
    ("h", "b"),
    ("u", "v"),
    ("n", "r"),
    ("o", "a"),
    ("t", "f"),
    ("g", "q"),
    ("vv", "w"),
)
_MISHEARD = (
    ("ph", "f"),
    ("sz", "sh"),
    ("sh", "sj"),
    ("ch", "tsj"),
    ("ck", "k"),
    ("kh", "g"),
    ("ou", "oe"),
    ("oo", "oe"),
    ("ee", "i"),
    ("ij", "ei"),
    ("th", "t"),
    ("dj", "j"),
    ("c", "k"),
    ("k", "c"),
    ("z", "s"),
    ("s", "z"),
    ("v", "f"),
    ("w", "v"),
    ("y", "i"),
    ("i", "ie"),
    ("u", "oe"),
    ("a", "e"),
    ("e", "i"),
    ("d", "t"),
    ("b", "p"),
)
_ROMANISED = (
    ("kh", "ch"),
    ("sh", "sch"),
    ("ou", "u"),
    ("u", "ou"),
    ("y", "j"),
    ("v", "w"),
    ("j", "dj"),
    ("q", "k"),
    ("x", "ks"),
    ("i", "y"),
    ("c", "ts"),
    ("aa", "a"),
    ("ee", "i"),
    ("w", "v"),
)
_STROKES = str.maketrans("đĐłŁøØıß", "dDlLoOis")


def without_diacritics(name: str) -> str:
    """``name`` with every mark on its Latin letters left out.

    >>> without_diacritics("Nguyễn Đặng Łucja")
    'Nguyen Dang Lucja'
    """
    decomposed = unicodedata.normalize("NFKD", name.translate(_STROKES))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def mistyped(draws: Draws, name: str) -> str:
    """One slip of the finger: a neighbouring key, a letter left out, doubled or transposed."""
    places = [place for place, letter in enumerate(name) if letter.isalpha()]
    if len(places) < 3:
        return name
    place = draws.pick(places[1:])
    action = draws.between(0, 3)
    if action == 0:
        return name[:place] + _neighbour(draws, name[place]) + name[place + 1 :]
    if action == 1:
        return name[:place] + name[place + 1 :]
    if action == 2:
        return name[:place] + name[place] + name[place:]
    place = min(place, len(name) - 2)
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _neighbour(draws: Draws, letter: str) -> str:
    for row in _KEYBOARD:
        place = row.find(letter.lower())
        if place >= 0:
            near = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
            return draws.pick(near)
    return draws.pick("aeiou")


def misread(draws: Draws, name: str) -> str:
    """One or two letters taken for others by optical character recognition."""
    changed = _replaced(draws, name, _MISREAD)
    return _replaced(draws, changed, _MISREAD) if draws.chance(0.3) else changed


def misheard(draws: Draws, name: str) -> str:
    """The name written down by ear."""
    changed = _replaced(draws, name, _MISHEARD)
    return _replaced(draws, changed, _MISHEARD) if draws.chance(0.35) else changed


def other_romanisation(draws: Draws, name: str, variants: Mapping[str, tuple[str, ...]]) -> str:
    """Another Latin spelling: one that is on record, or else by rule."""
    known = variants.get(without_diacritics(name).lower(), ())
    if known:
        return _like(name, draws.pick(known))
    return _replaced(draws, name, _ROMANISED)


def _replaced(draws: Draws, name: str, pairs: Sequence[tuple[str, str]]) -> str:
    """``name`` with one of the ``pairs`` that occur in it replaced once, after its first letter."""
    lower = name.lower()
    possible = [(place, old, new) for old, new in pairs if (place := lower.find(old, 1)) > 0]
    if not possible:
        return name
    place, old, new = draws.pick(possible)
    return name[:place] + new + name[place + len(old) :]


def _like(name: str, other: str) -> str:
    change: Callable[[str], str] = str.title if name[:1].isupper() else str
    return change(other)
