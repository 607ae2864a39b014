"""Which column is which: the header against what columns are usually called."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from linkage.records.normalise.names import read_text
from linkage.records.propose.synonyms import HEADERS

__all__ = ["concept_of", "header_is_trusted", "match_columns", "plain_name"]

EXACT = 0.95
LEAST = 0.75


def plain_name(name: str) -> str:
    """A column's name as the synonyms are written: lower-case ASCII words.

    >>> plain_name("Date_of_Birth"), plain_name("Prénom")
    ('date of birth', 'prenom')
    """
    return " ".join(read_text(name.replace("_", " ")).words)


def likeness(header: str, concept: str) -> float:
    """How much a plain column name is like what a concept is called, 0 to 1."""
    if not header:
        return 0.0
    best = 0.0
    for name in HEADERS.get(concept, (concept,)):
        if header == name:
            return EXACT
        if len(name) >= 5 and set(name.split()) <= set(header.split()):
            best = max(best, 0.85)
        elif len(name) >= 5 and len(header) >= 5:
            ratio = difflib.SequenceMatcher(None, header, name).ratio()
            best = max(best, 0.9 * ratio if ratio >= 0.85 else 0.0)
    return best


def concept_of(field: str) -> str:
    """The concept that a field of the agreement is about; its own plain name if none.

    >>> concept_of("surname"), concept_of("shoe_size")
    ('family_name', 'shoe size')
    """
    name = plain_name(field)
    scores = {concept: likeness(name, concept) for concept in HEADERS}
    best = max(scores, key=lambda concept: scores[concept])
    return best if scores[best] >= LEAST else name


def match_columns(header: Sequence[str], fields: Iterable[str]) -> dict[str, tuple[int, float]]:
    """The column that is most like each field, where one is: (index, likeness).

    A column goes to one field only, the most alike first; of equals, the leftmost.
    """
    names = [plain_name(cell) for cell in header]
    candidates = []
    for order, field in enumerate(fields):
        own, concept = plain_name(field), concept_of(field)
        for index, name in enumerate(names):
            score = 1.0 if name and name == own else likeness(name, concept)
            if score < LEAST and concept == "family_name":
                score = 0.9 * likeness(name, "full_name")
            if score >= LEAST:
                candidates.append((-score, order, index, field))
    found: dict[str, tuple[int, float]] = {}
    taken: set[int] = set()
    for negative, _, index, field in sorted(candidates):
        if field not in found and index not in taken:
            found[field] = (index, -negative)
            taken.add(index)
    return found


def header_is_trusted(header: Sequence[str], fields: Iterable[str] = ()) -> bool:
    """Whether row 1 is certainly a header: two of its cells are names of different things.

    Without that it may be a record, and none of it may be repeated.

    >>> header_is_trusted(["Voornaam", "Geboortedatum"]), header_is_trusted(["An", "Ort"])
    (True, False)
    """
    own = {plain_name(field) for field in fields}
    named: set[str] = set()
    for cell in header:
        name = plain_name(cell)
        if name in own:
            named.add(concept_of(name))
        elif len(name) >= 4:
            named.update(concept for concept in HEADERS if likeness(name, concept) >= 0.85)
    return len(named) >= 2
