"""encode_records: policy, order, handles, what is left out, what stays at home."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.encoding import agreement, normalised, rules, task
from tests.vectors.independent import encodings as independent

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES, ProfileName
from linkage.encode import EncodingResult, Subkeys, encode_records
from linkage.encode.encoder import _encode_from_parts
from linkage.encode.registry import ENCODERS
from linkage.encode.token_counts import MOST, count_tokens
from linkage.encode.tokens import record_tokens
from linkage.errors import AgreementError, DataError, PolicyError
from linkage.random_bits import DerivedSubkeys
from linkage.types import NormalisedList

PLAIN: list[dict[str, Any]] = [record for _, record in independent.RECORDS]
RECORDS = normalised(PLAIN)  # the last of the eight has no value at all
KEYS = DerivedSubkeys(b"seed")
FILTER_OF = {"name": "names", "date": "date", "code": "rest"}


class Unused:
    """A key that nobody may ask for anything."""

    def subkey(self, purpose: str, field: str = "") -> bytes:  # noqa: ARG002
        raise AssertionError("a subkey was derived")


def encode(profile: ProfileName = "balanced", **options: Any) -> EncodingResult:
    return encode_records(RECORDS, agreement(profile, **options), KEYS, list_id="L1")


@pytest.mark.parametrize("profile", list(PROFILES))
def test_shapes_of_every_profile(profile: ProfileName) -> None:
    parameters = PROFILES[profile]
    encoded = encode(profile, insecure=parameters.insecure).encoded
    linkable = 5 if profile == "exact" else 7
    assert encoded.list_id == "L1"
    assert len(encoded) == len(encoded.handles) == len(encoded.strata)
    assert [matrix.bits for matrix in encoded.filters] == [parameters.bits] * len(
        parameters.filters
    )
    assert all(len(matrix) == len(encoded) for matrix in encoded.filters)
    assert encoded.presence is None
    if parameters.carries_weights:
        assert encoded.weights is not None
        assert encoded.weights.shape == (len(encoded), len(parameters.filters))
    else:
        assert encoded.weights is None
    assert len(encoded) == linkable


@pytest.mark.parametrize("profile", list(PROFILES))
def test_filters_do_not_depend_on_the_order(profile: ProfileName) -> None:
    parameters = PROFILES[profile]
    fields = rules(parameters.filters)
    result = encode(profile, insecure=parameters.insecure)
    for matrix, name in zip(result.encoded.filters, parameters.filters, strict=True):
        chosen = tuple(rule for rule in fields if name in rule.filters)
        made = ENCODERS[parameters.scheme](task(RECORDS, parameters, name=name, fields=chosen))
        assert np.array_equal(matrix.words, made.matrix.words[result.rows - 2])


def test_the_real_key_serves_every_profile() -> None:
    keys = Subkeys(bytes(range(32)), "project", 1, bytes(32))
    for profile in PROFILES.values():
        made = agreement(profile.name, insecure=profile.insecure)
        one = encode_records(RECORDS, made, keys, list_id="L1")
        other = encode_records(RECORDS, made, keys, list_id="L2")
        for left, right in zip(one.encoded.filters, other.encoded.filters, strict=True):
            by_row = left.words[np.argsort(one.rows)], right.words[np.argsort(other.rows)]
            assert np.array_equal(*by_row)


def test_an_unsafe_profile_is_refused_before_anything_happens() -> None:
    with pytest.raises(PolicyError) as caught:
        encode_records(RECORDS, agreement("clk"), Unused(), list_id="L1")
    assert [fault.code for fault in caught.value.faults] == ["E603"]
    assert caught.value.exit_code == 6
    assert len(encode("clk", insecure=True)) == 7


def test_a_list_of_another_agreement_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        encode_records(RECORDS, agreement(), Unused(), list_id="nobody")
    assert [fault.code for fault in caught.value.faults] == ["E381"]


@pytest.mark.parametrize("records", [[], [PLAIN[-1]] * 3])
def test_nothing_to_encode_is_an_error(records: list[dict[str, Any]]) -> None:
    with pytest.raises(DataError) as caught:
        encode_records(normalised(records), agreement(), KEYS, list_id="L1")
    assert [fault.code for fault in caught.value.faults] == ["E380"]


def test_lists_too_large_for_the_profile_are_refused() -> None:
    with pytest.raises(AgreementError) as caught:
        encode_records(RECORDS, beyond_any_length("strong"), KEYS, list_id="L1")
    assert [fault.code for fault in caught.value.faults] == ["E530"]


def beyond_any_length(profile: ProfileName) -> Any:
    """Forty lists of twenty million records: beyond any length."""
    small = agreement(profile)
    owner = small.parties[0]
    parties = tuple(
        owner.model_copy(
            update={
                "id": f"o{number}",
                "list": owner.list.model_copy(
                    update={"id": f"L{number}", "expected_records": 10**18}
                ),
            }
        )
        for number in range(40)
        if owner.list is not None
    )
    return small.model_copy(update={"parties": parties})


def test_longer_filters_for_longer_lists() -> None:
    assert encode("strong", expected=1000).encoded.filters[0].bits == 32_768
    assert encode("strong", expected=1_000_000).encoded.filters[0].bits == 48_128


def test_a_list_without_a_field_is_a_mistake_of_the_caller() -> None:
    fewer = {name: values for name, values in RECORDS.fields.items() if name != "sex"}
    with pytest.raises(ValueError, match="lacks the fields sex"):
        encode_records(replace(RECORDS, fields=fewer), agreement(), KEYS, list_id="L1")
    short = dict(RECORDS.fields) | {"sex": ("F",)}
    with pytest.raises(ValueError, match="one value for each record"):
        encode_records(replace(RECORDS, fields=short), agreement(), KEYS, list_id="L1")


def test_records_without_identifiers_are_left_out_and_named() -> None:
    result = encode()
    assert result.not_linkable.tolist() == [9]
    assert sorted(result.rows.tolist()) == [2, 3, 4, 5, 6, 7, 8]
    # a date alone, or without its year, gives no match key; a year with names gives one
    assert encode("exact").not_linkable.tolist() == [7, 8, 9]


def test_a_required_field_that_is_missing_leaves_a_record_out() -> None:
    fields = rules(sex={"required": True})
    result = encode(fields=fields)
    assert result.not_linkable.tolist() == [6, 7, 9]


def test_strata_and_presence_follow_their_record() -> None:
    result = encode(presence=True)
    encoded = result.encoded
    assert encoded.presence is not None
    assert encoded.strata[:, 0].tolist() == (result.rows - 2).tolist()
    by_row = dict(zip(result.rows.tolist(), encoded.presence.tolist(), strict=True))
    # bits: given 1, surname 2, birth 4, sex 8, nationality 16
    assert by_row == {2: 31, 3: 31, 4: 31, 5: 15, 6: 7, 7: 4, 8: 30}


SPLIT_FIELDS = tuple(
    rule.model_copy(update={"filters": (FILTER_OF[rule.kind],)}) for rule in rules()
)


@pytest.mark.parametrize("profile", ["strong", "balanced", "diffused", "clk"])
def test_filters_of_the_agreement_are_made_under_keys_of_their_own(profile: ProfileName) -> None:
    filters = ("names", "date", "rest")
    options = {"insecure": PROFILES[profile].insecure, "fields": SPLIT_FIELDS}
    result = encode(profile, filters=filters, **options)
    encoded = result.encoded
    assert len(encoded.filters) == 3
    for place, name in enumerate(filters):
        fields = tuple(rule for rule in SPLIT_FIELDS if name in rule.filters)
        alone = ENCODERS[PROFILES[profile].scheme](
            task(RECORDS, PROFILES[profile], name=name, fields=fields)
        )
        assert np.array_equal(encoded.filters[place].words, alone.matrix.words[result.rows - 2])
    renamed = tuple(
        rule.model_copy(update={"filters": ("other",)}) if rule.filters == ("rest",) else rule
        for rule in SPLIT_FIELDS
    )
    other = encode(profile, filters=("names", "date", "other"), **options | {"fields": renamed})
    order = [result.rows.tolist().index(row) for row in other.rows.tolist()]
    for place, same in enumerate((True, True, False)):
        words = encoded.filters[place].words[order]
        assert np.array_equal(words, other.encoded.filters[place].words) == same


@pytest.mark.parametrize("profile", list(PROFILES))
def test_token_counts_are_the_number_of_tokens_of_each_filter(profile: ProfileName) -> None:
    made = agreement(profile, token_counts=True, insecure=PROFILES[profile].insecure)
    result = encode_records(RECORDS, made, KEYS, list_id="L1")
    assert result.encoded.token_counts is not None
    assert result.encoded.token_counts.dtype == np.uint8
    for row, counts in zip(result.rows - 2, result.encoded.token_counts, strict=True):
        for name, count in zip(made.filters, counts, strict=True):
            fields = [rule for rule in made.fields if name in rule.filters]
            values = [RECORDS.fields[rule.name][row] for rule in fields]
            assert count == len(record_tokens(fields, values))
    assert encode(profile, insecure=made.encoding.insecure).encoded.token_counts is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.text("abc", max_size=6), max_size=4), min_size=1, max_size=30))
def test_token_counts_by_both_kernels_and_by_definition(words: list[list[str]]) -> None:
    rule = FieldRule(name="name", kind="name", weight=3)
    values = tuple(tuple(word for word in each if word) for each in words)
    size = len(values)
    records = NormalisedList(np.arange(size), {"name": values}, np.zeros((size, 0), np.uint8))
    expected = [len(record_tokens((rule,), (value,))) for value in values]
    for kernels in ("numpy", "numba"):
        assert count_tokens(records, (rule,), kernels=kernels).tolist() == expected  # type: ignore[arg-type]


def test_token_counts_stop_at_the_most_that_a_byte_holds() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    text = ("".join(one + other for one in letters for other in letters),)
    rule = FieldRule(name="text", kind="text")
    records = NormalisedList(np.arange(2), {"text": (text, ("ab",))}, np.zeros((2, 0), np.uint8))
    assert len(record_tokens((rule,), (text,))) > MOST
    assert count_tokens(records, (rule,)).tolist() == [MOST, 4]


def test_order_and_handles_are_fresh_each_time() -> None:
    many = normalised(PLAIN[:7] * 20)
    results = [encode_records(many, agreement(), KEYS, list_id="L1") for _ in range(2)]
    assert results[0].rows.tolist() != results[1].rows.tolist()
    for result in results:
        assert result.rows.tolist() != sorted(result.rows.tolist())
        assert sorted(result.rows.tolist()) == list(range(2, 142))
        assert len({handle.tobytes() for handle in result.encoded.handles}) == 140
        assert result.encoded.handles.shape == (140, 16)
    both = np.concatenate([result.encoded.handles for result in results])
    assert len(np.unique(both, axis=0)) == 280
    # 4,480 random bytes: the mean is within five standard deviations of 127.5
    assert abs(both.mean() - 127.5) < 5 * 74 / 4480**0.5


def test_every_place_is_equally_likely_for_a_record() -> None:
    """Where the first of three records lands, 300 times."""
    three = normalised(PLAIN[:3])
    made = agreement("clk", insecure=True)
    places = np.zeros(3)
    for _ in range(300):
        rows = encode_records(three, made, KEYS, list_id="L1").rows.tolist()
        places[rows.index(2)] += 1
    # 2 degrees of freedom: the 1 - 1e-9 quantile is 41.4 (order is drawn afresh each run)
    assert float(((places - 100) ** 2 / 100).sum()) < 41.4


def test_the_pure_part_uses_the_order_and_handles_given() -> None:
    order = np.array([7, 3, 0, 1, 2, 6, 5, 4])
    handles = np.arange(128, dtype=np.uint8).reshape(8, 16)
    made = agreement("balanced", presence=True)
    one = _encode_from_parts(RECORDS, made, KEYS, "L1", order, handles)
    two = _encode_from_parts(RECORDS, made, KEYS, "L1", order, handles)
    assert one.rows.tolist() == [5, 2, 3, 4, 8, 7, 6]  # row 9 is left out
    assert np.array_equal(one.encoded.handles, handles[:7])
    assert np.array_equal(one.encoded.filters[0].words, two.encoded.filters[0].words)


def test_progress_rises_from_filter_to_filter_and_ends_at_one() -> None:
    for profile in PROFILES.values():
        seen: list[float] = []
        made = agreement(profile.name, insecure=profile.insecure)
        encode_records(RECORDS, made, KEYS, list_id="L1", progress=seen.append)
        assert seen == sorted(seen)
        assert seen[-1] == pytest.approx(1.0), profile.name


def test_reprs_show_no_record_and_no_key() -> None:
    made = task(RECORDS, PROFILES["balanced"])
    shown = repr(encode()) + repr(made)
    assert "kowalska" not in shown
    assert "DerivedSubkeys" not in shown


def test_the_public_names_come_when_asked_for() -> None:
    code = (
        "import sys, linkage.encode\n"
        "assert 'numpy' not in sys.modules\n"
        "from linkage.encode import encode_records, EncodingResult, Subkeys\n"
        "assert not {'numba', 'scipy', 'pandas'} & set(sys.modules)\n"
        "try: linkage.encode.nothing\n"
        "except AttributeError: print('ok')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "ok\n"
