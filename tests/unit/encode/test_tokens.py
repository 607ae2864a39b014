"""Tokens: what an encoding sees of a record."""

from __future__ import annotations

import string

import pytest
from hypothesis import strategies as st
from tests.support.encoding import rules

from linkage.encode.tokens import has_value, record_tokens, value_tokens
from linkage.types import PartialDate

words = st.lists(st.text("abn", min_size=1, max_size=5), max_size=3)
dates = st.one_of(
    st.just([None, None, None]),
    st.tuples(
        st.one_of(st.none(), st.integers(1900, 2030)),
        st.one_of(st.none(), st.integers(1, 12)),
        st.one_of(st.none(), st.integers(1, 31)),
    ).map(list),
)
plain_records = st.fixed_dictionaries(
    {
        "given_name": words,
        "surname": words,
        "birth": dates,
        "sex": st.sampled_from(["", "F", "M"]),
        "nationality": st.sampled_from(["", "NL", "PL"]),
    }
)


def test_a_word_gives_its_padded_bigrams() -> None:
    assert value_tokens("name", ("maria",)) == ("^m", "_m", "ma", "ar", "ri", "ia", "a_")


def test_text_is_taken_apart_like_a_name() -> None:
    expected = ("^a", "_a", "an", "n_")
    assert value_tokens("text", ("an",)) == value_tokens("name", ("an",)) == expected


def test_an_initial_has_tokens_that_full_names_share() -> None:
    assert value_tokens("name", ("m",)) == ("^m", "_m")
    assert value_tokens("name", ("maria",))[:2] == ("^m", "_m")


def test_repeated_bigrams_and_words_count_once() -> None:
    assert value_tokens("name", ("anan", "anan")) == ("^a", "_a", "an", "na", "n_")


def test_the_order_of_words_does_not_matter() -> None:
    assert set(value_tokens("name", ("jan", "piet"))) == set(value_tokens("name", ("piet", "jan")))


@pytest.mark.parametrize(
    ("date", "tokens"),
    [
        (PartialDate(), set()),
        (PartialDate(1995), {"D199", "d5", "Y1995"}),
        (PartialDate(1995, 3), {"D199", "d5", "Y1995", "M03"}),
        (PartialDate(1995, None, 14), {"D199", "d5", "Y1995", "T14"}),
        (PartialDate(None, 3, 14), {"M03", "T14", "MT0314", "U03-14"}),
        (PartialDate(None, 12, 5), {"M12", "T05", "MT1205", "U05-12"}),
    ],
)
def test_date_tokens_need_their_parts(date: PartialDate, tokens: set[str]) -> None:
    assert set(value_tokens("date", date)) == tokens


def test_swapped_day_and_month_share_the_unordered_pair() -> None:
    one = set(value_tokens("date", PartialDate(2001, 12, 5)))
    other = set(value_tokens("date", PartialDate(2001, 5, 12)))
    assert one & other == {"D200", "d1", "Y2001", "U05-12"}


def test_date_tokens_never_collide() -> None:
    every = [
        token
        for year in range(1900, 2031, 7)
        for month in range(1, 13)
        for day in range(1, 32, 5)
        for token in value_tokens("date", PartialDate(year, month, day))
    ]
    kinds: dict[str, str] = {}
    for token in every:
        kind = token.strip(string.digits + "-")
        assert kinds.setdefault(token, kind) == kind
    assert set(kinds.values()) == {"D", "d", "Y", "M", "T", "MT", "U"}


def test_a_code_is_one_token_and_a_missing_one_none() -> None:
    assert value_tokens("code", "NL") == ("=NL",)
    assert value_tokens("code", "") == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((), False),
        (("a",), True),
        ("", False),
        ("F", True),
        (PartialDate(), False),
        (PartialDate(None, None, 3), True),
    ],
)
def test_has_value(value: object, expected: bool) -> None:
    assert has_value(value) is expected  # type: ignore[arg-type]


def test_fields_of_one_tag_share_tokens_and_take_the_larger_weight() -> None:
    fields = [rule for rule in rules() if rule.kind == "name"]
    tokens = record_tokens(fields, [("bo",), ("bob",)])
    weights = {token.content: token.weight for token in tokens}
    assert {token.tag for token in tokens} == {"name"}
    assert weights == {b"_b": 2, b"bo": 2, b"ob": 2, b"b_": 2, b"o_": 1, b"^b": 2}


def test_tags_keep_the_same_token_of_different_fields_apart() -> None:
    apart = rules(given_name={"tag": "given"}, surname={"tag": "surname"})
    fields = [rule for rule in apart if rule.kind == "name"]
    assert len(record_tokens(fields, [("bo",), ("bo",)])) == 8
