"""Strata: ages from partly known dates."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.agreement.model import Stratum
from linkage.records.normalise.strata import age_group_index, possible_ages, year_index
from linkage.types import UNKNOWN, PartialDate

AGES = Stratum(name="age", kind="age-group", values=("child", "minor", "adult"), bounds=(12, 18))


@pytest.mark.parametrize(
    ("birth", "reference", "index"),
    [
        ((2000, 6, 15), (2018, 6, 14), 1),
        ((2000, 6, 15), (2018, 6, 15), 2),
        ((2000, None, None), (2018, 6, 15), UNKNOWN),
        ((2000, None, None), (2018, 12, 31), 2),
        ((2000, None, None), (2019, 1, 1), 2),
        ((2000, 5, None), (2018, 6, 1), 2),
        ((2000, 6, None), (2018, 6, 15), UNKNOWN),
        ((2000, 6, 15), (2018, None, None), UNKNOWN),
        ((1990, None, None), (2018, None, None), 2),
        ((2018, None, None), (2018, 3, 1), 0),
        ((2019, 1, 1), (2018, 3, 1), UNKNOWN),
        ((None, 1, 1), (2018, 3, 1), UNKNOWN),
        ((2000, 1, 1), (None, None, None), UNKNOWN),
    ],
)
def test_age_groups(
    birth: tuple[int | None, ...], reference: tuple[int | None, ...], index: int
) -> None:
    assert age_group_index(AGES, PartialDate(*birth), PartialDate(*reference)) == index


def whole_years(birth: dt.date, reference: dt.date) -> int:
    """Birthdays counted one by one."""
    years = 0
    while (birth.year + years + 1, birth.month, birth.day) <= (
        reference.year,
        reference.month,
        reference.day,
    ):
        years += 1
    return years


@given(
    st.dates(dt.date(1950, 1, 1), dt.date(2000, 12, 31)),
    st.dates(dt.date(2001, 1, 1), dt.date(2030, 12, 31)),
    st.sampled_from(["all", "month", "year"]),
)
def test_possible_ages_contain_the_true_one(birth: dt.date, reference: dt.date, known: str) -> None:
    parts = {"all": (birth.month, birth.day), "month": (birth.month, None), "year": (None, None)}
    partial = PartialDate(birth.year, *parts[known])
    exact = PartialDate(reference.year, reference.month, reference.day)
    ages = possible_ages(partial, exact)
    assert ages is not None
    truth = whole_years(birth, reference)
    assert ages[0] <= truth <= ages[1] <= ages[0] + 1
    assert known != "all" or ages == (truth, truth)


def test_years() -> None:
    years = Stratum(name="year", kind="year", values=("2018", "2019"))
    dates = (PartialDate(2019, 1, 1), PartialDate(2017), PartialDate(None, 1, 1))
    assert [year_index(years, date) for date in dates] == [1, UNKNOWN, UNKNOWN]
