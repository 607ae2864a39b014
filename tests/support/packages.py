"""A small agreement, its identities and its lists, all derived from their names."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import numpy as np

from linkage.agreement.load import filter_bits
from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES
from linkage.identity.private import Identity
from linkage.types import BitMatrix, EncodedList

ROLES = {
    "coordinator": "coordinator",
    "police": "data-owner",
    "shelter": "data-owner",
    "unit": "linkage-unit",
    "university": "analyst",
    "second-analyst": "analyst",
}
LISTS = {"police": "P", "shelter": "S"}
KEY_IDS = (b"key id of sixteen"[:16], bytes.fromhex("4d19a7") + bytes(13))
SEQUENCE = 1_790_000_000


def derived(label: str, length: int) -> bytes:
    """Bytes that look random and depend on the label alone."""
    return hashlib.shake_256(b"linkage test|" + label.encode()).digest(length)


def identity(name: str) -> Identity:
    return Identity(derived(f"identity|{name}", 160))


def agreement(**changes: Any) -> Agreement:
    """An agreement of two owners; profile ``exact`` keeps packages small."""
    content: dict[str, Any] = {
        "format": "linkage-agreement/1",
        "id": "victims-nl",
        "round": 1,
        "title": "Test",
        "purpose": "Test",
        "dpia_reference": "DPIA-1",
        "case_definition": "Test",
        "reference_period_start": "2025-01-01",
        "reference_period_end": "2025-12-31",
        "expires": "2099-12-31",
        "delete_by": "2100-12-31",
        "minimum_list_size": 10,
        "encoding": {"profile": "exact"},
        "fields": [
            {"name": "given", "kind": "name", "filters": ["keys"]},
            {"name": "family", "kind": "name", "filters": ["keys"]},
        ],
        "strata": [
            {"name": "sex", "values": ["f", "m"]},
            {"name": "year", "kind": "year", "values": ["2024", "2025"]},
        ],
        "parties": [party(name) for name in ROLES],
    }
    return Agreement.model_validate_json(json.dumps(content | changes))


def party(name: str, **changes: Any) -> dict[str, Any]:
    """A party of the agreement as plain values."""
    content: dict[str, Any] = {
        "id": name,
        "name": name.title(),
        "role": ROLES[name],
        "public_key": identity(name).public.encode(),
    }
    if name in LISTS:
        content["legal_basis"] = "Act"
        content["list"] = {"id": LISTS[name], "description": name, "expected_records": 100}
    return content | changes


def encoded_list(
    under: Agreement, *, records: int = 12, list_id: str = "P", label: str = "list"
) -> EncodedList:
    """A list of noise that fits ``under``."""
    carries_weights = PROFILES[under.encoding.profile].carries_weights
    source_bits, bits = PROFILES[under.encoding.profile].source_bits, filter_bits(under)
    generator = np.random.default_rng(int.from_bytes(derived(label, 8), "big"))
    filters = len(under.filters)
    strata = [generator.integers(0, len(stratum.values), records) for stratum in under.strata]
    return EncodedList(
        list_id=list_id,
        handles=np.frombuffer(derived(f"handles|{label}", 16 * records), np.uint8).reshape(-1, 16),
        filters=tuple(
            BitMatrix(generator.integers(0, 2**64, (records, bits // 64), dtype=np.uint64), bits)
            for _ in range(filters)
        ),
        strata=np.array(strata, dtype=np.uint8).reshape(len(strata), records).T.copy(),
        weights=(
            generator.integers(0, source_bits, (records, filters), dtype=np.uint16)
            if carries_weights
            else None
        ),
        presence=(
            generator.integers(0, 2 ** len(under.fields), records, dtype=np.uint32)
            if under.encoding.presence
            else None
        ),
        token_counts=(
            generator.integers(1, 256, (records, filters), dtype=np.uint8)
            if under.encoding.token_counts
            else None
        ),
    )


def same_list(left: EncodedList, right: EncodedList) -> bool:
    """Whether two lists are equal in every column."""

    def same(one: Any, other: Any) -> bool:
        if one is None or other is None:
            return one is other
        return bool(one.dtype == other.dtype and np.array_equal(one, other))

    return (
        left.list_id == right.list_id
        and same(left.handles, right.handles)
        and len(left.filters) == len(right.filters)
        and all(same(a.words, b.words) for a, b in zip(left.filters, right.filters, strict=True))
        and same(left.strata, right.strata)
        and same(left.weights, right.weights)
        and same(left.presence, right.presence)
        and same(left.token_counts, right.token_counts)
    )


def sealed(under: Agreement, encoded: EncodedList | None = None, **changes: Any) -> bytes:
    """A package of the police, with fixed parts wherever the format allows them."""
    from linkage.package.seal import _seal_from_parts

    arguments: dict[str, Any] = {
        "agreement": under,
        "sender": identity("police"),
        "sender_id": "police",
        "subkey_ids": KEY_IDS,
        "sequence": SEQUENCE,
        "software_version": "1.0",
        "file_id": derived("file id", 16),
        "file_key": derived("file key", 32),
        "nonce": derived("nonce", 16),
        "name": "police.lnk",
    }
    return _seal_from_parts(
        encoded_list(under) if encoded is None else encoded, **(arguments | changes)
    )


def forged(
    data: bytes,
    *,
    payload: bytes | None = None,
    signer: str = "police",
    recipient: str = "unit",
    **header: Any,
) -> bytes:
    """``data`` again, with another header, payload or signer: well-formed, but a lie."""
    from linkage.package.container import decrypt, read_container, write_container

    container = read_container(data, "original")
    if payload is None:
        payload = decrypt(container, identity("unit"), "original")
    changes = {"signed_by": identity(signer).public.verify_key, "recipient": recipient} | header
    return write_container(
        dataclasses.replace(container.header, **changes),
        payload,
        file_key=derived("file key", 32),
        nonce=derived("nonce", 16),
        recipient=identity(recipient).public,
        sender=identity(signer),
    )
