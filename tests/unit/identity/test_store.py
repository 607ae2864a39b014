from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.parties import identity_of

from linkage.errors import KeyFileError, MachineError, UsageError
from linkage.identity.store import (
    Cost,
    create_identity,
    load_identity,
    load_public_identity,
)

CHEAP = Cost(memory=64, iterations=1, lanes=1)
PASSPHRASE = b"correct paard batterij"


def _never() -> NoReturn:
    raise AssertionError("nobody was to be asked")


def _code(error: pytest.ExceptionInfo[KeyFileError]) -> str:
    return error.value.faults[0].code


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identities")
    create_identity(folder / "sealed", passphrase=PASSPHRASE, cost=CHEAP)
    create_identity(folder / "open", passphrase=None)
    return folder


def test_standard_cost_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "police.identity"
    identity = create_identity(path, passphrase=PASSPHRASE)
    assert "argon2id 65536 3 4 " in path.read_text()
    loaded = load_identity(path, lambda: PASSPHRASE)
    assert loaded.secret_bytes() == identity.secret_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_private_file_is_private_and_public_is_not(files: Path) -> None:
    assert (files / "sealed").stat().st_mode & 0o777 == 0o600
    assert (files / "open").stat().st_mode & 0o777 == 0o600
    assert (files / "sealed.pub").stat().st_mode & 0o044


def test_secret_is_not_in_a_protected_file(files: Path) -> None:
    identity = load_identity(files / "sealed", lambda: PASSPHRASE)
    content = (files / "sealed").read_bytes() + (files / "sealed.pub").read_bytes()
    from linkage.identity.text import to_base64

    assert to_base64(identity.secret_bytes()).encode() not in content
    assert (
        to_base64(load_identity(files / "open", _never).secret_bytes()).encode()
        in (files / "open").read_bytes()
    )


def test_wrong_passphrase(files: Path) -> None:
    for wrong in (b"", b"correct paard", PASSPHRASE + b" "):
        with pytest.raises(KeyFileError) as error:
            load_identity(files / "sealed", lambda wrong=wrong: wrong)  # type: ignore[misc]
        assert _code(error) == "E401"


def test_unprotected_file_asks_for_nothing(files: Path) -> None:
    assert load_identity(files / "open", _never).public == load_public_identity(files / "open")


def test_public_half_needs_no_passphrase(files: Path) -> None:
    public = load_identity(files / "sealed", lambda: PASSPHRASE).public
    assert load_public_identity(files / "sealed") == public
    assert load_public_identity(files / "sealed.pub") == public


@settings(max_examples=150, deadline=None)
@given(data=st.data(), name=st.sampled_from(["sealed", "open"]))
def test_any_changed_byte_is_refused(files: Path, data: st.DataObject, name: str) -> None:
    content = bytearray((files / name).read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    changed = files / "changed"
    changed.write_bytes(content)
    for load in (
        lambda: load_identity(changed, lambda: PASSPHRASE),
        lambda: load_public_identity(changed),
    ):
        with pytest.raises(KeyFileError) as error:
            load()
        assert _code(error) == "E404"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_forged_checksum_does_not_help(files: Path, data: st.DataObject) -> None:
    lines = (files / "sealed").read_text().splitlines()[:4]
    number = data.draw(st.integers(1, 3))
    position = data.draw(st.integers(0, len(lines[number]) - 1))
    letter = data.draw(st.sampled_from("ABCabc0123456789-_ "))
    line = lines[number]
    lines[number] = line[:position] + letter + line[position + 1 :]
    if lines[number] == line:
        return
    with pytest.raises(KeyFileError) as error:
        load_identity(_with_checksum(files / "forged", lines), lambda: PASSPHRASE)
    assert _code(error) in ("E401", "E404", "E406")


def test_another_public_key_is_not_put_into_the_file(files: Path) -> None:
    stranger = f"public: {identity_of('stranger').public.encode()}"
    for name, expected in (("sealed", "E401"), ("open", "E404")):
        lines = (files / name).read_text().splitlines()[:4]
        lines[1] = stranger
        with pytest.raises(KeyFileError) as error:
            load_identity(_with_checksum(files / "swapped", lines), lambda: PASSPHRASE)
        assert _code(error) == expected


@pytest.mark.parametrize(
    "protection",
    [
        "argon2id 9999999999 3 4 {salt}",
        "argon2id 65536 99999 4 {salt}",
        "argon2id 65536 3 9999 {salt}",
        "argon2id 65536 0 4 {salt}",
        "argon2id 7 1 1 {salt}",
        "argon2d 65536 3 4 {salt}",
        "argon2id 65536 3 4 AAAA",
    ],
)
def test_unacceptable_cost_is_refused_before_anyone_is_asked(files: Path, protection: str) -> None:
    lines = (files / "sealed").read_text().splitlines()[:4]
    salt = lines[2].rsplit(" ", 1)[1]
    lines[2] = "protection: " + protection.format(salt=salt)
    with pytest.raises(KeyFileError) as error:
        load_identity(_with_checksum(files / "costly", lines), _never)
    assert _code(error) == "E406"


def test_changed_pub_file_is_refused(files: Path) -> None:
    line, fingerprint = (files / "sealed.pub").read_text().splitlines()
    path = files / "changed.pub"
    for text, code in (
        (line[:-1], "E403"),
        (f"{line}\nfingerprint: 0000-0000-0000-0000\n", "E404"),
        ("hello\n", "E404"),
        ("", "E404"),
        ("\x00\x01", "E404"),
    ):
        path.write_text(text)
        with pytest.raises(KeyFileError) as error:
            load_public_identity(path)
        assert _code(error) == code
    path.write_bytes(b"\xef\xbb\xbf" + f"{line}\r\n\r\n{fingerprint}\r\n".encode())
    assert load_public_identity(path) == load_public_identity(files / "sealed")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(KeyFileError):
        load_public_identity(path)


def test_passphrase_typed_on_another_keyboard(tmp_path: Path) -> None:
    composed, decomposed = "caf\u00e9 twaalf".encode(), "cafe\u0301 twaalf".encode()
    create_identity(tmp_path / "me", passphrase=composed, cost=CHEAP)
    load_identity(tmp_path / "me", lambda: decomposed)


def test_empty_passphrase_and_existing_files_are_refused(files: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError) as error:
        create_identity(tmp_path / "me", passphrase=b"  ")
    assert _code(error) == "E415"
    assert not list(tmp_path.iterdir())
    before = (files / "sealed").read_bytes()
    with pytest.raises(UsageError) as refused:
        create_identity(files / "sealed", passphrase=None)
    assert [fault.code for fault in refused.value.faults] == ["E201", "E201"]
    assert (files / "sealed").read_bytes() == before
    with pytest.raises(MachineError):
        load_identity(tmp_path / "nowhere", _never)


def _with_checksum(path: Path, lines: list[str]) -> Path:
    checksum = hashlib.sha256("\n".join(lines).encode()).digest()[:8].hex()
    path.write_bytes("".join(f"{line}\n" for line in [*lines, f"checksum: {checksum}"]).encode())
    return path
