from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from linkage.canonical import canonical_json
from linkage.package.header import (
    MAXIMUM_HEADER,
    HeaderError,
    PackageHeader,
    decode_header,
    encode_header,
)

ENCODINGS = PackageHeader(
    kind="encodings",
    project="victims-nl",
    round=2,
    fingerprint=bytes(range(32)),
    sender="police",
    signed_by=bytes(32),
    recipient="unit",
    sequence=1_790_000_000,
    file_id=bytes(16),
    software="linkage 0.1.0",
    list_id="P",
    count_bucket=1216,
    key_id=bytes(16),
    key_check=b"\xff" * 16,
)
OVERLAP = dataclasses.replace(
    ENCODINGS, kind="overlap", list_id="", count_bucket=0, key_id=b"", key_check=b""
)


@pytest.mark.parametrize("header", [ENCODINGS, OVERLAP])
def test_round_trip(header: PackageHeader) -> None:
    encoded = encode_header(header)
    assert decode_header(encoded) == header
    assert canonical_json(json.loads(encoded)) == encoded


def changed(**values: Any) -> bytes:
    content = json.loads(encode_header(ENCODINGS))
    for key, value in values.items():
        if value is None:
            del content[key]
        else:
            content[key] = value
    return canonical_json(content)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 2000,
        b'"' + b"a" * MAXIMUM_HEADER + b'"',
        encode_header(ENCODINGS) + b" ",
        encode_header(ENCODINGS).replace(b":", b": ", 1),
        encode_header(ENCODINGS).replace(b'"round":2', b'"round":2.0'),
        encode_header(ENCODINGS).replace(b'"round":2', b'"round":1,"round":2'),
        encode_header(ENCODINGS).replace(b'"round":2', b'"round":' + b"9" * 4500),
        encode_header(ENCODINGS).replace(b"police", b"\\ud800"),
        encode_header(ENCODINGS).replace(b"police", b"p\\u006flice"),
        changed(kind="table"),
        changed(kind="overlap"),
        changed(kind=["encodings"]),
        changed(list=None),
        changed(records=1187),
        changed(round=0),
        changed(round=True),
        changed(round=10_001),
        changed(round="2"),
        changed(sequence=-1),
        changed(sequence=2**53),
        changed(agreement="00" * 31),
        changed(agreement="FF" * 32),
        changed(file_id="zz" * 16),
        changed(sender="Police"),
        changed(sender="police\n"),
        changed(recipient=""),
        changed(project="a" * 41),
        changed(list="1"),
        changed(software=""),
        changed(software="linkage\x1b[31m"),
        changed(software="a" * 65),
        changed(count_bucket=1187),
        changed(count_bucket=0),
        changed(key_check="ff" * 15),
    ],
)
def test_anything_else_is_refused(encoded: bytes) -> None:
    with pytest.raises(HeaderError):
        decode_header(encoded)


@pytest.mark.parametrize(
    "change",
    [{"sender": "Police"}, {"file_id": b"short"}, {"count_bucket": 1187}, {"round": 0}],
)
def test_nothing_is_written_that_would_not_be_read(change: dict[str, Any]) -> None:
    with pytest.raises(HeaderError):
        encode_header(dataclasses.replace(ENCODINGS, **change))
