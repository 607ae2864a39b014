"""A package as a whole: it opens, or it is refused with the one right outcome."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from tests.support.packages import (
    KEY_IDS,
    agreement,
    derived,
    encoded_list,
    identity,
    party,
    same_list,
    sealed,
)

from linkage.errors import PackageError
from linkage.package.container import MAGIC
from linkage.package.open import open_package
from linkage.package.outcomes import OUTCOMES
from linkage.package.payload import layout_of
from linkage.package.seal import seal_encodings

AGREEMENT = agreement()
PACKAGE = sealed(AGREEMENT)


def outcome(data: bytes, **changes: object) -> str:
    """Code of the refusal; the message must name the file, the remedy must say what to do."""
    arguments = {"agreement": AGREEMENT, "recipient": identity("unit"), "name": "police.lnk"}
    with pytest.raises(PackageError) as caught:
        open_package(data, **(arguments | changes))  # type: ignore[arg-type]
    (fault,) = caught.value.faults
    assert fault.code in OUTCOMES
    assert fault.file == "police.lnk"
    assert "police.lnk" in fault.message
    assert fault.remedy
    assert caught.value.__cause__ is None
    return fault.code


@pytest.mark.parametrize("profile", ["strong", "balanced", "diffused", "exact"])
@pytest.mark.parametrize("presence", [False, True])
@pytest.mark.parametrize("token_counts", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_what_was_sealed_comes_back(
    profile: str, presence: bool, token_counts: bool, own: bool
) -> None:
    filters = {"strong": ["all", "names"], "exact": ["keys"]}.get(profile, ["all"])
    encoding = {"profile": profile, "presence": presence, "token_counts": token_counts}
    if own and profile != "exact":
        filters = ["one", "two", "three"]
        encoding["filters"] = filters
    under = agreement(
        encoding=encoding,
        fields=[{"name": "given", "kind": "name", "filters": filters}],
    )
    encoded = encoded_list(under, records=70)
    data = seal_encodings(
        encoded,
        agreement=under,
        sender=identity("police"),
        sender_id="police",
        subkey_ids=KEY_IDS,
        sequence=17,
        software_version="1.0",
    )
    header, opened = open_package(
        data, agreement=under, recipient=identity("unit"), name="police.lnk"
    )
    assert same_list(opened, encoded)
    assert opened.filters[0].words.flags.c_contiguous
    assert opened.filters[0].words.dtype == np.uint64
    assert (header.sender, header.list_id, header.sequence) == ("police", "P", 17)
    assert (header.key_id, header.key_check) == KEY_IDS
    assert header.count_bucket == 72


def test_without_strata() -> None:
    under = agreement(strata=[])
    encoded = encoded_list(under)
    data = sealed(under, encoded)
    _, opened = open_package(data, agreement=under, recipient=identity("unit"), name="p")
    assert same_list(opened, encoded)


def test_fresh_randomness_for_every_package() -> None:
    def once() -> bytes:
        return seal_encodings(
            encoded_list(AGREEMENT),
            agreement=AGREEMENT,
            sender=identity("police"),
            sender_id="police",
            subkey_ids=KEY_IDS,
            sequence=1,
            software_version="1.0",
        )

    from linkage.package.container import read_container

    one, other = read_container(once(), "one"), read_container(once(), "other")
    assert one.header.file_id != other.header.file_id
    assert one.nonce != other.nonce
    assert one.commitment != other.commitment
    assert bytes(one.ciphertext) != bytes(other.ciphertext)


def test_every_truncation_is_refused() -> None:
    outcomes = {length: outcome(PACKAGE[:length]) for length in range(len(PACKAGE))}
    assert outcomes.pop(0) == "E550"
    assert set(outcomes.values()) == {"E552"}


def test_a_flipped_bit_in_any_byte_is_refused() -> None:
    flipped = bytearray(PACKAGE)
    outcomes = []
    for position in range(len(PACKAGE)):
        flipped[position] ^= 1 << position % 8
        outcomes.append(outcome(bytes(flipped)))
        flipped[position] ^= 1 << position % 8
    start = len(MAGIC)
    assert set(outcomes[:start]) == {"E550"}
    assert set(outcomes[start : start + 2]) == {"E551"}
    assert set(outcomes[start + 2 :]) == {"E552"}


@pytest.mark.parametrize("extra", [b"\0", b"\n", bytes(16), PACKAGE])
def test_trailing_bytes_are_refused(extra: bytes) -> None:
    assert outcome(PACKAGE + extra) == "E552"


def test_missing_and_doubled_bytes_inside_are_refused() -> None:
    for position in range(0, len(PACKAGE), 101):
        assert outcome(PACKAGE[:position] + PACKAGE[position + 1 :]) in {"E550", "E551", "E552"}
        assert outcome(PACKAGE[: position + 1] + PACKAGE[position:]) in {"E550", "E551", "E552"}


def test_all_damage_has_one_message() -> None:
    messages = set()
    for position in (20, 400, 900, 1700, 1800, 1900, len(PACKAGE) - 1):
        flipped = bytearray(PACKAGE)
        flipped[position] ^= 1
        with pytest.raises(PackageError) as caught:
            open_package(
                bytes(flipped), agreement=AGREEMENT, recipient=identity("unit"), name="police.lnk"
            )
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_foreign_files_are_not_packages() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("list.csv", "name\n")
    png = b"\x89PNG\r\n\x1a\n" + bytes(64)
    for foreign in (archive.getvalue(), png, b"given,family\n", b"\0" * 5000, derived("x", 9999)):
        assert outcome(foreign) == "E550"


def test_text_transfer_is_noticed() -> None:
    assert outcome(PACKAGE.replace(b"\r\n", b"\n")) == "E550"


def test_the_size_follows_from_the_header_alone() -> None:
    layout = layout_of(AGREEMENT)
    sizes = {len(sealed(AGREEMENT, encoded_list(AGREEMENT, records=n))) for n in (1, 2, 10, 64)}
    assert sizes == {len(PACKAGE)}
    assert layout.length(72) - layout.length(64) == 8 * (16 + 1280 // 8 + 2)


def test_a_party_with_the_same_key_material_under_another_roster() -> None:
    other = agreement(
        parties=[party(n) for n in ("coordinator", "shelter", "police", "unit", "university")]
    )
    assert outcome(PACKAGE, agreement=other) == "E556"
