from __future__ import annotations

import hashlib
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.parties import identity_of

from linkage.errors import KeyFileError
from linkage.identity.private import SECRET_BYTES, Identity
from linkage.identity.public import KEM_KEY_BYTES, PublicIdentity
from linkage.identity.text import from_base64, to_base64

PUBLIC = identity_of("police").public
LINE = PUBLIC.encode()
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n:"


def _code(error: pytest.ExceptionInfo[KeyFileError]) -> str:
    return error.value.faults[0].code


def test_line_comes_back_with_white_space_around_it() -> None:
    assert PublicIdentity.decode(f"  {LINE}\r\n") == PUBLIC


@given(st.integers(0, len(LINE) - 1), st.sampled_from(LETTERS))
def test_any_changed_character_is_noticed(position: int, letter: str) -> None:
    changed = LINE[:position] + letter + LINE[position + 1 :]
    if changed == LINE:
        return
    with pytest.raises(KeyFileError) as error:
        PublicIdentity.decode(changed)
    assert _code(error) == "E403"


@given(st.integers(0, len(LINE) - 1))
def test_a_lost_or_doubled_character_is_noticed(position: int) -> None:
    for changed in (
        LINE[:position] + LINE[position + 1 :],
        LINE[:position] + LINE[position] + LINE[position:],
        LINE[:position],
    ):
        with pytest.raises(KeyFileError):
            PublicIdentity.decode(changed)


def test_fingerprint_is_eight_bytes_of_sha256() -> None:
    digest = hashlib.sha256(
        b"linkage/v1/public-fingerprint|" + PUBLIC.verify_key + PUBLIC.kem_key
    ).hexdigest()
    groups = [digest[start : start + 4].upper() for start in range(0, 16, 4)]
    assert PUBLIC.fingerprint == "-".join(groups)


def test_keys_of_the_wrong_length_or_form_are_refused() -> None:
    for verify_key, kem_key in (
        (bytes(31), PUBLIC.kem_key),
        (PUBLIC.verify_key, bytes(KEM_KEY_BYTES - 1)),
        (PUBLIC.verify_key, b"\xff" * KEM_KEY_BYTES),  # coefficients above ML-KEM's modulus
    ):
        with pytest.raises(KeyFileError) as error:
            PublicIdentity(verify_key, kem_key)
        assert _code(error) == "E403"


def test_a_degenerate_x25519_key_cannot_receive() -> None:
    public = PublicIdentity(PUBLIC.verify_key, PUBLIC.kem_key[:-32] + bytes(32))
    with pytest.raises(KeyFileError) as error:
        public.wrap(bytes(32), b"info")
    assert _code(error) == "E403"


def test_signature_is_of_this_message_and_this_party() -> None:
    message = b"linkage/v1/test|hello"
    signature = identity_of("police").sign(message)
    PUBLIC.verify(signature, message)
    other = identity_of("shelters").public
    for party, forged, text in (
        (PUBLIC, signature, message + b"!"),
        (PUBLIC, signature[:-1] + bytes([signature[-1] ^ 1]), message),
        (PUBLIC, signature[:-1], message),
        (other, signature, message),
    ):
        with pytest.raises(KeyFileError) as error:
            party.verify(forged, text)
        assert _code(error) == "E407"


def test_only_messages_with_a_purpose_are_signed() -> None:
    for message in (b"hello", b"linkage/v1/no-bar", b"linkage/v2/x|"):
        with pytest.raises(ValueError, match="begins with"):
            identity_of("police").sign(message)


def test_wrapped_secret_opens_for_its_party_and_purpose_only() -> None:
    wrapped = PUBLIC.wrap(b"s" * 32, b"purpose")
    assert len(wrapped) == 1168
    assert identity_of("police").unwrap(wrapped, b"purpose") == b"s" * 32
    for party, data, info in (
        ("police", wrapped, b"another"),
        ("shelters", wrapped, b"purpose"),
        ("police", wrapped[:-1] + bytes([wrapped[-1] ^ 1]), b"purpose"),
        ("police", b"", b"purpose"),
    ):
        with pytest.raises(KeyFileError) as error:
            identity_of(party).unwrap(data, info)
        assert _code(error) == "E408"


def test_own_keys_differ_by_label_and_party_and_never_show() -> None:
    police = identity_of("police")
    keys = {
        police.secret("crosswalk"),
        police.secret("noise"),
        identity_of("shelters").secret("crosswalk"),
    }
    assert len(keys) == 3
    assert police.secret("crosswalk") == Identity(police.secret_bytes()).secret("crosswalk")
    assert repr(police) == f"Identity({police.public.fingerprint})"
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(police)


def test_own_keys_do_not_follow_from_the_other_parts() -> None:
    secret = identity_of("police").secret_bytes()
    changed = Identity(secret[:-1] + bytes([secret[-1] ^ 1]))
    assert changed.public == PUBLIC
    assert changed.secret("crosswalk") != identity_of("police").secret("crosswalk")


def test_generated_identities_differ() -> None:
    assert Identity.generate().public != Identity.generate().public
    with pytest.raises(ValueError, match="160"):
        Identity(bytes(SECRET_BYTES - 1))


@given(st.binary(max_size=40))
def test_base64_has_one_form(data: bytes) -> None:
    text = to_base64(data)
    assert from_base64(text) == data
    for other in (text + "=", text + " ", text.replace("A", "!", 1) if "A" in text else "!"):
        with pytest.raises(ValueError, match="base64url"):
            from_base64(other)


def test_base64_unused_bits_are_zero() -> None:
    assert from_base64("AA") == b"\0"
    with pytest.raises(ValueError, match="only form"):
        from_base64("AB")
