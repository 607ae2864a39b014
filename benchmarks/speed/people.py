"""Filters of fictional people, as two owners with different habits and mistakes encode them."""

from __future__ import annotations

import numpy as np
from benchmarks.encode_speed import COUNTRIES, agreement

from linkage.agreement.profiles import PROFILES
from linkage.encode import Subkeys, encode_records
from linkage.records.normalise.text import ascii_words, fold
from linkage.synth import DEFAULT_RATES, NATIONALITIES, Person, PopulationSettings, make_population
from linkage.synth.drafts import Draft
from linkage.synth.draws import Draws
from linkage.synth.errors import apply_errors
from linkage.types import NormalisedList, PartialDate

__all__ = ["encoded_people"]

OWNERS = ("P", "Z")
SECRET = bytes(range(32))
FIRST_ROW = 2


def encoded_people(
    generator: np.random.Generator, records: int, *, profile: str = "clk"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Filters of two lists of ``records`` people, half of them the same, and who they are."""
    people = make_population(generator, PopulationSettings(people=records + records // 2)).people
    shift = records // 2
    groups = people[:records], people[shift : shift + records]
    orders = [generator.permutation(records) for _ in OWNERS]
    filters = []
    for owner, group, order in zip(OWNERS, groups, orders, strict=True):
        drawn = _written_down(Draws(generator), [group[place] for place in order], owner)
        keys = Subkeys(SECRET, "speed", 1, bytes(32))
        result = encode_records(drawn, agreement(PROFILES[profile], records), keys, list_id="L1")
        words = result.encoded.filters[0].words
        ordered = np.zeros((records, words.shape[1]), np.uint64)
        ordered[result.rows - FIRST_ROW] = words  # who has no identifiers keeps an empty filter
        filters.append(ordered)
    place = [np.argsort(order) for order in orders]
    shared = np.arange(shift, records)
    truth = np.stack([place[0][shared], place[1][shared - shift]]).astype(np.int64)
    return filters[0], filters[1], truth


def _written_down(draws: Draws, people: list[Person], owner: str) -> NormalisedList:
    drafts = []
    for person in people:
        draft = Draft.of(person, native=False)
        apply_errors(draws, draft, DEFAULT_RATES[owner])
        drafts.append(draft)
    country = dict(zip(NATIONALITIES, COUNTRIES, strict=False))

    def words(names: list[str]) -> tuple[str, ...]:
        return ascii_words(fold(" ".join(names)))

    return NormalisedList(
        np.arange(FIRST_ROW, len(drafts) + FIRST_ROW, dtype=np.int64),
        {
            "given_name": tuple(words(draft.given) for draft in drafts),
            "surname": tuple(words(draft.surnames) for draft in drafts),
            "birth": tuple(PartialDate(d.year, d.month, d.day) for d in drafts),
            "sex": tuple(draft.sex for draft in drafts),
            "nationality": tuple(country.get(draft.nationality, "") for draft in drafts),
            "place": tuple(words([draft.region]) for draft in drafts),
        },
        np.zeros((len(drafts), 0), dtype=np.uint8),
    )
