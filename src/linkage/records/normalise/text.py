"""Any script to lower-case ASCII words, with what looked suspicious on the way."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

__all__ = ["NAME_KINDS", "TEXT_KINDS", "ascii_words", "damage_kinds", "fold", "script_kinds"]

QUESTION = '"?"'
UNDERSCORE = '"_"'
REPLACEMENT = "replacement character"
CONTROL = "control character"
DIGIT = "digit in a name"
NON_LATIN = "non-Latin, transliterated"
NO_VOWELS = "transliterated without vowels"
LOST = "nothing left after transliteration"

TEXT_KINDS = (QUESTION, UNDERSCORE, REPLACEMENT, CONTROL, NON_LATIN, NO_VOWELS, LOST)
NAME_KINDS = (*TEXT_KINDS, DIGIT)

_WORD = re.compile(r"[a-z0-9]+")
# Within a word: O'Neill, d’Angelo, ʿAli, and what transliteration leaves of soft signs.
_JOINING = re.compile(r"['`´‘’ʼʻ\"]")
_ABJADS = ("ARABIC", "HEBREW", "SYRIAC")


def fold(text: str) -> str:
    """Compatibility forms folded, transliterated and lower-cased; pictures are left out.

    >>> fold("Łukasz"), fold("Дарья"), fold("Đặng"), fold("ﬁ")
    ('lukasz', "dar'ya", 'dang', 'fi')
    """
    # NFKC would make a space and an accent of it
    text = unicodedata.normalize("NFKC", text.replace("´", "'"))
    if not text.isascii():
        # anyascii names pictures (":grinning:"): they are not part of anybody's name
        text = anyascii("".join(" " if _is_picture(letter) else letter for letter in text))
    return text.lower()


def ascii_words(folded: str) -> tuple[str, ...]:
    """The words of folded text: letters and digits; apostrophes join, all else separates.

    >>> ascii_words("o'neill-smith j.p.")
    ('oneill', 'smith', 'j', 'p')
    """
    return tuple(_WORD.findall(_JOINING.sub("", folded)))


def damage_kinds(text: str) -> tuple[str, ...]:
    """Signs that a program replaced letters that it could not write."""
    found = []
    if "?" in text:
        found.append(QUESTION)
    if "_" in text:
        found.append(UNDERSCORE)
    if "\ufffd" in text:
        found.append(REPLACEMENT)
    if not text.isprintable() and any(_is_control(letter) for letter in text):
        found.append(CONTROL)
    return tuple(found)


def script_kinds(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """What transliteration did to a text that became ``words``."""
    if text.isascii():
        return ()
    scripts = {_script(letter) for letter in text if letter.isalpha()}
    found = []
    if scripts - {"LATIN", "MODIFIER"}:
        found.append(NON_LATIN)
    if not words and any(not letter.isspace() for letter in text):
        found.append(LOST)
    if scripts & set(_ABJADS) and any(
        len(word) > 1 and not set(word) & set("aeiouy") for word in words
    ):
        found.append(NO_VOWELS)
    return tuple(found)


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0]


@lru_cache(maxsize=4096)
def _is_picture(letter: str) -> bool:
    return unicodedata.category(letter) in ("So", "Co", "Cn", "Cs") or letter == "\ufffd"


@lru_cache(maxsize=4096)
def _is_control(letter: str) -> bool:
    # tabs and line ends separate words and are common in cells
    return unicodedata.category(letter) == "Cc" and letter not in "\t\n\r"
