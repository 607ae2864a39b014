"""A synthetic victim population, and its lists as six owners hold them, with known truth."""

from __future__ import annotations

from linkage.synth.errors import DEFAULT_RATES, ERROR_KINDS
from linkage.synth.lists import OwnedList, make_lists, population_csv, truth_csv
from linkage.synth.people import (
    EXPLOITATION,
    LISTS,
    NATIONALITIES,
    Person,
    Population,
    PopulationSettings,
    make_population,
)
from linkage.synth.styles import LIST_STYLES, ListStyle

__all__ = [
    "DEFAULT_RATES",
    "ERROR_KINDS",
    "EXPLOITATION",
    "LISTS",
    "LIST_STYLES",
    "NATIONALITIES",
    "ListStyle",
    "OwnedList",
    "Person",
    "Population",
    "PopulationSettings",
    "make_lists",
    "make_population",
    "population_csv",
    "truth_csv",
]
