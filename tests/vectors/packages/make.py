"""Make the package vectors: files and index.json, from fixed test identities.

Run from the repository's root: ``PYTHONPATH=src:. python tests/vectors/packages/make.py``.
Vectors that are there stay as they are; ``--again`` replaces them. The key wrap is random, so
that gives other bytes of equal meaning; what stands after the wrap is the same each time.
``tests/vectors/independent/packages.py`` reads the
result without sharing a line of code with the package.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from tests.support.packages import (
    ROLES,
    SEQUENCE,
    agreement,
    derived,
    encoded_list,
    forged,
    identity,
    sealed,
)

from linkage.agreement.fingerprint import fingerprint
from linkage.agreement.load import filter_bits
from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES
from linkage.package.container import MAGIC, _derive, _wrap_info, read_container
from linkage.package.crosswalk import Crosswalk
from linkage.package.crosswalk import _seal_from_parts as seal_crosswalk_from_parts
from linkage.package.payload import encode_payload, layout_of
from linkage.package.stream import CHUNK, TAG, seal_stream
from linkage.package.table import _seal_from_parts as seal_overlap_from_parts

FOLDER = Path(__file__).parent
EXACT = agreement()
DIFFUSED = agreement(
    encoding={"profile": "diffused", "presence": True},
    fields=[{"name": "given", "kind": "name"}, {"name": "family", "kind": "name"}],
)
SPLIT = agreement(
    encoding={
        "profile": "clk",
        "insecure": True,
        "filters": ["names", "rest"],
        "presence": True,
        "token_counts": True,
    },
    fields=[
        {"name": "given", "kind": "name", "filters": ["names"]},
        {"name": "birth", "kind": "date", "filters": ["rest"]},
    ],
)
UNDER = {"exact": EXACT, "diffused": DIFFUSED, "split": SPLIT}
_KINDS = {"unit": "encodings", "police": "encodings", "university": "overlap"}


def terms(under: Agreement) -> dict[str, Any]:
    """What a reader must know of an agreement."""
    profile = PROFILES[under.encoding.profile]
    return {
        "project": under.id,
        "round": under.round,
        "fingerprint": fingerprint(under).hex(),
        "parties": [
            {
                "id": party.id,
                "role": party.role,
                "public_key": party.public_key,
                "list": party.list.id if party.list else None,
            }
            for party in under.parties
        ],
        "filters": list(under.filters),
        "bits": filter_bits(under),
        "strata": [[stratum.name, len(stratum.values)] for stratum in under.strata],
        "largest_weight": profile.source_bits if profile.carries_weights else None,
        "presence_fields": len(under.fields) if under.encoding.presence else None,
        "token_counts": under.encoding.token_counts,
    }


def table(content: bytes) -> bytes:
    return seal_overlap_from_parts(
        content,
        agreement=EXACT,
        sender=identity("unit"),
        sender_id="unit",
        recipient_id="university",
        sequence=SEQUENCE,
        software_version="1.0",
        file_id=derived("table id", 16),
        file_key=derived("file key", 32),
        nonce=derived("nonce", 16),
        name="table.lnk",
    )


def signed_again(data: bytes, **parts: bytes) -> bytes:
    """``data`` with parts of it exchanged, signed by its sender as if they belonged there."""
    container = read_container(data, "original")
    preamble = container.preamble
    if "header" in parts:
        preamble = preamble[:10] + len(parts["header"]).to_bytes(4, "big") + parts["header"]
    ciphertext = parts.get("ciphertext", bytes(container.ciphertext))
    signed = (
        preamble
        + parts.get("wrap", container.wrapped_key)
        + parts.get("nonce", container.nonce)
        + parts.get("commitment", container.commitment)
    )
    message = b"linkage/v1/package|" + signed + hashlib.sha512(ciphertext).digest()
    return signed + identity("police").sign(message) + ciphertext


def files() -> dict[str, tuple[str, str, str, str, bytes]]:
    """Id -> comment, result, agreement, opener, bytes."""
    base = sealed(EXACT)
    split = sealed(SPLIT)
    two_chunks = sealed(DIFFUSED, encoded_list(DIFFUSED, records=64))
    list_ = encoded_list(EXACT)
    payload = bytes(encode_payload(list_, layout_of(EXACT)))
    container = read_container(two_chunks, "two chunks")
    first = bytes(container.ciphertext[: CHUNK + TAG])
    second = bytes(container.ciphertext[CHUNK + TAG :])
    header = read_container(base, "base").preamble[14:]
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("list.csv"), "given,family\n")

    def with_payload(changed: bytes, **more: Any) -> bytes:
        return forged(base, payload=changed, **more)

    def with_list(**columns: Any) -> bytes:
        changed = dataclasses.replace(list_, **columns)
        return with_payload(bytes(encode_payload(changed, layout_of(EXACT))))

    def with_diffused(**columns: Any) -> bytes:
        changed = dataclasses.replace(encoded_list(DIFFUSED, records=64), **columns)
        return forged(two_chunks, payload=bytes(encode_payload(changed, layout_of(DIFFUSED))))

    def with_counts(under: Agreement, data: bytes, carried: bool) -> bytes:
        """A payload with or without token counts, against the agreement."""
        counts = np.ones((12, len(under.filters)), np.uint8) if carried else None
        changed = dataclasses.replace(encoded_list(under), token_counts=counts)
        layout = dataclasses.replace(layout_of(under), token_counts=carried)
        return forged(data, payload=bytes(encode_payload(changed, layout)))

    def unit(result: str, comment: str, data: bytes, under: str = "exact") -> Any:
        return comment, result, under, "unit", data

    crosswalk = seal_crosswalk_from_parts(
        Crosswalk(derived("file id", 16), list_.handles, np.arange(2, 14, dtype=np.int64)),
        identity("police"),
        derived("crosswalk nonce", 12),
    )
    other_wrap = identity("unit").public.wrap(
        derived("another file key", 32), _wrap_info(read_container(base, "base").preamble)
    )
    strata = np.full_like(list_.strata, 2)
    ends = [list_.handles[:1]] * 2 + [list_.handles[2:]]
    return {
        "exact-12-records": unit("ok", "the worked example of docs/format.md", base),
        "exact-65-records": unit(
            "ok", "the second count bucket, 72", sealed(EXACT, encoded_list(EXACT, records=65))
        ),
        "diffused-two-chunks": unit(
            "ok", "filter weights, presence patterns, two chunks", two_chunks, "diffused"
        ),
        "split-filters": unit(
            "ok", "filters of the agreement's own, presence, token counts", split, "split"
        ),
        "token-counts-missing": unit(
            "E560", "the agreement wants them", with_counts(SPLIT, split, False), "split"
        ),
        "token-counts-not-agreed": unit(
            "E560", "the agreement does not have them", with_counts(EXACT, base, True)
        ),
        "overlap": ("an overlap table", "ok", "exact", "university", table(b"P,S,count\n1,1,7\n")),
        "overlap-empty": ("an empty overlap table", "ok", "exact", "university", table(b"")),
        "crosswalk": ("a crosswalk", "ok", "exact", "police", crosswalk),
        "empty-file": unit("E550", "no byte at all", b""),
        "zip": unit("E550", "a ZIP archive, such as .xlsx", archive.getvalue()),
        "png": unit("E550", "a picture: the magic is similar", b"\x89PNG\r\n\x1a\n" + bytes(99)),
        "csv": unit("E550", "the list itself", b"given,family\nx,y\n"),
        "magic-only": unit("E552", "cut off after the magic", MAGIC),
        "opened-by-an-owner": (
            "a valid package in the hands of its sender",
            "E553",
            "exact",
            "police",
            base,
        ),
        "sealed-to-the-analyst": (
            "encodings for a party that may not have them, which holds the key",
            "E553",
            "exact",
            "university",
            forged(base, recipient="university"),
        ),
        "unknown-sender": unit("E554", "no such party", forged(base, sender="stranger")),
        "coordinator-sends": unit(
            "E554",
            "encodings from the coordinator, rightly signed",
            forged(base, sender="coordinator", signer="coordinator"),
        ),
        "signed-by-another-owner": unit("E555", "rightly signed", forged(base, signer="shelter")),
        "signed-by-nobody-known": unit("E555", "rightly signed", forged(base, signer="stranger")),
        "sender-of-another-list": unit("E559", "list of the other", forged(base, list_id="S")),
        "other-agreement": unit("E556", "fingerprint", forged(base, fingerprint=bytes(32))),
        "other-project": unit("E557", "project", forged(base, project="other")),
        "other-round": unit("E558", "round", forged(base, round=2)),
        "overlap-for-encodings": unit("E561", "an overlap table in `receive`", table(b"")),
        "encodings-for-overlap": (
            "encodings in `open`",
            "E561",
            "exact",
            "university",
            forged(base),
        ),
        "wrap-of-another-key": unit(
            "E552",
            "a wrapped key that the commitment does not fit",
            signed_again(base, wrap=other_wrap),
        ),
        "wrap-to-another-party": unit(
            "E552",
            "the header names the unit, the wrap is for the analyst",
            signed_again(
                base,
                wrap=identity("university").public.wrap(
                    derived("file key", 32), _wrap_info(read_container(base, "base").preamble)
                ),
            ),
        ),
        "commitment-damaged": unit(
            "E552", "signed all the same", signed_again(base, commitment=bytes(32))
        ),
        "nonce-exchanged": unit("E552", "signed all the same", signed_again(base, nonce=bytes(16))),
        "chunks-exchanged": unit(
            "E552",
            "signed all the same",
            signed_again(two_chunks, ciphertext=second + first),
            "diffused",
        ),
        "last-chunk-missing": unit(
            "E552", "signed all the same", signed_again(two_chunks, ciphertext=first), "diffused"
        ),
        "first-chunk-missing": unit(
            "E552", "signed all the same", signed_again(two_chunks, ciphertext=second), "diffused"
        ),
        "empty-last-chunk": unit(
            "E552",
            "a last chunk without content, under the right key",
            signed_again(base, ciphertext=_with_empty_last_chunk()),
        ),
        "header-with-space": unit(
            "E552", "JSON that is not canonical, signed", signed_again(base, header=header + b" ")
        ),
        "header-with-another-key": unit(
            "E552",
            "one key more, signed",
            signed_again(base, header=header[:-1] + b',"zzz":1}'),
        ),
        "payload-short": unit("E560", "padding too short", with_payload(payload[:-1])),
        "payload-long": unit("E560", "padding too long", with_payload(payload + b"\0")),
        "padding-not-zero": unit("E560", "last byte 1", with_payload(payload[:-1] + b"\1")),
        "no-records": unit("E560", "count 0", with_payload(bytes(4) + payload[4:])),
        "count-over-bucket": unit(
            "E560", "count 65 in bucket 64", with_payload((65).to_bytes(4, "big") + payload[4:])
        ),
        "bucket-too-large": unit(
            "E560",
            "bucket 72 for 12 records, padded for it",
            with_payload(payload + bytes(8 * layout_of(EXACT).record_bytes), count_bucket=72),
        ),
        "other-columns": unit(
            "E560", "a filter of another name", with_payload(payload.replace(b'"keys"', b'"mets"'))
        ),
        "handle-twice": unit(
            "E560", "two records, one handle", with_list(handles=np.concatenate(ends))
        ),
        "stratum-out-of-range": unit("E560", "value 2 of 2", with_list(strata=strata)),
        "weight-out-of-range": unit(
            "E560",
            "1,025 of 1,024 bits set",
            with_diffused(weights=np.full((64, 1), 1025, np.uint16)),
            "diffused",
        ),
        "presence-out-of-range": unit(
            "E560",
            "field 2 of 2 present",
            with_diffused(presence=np.full(64, 4, np.uint32)),
            "diffused",
        ),
        "crosswalk-of-another": ("not this owner's", "E563", "exact", "shelter", crosswalk),
    }


def _with_empty_last_chunk() -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    key, _ = _derive(derived("file key", 32), derived("nonce", 16))
    whole = seal_stream(key, bytes(CHUNK) + b"x")[: CHUNK + TAG]
    return whole + ChaCha20Poly1305(key).encrypt(bytes(10) + b"\x01\x01", b"", None)


def edits(base: bytes, header: int) -> list[dict[str, Any]]:
    """Damage that needs no key: applied by the reader to ``exact-12-records``."""
    after = 14 + header
    places = {
        "header": (20, "01"),
        "header-length": (13, "01"),
        "header-length-huge": (10, "ff"),
        "wrap": (after, "80"),
        "nonce": (after + 1168, "01"),
        "commitment": (after + 1184, "01"),
        "signature": (after + 1216, "01"),
        "ciphertext": (after + 1280, "01"),
        "last-byte": (len(base) - 1, "80"),
    }
    found: list[dict[str, Any]] = [
        {"id": f"flipped-{name}", "result": "E552", "edit": {"xor": [offset, mask]}}
        for name, (offset, mask) in places.items()
    ]
    found.append({"id": "flipped-magic", "result": "E550", "edit": {"xor": [0, "80"]}})
    found.append({"id": "version-2", "result": "E551", "edit": {"xor": [9, "03"]}})
    cuts = {"in-header": 100, "before-ciphertext": after + 1280, "last-byte-missing": len(base) - 1}
    found += [
        {"id": f"cut-{name}", "result": "E552", "edit": {"keep": length}}
        for name, length in cuts.items()
    ]
    found.append({"id": "one-byte-more", "result": "E552", "edit": {"append": "00"}})
    return found


def main() -> None:
    """Write everything; vectors that are there stay, unless told otherwise."""
    index_path = FOLDER / "index.json"
    vectors: list[dict[str, Any]] = []
    made = files()
    names: dict[bytes, str] = {}
    if "--again" not in sys.argv:
        for old in json.loads(index_path.read_text(encoding="utf-8"))["vectors"]:
            if old["id"] in made:
                made[old["id"]] = (*made[old["id"]][:-1], (FOLDER / old["file"]).read_bytes())
    for path in FOLDER.glob("*.bin"):
        path.unlink()
    for id_, (comment, result, under, opener, data) in made.items():
        name = names.setdefault(data, f"{id_}.bin")
        (FOLDER / name).write_bytes(data)
        kind = "crosswalk" if "crosswalk" in id_ else _KINDS[opener]
        if id_ == "sealed-to-the-analyst":
            kind = "encodings"
        vectors.append(
            {"id": id_, "comment": comment, "result": result, "file": name, "kind": kind}
            | {"agreement": under, "opener": opener}
        )
    base = made["exact-12-records"][-1]
    vectors += [
        {"id": vector["id"], "comment": "damage", "result": vector["result"]}
        | {"file": "exact-12-records.bin", "edit": vector["edit"], "kind": "encodings"}
        | {"agreement": "exact", "opener": "unit"}
        for vector in edits(base, len(read_container(base, "base").preamble) - 14)
    ]
    vectors.append(
        {"id": "crosswalk-damaged", "comment": "damage", "result": "E563"}
        | {"file": "crosswalk.bin", "edit": {"xor": [100, "01"]}, "kind": "crosswalk"}
        | {"agreement": "exact", "opener": "police"}
    )
    index = {
        "source": "tests/vectors/packages/make.py",
        "verified_by": "tests/vectors/independent/packages.py",
        "comment": "Test keys, never to be used. An identity is its 160 secret bytes.",
        "identities": {name: identity(name).secret_bytes().hex() for name in (*ROLES, "stranger")},
        "agreements": {name: terms(under) for name, under in UNDER.items()},
        "vectors": vectors,
    }
    index_path.write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
