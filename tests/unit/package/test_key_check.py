from __future__ import annotations

import dataclasses

import pytest
from tests.support.packages import KEY_IDS, agreement, sealed

from linkage.errors import KeyFileError
from linkage.package.container import read_container
from linkage.package.header import PackageHeader
from linkage.package.key_check import check_value, compare_key_checks, require_one_key

RIGHT = read_container(sealed(agreement()), "p.lnk").header
WRONG = dataclasses.replace(RIGHT, key_id=bytes(16), key_check=bytes.fromhex("910bc3") + bytes(13))


def test_the_check_value_is_shown_as_it_is_read_aloud() -> None:
    assert RIGHT.key_check == KEY_IDS[1]
    assert (check_value(RIGHT), check_value(WRONG)) == ("4D-19-A7", "91-0B-C3")


@pytest.mark.parametrize(
    ("headers", "accepted", "different"),
    [
        ({}, None, ()),
        ({"a": RIGHT}, None, ()),
        ({"a": RIGHT, "b": RIGHT}, None, ()),
        ({"a": WRONG, "b": RIGHT, "c": RIGHT}, None, ("a",)),
        ({"a": RIGHT, "b": WRONG}, None, ("b",)),
        ({"a": RIGHT, "b": WRONG, "c": WRONG}, RIGHT, ("b", "c")),
        ({"a": WRONG}, RIGHT, ("a",)),
    ],
)
def test_who_differs(
    headers: dict[str, PackageHeader], accepted: PackageHeader | None, different: tuple[str, ...]
) -> None:
    assert compare_key_checks(headers, accepted) == different
    if not different:
        require_one_key(headers, accepted)
        return
    with pytest.raises(KeyFileError) as caught:
        require_one_key(headers, accepted)
    assert tuple(fault.file for fault in caught.value.faults) == different
    assert {fault.code for fault in caught.value.faults} == {"E402"}


def test_the_message_shows_both_check_values() -> None:
    with pytest.raises(KeyFileError) as caught:
        require_one_key({"politie.lnk": RIGHT, "opvang.lnk": WRONG})
    assert str(caught.value).startswith(
        "E402 opvang.lnk was made with another key (check 91-0B-C3, expected 4D-19-A7)."
    )


def test_keys_are_compared_by_all_their_bytes() -> None:
    twin = dataclasses.replace(RIGHT, key_check=RIGHT.key_check[:-1] + b"\x01")
    assert check_value(twin) == check_value(RIGHT)
    assert compare_key_checks({"a": RIGHT, "b": twin}) == ("b",)
