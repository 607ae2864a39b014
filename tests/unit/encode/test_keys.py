from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.parties import OWNERS, identity_of, signed_agreement, signed_text

from linkage.agreement.fingerprint import fingerprint
from linkage.agreement.load import parse_agreement
from linkage.canonical import canonical_json
from linkage.encode.keys import (
    Subkeys,
    _bundle_from_secret,
    accept_project_key,
    load_project_key,
    new_project_key,
)
from linkage.errors import KeyFileError
from linkage.identity.text import to_base64

AGREEMENT = signed_agreement()
SECRET = bytes(range(32))
BUNDLE = _bundle_from_secret(AGREEMENT, identity_of("police"), SECRET)
CONTENT = accept_project_key(BUNDLE, AGREEMENT, identity_of("shelters")).content


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(KeyFileError) as error:
        act()
    assert SECRET.hex() not in str(error.value)
    return error.value.faults[0].code


def accept(bundle: bytes, name: str = "shelters") -> object:
    return accept_project_key(bundle, AGREEMENT, identity_of(name))


def resigned(change: Callable[[dict[str, Any]], object], signer: str = "police") -> bytes:
    """The bundle with a change that its maker signed."""
    content = json.loads(BUNDLE)
    del content["signature"]
    change(content)
    message = b"linkage/v1/project-key-bundle|" + canonical_json(content)
    content["signature"] = to_base64(identity_of(signer).sign(message))
    return canonical_json(content) + b"\n"


def test_every_owner_gets_the_same_key() -> None:
    keys = [accept_project_key(BUNDLE, AGREEMENT, identity_of(name)).key for name in OWNERS]
    assert {key.secret for key in keys} == {SECRET}
    assert {key.maker for key in keys} == {"police"}
    expected = Subkeys(SECRET, "dutch-victims", 1, fingerprint(AGREEMENT))
    assert keys[0].subkeys.subkey("tokens", "surname") == expected.subkey("tokens", "surname")
    digits = expected.key_check()[:3].hex().upper()
    assert keys[0].check_value == f"{digits[:2]}-{digits[2:4]}-{digits[4:]}"


def test_two_new_keys_differ() -> None:
    checks = {
        accept_project_key(
            new_project_key(AGREEMENT, identity_of("police")), AGREEMENT, identity_of("police")
        ).key.check_value
        for _ in range(2)
    }
    assert len(checks) == 2


@pytest.mark.parametrize("name", ["coordinator", "linkage-unit", "analyst"])
def test_other_roles_never_hold_the_key(name: str) -> None:
    identity = identity_of(name)
    assert refusal(lambda: new_project_key(AGREEMENT, identity)) == "E410"
    with pytest.raises(KeyFileError) as error:
        accept(BUNDLE, name)
    assert error.value.faults[0].code == "E410"
    assert f'"{name}"' in error.value.faults[0].message
    assert name not in json.loads(BUNDLE)["wraps"]
    for wrapped in json.loads(BUNDLE)["wraps"].values():
        from linkage.identity.text import from_base64

        with pytest.raises(KeyFileError):
            identity.unwrap(from_base64(wrapped), b"")


def test_strangers_are_refused() -> None:
    assert refusal(lambda: new_project_key(AGREEMENT, identity_of("stranger"))) == "E409"
    assert refusal(lambda: accept(BUNDLE, "stranger")) == "E409"


def test_the_secret_is_in_neither_file_nor_repr() -> None:
    key = accept_project_key(BUNDLE, AGREEMENT, identity_of("police")).key
    for text in (BUNDLE, CONTENT, repr(key).encode(), repr(key.subkeys).encode()):
        assert SECRET.hex().encode() not in text
        assert to_base64(SECRET).encode() not in text
        assert repr(SECRET).encode() not in text
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(key.subkeys)


@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, len(BUNDLE) - 1), flip=st.integers(1, 255))
def test_any_changed_byte_of_the_bundle_is_refused(position: int, flip: int) -> None:
    changed = bytearray(BUNDLE)
    changed[position] ^= flip
    assert refusal(lambda: accept(bytes(changed))) in ("E411", "E412", "E413")


@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, len(CONTENT) - 1), flip=st.integers(1, 255))
def test_any_changed_byte_of_the_key_file_is_refused(
    position: int, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    changed = bytearray(CONTENT)
    changed[position] ^= flip
    path = tmp_path_factory.mktemp("keys") / "project.key"
    path.write_bytes(changed)
    code = refusal(lambda: load_project_key(path, AGREEMENT, identity_of("shelters")))
    assert code in ("E411", "E412", "E413")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\xff", b"[]\n", b"{}\n", b"[" * 100_000, BUNDLE[:-1], BUNDLE + b" ", CONTENT],
)
def test_what_is_no_bundle(data: bytes) -> None:
    assert refusal(lambda: accept(data)) == "E411"


def test_key_file_opens_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "project.key"
    path.write_bytes(CONTENT)
    assert load_project_key(path, AGREEMENT, identity_of("shelters")).secret == SECRET
    assert refusal(lambda: load_project_key(path, AGREEMENT, identity_of("police"))) == "E413"
    assert refusal(lambda: load_project_key(path, AGREEMENT, identity_of("analyst"))) == "E410"
    path.write_bytes(BUNDLE)
    assert refusal(lambda: load_project_key(path, AGREEMENT, identity_of("police"))) == "E411"


@pytest.mark.parametrize(
    ("old", "new"), [("minimum_cell = 10", "minimum_cell = 11"), ("round = 1", "round = 2")]
)
def test_another_agreement_needs_another_key(old: str, new: str, tmp_path: Path) -> None:
    other = parse_agreement(signed_text().replace(old, new, 1), "other.toml")
    shelters = identity_of("shelters")
    assert refusal(lambda: accept_project_key(BUNDLE, other, shelters)) == "E412"
    (tmp_path / "project.key").write_bytes(CONTENT)
    assert refusal(lambda: load_project_key(tmp_path / "project.key", other, shelters)) == "E412"


def test_a_bundle_that_its_maker_signed_but_made_wrong() -> None:
    assert refusal(lambda: accept(resigned(dict.copy, signer="shelters"))) == "E413"
    assert refusal(lambda: accept(resigned(lambda c: c.update(maker="shelters")))) == "E413"
    assert (
        refusal(lambda: accept(resigned(lambda c: c.update(maker="analyst"), "analyst"))) == "E413"
    )
    assert refusal(lambda: accept(resigned(lambda c: c["wraps"].pop("police")))) == "E411"
    assert refusal(lambda: accept(resigned(lambda c: c.update(wraps=[])))) == "E411"
    assert refusal(lambda: accept(resigned(lambda c: c["wraps"].update(shelters=1)))) == "E411"
    assert refusal(lambda: accept(resigned(lambda c: c.update(check="00" * 16)))) == "E411"
    swapped = resigned(
        lambda c: c["wraps"].update(shelters=c["wraps"]["police"], police=c["wraps"]["shelters"])
    )
    assert refusal(lambda: accept(swapped)) == "E408"


def test_a_maker_cannot_give_each_owner_another_key() -> None:
    other = json.loads(_bundle_from_secret(AGREEMENT, identity_of("police"), bytes(32)))
    mixed = resigned(lambda c: c["wraps"].update(shelters=other["wraps"]["shelters"]))
    accept(mixed, "border-police")
    assert refusal(lambda: accept(mixed, "shelters")) == "E411"


def test_subkeys_are_told_apart_and_their_names_are_strict() -> None:
    keys = Subkeys(SECRET, "a", 1, bytes(32))
    found = {keys.subkey("tokens"), keys.subkey("tokens", "name"), keys.subkey("name", "tokens")}
    found |= {keys.subkey("key-id"), keys.subkey("key-check")}
    assert len(found) == 5
    for purpose, field in (("", ""), ("a/b", ""), ("a", "b/c"), ("A", ""), ("a", " ")):
        with pytest.raises(ValueError, match="names of lower-case"):
            keys.subkey(purpose, field)


@pytest.mark.parametrize(
    ("secret", "number", "own"), [(31, 1, 32), (32, 0, 32), (32, 1 << 32, 32), (32, 1, 31)]
)
def test_subkeys_need_the_right_sizes(secret: int, number: int, own: int) -> None:
    with pytest.raises(ValueError, match=r"bytes|round"):
        Subkeys(bytes(secret), "a", number, bytes(own))


@given(st.text(max_size=8), st.text(max_size=8), st.integers(1, 3), st.integers(1, 3))
def test_no_two_runs_share_a_subkey(one: str, other: str, first: int, second: int) -> None:
    keys = {
        (project, number): Subkeys(SECRET, project, number, bytes(32)).subkey("tokens")
        for project in (one, other)
        for number in (first, second)
    }
    assert len(set(keys.values())) == len(keys)
