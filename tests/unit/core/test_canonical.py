"""Canonical JSON: one value, one byte string."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.canonical import canonical_json
from linkage.errors import DataError, Fault, LinkageError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_round_trip_and_idempotence(value: object) -> None:
    encoded = canonical_json(value)
    assert json.loads(encoded) == value
    assert canonical_json(json.loads(encoded)) == encoded


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_key_order_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


@pytest.mark.parametrize("value", [1.5, {1: "a"}, {"a": b"b"}, [float("nan")], {"a": {1, 2}}])
def test_what_has_more_than_one_spelling_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_errors_carry_all_faults() -> None:
    error = DataError.of(Fault(f"E30{number}", "wrong", row=number) for number in range(3))
    assert isinstance(error, DataError)
    assert error.exit_code == 3
    assert [fault.row for fault in error.faults] == [0, 1, 2]
    assert error.faults[1].as_dict() == {"code": "E301", "message": "wrong", "row": 1}
    with pytest.raises(ValueError, match="at least one"):
        LinkageError()
