from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.parties import OWNERS, agreement_text, identity_of, signed_text

from linkage.agreement.load import (
    filter_bits,
    list_sizes,
    load_agreement,
    parse_agreement,
    read_agreement_text,
)
from linkage.agreement.profiles import PROFILES, ProfileName, sized_bits
from linkage.errors import AgreementError, Fault

MANY_CELLS = "\n[[strata]]\n".join(
    f'name = "big{stratum}"\nvalues = {[str(value) for value in range(150)]}'
    for stratum in range(3)
).removeprefix('name = "big0"\n')


def faults_of(text: str) -> list[Fault]:
    with pytest.raises(AgreementError) as error:
        parse_agreement(text, "agreement.toml")
    return list(error.value.faults)


def changed(old: str, new: str, count: int = 1) -> str:
    text = agreement_text()
    assert old in text
    return text.replace(old, new, count)


def test_the_example_is_valid_and_complete() -> None:
    agreement = parse_agreement(agreement_text(), "agreement.toml")
    assert agreement.lists == ("I", "K", "O", "P", "R", "Z")
    assert list_sizes(agreement) == (398, 1348, 536, 4812, 742, 848)
    assert tuple(owner.id for owner in agreement.owners) == OWNERS
    assert agreement.filters == ("all",)
    assert filter_bits(agreement) == sized_bits(PROFILES["strong"], list_sizes(agreement))
    nationality = next(rule for rule in agreement.fields if rule.name == "nationality")
    assert len(nationality.values or ()) == 250
    assert all(re.fullmatch("[A-Z]{2}", value) for value in nationality.values or ())


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "says"),
    [
        ('title = "Victims', '# title = "Victims', "E501", "title", "is missing"),
        ("round = 1", "ruond = 1", "E502", "ruond", "not a key"),
        ("bounds = [18]", "bonds = [18]\nbounds = [18]", "E502", "strata[2].bonds", "not a key"),
        ("round = 1", 'round = "1"', "E503", "round", "whole number"),
        ("round = 1", "round = 1.0", "E503", "round", "whole number"),
        ("round = 1", "round = 0", "E503", "round", "at least 1"),
        ("allow_links = false", "allow_links = 0", "E503", "allow_links", "true or false"),
        ("expires = 2027-12-31", 'expires = "2027"', "E503", "expires", "date"),
        ('id = "dutch-victims"', 'id = "Dutch victims"', "E503", "id", "lower-case"),
        ('id = "I"', 'id = "list 1"', "E503", "parties[4].list.id", "1 to 16 letters"),
        ('role = "analyst"', 'role = "boss"', "E503", "parties[3].role", "must be one of"),
        ('kind = "date"', 'kind = "dates"', "E503", "fields[3].kind", "must be one of"),
        ('"01-01", "07-01"', '"1-1"', "E503", "fields[3].placeholders[1]", "month and day"),
        ('"01-01", "07-01"', '"02-30"', "E503", "fields[3].placeholders", "no day of a year"),
        ('title = "Victims', 'title = "" # ', "E503", "title", "must not be empty"),
        ("minimum_cell = 10", "minimum_cell = 2", "E503", "disclosure.minimum_cell", "least 3"),
        ("bounds = [18]", "bounds = [18, 21]", "E503", "strata[2]", "one bound fewer"),
        ("[encoding]", "[[encoding]]", "E503", "encoding", "must be a table"),
        ("REPLACE", "REPLACE", "E504", "", ""),
        ('id = "K"', 'id = "i"', "E506", "parties[5].list.id", "already there"),
        ('id = "border-police"', 'id = "police"', "E506", "parties[7].id", "already there"),
        ('name = "surname"', 'name = "given_name"', "E506", "fields[2].name", "already there"),
        ('name = "year" ', 'name = "sex" ', "E506", "strata[4].name", "already there"),
        ('"F", "M", "X"]', '"F", "M", "F"]', "E506", "fields[4].values[3]", "already there"),
        ('role = "analyst"', 'role = "coordinator"', "E507", "parties", "exactly one"),
        ("expires = 2027-12-31", "expires = 2029-12-31", "E508", "delete_by", "before expires"),
        ("end = 2021-12-31", "end = 2015-12-31", "E508", "reference_period_end", "before"),
        ('filters = ["all"]', 'filters = ["all", "name"]', "E509", "fields[1].filters",
         "does not have"),
        ("weight = 4", "weight = 3", "E509", "fields[2].tag", "another kind, weight or filters"),
        ("presence = false", "filter_weights = {names = 2}", "E509",
         "encoding.filter_weights", "exactly the filters"),
        ("presence = false", "filters = []", "E503", "encoding.filters", "at least 1 entries"),
        ("presence = false", 'filters = ["a", "b", "c", "d", "e"]', "E503", "encoding.filters",
         "at most 4 entries"),
        ("presence = false", 'filters = ["All", "names"]', "E503", "encoding.filters[1]",
         "lower-case"),
        ("presence = false", 'filters = ["all", "names", "all"]', "E506", "encoding.filters[3]",
         "names a filter that is already there"),
        ("presence = false", 'filters = ["names"]', "E509", "fields[1].filters",
         'names "all", which encoding.filters does not have'),
        ("presence = false", 'filters = ["all", "rest"]', "E509", "fields",
         'put nothing into filter "rest"'),
        ("presence = false", 'filters = ["names", "all"]\nfilter_weights = {all = 1, name = 1}',
         "E509", "encoding.filter_weights", "exactly the filters of encoding.filters"),
        ("token_counts = false", "token_counts = 1", "E503", "encoding.token_counts", "true or"),
        ("insecure = false", "insecure = true", "E510", "encoding.insecure", "does not need"),
        ('values = ["Dutch", "EU", "other"]', MANY_CELLS, "E511", "strata", "cells"),
    ],
)  # fmt: skip
def test_one_fault(old: str, new: str, code: str, place: str, says: str) -> None:
    if code == "E504":
        text = agreement_text().replace("DPIA 2025/7", "REPLACE me")
        old, place, says = "dpia_reference", "dpia_reference", "placeholder"
    else:
        text = changed(old, new)
    faults = [fault for fault in faults_of(text) if fault.code == code]
    assert faults, faults_of(text)
    fault = next((fault for fault in faults if fault.field == place), faults[0])
    assert fault.field == place
    assert says in fault.message
    assert fault.file == "agreement.toml"
    assert re.match(r"agreement\.toml(, line \d+)?: ", fault.message)


def test_filters_cannot_be_chosen_for_match_keys() -> None:
    text = agreement_text("exact").replace("presence = false", 'filters = ["keys"]')
    (fault,) = faults_of(text)
    assert (fault.code, fault.field) == ("E509", "encoding.filters")
    assert 'cannot be chosen under profile "exact"' in fault.message


def with_names(filters: str) -> str:
    """The example with the names in a second filter."""
    text = agreement_text().replace("presence = false", filters)
    return text.replace('filters = ["all"]', 'filters = ["all", "names"]', 2)


SPLIT = """filters = ["names", "date", "rest"]
token_counts = true
"""


def split_text(more: str = "") -> str:
    """The example with its fields split over three filters."""
    text = agreement_text().replace("token_counts = false", SPLIT + more)
    head, *parts = text.split('filters = ["all"]')
    filters = ("names", "names", "date", "rest", "rest")
    chosen = zip(filters, parts, strict=True)
    return head + "".join(f'filters = ["{name}"]{part}' for name, part in chosen)


@pytest.mark.parametrize(
    ("profile", "weights"),
    [("strong", [4, 4, 5, 4, 5]), ("clk", [2, 2, 3, 3, 3]), ("balanced", [4, 4, 5, 4, 5])],
)
def test_a_new_agreement_starts_with_the_weights_of_its_profile(
    profile: ProfileName, weights: list[int]
) -> None:
    text = agreement_text(profile).replace("insecure = false", "insecure = true")
    content = tomllib.loads(text)
    assert [rule["weight"] for rule in content["fields"]] == weights


@pytest.mark.parametrize(
    ("text", "filters", "weights"),
    [
        (agreement_text(), ("all",), (1,)),
        (agreement_text("balanced"), ("all",), (1,)),
        (agreement_text("exact"), ("keys",), (1,)),
        (
            with_names('filters = ["names", "all"]'),
            ("names", "all"),
            (1, 1),
        ),
        (split_text(), ("names", "date", "rest"), (1, 1, 1)),
        (
            split_text("filter_weights = {rest = 2, names = 5, date = 3}"),
            ("names", "date", "rest"),
            (5, 3, 2),
        ),
    ],
)
def test_filters_and_their_weights(
    text: str, filters: tuple[str, ...], weights: tuple[int, ...]
) -> None:
    agreement = parse_agreement(text, "agreement.toml")
    assert agreement.filters == filters
    assert agreement.filter_weights == weights


def test_lists_too_large_for_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = dataclasses.replace(PROFILES["strong"], least_correlation=0.3)
    monkeypatch.setattr("linkage.agreement.rules.PROFILES", {"strong": weak})
    (fault,) = faults_of(agreement_text())
    assert (fault.code, fault.field) == ("E530", "encoding.profile")
    assert "cannot tell matches from noise among lists of 8,684 records" in fault.message


def test_a_fault_names_its_line() -> None:
    text = changed('kind = "date"', 'kind = "dates"')
    (fault,) = faults_of(text)
    line = int(re.search(r"line (\d+)", fault.message)[1])  # type: ignore[index]
    assert text.splitlines()[line - 1] == 'kind = "dates"'


def test_all_faults_at_once_in_the_order_of_the_lines() -> None:
    text = agreement_text()
    for old, new in (
        ("round = 1", "ruond = 1"),
        ("expires = 2027-12-31", "expires = 2015-12-31"),
        ("minimum_cell = 10", 'minimum_cell = "ten"'),
        ('kind = "date"', 'kind = "dates"'),
        ('"F", "M", "X"]\n\n[[strata]]', '"F", "M", "M"]\n\n[[strata]]'),
        ('id = "K"', 'id = "I"'),
        (identity_of("analyst").public.encode(), "linkage-public-1:AAAA"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    faults = faults_of(text)
    assert sorted(fault.code for fault in faults) == sorted(
        ["E502", "E508", "E503", "E503", "E503", "E506", "E505"]
    )
    lines = [int(re.search(r"line (\d+)", f.message)[1]) for f in faults]  # type: ignore[index]
    assert lines == sorted(lines)


def test_a_near_miss_is_suggested() -> None:
    (fault,) = faults_of(changed("minimum_list_size", "min_list_size"))
    assert fault.code == "E502"
    assert "Did you mean minimum_list_size?" in fault.remedy


def test_a_number_of_thousands_of_digits_is_no_traceback() -> None:
    (fault,) = faults_of(changed("minimum_list_size = ", "minimum_list_size = " + "1" * 5000))
    assert fault.code == "E500"


def test_one_key_has_one_role() -> None:
    key = {name: identity_of(name).public.encode() for name in ("analyst", "police")}
    (fault,) = faults_of(changed(key["police"], key["analyst"]))
    assert (fault.code, fault.field) == ("E506", "parties[7].public_key")
    assert '"analyst"' in fault.message


@pytest.mark.parametrize("half", ["verify_key", "kem_key"])
def test_half_a_key_has_one_role_too(half: str) -> None:
    """Else an owner's wrapped project key could be one that the linkage unit opens."""
    police, unit = (identity_of(name).public for name in ("police", "linkage-unit"))
    mixed = dataclasses.replace(police, **{half: getattr(unit, half)}).encode()
    (fault,) = faults_of(changed(police.encode(), mixed))
    assert (fault.code, fault.field) == ("E506", "parties[7].public_key")


def test_a_mangled_key_and_a_placeholder_are_told_apart() -> None:
    key = identity_of("police").public.encode()
    (mangled,) = faults_of(changed(key, key[:-3]))
    (gap,) = faults_of(changed(key, "REPLACE with the public key of police"))
    assert (mangled.code, gap.code) == ("E505", "E504")
    assert "linkage identity show" in gap.remedy


def test_missing_parties() -> None:
    text = agreement_text()
    without_owners = text[: text.index("# Data owners, each")]
    assert [fault.code for fault in faults_of(without_owners)] == ["E507"]
    none = text[: text.index("[[parties]]")]
    assert [(fault.code, fault.field) for fault in faults_of(none)] == [("E501", "parties")]


def test_clk_needs_an_explicit_yes() -> None:
    text = agreement_text("clk")
    (fault,) = faults_of(text)
    assert (fault.code, fault.field) == ("E510", "encoding.profile")
    parse_agreement(text.replace("insecure = false", "insecure = true"), "agreement.toml")


@pytest.mark.parametrize("profile", ["strong", "balanced", "diffused", "exact"])
def test_every_profile_fits_the_example(profile: str) -> None:
    agreement = parse_agreement(agreement_text(profile), "agreement.toml")  # type: ignore[arg-type]
    assert agreement.filters == PROFILES[profile].filters


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("round = \n", "line 1, column 9"),
        ('title = "unfinished\n', "line 1"),
        ("a = 1\na = 2\n", "line 2"),
        ("[table\n", "line 1"),
        ("a = 1\rb = 2\n", "line 1"),
        ("x = " + "[" * 5000, ""),
    ],
)
def test_what_is_not_toml(text: str, where: str) -> None:
    (fault,) = faults_of(text)
    assert fault.code == "E500"
    assert where in fault.message


def test_other_encodings_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "agreement.toml"
    path.write_bytes("# na\u00efve\ntitle = 'x'".encode("cp1252"))
    with pytest.raises(AgreementError) as error:
        load_agreement(path)
    assert error.value.faults[0].message.startswith(
        "agreement.toml is not UTF-8 (byte 0xEF, line 1"
    )
    windows = agreement_text().replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + windows.encode())
    assert load_agreement(path) == parse_agreement(agreement_text(), "agreement.toml")
    assert "\r\n" in read_agreement_text(path)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_damaged_text_never_gives_anything_but_faults(data: st.DataObject) -> None:
    lines = signed_text().splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(lines) - 1))
        action = data.draw(st.sampled_from(["drop", "double", "cut", "value", "swap"]))
        if action == "drop":
            del lines[number]
        elif action == "double":
            lines.insert(number, lines[number])
        elif action == "cut":
            lines[number] = lines[number][: data.draw(st.integers(0, len(lines[number])))]
        elif action == "value" and "=" in lines[number]:
            value = data.draw(st.sampled_from(['""', "1", "[]", "{}", "true", "[[1]]", "{a=1}"]))
            lines[number] = f"{lines[number].split('=')[0]}= {value}"
        else:
            lines[number], lines[0] = lines[0], lines[number]
    faults = _faults("\n".join(lines))
    assert all(fault.code.startswith("E5") for fault in faults)
    assert len({(fault.code, fault.message) for fault in faults}) == len(faults)


def _faults(text: str) -> tuple[Fault, ...]:
    try:
        parse_agreement(text, "agreement.toml")
    except AgreementError as error:
        return error.faults
    return ()
