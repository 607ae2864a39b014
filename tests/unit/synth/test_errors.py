from __future__ import annotations

import collections
import datetime as dt

import numpy as np
import pytest

from linkage.synth import DEFAULT_RATES, ERROR_KINDS, LISTS, Person
from linkage.synth.drafts import Draft
from linkage.synth.draws import Draws
from linkage.synth.errors import apply_errors
from linkage.synth.names import SpelledName
from linkage.synth.spelling import (
    misheard,
    misread,
    mistyped,
    other_romanisation,
    without_diacritics,
)


def name(plain, native=None):
    return SpelledName(plain, plain, native or plain)


def person(**changes):
    values = {
        "number": 1,
        "sex": "F",
        "birth_date": dt.date(1990, 5, 11),
        "nationality": "NL",
        "pool": "NL",
        "given": (name("Marianne"), name("Elisabeth")),
        "surnames": (name("van den Berg"), name("Willemsen")),
        "alias": (name("Roza"), name("Kuipers")),
        "exploitation": "sexual",
        "year": 2022,
        "region": "Limburg",
        "minor": False,
        "lists": ("P",),
    }
    return Person(**(values | changes))


def after(kind, seed=1, *, native=False, **changes):
    draft = Draft.of(person(**changes), native=native)
    apply_errors(Draws(np.random.default_rng(seed)), draft, {kind: 1.0})
    return draft


def content(draft):
    return (
        tuple(draft.given),
        tuple(draft.surnames),
        (draft.year, draft.month, draft.day),
        draft.sex,
        draft.nationality,
        draft.region,
    )


@pytest.mark.parametrize("kind", ERROR_KINDS)
def test_every_kind_changes_the_record_and_says_so(kind):
    clean = content(after("none"))
    drafts = [after(kind, seed) for seed in range(20)]
    applied = [draft for draft in drafts if draft.kinds]
    assert applied
    assert all(draft.kinds == [kind] for draft in applied)
    assert any(content(draft) != clean for draft in applied)


def test_a_kind_changes_only_what_its_name_says():
    parts = {"given_name": 0, "surname": 1, "birth": 2, "day": 2, "sex": 3, "nationality": 4}
    clean = content(after("none"))
    for kind in ERROR_KINDS:
        part = next((place for word, place in parts.items() if kind.startswith(word)), None)
        if part is None:
            continue
        for seed in range(10):
            changed = content(after(kind, seed))
            others = [place for place in range(6) if place != part]
            assert all(changed[place] == clean[place] for place in others), kind


def test_dates():
    assert content(after("birth_date_missing"))[2] == (None, None, None)
    assert content(after("birth_date_year_only"))[2] == (1990, None, None)
    assert content(after("birth_date_1_january"))[2] == (1990, 1, 1)
    assert content(after("day_and_month_swapped"))[2] == (1990, 11, 5)
    unswappable = after("day_and_month_swapped", birth_date=dt.date(1990, 5, 23))
    assert not unswappable.kinds
    for seed in range(50):
        estimated = after("birth_year_estimated", seed, birth_date=dt.date(1992, 2, 29))
        assert estimated.full_date is not None
        assert 1 <= abs(estimated.year - 1992) <= 2
        assert after("birth_date_mistyped", seed).full_date is not None


def test_names():
    assert content(after("names_swapped"))[:2] == (
        ("van den Berg", "Willemsen"),
        ("Marianne", "Elisabeth"),
    )
    assert content(after("surname_missing"))[1] == ()
    assert content(after("initial_only"))[0] == ("M.",)
    assert content(after("middle_names_dropped"))[0] == ("Marianne",)
    assert content(after("alias"))[:2] == (("Roza",), ("Kuipers",))
    vietnamese = after("middle_names_dropped", given=(name("Thi"), name("Hoa")), pool="VN")
    assert vietnamese.given == ["Hoa"]
    particles = {after("particle_changed", seed).surnames[0] for seed in range(30)}
    assert particles == {"den Berg", "vanden Berg", "den Berg, van"}


def test_spelling_errors_leave_other_scripts_alone():
    given = (SpelledName("Svitlana", "Svitlana", "Світлана"),)
    for kind in ERROR_KINDS:
        if kind.startswith(("given_name", "alias", "initial")):
            draft = after(kind, native=True, pool="UA", given=given)
            assert draft.given == ["Світлана"], kind


def test_attempts_follow_the_rate():
    draws = Draws(np.random.default_rng(9))
    counts = collections.Counter()
    for _ in range(4000):
        draft = Draft.of(person(), native=False)
        apply_errors(draws, draft, {"sex_missing": 0.25, "names_swapped": 0.1})
        counts.update(draft.kinds)
    assert counts["sex_missing"] / 4000 == pytest.approx(0.25, abs=0.03)
    assert counts["names_swapped"] / 4000 == pytest.approx(0.1, abs=0.02)


def test_default_rates_cover_every_list_and_kind():
    assert set(DEFAULT_RATES) == set(LISTS)
    for rates in DEFAULT_RATES.values():
        assert set(rates) == set(ERROR_KINDS)
        assert all(0 <= rate < 1 for rate in rates.values())


@pytest.mark.parametrize("spell", [mistyped, misread, misheard])
def test_spelling_errors_are_small(spell):
    draws = Draws(np.random.default_rng(2))
    for _ in range(300):
        changed = spell(draws, "Christina")
        assert changed[0] == "C"
        assert abs(len(changed) - 9) <= 3
    assert mistyped(draws, "Li") == "Li"


def test_romanisation_takes_a_known_spelling_first():
    draws = Draws(np.random.default_rng(2))
    assert other_romanisation(draws, "Nguyễn", {"nguyen": ("ngujens",)}) == "Ngujens"
    assert other_romanisation(draws, "Ali", {}) == "Aly"


def test_diacritics_are_dropped_but_letters_stay():
    assert without_diacritics("Łukasz Çevik Đặng Yılmaz") == "Lukasz Cevik Dang Yilmaz"
