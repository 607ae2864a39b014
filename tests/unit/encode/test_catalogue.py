"""Descriptions of encodings: read, written in one form, refused with every fault at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES
from linkage.encode.catalogue import (
    TOKEN_WEIGHTS,
    fields_of_filter,
    filters_of,
    parse_encoding,
    parse_hardening,
)
from linkage.encode.registry import SCHEMES, known_schemes, register_scheme
from linkage.errors import UsageError
from linkage.harden.registry import HARDENINGS, known_hardenings, register_hardening

RULES = (
    FieldRule(name="given", kind="name", tag="name"),
    FieldRule(name="surname", kind="name", tag="name"),
    FieldRule(name="birth", kind="date"),
    FieldRule(name="sex", kind="code", values=("f", "m")),
    FieldRule(name="place", kind="text"),
)


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_a_bare_scheme_has_its_defaults(name: str) -> None:
    scheme, profile = SCHEMES[name], parse_encoding(name)
    assert profile.scheme == name
    assert profile.measure == scheme.measure
    for attribute, parameter in scheme.parameters.items():
        assert getattr(profile, attribute) == parameter.default
    assert profile.bits == scheme.parameters["bits"].default if not scheme.bits else scheme.bits
    assert profile.bits % 64 == 0
    assert profile.insecure
    assert not profile.carries_weights
    assert scheme.source
    assert scheme.broken_by


@pytest.mark.parametrize("name", sorted(HARDENINGS))
def test_a_bare_hardening_has_its_defaults(name: str) -> None:
    hardening, values = parse_hardening(name)
    assert hardening is HARDENINGS[name]
    assert values == {parameter.name: parameter.default for parameter in hardening.parameters}
    assert hardening.source
    assert all(each.unit and each.meaning for each in hardening.parameters)


@given(
    scheme=st.sampled_from(sorted(SCHEMES)),
    hardenings=st.lists(st.sampled_from(sorted(HARDENINGS)), max_size=3),
    filters=st.lists(
        st.tuples(
            st.sampled_from(["all", "names", "date", "rest", "each", "sex"]), st.integers(1, 9)
        ),
        min_size=1,
        max_size=3,
    ),
    weights=st.dictionaries(st.sampled_from(["name", "date", "sex"]), st.integers(1, 15)),
    spaces=st.sampled_from(["", " "]),
)
def test_its_own_description_describes_it(
    scheme: str,
    hardenings: list[str],
    filters: list[tuple[str, int]],
    weights: dict[str, int],
    spaces: str,
) -> None:
    text = f"{spaces}+{spaces}".join([scheme, *hardenings])
    text += " on " + ",".join(f"{name}{spaces}*{weight}" for name, weight in filters)
    if weights:
        text += " weighing " + ",".join(f"{name}={weight}" for name, weight in weights.items())
    first = parse_encoding(text)
    again = parse_encoding(first.name)
    assert again == first
    assert first.filter_weights == tuple(weight for _, weight in filters)
    assert dict(first.token_weights) == {**TOKEN_WEIGHTS, **weights}


def test_settings_are_read() -> None:
    profile = parse_encoding("eld(l=2048, t=12, k=7, m=512, w=1) + xor-fold on all, names*2")
    assert (profile.bits, profile.layers, profile.token_bits, profile.source_bits) == (
        2048,
        12,
        7,
        512,
    )
    assert profile.carries_weights
    assert profile.measure == "diffused-dice"
    assert profile.hardenings == ("xor-fold",)
    assert parse_encoding("clk(salt=birth)").salt == "birth"
    assert parse_encoding("saul(t=2) + diffuse(t=3)").measure == "agreement"


def test_a_named_profile_is_what_an_agreement_chooses() -> None:
    for name, profile in PROFILES.items():
        assert parse_encoding(f"profile {name}") == replace(profile, name=f"profile {name}")


def test_all_faults_at_once_with_what_is_known() -> None:
    with pytest.raises(UsageError) as caught:
        parse_encoding("clk(q=3, l=1000, k=x) + foo + blip(f=2) on all*0 weighing name=99")
    said = [fault.message for fault in caught.value.faults]
    assert {fault.code for fault in caught.value.faults} == {"E224"}
    for part in (
        '"clk" has no parameter "q"; it has k, l',
        '"l" of "clk" is a multiple of 64 from 64 to 65536',
        '"k" is not a number',
        'there is no hardening "foo"; known are balance, blip',
        '"f" of "blip" is a number from 0 to 1 (probability',
        '"all*0" is not FILTER',
        '"name=99" is not KIND=WEIGHT',
    ):
        assert sum(part in each for each in said) == 1, part
    assert len(said) == 7
    for text in ("", "nosuch", "profile nosuch", "clk(", "clk(k)"):
        with pytest.raises(UsageError):
            parse_encoding(text)


def test_filters_and_their_fields() -> None:
    assert [rule.name for rule in fields_of_filter("rest", RULES)] == ["sex", "place"]
    assert [rule.name for rule in fields_of_filter("birth", RULES)] == ["birth"]
    assert fields_of_filter("nobody", RULES) == ()
    profile = parse_encoding("clk on all*3, each weighing name=4, sex=7")
    found = filters_of(profile, RULES)
    assert [name for name, _, _ in found] == ["all", "given", "surname", "birth", "sex", "place"]
    assert [weight for *_, weight in found] == [3, 1, 1, 1, 1, 1]
    assert {rule.name: rule.weight for rule in found[0][1]} == {
        "given": 4,
        "surname": 4,
        "birth": 1,
        "sex": 7,
        "place": 1,
    }


def test_what_is_added_is_found_and_takes_no_place() -> None:
    added = replace(SCHEMES["clk"], name="clk-added-by-a-test")
    register_scheme(added)
    assert parse_encoding("clk-added-by-a-test(k=3)").token_bits == 3
    assert known_schemes()["clk"] is SCHEMES["clk"]
    with pytest.raises(ValueError, match="already"):
        register_scheme(replace(SCHEMES["clk"]))
    hardening = replace(HARDENINGS["balance"], name="added-by-a-test")
    register_hardening(hardening)
    assert known_hardenings()["added-by-a-test"] is hardening
    with pytest.raises(ValueError, match="already"):
        register_hardening(HARDENINGS["blip"])
