"""Names in any script to words: what two lists of the same person should agree on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from linkage.records.normalise import text as texts
from linkage.records.normalise.particles import (
    ALIAS_WORDS,
    HONORIFICS,
    is_placeholder,
    without_particles,
)

__all__ = ["PLACEHOLDER_NAME", "ReadWords", "read_name", "read_text"]

PLACEHOLDER_NAME = "placeholder name"

# Letters that a program replaced are left out rather than taken for a gap between words.
_DAMAGE = re.compile("[?_\ufffd]")
# v.d. Berg, v/d Berg, v. d. Berg; not the initials V.D. alone
_VAN_DER = re.compile(r"\bv(?:\.\s?|/)d(?:\.\s?|\s)(?=[a-z]{2})")
_ALSO_KNOWN_AS = re.compile(r"\ba\.?k\.a\.?|\book bekend als\b|\balso known as\b")
_LEADING_ARTICLE = re.compile(r"^'[ts]\s+(?=\w)")  # 't Hart
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class ReadWords:
    """A cell of a name or text column: its words, and what is odd about it.

    Attributes:
        words: lower-case ASCII, in the order of the cell; none where it says nothing.
        kinds: any of :data:`linkage.records.normalise.text.NAME_KINDS` and
            :data:`PLACEHOLDER_NAME`.
    """

    words: tuple[str, ...]
    kinds: tuple[str, ...] = ()


def read_name(cell: str, *, drop_particles: bool = True) -> ReadWords:
    """The words of a name.

    Transliterated, lower-cased; hyphens, dots, slashes and brackets separate words, so
    several given names, initials and aliases in one cell are all kept as words;
    apostrophes join. Titles and (if asked) particles are left out, but never all words.
    Digits are left out and flagged.

    >>> read_name("Jean-Pierre van der Berg").words
    ('jean', 'pierre', 'berg')
    >>> read_name("MARIA alias Mia").words, read_name("J.P.").words, read_name("O’Brien").words
    (('maria', 'mia'), ('j', 'p'), ('obrien',))
    >>> read_name("Van").words, read_name("Дарья").words
    (('van',), ('darya',))
    >>> read_name("onbekend")
    ReadWords(words=(), kinds=('placeholder name',))
    """
    kinds = texts.damage_kinds(cell)
    folded = texts.fold(_DAMAGE.sub("", cell)).strip()
    if drop_particles:
        folded = _LEADING_ARTICLE.sub("", folded)
    folded = _ALSO_KNOWN_AS.sub(" alias ", _VAN_DER.sub("van der ", folded))
    words = texts.ascii_words(folded)
    if is_placeholder(words):
        return ReadWords((), (*kinds, PLACEHOLDER_NAME))
    kinds += texts.script_kinds(cell, words)
    if _DIGITS.search(folded):
        kinds += (texts.DIGIT,)
        words = tuple(bare for word in words if (bare := _DIGITS.sub("", word)))
    words = _without(words, ALIAS_WORDS)
    words = _without(words, HONORIFICS)
    if drop_particles:
        words = without_particles(words)
    return ReadWords(words, kinds)


def read_text(cell: str) -> ReadWords:
    """The words of a text: transliterated, lower-cased, letters and digits.

    >>> read_text("’s-Gravenhage 2e blok").words
    ('s', 'gravenhage', '2e', 'blok')
    """
    words = texts.ascii_words(texts.fold(_DAMAGE.sub("", cell)))
    return ReadWords(words, texts.damage_kinds(cell) + texts.script_kinds(cell, words))


def _without(words: tuple[str, ...], left_out: frozenset[str]) -> tuple[str, ...]:
    """The words that are not left out; all of them where none would remain."""
    return tuple(word for word in words if word not in left_out) or words
