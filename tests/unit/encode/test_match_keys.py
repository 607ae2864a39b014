"""Match keys: which combinations there are, and when two records share one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.encoding import as_bits, normalised, rules, task
from tests.vectors.independent import encodings as independent

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES
from linkage.encode.match_keys import SLOTS, combinations, encode_match_keys

EXACT = PROFILES["exact"]
ANNA = independent.RECORDS[0][1]


def slots(record: dict[str, Any], **options: Any) -> list[str]:
    """A record's ten slots, in hexadecimal."""
    words = encode_match_keys(task(normalised([record]), EXACT, name="keys", **options)).matrix
    data = words.words[0].astype("<u8").tobytes()
    return [data[at : at + 16].hex() for at in range(0, 160, 16)]


def shared(record: dict[str, Any]) -> set[int]:
    """Slots in which a record agrees with Anna's."""
    return {
        at
        for at, pair in enumerate(zip(slots(ANNA), slots(record), strict=True))
        if pair[0] == pair[1]
    }


def names_of(*kinds: str) -> list[str]:
    fields = [
        FieldRule(name=f"f{at}", kind=kind, values=("a",) if kind == "code" else None)
        for at, kind in enumerate(kinds)
    ]
    return [combination.name for combination in combinations(fields)]


names = st.lists(st.text("abc", min_size=1, max_size=5), max_size=3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "given_name": names,
                "surname": names,
                "birth": st.sampled_from([[None] * 3, [1990, None, None], [2001, 5, 6]]),
                "sex": st.sampled_from(["", "F"]),
                "nationality": st.sampled_from(["", "NL"]),
            }
        ),
        max_size=4,
    )
)
def test_bit_for_bit_like_the_naive_twin(records: list[dict[str, Any]]) -> None:
    result = encode_match_keys(task(normalised(records), EXACT, name="keys"))
    expected = [independent.match_keys(record, b"seed", "keys") for record in records]
    assert as_bits(result.matrix.words) == [bits for bits, _ in expected]
    assert result.weights.tolist() == [weight for _, weight in expected]


def test_ten_distinct_combinations_of_the_five_usual_fields() -> None:
    found = [combination.name for combination in combinations(rules())]
    assert found == independent.COMBINATIONS
    assert len(set(found)) == SLOTS == 10
    assert len(set(slots(ANNA))) == 10


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, set(range(10))),
        ({"given_name": ["kowalska"], "surname": ["anna", "maria"]}, {1}),
        ({"given_name": ["a"]}, {2, 5}),
        ({"given_name": ["annabel"], "surname": ["kowalski"]}, {3}),
        ({"birth": [1995, 4, 13]}, {4, 7}),
        ({"birth": [1996, 3, 14]}, {7}),
        ({"sex": "M"}, {1, 2, 4, 8}),
        ({"nationality": "NL"}, {1, 2, 4, 9}),
        ({"surname": ["haddad"]}, {6}),
    ],
)
def test_which_difference_each_key_forgives(change: dict[str, Any], expected: set[int]) -> None:
    assert shared(ANNA | change) == expected


@pytest.mark.parametrize(
    ("change", "absent"),
    [
        ({"given_name": []}, {0, 1, 2, 3, 4, 6, 7, 8, 9}),
        ({"birth": [1995, None, None]}, {0, 1, 2, 3, 5, 6, 8, 9}),
        ({"birth": [None, None, None]}, {0, 1, 2, 3, 4, 5, 6, 8, 9}),
        ({"sex": ""}, {0, 3, 5, 6, 7, 9}),
        ({"nationality": ""}, {0, 3, 5, 6, 7, 8}),
    ],
)
def test_a_missing_value_empties_its_keys(change: dict[str, Any], absent: set[int]) -> None:
    found = slots(ANNA | change)
    assert {at for at, slot in enumerate(found) if slot == "00" * 16} == absent


def test_fewer_fields_leave_slots_empty() -> None:
    fields = tuple(rule for rule in rules() if rule.name in ("surname", "birth"))
    found = slots(ANNA, fields=fields)
    assert [combination.name for combination in combinations(fields)] == [
        "surname:whole,birth:whole",
        "surname:sorted,birth:whole",
        "surname:start,birth:whole",
        "surname:whole,birth:year",
    ]
    assert all(slot != "00" * 16 for slot in found[:4])
    assert found[4:] == ["00" * 16] * 6


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), ()),
        (("code",), ("f0:whole",)),
        (("name",), ("f0:whole",)),
        (("name", "name"), ("f0:whole,f1:whole",)),
        (("code", "code"), ("f0:whole,f1:whole",)),
        # neither a name alone nor a date with codes would tell people apart
        (
            ("name", "code", "date"),
            (
                "f0:whole,f1:whole,f2:whole",
                "f0:sorted,f2:whole",
                "f0:start,f2:whole,f1:whole",
                "f0:whole,f2:year",
                "f0:whole,f2:whole",
            ),
        ),
    ],
)
def test_combinations_of_few_fields(kinds: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert tuple(names_of(*kinds)) == expected if kinds else combinations([])[0].parts == ()


def test_many_fields_still_give_ten() -> None:
    found = names_of("name", "name", "name", "date", "date", "code", "code", "text")
    assert len(found) == len(set(found)) == 10


def test_words_cannot_move_between_fields_unseen() -> None:
    one = ANNA | {"given_name": ["anna"], "surname": ["maria", "kowalska"]}
    other = ANNA | {"given_name": ["anna", "maria"], "surname": ["kowalska"]}
    same = {
        at
        for at, pair in enumerate(zip(slots(one), slots(other), strict=True))
        if len(set(pair)) == 1
    }
    assert same == {1}


def test_keys_and_filters_differ() -> None:
    records = normalised([ANNA])
    reference = encode_match_keys(task(records, EXACT, name="keys")).matrix.words
    for other in (task(records, EXACT, name="keys", seed=b"2"), task(records, EXACT, name="all")):
        assert not np.intersect1d(reference, encode_match_keys(other).matrix.words).size
