from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.parties import agreement_text, signed_text

from linkage.agreement.fingerprint import fingerprint, short_fingerprint
from linkage.agreement.load import parse_agreement
from linkage.agreement.model import Agreement

CONTENT = tomllib.loads(agreement_text())
OWN = fingerprint(Agreement.model_validate(CONTENT))
OLD = "d8bb7f0399b50f5afed0ca141cae947300d8c2b6360e8af6ddac7c97a4200ceb"


def test_it_is_sha256_of_the_canonical_values() -> None:
    agreement = parse_agreement(signed_text(), "agreement.toml")
    values = json.loads(agreement.model_dump_json(exclude={"signatures"}))
    assert values["encoding"].pop("filters") is None
    assert values["encoding"].pop("token_counts") is False
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    expected = hashlib.sha256(b"linkage/v1/agreement|" + text.encode()).digest()
    assert fingerprint(agreement) == expected == OWN
    hexadecimal = expected.hex().upper()
    assert short_fingerprint(expected) == f"{hexadecimal[:4]}-{hexadecimal[4:8]}"


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_keys_and_layout_do_not_matter(random: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            random.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    text = tomli_w.dumps(shuffled(CONTENT))
    assert fingerprint(parse_agreement(text, "agreement.toml")) == OWN


def test_comments_white_space_and_line_ends_do_not_matter() -> None:
    lines = agreement_text().splitlines()
    without = [line for line in lines if line.strip() and not line.startswith("#")]
    spaced = "\r\n\r\n".join(
        line.replace(" = ", "\t=   ", 1) if " = " in line else line for line in without
    )
    # Multi-line texts hold line ends of their own, so only the key-value lines are respaced.
    text = spaced if '"""' not in spaced else "\n".join(without)
    assert fingerprint(parse_agreement("# new\n" + text, "agreement.toml")) == OWN
    windows = agreement_text().replace("\n", "\r\n")
    assert fingerprint(parse_agreement(windows, "agreement.toml")) == OWN


def test_agreements_from_before_filters_and_token_counts_keep_theirs() -> None:
    # As computed by the version that did not have these keys.
    without = {
        key: value
        for key, value in CONTENT["encoding"].items()
        if key not in ("filters", "token_counts")
    }
    fields = [  # as the example had them then
        rule | {"weight": 2, "filters": ["all", "names"]}
        if rule["kind"] == "name"
        else rule | {"weight": 3}
        for rule in CONTENT["fields"]
    ]
    for encoding in (without, without | {"token_counts": False}):
        agreement = Agreement.model_validate(CONTENT | {"encoding": encoding, "fields": fields})
        assert fingerprint(agreement).hex() == OLD


@pytest.mark.parametrize(
    "change",
    [
        {"token_counts": True},
        {"filters": ["all", "names"]},
        {"filters": ["names", "all"]},
        {"filters": ["names"]},
    ],
)
def test_filters_and_token_counts_are_signed(change: dict[str, Any]) -> None:
    content = CONTENT | {"encoding": CONTENT["encoding"] | change}
    assert fingerprint(Agreement.model_validate(content)) != OWN


def test_a_default_may_be_written_out_or_not() -> None:
    content = copy.deepcopy(CONTENT)
    del content["minimum_list_size"]
    assert fingerprint(Agreement.model_validate(content)) == OWN


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*place, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _places(item, (*place, number))
    else:
        yield place


ALL_PLACES = [place for place in _places(CONTENT) if place != ("format",)]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ALL_PLACES))
def test_every_value_matters(place: tuple[Any, ...]) -> None:
    content = copy.deepcopy(CONTENT)
    holder = content
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = _other(place, holder[place[-1]])
    try:
        agreement = Agreement.model_validate(content)
    except ValueError:
        return
    assert fingerprint(agreement) != OWN


def _other(place: tuple[Any, ...], value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=1)
    choices = {
        "profile": ("balanced", "diffused"),
        "rule": ("round", "suppress"),
        "role": ("analyst", "coordinator"),
        "kind": ("text", "name"),
    }
    return next(other for other in choices.get(place[-1], (f"{value}x",)) if other != value)


@pytest.mark.parametrize("array", ["parties", "fields", "strata"])
def test_order_of_entries_matters(array: str) -> None:
    content = copy.deepcopy(CONTENT)
    content[array].reverse()
    assert fingerprint(Agreement.model_validate(content)) != OWN
