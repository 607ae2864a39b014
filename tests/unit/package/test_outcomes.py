"""Every refusal of a package that is authentic to somebody, one outcome each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from tests.support.packages import (
    SEQUENCE,
    agreement,
    encoded_list,
    forged,
    identity,
    party,
    sealed,
)

from linkage.agreement.model import Agreement
from linkage.errors import PackageError
from linkage.package.container import SIGNATURE, read_container, write_container
from linkage.package.content import check_content
from linkage.package.header import PackageHeader
from linkage.package.open import open_package
from linkage.package.outcomes import OUTCOMES
from linkage.package.payload import encode_payload, layout_of
from linkage.package.table import open_overlap, seal_overlap
from linkage.types import BitMatrix, EncodedList

AGREEMENT = agreement()
PACKAGE = sealed(AGREEMENT)
PAYLOAD = bytes(encode_payload(encoded_list(AGREEMENT), layout_of(AGREEMENT)))
TABLE = seal_overlap(
    b"P,S,count\n",
    agreement=AGREEMENT,
    sender=identity("unit"),
    sender_id="unit",
    recipient_id="university",
    sequence=SEQUENCE,
    software_version="1.0",
)


def refused(data: bytes, under: Agreement = AGREEMENT, recipient: str = "unit") -> str:
    with pytest.raises(PackageError) as caught:
        open_package(data, agreement=under, recipient=identity(recipient), name="p.lnk")
    (fault,) = caught.value.faults
    return fault.code


def test_what_is_forged_without_a_change_opens() -> None:
    open_package(forged(PACKAGE), agreement=AGREEMENT, recipient=identity("unit"), name="p.lnk")


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("E561", lambda: TABLE),
        ("E557", lambda: forged(PACKAGE, project="other")),
        ("E558", lambda: forged(PACKAGE, round=2)),
        ("E556", lambda: forged(PACKAGE, fingerprint=bytes(32))),
        ("E554", lambda: forged(PACKAGE, sender="stranger")),
        ("E554", lambda: forged(PACKAGE, sender="coordinator", signer="coordinator")),
        ("E554", lambda: forged(PACKAGE, sender="unit", signer="unit")),
        ("E555", lambda: forged(PACKAGE, signer="shelter")),
        ("E555", lambda: forged(PACKAGE, signer="nobody at all")),
        ("E555", lambda: forged(PACKAGE, sender="shelter", list_id="S")),
        ("E553", lambda: forged(PACKAGE, recipient="university")),
        ("E559", lambda: forged(PACKAGE, list_id="S")),
        ("E560", lambda: forged(PACKAGE, payload=PAYLOAD[:-1])),
        ("E560", lambda: forged(PACKAGE, payload=PAYLOAD + b"\0")),
        ("E560", lambda: forged(PACKAGE, payload=PAYLOAD[:-1] + b"\1")),
        ("E560", lambda: forged(PACKAGE, payload=b"\0")),
        ("E560", lambda: forged(PACKAGE, payload=bytes(len(PAYLOAD)))),
        ("E560", lambda: forged(PACKAGE, payload=b"\xff" * len(PAYLOAD))),
        ("E560", lambda: forged(PACKAGE, payload=(65).to_bytes(4, "big") + PAYLOAD[4:])),
        ("E560", lambda: forged(PACKAGE, payload=PAYLOAD.replace(b'"keys"', b'"mets"'))),
        ("E560", lambda: forged(PACKAGE, count_bucket=72)),
    ],
)
def test_refused_with_its_code(code: str, data: Callable[[], bytes]) -> None:
    assert refused(data()) == code


def test_opened_by_the_wrong_identity() -> None:
    assert refused(PACKAGE, recipient="police") == "E553"
    assert refused(PACKAGE, recipient="stranger") == "E553"
    assert refused(forged(PACKAGE, recipient="coordinator"), recipient="coordinator") == "E553"


def test_wrapped_to_another_key_than_the_header_says() -> None:
    data = write_container(
        header_of(PACKAGE),
        PAYLOAD,
        file_key=bytes(32),
        nonce=bytes(16),
        recipient=identity("university").public,
        sender=identity("police"),
    )
    assert refused(data) == "E552"


def test_another_agreement_of_the_same_project() -> None:
    assert refused(PACKAGE, agreement(title="Amended")) == "E556"
    assert refused(PACKAGE, agreement(round=2)) == "E558"
    assert refused(PACKAGE, agreement(id="another")) == "E557"


def test_signatures_of_the_agreement_do_not_matter_to_packages() -> None:
    signed = agreement(signatures=[{"party": "unit", "signature": "AA"}])
    open_package(PACKAGE, agreement=signed, recipient=identity("unit"), name="p.lnk")


@pytest.mark.parametrize("part", ["wrap", "nonce", "commitment", "first chunk", "last chunk"])
def test_an_owner_who_signs_damage_gets_the_message_for_damage(part: str) -> None:
    """The inner seals hold even where the signature is the attacker's own."""
    container = read_container(PACKAGE, "p")
    signed, ciphertext = bytearray(container.signed), bytearray(container.ciphertext)
    start = len(container.preamble)
    offset = {"wrap": start + 5, "nonce": start + 1168, "commitment": start + 1184}.get(part)
    if offset is not None:
        signed[offset] ^= 1
    else:
        ciphertext[0 if part == "first chunk" else -1] ^= 1
    message = dataclasses.replace(
        container, signed=bytes(signed), ciphertext=memoryview(ciphertext)
    ).message
    signature = identity("police").sign(message)
    assert len(signature) == SIGNATURE
    assert refused(bytes(signed) + signature + bytes(ciphertext)) == "E552"


def header_of(data: bytes) -> PackageHeader:
    return read_container(data, "p").header


LIST = encoded_list(AGREEMENT)
NARROW = BitMatrix(np.zeros((12, 2), np.uint64), 128)


@pytest.mark.parametrize(
    ("problem", "encoded"),
    [
        ("0 records", encoded_list(AGREEMENT, records=0)),
        ("handles", dataclasses.replace(LIST, handles=LIST.handles[:, :8].copy())),
        ("same handle", dataclasses.replace(LIST, handles=np.ones((12, 16), np.uint8))),
        ("filters", dataclasses.replace(LIST, filters=())),
        ("filters", dataclasses.replace(LIST, filters=(NARROW,))),
        (
            "number of records",
            dataclasses.replace(LIST, filters=(LIST.filters[0].take(np.arange(3)),)),
        ),
        ("strata", dataclasses.replace(LIST, strata=LIST.strata[:, :1].copy())),
        ("strata", dataclasses.replace(LIST, strata=LIST.strata.astype(np.int64))),
        ('"sex" has a value', dataclasses.replace(LIST, strata=np.full((12, 2), 2, np.uint8))),
        ("weights", dataclasses.replace(LIST, weights=np.zeros((12, 1), np.uint16))),
        ("presence", dataclasses.replace(LIST, presence=np.zeros(12, np.uint32))),
        ("token counts", dataclasses.replace(LIST, token_counts=np.ones((12, 1), np.uint8))),
    ],
)
def test_content_that_the_agreement_does_not_allow(problem: str, encoded: EncodedList) -> None:
    with pytest.raises(PackageError) as caught:
        check_content(encoded, AGREEMENT, "p.lnk")
    assert {fault.code for fault in caught.value.faults} == {"E560"}
    assert problem in str(caught.value)
    with pytest.raises(PackageError, match="E560"):
        sealed(AGREEMENT, encoded)


def test_unknown_strata_are_allowed() -> None:
    check_content(
        dataclasses.replace(LIST, strata=np.full((12, 2), 255, np.uint8)), AGREEMENT, "p.lnk"
    )


@pytest.mark.parametrize(
    ("problem", "change"),
    [
        ("filter weight", {"weights": np.full((12, 1), 1025, np.uint16)}),
        ("presence pattern", {"presence": np.full(12, 2, np.uint32)}),
        ("weights", {"weights": None}),
        ("presence", {"presence": None}),
        ("token counts", {"token_counts": None}),
        ("token counts", {"token_counts": np.ones((12, 2), np.uint8)}),
        ("token counts", {"token_counts": np.ones((12, 1), np.uint16)}),
    ],
)
def test_side_information_out_of_range(problem: str, change: dict[str, object]) -> None:
    under = agreement(
        encoding={"profile": "diffused", "presence": True, "token_counts": True},
        fields=[{"name": "given", "kind": "name"}],
    )
    with pytest.raises(PackageError, match=problem):
        check_content(dataclasses.replace(encoded_list(under), **change), under, "p.lnk")


def test_authentic_content_is_checked_after_opening_too() -> None:
    crafted = dataclasses.replace(LIST, strata=np.full((12, 2), 7, np.uint8))
    payload = bytes(encode_payload(crafted, layout_of(AGREEMENT)))
    with pytest.raises(PackageError) as caught:
        open_package(
            forged(PACKAGE, payload=payload),
            agreement=AGREEMENT,
            recipient=identity("unit"),
            name="p.lnk",
        )
    assert [fault.code for fault in caught.value.faults] == ["E560", "E560"]


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("E555", {"sender": identity("shelter")}),
        ("E554", {"sender": identity("unit"), "sender_id": "unit"}),
        ("E554", {"sender_id": "stranger"}),
        ("E559", {"encoded": encoded_list(AGREEMENT, list_id="S")}),
    ],
)
def test_nothing_is_sealed_that_would_be_refused(code: str, change: dict[str, object]) -> None:
    with pytest.raises(PackageError, match=code):
        sealed(AGREEMENT, **change)  # type: ignore[arg-type]


def test_a_package_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkage.package.seal.MAXIMUM_PAYLOAD", 100)
    with pytest.raises(PackageError, match="E562"):
        sealed(AGREEMENT)
    monkeypatch.setattr("linkage.package.container.MAXIMUM_PAYLOAD", 100)
    assert refused(PACKAGE) == "E562"


def open_table(data: bytes, recipient: str = "university", under: Agreement = AGREEMENT) -> bytes:
    return open_overlap(data, agreement=under, recipient=identity(recipient), name="t.lnk")[1]


@pytest.mark.parametrize("size", [0, 1, 4087, 4088, 4089, 10_000])
def test_a_table_comes_back(size: int) -> None:
    content = bytes(i % 256 for i in range(size))
    data = seal_overlap(
        content,
        agreement=AGREEMENT,
        sender=identity("unit"),
        sender_id="unit",
        recipient_id="university",
        sequence=1,
        software_version="1.0",
    )
    assert open_table(data) == content


@pytest.mark.parametrize(
    ("code", "data", "recipient"),
    [
        ("E561", lambda: PACKAGE, "university"),
        ("E553", lambda: TABLE, "second-analyst"),
        ("E553", lambda: TABLE, "unit"),
        ("E554", lambda: from_unit(sender="police", signer="police"), "university"),
        ("E555", lambda: from_unit(signer="police"), "university"),
        ("E553", lambda: from_unit(recipient="police"), "police"),
        ("E552", lambda: TABLE[:-1], "university"),
        ("E560", lambda: from_unit(payload=bytes(5000)), "university"),
        ("E560", lambda: from_unit(payload=b"\xff" * 4096), "university"),
        ("E560", lambda: from_unit(payload=bytes(4095) + b"\1"), "university"),
    ],
)
def test_tables_are_refused_with_their_code(
    code: str, data: Callable[[], bytes], recipient: str
) -> None:
    with pytest.raises(PackageError) as caught:
        open_table(data(), recipient)
    assert caught.value.faults[0].code == code


def from_unit(payload: bytes = bytes(4096), **changes: object) -> bytes:
    signer, recipient = changes.pop("signer", "unit"), changes.get("recipient", "university")
    header = dataclasses.replace(
        header_of(TABLE), signed_by=identity(str(signer)).public.verify_key, **changes
    )
    return write_container(
        header,
        payload,
        file_key=bytes(32),
        nonce=bytes(16),
        recipient=identity(str(recipient)).public,
        sender=identity(str(signer)),
    )


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("E553", {"recipient_id": "police"}),
        ("E553", {"recipient_id": "stranger"}),
        ("E554", {"sender": identity("police"), "sender_id": "police"}),
        ("E555", {"sender": identity("police")}),
    ],
)
def test_no_table_is_sealed_that_would_be_refused(code: str, change: dict[str, object]) -> None:
    arguments: dict[str, object] = {
        "agreement": AGREEMENT,
        "sender": identity("unit"),
        "sender_id": "unit",
        "recipient_id": "university",
        "sequence": 1,
        "software_version": "1.0",
    }
    with pytest.raises(PackageError, match=code):
        seal_overlap(b"", **(arguments | change))  # type: ignore[arg-type]


def test_the_list_of_outcomes_is_closed() -> None:
    assert sorted(OUTCOMES) == [f"E{code}" for code in range(550, 564)]
    for message, remedy in OUTCOMES.values():
        assert "{name}" in message
        assert remedy.endswith(".")


def test_a_party_that_changed_its_key_is_another_agreement() -> None:
    parties = [party(name) for name in ("coordinator", "shelter", "unit", "university")]
    parties.append(party("police", public_key=identity("intruder").public.encode()))
    assert refused(PACKAGE, agreement(parties=parties)) == "E556"
