"""A synthetic population of victims, of whom some are on no list at all.

Capture is heterogeneous (a person has a general visibility, and some forms of
exploitation are seen by some owners only) and positively dependent (police and border
police refer people to shelters and regional coordinators). No person is real.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from linkage.synth.draws import Draws, Weighted
from linkage.synth.names import NamePools, SpelledName, load_name_pools

__all__ = [
    "EXPLOITATION",
    "LISTS",
    "NATIONALITIES",
    "Person",
    "Population",
    "PopulationSettings",
    "make_population",
]

LISTS = ("I", "K", "O", "P", "R", "Z")
"""Labour inspectorate, border police, other NGOs, police, regional coordinators, shelters."""

EXPLOITATION = ("sexual", "labour", "criminal", "other")

NATIONALITIES: Mapping[str, tuple[float, tuple[tuple[str, float], ...]]] = MappingProxyType(
    {
        "NL": (
            0.28,
            (("NL", 0.64), ("TR", 0.1), ("MA", 0.12), ("LA", 0.05), ("SY", 0.05), ("CN", 0.04)),
        ),
        "PL": (0.09, (("PL", 1.0),)),
        "RO": (0.08, (("RO", 0.9), ("HU", 0.1))),
        "NG": (0.08, (("NG", 1.0),)),
        "VN": (0.06, (("VN", 1.0),)),
        "HU": (0.06, (("HU", 1.0),)),
        "BG": (0.06, (("BG", 0.85), ("TR", 0.15))),
        "SY": (0.05, (("SY", 1.0),)),
        "CN": (0.05, (("CN", 1.0),)),
        "UA": (0.04, (("UA", 1.0),)),
        "MA": (0.03, (("MA", 1.0),)),
        "TR": (0.02, (("TR", 1.0),)),
        "GH": (0.02, (("WA", 1.0),)),
        "UG": (0.02, (("EA", 1.0),)),
        "SK": (0.02, (("SK", 0.8), ("HU", 0.2))),
        "IN": (0.02, (("IN", 1.0),)),
        "CO": (0.01, (("LA", 1.0),)),
        "IQ": (0.01, (("SY", 1.0),)),
    }
)
"""Nationality -> (share of victims, the name pools it draws from). Set by hand."""

REGIONS = (
    "Amsterdam",
    "Den Haag",
    "Rotterdam",
    "Noord-Holland",
    "Noord-Nederland",
    "Oost-Nederland",
    "Midden-Nederland",
    "Limburg",
    "Oost-Brabant",
    "Zeeland-West-Brabant",
)

_CAPTURE: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "I": {"sexual": 0.01, "labour": 0.3, "criminal": 0.04, "other": 0.05},
        "K": {"sexual": 0.1, "labour": 0.14, "criminal": 0.1, "other": 0.14},
        "O": {"sexual": 0.2, "labour": 0.18, "criminal": 0.12, "other": 0.2},
        "P": {"sexual": 0.42, "labour": 0.28, "criminal": 0.42, "other": 0.25},
        "R": {"sexual": 0.15, "labour": 0.1, "criminal": 0.18, "other": 0.12},
        "Z": {"sexual": 0.22, "labour": 0.13, "criminal": 0.12, "other": 0.2},
    }
)
_EXPLOITATION_OF = {
    "F": Weighted(EXPLOITATION, (0.68, 0.17, 0.09, 0.06)),
    "M": Weighted(EXPLOITATION, (0.14, 0.52, 0.26, 0.08)),
}
_VISIBILITY = Weighted((0.4, 1.0, 1.75), (0.3, 0.45, 0.25))
_REFERRED_TO = frozenset({"R", "Z"})
_REFERRAL = 1.5
_MOST = 0.95


@dataclass(frozen=True, slots=True)
class Person:
    """One victim, as he or she truly is.

    Attributes:
        number: 0, 1, ... in the population.
        sex: F or M.
        birth_date: true date of birth.
        nationality: key of :data:`NATIONALITIES`.
        pool: name pool, which may differ from the nationality.
        given: one to three given names.
        surnames: one surname, or two in the Latin American pool.
        alias: another identity's given name and surname, or None.
        exploitation: one of :data:`EXPLOITATION`.
        year: year in which the person was exploited and is reported.
        region: where.
        minor: under 18 on 1 July of that year.
        lists: ids of the lists the person is on; empty for the hidden population.
    """

    number: int
    sex: str
    birth_date: dt.date
    nationality: str
    pool: str
    given: tuple[SpelledName, ...] = field(repr=False)
    surnames: tuple[SpelledName, ...] = field(repr=False)
    alias: tuple[SpelledName, SpelledName] | None = field(repr=False)
    exploitation: str
    year: int
    region: str
    minor: bool
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PopulationSettings:
    """What a population looks like; the defaults are set by hand, not estimated.

    Attributes:
        people: number of victims, on a list or not.
        years: years of the reference period.
        alias_share: share of victims with a second identity.
    """

    people: int = 3000
    years: tuple[int, ...] = (2016, 2017, 2018, 2019, 2020, 2021)
    alias_share: float = 0.05


@dataclass(frozen=True, slots=True)
class Population:
    """Everyone, with the truth about who is on which list."""

    people: tuple[Person, ...]
    years: tuple[int, ...]

    def on_list(self, list_id: str) -> tuple[Person, ...]:
        """The people on one list, in order of their number."""
        return tuple(person for person in self.people if list_id in person.lists)

    def histories(self) -> Counter[tuple[str, ...]]:
        """How many people are on exactly these lists; the hidden ones under ``()``."""
        return Counter(person.lists for person in self.people)


def make_population(
    generator: np.random.Generator, settings: PopulationSettings | None = None
) -> Population:
    """Draw a population.

    Args:
        generator: seeded; equal seeds give equal populations.
        settings: size, years and share of aliases.

    >>> population = make_population(np.random.default_rng(1), PopulationSettings(people=500))
    >>> len(population.people), sum(not person.lists for person in population.people) > 50
    (500, True)
    """
    settings = settings or PopulationSettings()
    draws = Draws(generator)
    pools = load_name_pools()
    nationalities = Weighted(
        tuple(NATIONALITIES), tuple(share for share, _ in NATIONALITIES.values())
    )
    origins = {
        nationality: Weighted(tuple(p for p, _ in pool), tuple(w for _, w in pool))
        for nationality, (_, pool) in NATIONALITIES.items()
    }
    people = []
    for number in range(settings.people):
        nationality = draws.weighted(nationalities)
        pool = draws.weighted(origins[nationality])
        people.append(_person(draws, pools, settings, number, nationality, pool))
    return Population(tuple(people), settings.years)


def _person(
    draws: Draws,
    pools: NamePools,
    settings: PopulationSettings,
    number: int,
    nationality: str,
    pool: str,
) -> Person:
    sex = "F" if draws.chance(0.66) else "M"
    exploitation = draws.weighted(_EXPLOITATION_OF[sex])
    year = draws.pick(settings.years)
    minor = draws.chance(0.3 if nationality == "NL" else 0.08)
    age = draws.between(12, 17) if minor else draws.between(18, 30) + draws.between(0, 18)
    middle = dt.date(year, 7, 1)
    birth_date = dt.date(year - age, 7, 1) - dt.timedelta(days=draws.between(0, 364))
    given = _given_names(draws, pools, pool, sex)
    surnames = [pools.draw(draws, pool, "surname", sex)]
    if pool == "LA" and draws.chance(0.7):
        surnames.append(pools.draw(draws, pool, "surname", sex))
    alias = None
    if draws.chance(settings.alias_share):
        alias = (
            pools.draw(draws, pool, "given", sex),
            pools.draw(draws, pool, "surname", sex),
        )
    return Person(
        number=number,
        sex=sex,
        birth_date=birth_date,
        nationality=nationality,
        pool=pool,
        given=given,
        surnames=tuple(surnames),
        alias=alias,
        exploitation=exploitation,
        year=year,
        region=draws.pick(REGIONS),
        minor=(middle - birth_date).days < 18 * 365.25,
        lists=_captured(draws, exploitation, nationality),
    )


def _given_names(draws: Draws, pools: NamePools, pool: str, sex: str) -> tuple[SpelledName, ...]:
    names = [pools.draw(draws, pool, "given", sex)]
    if pool == "VN" and draws.chance(0.55):  # the customary middle name stands first
        thi = SpelledName("Thi", "Thị", "Thị") if sex == "F" else SpelledName("Van", "Văn", "Văn")
        return (thi, *names)
    share = {"NL": 0.35, "LA": 0.4, "NG": 0.4, "PL": 0.3, "UA": 0.0, "CN": 0.0}.get(pool, 0.15)
    if draws.chance(share):
        names.append(pools.draw(draws, pool, "given", sex))
        if draws.chance(0.15):
            names.append(pools.draw(draws, pool, "given", sex))
    return tuple(dict.fromkeys(names))


def _captured(draws: Draws, exploitation: str, nationality: str) -> tuple[str, ...]:
    visibility = draws.weighted(_VISIBILITY)
    on: set[str] = set()
    for list_id in ("P", "K", "I", "R", "Z", "O"):  # the authorities refer to those after them
        probability = _CAPTURE[list_id][exploitation] * visibility
        if list_id == "K" and nationality == "NL":
            probability *= 0.15
        if list_id in _REFERRED_TO and on:
            probability *= _REFERRAL
        if draws.chance(min(probability, _MOST)):
            on.add(list_id)
    return tuple(list_id for list_id in LISTS if list_id in on)
