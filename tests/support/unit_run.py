"""Three small lists with planted people, sealed, and a signed agreement: a linkage unit's day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from linkage.agreement.load import filter_bits, parse_agreement
from linkage.agreement.model import Agreement
from linkage.agreement.sign import append_signature, sign
from linkage.identity.private import Identity
from linkage.identity.store import _seal
from linkage.package.seal import seal_encodings
from linkage.types import UNKNOWN, BitMatrix, EncodedList

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
LISTS = ("I", "K", "P")
OWNERS = {"intake": "I", "care": "K", "police": "P"}
ROLES = {
    "coordination": "coordinator",
    **dict.fromkeys(OWNERS, "data-owner"),
    "unit": "linkage-unit",
    "university": "analyst",
}
KEY = (b"\x01" * 16, bytes.fromhex("4d19a7") + b"\x02" * 13)
OTHER_KEY = (b"\x03" * 16, bytes.fromhex("910bc3") + b"\x04" * 13)


def identity(name: str) -> Identity:
    """The same identity for the same name, always."""
    return Identity((name.encode() * 160)[:160])


def agreement_content(**changes: Any) -> dict[str, Any]:
    """The agreement as plain values."""
    parties = []
    for name, role in ROLES.items():
        party: dict[str, Any] = {
            "id": name,
            "name": name.title(),
            "role": role,
            "public_key": identity(name).public.encode(),
        }
        if name in OWNERS:
            party["legal_basis"] = "Act"
            party["list"] = {"id": OWNERS[name], "description": name, "expected_records": 100}
        parties.append(party)
    return {
        "format": "linkage-agreement/1",
        "id": "victims",
        "title": "Victims",
        "purpose": "Counting",
        "dpia_reference": "DPIA 2026-17",
        "case_definition": "Everybody",
        "reference_period_start": dt.date(2025, 1, 1),
        "reference_period_end": dt.date(2025, 12, 31),
        "expires": dt.date(2098, 12, 31),
        "delete_by": dt.date(2099, 12, 31),
        "minimum_list_size": 50,
        "encoding": {"profile": "balanced"},
        "fields": [{"name": "family", "kind": "name"}],
        "strata": [{"name": "sex", "values": ["f", "m"]}],
        "parties": parties,
    } | changes


def agreement_text(
    *, unsigned: tuple[str, ...] = (), also: tuple[str, ...] = (), **changes: Any
) -> str:
    """The agreement as TOML, signed by everybody but ``unsigned``, and ``also`` by others."""
    text = tomli_w.dumps(agreement_content(**changes))
    for name in (*ROLES, *also):
        if name not in unsigned:
            text = append_signature(text, sign(parse_agreement(text, "a.toml"), identity(name)))
    return text


def people(seed: int = 1, count: int = 100, bits: int = 4096) -> np.ndarray[Any, Any]:
    """``(count, words)``: a true filter for each person."""
    return np.random.default_rng(seed).integers(0, 2**64, (count, bits // 64), dtype=np.uint64)


def encode(agreement: Agreement, list_id: str, members: list[int], order: int = 0) -> EncodedList:
    """Encodings of people: 5% of the bits flipped, each list in its own way.

    ``order`` changes the order of the records and the handles, and nothing else.
    """
    bits = filter_bits(agreement)
    noise = np.random.default_rng(1000 + LISTS.index(list_id))
    true = people(bits=bits)[members]
    flips = np.packbits(noise.random((len(members), bits)) < 0.05, axis=1).view(np.uint64)
    words = true ^ flips
    sex = np.array([[member % 2 if member % 7 else UNKNOWN] for member in members], dtype=np.uint8)
    shuffled = np.random.default_rng(2000 + order).permutation(len(members))
    handles = np.random.default_rng(3000 + order + 17 * LISTS.index(list_id)).integers(
        0, 256, (len(members), 16), dtype=np.uint8
    )
    return EncodedList(
        list_id,
        handles,
        (BitMatrix(np.ascontiguousarray(words[shuffled]), bits),),
        np.ascontiguousarray(sex[shuffled]),
    )


MEMBERS = {
    "I": [*range(60), 0, 1],  # people 0 and 1 stand there twice
    "K": list(range(20, 80)),
    "P": [*range(10, 30), *range(50, 95)],
}


def true_histories() -> dict[tuple[int, ...], int]:
    """Number of people by the indices of the lists they are on."""
    found: dict[tuple[int, ...], int] = {}
    for person in range(100):
        on = tuple(n for n, name in enumerate(LISTS) if person in MEMBERS[name])
        if on:
            found[on] = found.get(on, 0) + 1
    return found


@dataclass
class Day:
    """A folder with the agreement, the identity files and the sealed packages."""

    folder: Path
    text: str = field(default_factory=agreement_text)

    def __post_init__(self) -> None:
        self.agreement_path = self.folder / "agreement.toml"
        self.agreement_path.write_text(self.text, "utf-8")
        self.agreement = parse_agreement(self.text, "agreement.toml")
        keys = self.folder / "keys"
        keys.mkdir(exist_ok=True)
        self.unit = keys / "unit.identity"
        write_identity(self.unit, "unit")
        self.run = self.folder / "run"

    @property
    def identity(self) -> Identity:
        return identity("unit")

    def package(
        self,
        list_id: str,
        *,
        name: str | None = None,
        sequence: int = 1,
        key: tuple[bytes, bytes] = KEY,
        order: int = 0,
        members: list[int] | None = None,
    ) -> Path:
        """Seal a list into a file."""
        owner = next(owner for owner, own in OWNERS.items() if own == list_id)
        encoded = encode(self.agreement, list_id, members or MEMBERS[list_id], order)
        data = seal_encodings(
            encoded,
            agreement=self.agreement,
            sender=identity(owner),
            sender_id=owner,
            subkey_ids=key,
            sequence=sequence,
            software_version="0",
        )
        path = self.folder / (name or f"{owner}.lnk")
        path.write_bytes(data)
        return path

    def packages(self, **options: Any) -> list[Path]:
        """All three lists."""
        return [self.package(list_id, **options) for list_id in LISTS]


def write_identity(path: Path, name: str) -> None:
    """An identity file without a passphrase."""
    from linkage.identity.store import STANDARD_COST

    path.write_bytes(_seal(identity(name), None, STANDARD_COST, bytes(16)))
    path.chmod(0o600)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file under ``folder`` with its bytes."""
    if not folder.exists():
        return {}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
