"""Words of names that say little about whose name it is: particles, titles, stand-ins."""

from __future__ import annotations

__all__ = [
    "ALIAS_WORDS",
    "HONORIFICS",
    "PARTICLES",
    "PLACEHOLDERS",
    "is_placeholder",
    "without_particles",
]


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


PARTICLES = _words(
    "van von der den de het ter ten te op aan bij uit vande vander vanden",  # Dutch
    "von zu zum zur vom der dem den und",  # German
    "de du des la le les",  # French
    "de del la las el los",  # Spanish
    "da das do dos de",  # Portuguese
    "da dal dalla de dei del della delle degli di la",  # Italian
    "al el ul bin bint ibn",  # Arabic
    "af av",  # Danish, Norwegian, Swedish
)
"""Dropped where the agreement says so. Applied after transliteration, so without accents.

Left out on purpose, because they are also names of their own: Ben, Li, Lo, An, Mac.
"""

AFTER_A_PARTICLE = _words("t s het")
"""Dropped after a particle only: van 't Hart, but the initials J.S."""

BETWEEN_NAMES = _words("y e i")
"""Dropped between two other words only: Garcia y Vega, Costa e Silva, Puig i Soler."""

HONORIFICS = _words(
    "dr drs mr mrs ms miss prof ir",  # several languages
    "dhr mw mevr mevrouw meneer mej",  # Dutch
    "frau fraulein hr",  # German
    "mme mlle madame mademoiselle monsieur",  # French
    "sr sra srta",  # Spanish, Portuguese
    "sig sigra dott",  # Italian
)
"""Titles, dropped from every name that has another word."""

ALIAS_WORDS = _words("alias aka genaamd roepnaam bijgenaamd genannt")
"""Words between a name and another name in the same cell."""

PLACEHOLDERS = frozenset(
    phrase
    for line in (
        "onbekend, niet bekend, naam onbekend, geen, nvt, n v t, anoniem, nomen nescio, nn, n n",
        "unknown, not known, name unknown, none given, anonymous, n a, fnu, lnu, no name, noname",
        "unbekannt, anonym, nicht bekannt, keine angabe",
        "inconnu, inconnue, anonyme",
        "desconocido, desconocida, desconocido a, anonimo, anonima, sin nombre",
        "sconosciuto, sconosciuta, ignoto, ignota",
        "nieznany, nieznana, nieznane, anonim",
        "necunoscut, necunoscuta",
        "neizvestno, neizvestnyi, neizvestnaya, nevidomo",
        "majhwl, ghyr mrwf",  # Arabic "unknown", transliterated
    )
    for phrase in line.split(", ")
)
"""Whole cells that stand for "no name", after transliteration, words joined by a space."""


def is_placeholder(words: tuple[str, ...]) -> bool:
    """Whether a cell's words stand for an unknown name.

    >>> is_placeholder(("nomen", "nescio")), is_placeholder(("xxx",)), is_placeholder(("anna",))
    (True, True, False)
    """
    return " ".join(words) in PLACEHOLDERS or (bool(words) and set("".join(words)) == {"x"})


def without_particles(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a name without its particles; all of them where none would remain.

    >>> without_particles(("van", "t", "hart")), without_particles(("j", "s", "bach"))
    (('hart',), ('j', 's', 'bach'))
    >>> without_particles(("garcia", "y", "vega")), without_particles(("van", "den"))
    (('garcia', 'vega'), ('van', 'den'))
    """
    kept = []
    last = len(words) - 1
    for place, word in enumerate(words):
        after_particle = place > 0 and words[place - 1] in PARTICLES
        between = 0 < place < last and len(words[place - 1]) > 1 < len(words[place + 1])
        if (
            word in PARTICLES
            or (word in AFTER_A_PARTICLE and after_particle)
            or (word in BETWEEN_NAMES and between)
        ):
            continue
        kept.append(word)
    return tuple(kept) or words
