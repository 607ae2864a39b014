"""Why rows look like one person, in words and without any value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from linkage.records.duplicates.levels import MISSING, Code, Date, Names, Text

__all__ = ["reasons"]

_WORDS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "name": {
            Names.DIFFERENT: "different names",
            Names.ONE_DIFFERENT: "one name only, different",
            Names.HARDLY: "names hardly alike",
            Names.ONE_SIMILAR: "one name only, similar",
            Names.SIMILAR: "similar names",
            Names.VERY_SIMILAR: "very similar names",
            Names.ONE_SAME: "one name only, the same",
            Names.CONTAINED: "one name has more words, the others the same",
            Names.SAME: "same names",
        },
        "date": {
            Date.DIFFERENT: "different {field}",
            Date.PARTLY_DIFFERENT: "different {field}",
            Date.YEAR_ONLY: "same year in {field}",
            Date.ONE_PART: "year, month or day differs in {field}",
            Date.SWAPPED: "day and month swapped in {field}",
            Date.COMPATIBLE: "{field} the same as far as it is known",
            Date.SAME: "same {field}",
        },
        "code": {Code.DIFFERENT: "different {field}", Code.SAME: "same {field}"},
        "text": {
            Text.DIFFERENT: "different {field}",
            Text.SIMILAR: "similar {field}",
            Text.SAME: "same {field}",
        },
    }
)
"""By kind, from the least alike to the most."""


def reasons(levels: NDArray[np.int8], kinds: Sequence[str], names: Sequence[str]) -> str:
    """What the pairs of a group have in common, and what not.

    Args:
        levels: ``(pairs, features)`` int8, of the group's pairs; the least alike counts.
        kinds: kind of every feature.
        names: name of the field of every feature; not used for names.

    >>> reasons(np.array([[5, 3, -1]], np.int8), ["name", "date", "code"], ["", "birth", "sex"])
    'same names; day and month swapped in birth; sex missing'
    """
    parts = []
    for place, (kind, name) in enumerate(zip(kinds, names, strict=True)):
        column = levels[:, place]
        known = set(column[column != MISSING].tolist())
        field = name.replace("_", " ")
        if known:
            least = next(words for level, words in _WORDS[kind].items() if level in known)
            parts.append(least.format(field=field))
        else:
            parts.append("no names" if kind == "name" else f"{field} missing")
    return "; ".join(parts)
