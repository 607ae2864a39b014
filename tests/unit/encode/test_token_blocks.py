"""Tokens as arrays: the same as record by record, whatever the list is like."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.encoding import normalised, rules, task, value_of
from tests.vectors.independent import encodings as independent

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES
from linkage.encode import list_columns
from linkage.encode.columns import joined_words
from linkage.encode.growing import GrowingRows
from linkage.encode.registry import ENCODERS
from linkage.encode.token_blocks import TokenReader
from linkage.encode.tokens import DATE_PARTS, record_tokens
from linkage.kernels.encode_choice import load_encode_kernels
from linkage.types import NormalisedList

BACKENDS = ["numba", "numpy"]
words = st.lists(st.text("abd5_é", min_size=1, max_size=4), max_size=3)
plain_records = st.fixed_dictionaries(
    {
        "given_name": words,
        "surname": words,
        "birth": st.tuples(
            st.one_of(st.none(), st.integers(1900, 2030)),
            st.one_of(st.none(), st.integers(1, 12)),
            st.one_of(st.none(), st.integers(1, 31)),
        ).map(list),
        "sex": st.sampled_from(["", "F", "M", "é", "\x1e"]),
        "nationality": st.sampled_from(["", "NL", "PL"]),
    }
)


def tokens_of(
    backend: Any, records: NormalisedList, fields: tuple[FieldRule, ...]
) -> list[dict[tuple[str, str], int]]:
    """Every record's (tag, token) and weight."""
    reader = TokenReader(records, fields, load_encode_kernels(backend))
    made = []
    for _, tokens in reader.blocks():
        bounds = tokens.starts.tolist()
        for low, high in itertools.pairwise(bounds):
            entries = tokens.entries[low:high].tolist()
            found = {
                (reader.contents[entry >> 4][0], reader.contents[entry >> 4][1].decode()): entry
                & 15
                for entry in entries
            }
            assert len(found) == len(entries)
            made.append(found)
    assert len(set(reader.contents)) == len(reader.contents)
    return made


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("block", [1, 3, 4096])
@settings(max_examples=60, deadline=None)
@given(st.lists(plain_records, max_size=7))
def test_the_same_as_record_by_record(
    backend: str, block: int, records: list[dict[str, Any]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(list_columns, "BLOCK", block)
        found = tokens_of(backend, normalised(records), rules())
    values = [[value_of(rule.kind, record[rule.name]) for rule in rules()] for record in records]
    assert found == [
        {(token.tag, token.content.decode()): token.weight for token in record_tokens(rules(), row)}
        for row in values
    ]
    assert found == [independent.record_tokens(independent.FIELDS, record) for record in records]


@pytest.mark.parametrize("backend", BACKENDS)
def test_fields_of_different_kinds_may_share_a_tag(backend: str) -> None:
    """The year's last digit, d5, is also a bigram."""
    shared = rules(birth={"tag": "name", "weight": 1}, sex={"tag": "name"})
    plain = {"given_name": ["ad5"], "surname": ["d5", "=F"], "birth": [1995, None, None]}
    records = [plain | {"sex": "F", "nationality": ""}, plain | {"sex": "", "nationality": "NL"}]
    for order in (records, records[::-1]):
        made = normalised(order)
        expected = [
            {
                (token.tag, token.content.decode()): token.weight
                for token in record_tokens(shared, [made.fields[rule.name][row] for rule in shared])
            }
            for row in range(2)
        ]
        assert tokens_of(backend, made, shared) == expected


def test_date_tokens_need_the_year_alone_or_the_day_alone() -> None:
    """Or the two cannot be numbered apart (DateColumn)."""
    assert all(needs == ("year",) or "year" not in needs for _, _, needs in DATE_PARTS)


def test_words_that_are_not_ascii_or_hold_a_separator_are_not_joined() -> None:
    assert joined_words((("é",),)) is None
    assert joined_words((("a\x1eb",),)) is None


@pytest.mark.parametrize("profile", [p for p in PROFILES.values() if p.scheme != "match-keys"])
def test_both_sets_of_kernels_give_the_same_filters(profile: Any) -> None:
    rng = np.random.default_rng(5)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    records = normalised(
        [
            {
                "given_name": ["".join(rng.choice(letters, int(rng.integers(1, 9))))],
                "surname": ["".join(rng.choice(letters, 7)) for _ in range(number % 3)],
                "birth": [1950 + number % 60, 1 + number % 12, 1 + number % 28],
                "sex": "FM"[number % 2],
                "nationality": ("BG", "NL", "PL", "")[number % 4],
            }
            for number in range(150)
        ]
    )
    made = [
        ENCODERS[profile.scheme](replace(task(records, profile), kernels=backend))
        for backend in ("numba", "numpy")
    ]
    assert np.array_equal(made[0].matrix.words, made[1].matrix.words)
    assert np.array_equal(made[0].weights, made[1].weights)


def test_rows_grow_and_keep_what_they_hold() -> None:
    rows = GrowingRows((2,), np.int32)
    for number in range(200):
        rows.extend(np.full((number % 4, 2), number))
    expected = [[number, number] for number in range(200) for _ in range(number % 4)]
    assert rows.rows.tolist() == expected
    assert rows.rows.dtype == np.int32


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("profile", [p for p in PROFILES.values() if p.scheme != "match-keys"])
def test_a_filter_without_fields_is_all_zeros(profile: Any, backend: Any) -> None:
    records = normalised([record for _, record in independent.RECORDS])
    made = ENCODERS[profile.scheme](replace(task(records, profile, fields=()), kernels=backend))
    assert not made.matrix.words.any()
    assert made.matrix.words.shape == (len(records), profile.bits // 64)


def test_what_is_as_secret_as_the_key_is_not_in_a_repr() -> None:
    rows = GrowingRows((1,), np.uint64)
    rows.extend(np.array([[1234567]], dtype=np.uint64))
    assert "1234567" not in repr(rows)
