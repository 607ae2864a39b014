"""What is proposed: people entered twice, hardly anybody else, in whatever order the rows are."""

from __future__ import annotations

import itertools
import logging
import random
import sys
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.duplicates import RULES, list_with_duplicates, listed, person

from linkage.errors import UsageError
from linkage.records.duplicates import propose_duplicates
from linkage.records.duplicates.blocks import candidate_pairs
from linkage.records.duplicates.distinct import distinct_records
from linkage.records.duplicates.groups import group_pairs
from linkage.records.duplicates.levels import MISSING, Code, Date, Names, Text, compare_pairs
from linkage.records.duplicates.library import quiet
from linkage.records.duplicates.weights import TYPICAL, _em, fit_weights, match_probability
from linkage.types import FieldValue, NormalisedList, PartialDate

PEOPLE = ("anna", "maria"), ("jansen",), PartialDate(1990, 5, 7), "F", "NL"


def pairs_of(records: NormalisedList) -> set[tuple[int, int]]:
    proposals = propose_duplicates(records, RULES)
    return {pair for each in proposals for pair in itertools.combinations(each.rows, 2)}


@pytest.mark.parametrize(("people", "twice"), [(60, 8), (500, 60), (500, 400)])
def test_people_entered_twice_are_found(people: int, twice: int) -> None:
    records, true = list_with_duplicates(people, twice, seed=people)
    found = pairs_of(records)
    assert len(found & true) >= 0.85 * len(true)
    assert len(found & true) >= 0.95 * len(found)


def test_people_much_alike_are_not_all_one() -> None:
    """Five given names, five surnames, one month: EM alone would take all for one person."""
    given, family = ("zsazsa", "xiomara", "yggdra", "wjat", "qwen"), ("brze", "van", "ngu", "oye")
    everybody = itertools.product(given, family)
    records = listed(
        [
            ((one,), (two,), PartialDate(1987, 3, day), "FM"[day % 2], "NL")
            for day, (one, two) in enumerate(everybody, start=1)
        ]
    )
    assert propose_duplicates(records, RULES) == ()


@pytest.mark.parametrize("people", [0, 1, 2, 60, 1500])
def test_nobody_is_proposed_where_nobody_stands_twice(people: int) -> None:
    records, _ = list_with_duplicates(people, 0, seed=1)
    assert propose_duplicates(records, RULES) == ()


def test_one_person_in_a_list_of_nobody_else() -> None:
    (proposal,) = propose_duplicates(listed([PEOPLE] * 3), RULES)
    assert proposal.rows == (2, 3, 4)
    assert proposal.why == "same names; same date of birth; same sex; same nationality"
    assert "anna" not in repr(proposal)


def test_a_common_name_alone_is_no_reason() -> None:
    draw = random.Random(4)
    alone: list[tuple[FieldValue, ...]] = [(("maria",), (), PartialDate(), "F", "")] * 2
    records = listed([*(person(draw) for _ in range(400)), *alone, (("maria",), *PEOPLE[1:])])
    assert propose_duplicates(records, RULES) == ()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_the_order_of_the_rows_does_not_matter(shuffle: random.Random, seed: int) -> None:
    records, _ = list_with_duplicates(60, 20, seed)
    order = list(range(len(records)))
    shuffle.shuffle(order)
    moved = NormalisedList(
        records.rows[order],
        {name: tuple(column[i] for i in order) for name, column in records.fields.items()},
        records.strata[order],
    )
    assert propose_duplicates(moved, RULES) == propose_duplicates(records, RULES)


def test_candidates_are_distinct_and_ordered() -> None:
    records, _ = list_with_duplicates(200, 50, seed=2)
    distinct = distinct_records(records, RULES)
    pairs = candidate_pairs(distinct)
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert pairs.max() < len(distinct)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (PEOPLE, (("jansen",), ("maria", "anna"), *PEOPLE[2:]), [Names.SAME, 4, 1, 1]),
        (PEOPLE, (("anna",), *PEOPLE[1:]), [Names.CONTAINED, 4, 1, 1]),
        (PEOPLE, (("annamaria",), *PEOPLE[1:]), [Names.CONTAINED, 4, 1, 1]),
        (PEOPLE, ((), (), PartialDate(), "", ""), [MISSING] * 4),
        (
            PEOPLE,
            (("jansen",), (), PartialDate(1990), "M", ""),
            [8, Date.COMPATIBLE, 0, MISSING],
        ),
        (
            PEOPLE,
            (("qwrtz",), (), PartialDate(1991), "F", "PL"),
            [6, Date.PARTLY_DIFFERENT, 1, 0],
        ),
        (PEOPLE, (("a", "m"), ("jansen",), *PEOPLE[2:]), [Names.SIMILAR, 4, 1, 1]),
        (PEOPLE, (*PEOPLE[:2], PartialDate(1990, 7, 5), "F", "NL"), [5, Date.SWAPPED, 1, 1]),
        (PEOPLE, (*PEOPLE[:2], PartialDate(1980, 5, 7), "F", "NL"), [5, Date.ONE_PART, 1, 1]),
        (PEOPLE, (*PEOPLE[:2], PartialDate(1990, 1, 1), "F", "NL"), [5, Date.YEAR_ONLY, 1, 1]),
        (PEOPLE, (*PEOPLE[:2], PartialDate(1980, 1, 1), "F", "NL"), [5, Date.DIFFERENT, 1, 1]),
    ],
)
def test_levels(
    one: tuple[FieldValue, ...], two: tuple[FieldValue, ...], expected: list[int]
) -> None:
    distinct = distinct_records(listed([one, two]), RULES)
    pair = np.array([[0, 1]])
    assert compare_pairs(distinct, pair).tolist() == [expected]
    assert compare_pairs(distinct, pair[:, ::-1]).tolist() == [expected], "either way"


def test_a_missing_field_weighs_nothing_and_more_alike_never_less() -> None:
    records, _ = list_with_duplicates(300, 100, seed=3)
    distinct = distinct_records(records, RULES)
    levels = compare_pairs(distinct, candidate_pairs(distinct))
    strangers = compare_pairs(distinct, np.column_stack(np.triu_indices(len(distinct), k=1)))
    weights = fit_weights(levels, strangers, ["name", "date", "code", "code"], 40_000.0)
    assert weights.of(np.full((2, 4), MISSING, np.int8)).tolist() == [0.0, 0.0]
    names, dates, *codes = weights.by_level
    for worth in (names[:6], names[6:], dates[:5], dates[5:], *codes):
        assert np.isfinite(worth).all()
        assert (np.diff(worth) >= 0).all()
    assert weights.by_level[0][Names.SAME] > 3 > 0 > weights.by_level[0][Names.DIFFERENT]
    assert weights.by_level[1][Date.SAME] > weights.by_level[2][Code.SAME] > 0


def test_without_pairs_the_typical_shares_are_taken() -> None:
    nothing = np.zeros((0, 2), np.int8)
    strangers = np.array([[0, 0]] * 99 + [[2, 1]], np.int8)
    weights = fit_weights(nothing, strangers, ["text", "code"], 1e6)
    assert weights.fitted == (False, False)
    expected = np.log(TYPICAL["text"][Text.SAME] / (1.5 / 101.5))
    assert weights.by_level[0][Text.SAME] == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    "alike",
    [
        np.zeros((200, 3), np.int64),
        np.ones((200, 3), np.int64),
        np.ones((10, 3), np.int64),
        np.tile(np.array([[0, 1]]), (200, 1)),
    ],
    ids=["all differ", "all agree", "too few", "nothing varies"],
)
def test_em_without_an_answer_has_none(alike: np.ndarray) -> None:
    assert _em(alike) is None


def test_em_tells_two_kinds_of_pairs_apart() -> None:
    draw = np.random.default_rng(5)
    one_person = draw.random((300, 3)) < 0.95
    strangers = draw.random((700, 3)) < (0.02, 0.5, 0.1)
    probability = _em(np.concatenate([one_person, strangers]).astype(np.int64))
    assert probability is not None
    assert probability[:300].mean() > 0.9
    assert probability[300:].mean() < 0.05


def test_no_matches_are_invented_by_the_share_of_matches() -> None:
    assert match_probability(np.full(10_000, 3.0), 1e7).max() < 0.01


def test_look_alikes_do_not_chain() -> None:
    pairs = np.array([[0, 1], [1, 2], [2, 3], [5, 5], [6, 6]])
    groups = group_pairs(pairs, np.array([0.9, 0.6, 0.9, 0.9, 0.4]), 0.5)
    assert [group.members for group in groups] == [(0, 1), (2, 3), (5,)]


def test_the_library_keeps_its_words_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    handlers, disabled = list(logging.root.handlers), logging.root.manager.disable
    with quiet():
        warnings.warn("not for owners", stacklevel=1)
        logging.warning("not for owners")  # noqa: LOG015 - as the library does
    assert logging.root.handlers == handlers
    assert logging.root.manager.disable == disabled
    assert capsys.readouterr().err == ""


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "recordlinkage", None)
    with pytest.raises(UsageError, match="E222") as caught:
        propose_duplicates(listed([PEOPLE] * 2), RULES)
    assert 'pip install "linkage[duplicates]"' in str(caught.value)
