"""The committed packages, valid and invalid, and the worked example of docs/format.md."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.packages import agreement, derived, encoded_list, identity, same_list, sealed

from linkage.agreement.fingerprint import fingerprint
from linkage.agreement.model import Agreement
from linkage.errors import PackageError
from linkage.identity.private import Identity
from linkage.package.container import _derive, decrypt, read_container
from linkage.package.crosswalk import open_crosswalk
from linkage.package.open import open_package
from linkage.package.outcomes import OUTCOMES
from linkage.package.table import open_overlap

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "vectors" / "packages"
INDEX = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
AGREEMENTS: dict[str, Agreement] = {
    "exact": agreement(),
    "diffused": agreement(
        encoding={"profile": "diffused", "presence": True},
        fields=[{"name": "given", "kind": "name"}, {"name": "family", "kind": "name"}],
    ),
    "split": agreement(
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
    ),
}


def content_of(vector: dict[str, Any]) -> bytes:
    data = bytearray((FOLDER / vector["file"]).read_bytes())
    edit = vector.get("edit", {})
    if "xor" in edit:
        data[edit["xor"][0]] ^= int(edit["xor"][1], 16)
    return bytes(data[: edit.get("keep", len(data))]) + bytes.fromhex(edit.get("append", ""))


def open_vector(vector: dict[str, Any]) -> None:
    data, name = content_of(vector), vector["file"]
    opener = Identity(bytes.fromhex(INDEX["identities"][vector["opener"]]))
    under = AGREEMENTS[vector["agreement"]]
    if vector["kind"] == "crosswalk":
        open_crosswalk(data, opener, name=name)
    elif vector["kind"] == "overlap":
        open_overlap(data, agreement=under, recipient=opener, name=name)
    else:
        open_package(data, agreement=under, recipient=opener, name=name)


@pytest.mark.parametrize("vector", INDEX["vectors"], ids=lambda vector: str(vector["id"]))
def test_outcome(vector: dict[str, Any]) -> None:
    if vector["result"] == "ok":
        open_vector(vector)
        return
    with pytest.raises(PackageError) as caught:
        open_vector(vector)
    assert {fault.code for fault in caught.value.faults} == {vector["result"]}


def test_every_outcome_of_a_file_has_a_vector() -> None:
    # E562 would take a file of more than 2 GiB; test_outcomes lowers the limit instead.
    seen = {vector["result"] for vector in INDEX["vectors"]}
    assert seen == {"ok", *OUTCOMES} - {"E562"}
    assert len({vector["id"] for vector in INDEX["vectors"]}) == len(INDEX["vectors"])


def test_the_independent_reader_agrees() -> None:
    script = ROOT / "tests" / "vectors" / "independent" / "packages.py"
    assert not re.search(r"(import|from) linkage", script.read_text(encoding="utf-8"))
    done = subprocess.run(
        [sys.executable, "-I", str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_after_the_wrap_is_pinned() -> None:
    for name, id_, records in (
        ("exact", "exact-12-records", 12),
        ("exact", "exact-65-records", 65),
        ("diffused", "diffused-two-chunks", 64),
        ("split", "split-filters", 12),
    ):
        under = AGREEMENTS[name]
        old = read_container((FOLDER / f"{id_}.bin").read_bytes(), id_)
        encoded = encoded_list(under, records=records)
        new = read_container(sealed(under, encoded), id_)
        assert new.preamble == old.preamble
        assert (new.nonce, new.commitment) == (old.nonce, old.commitment)
        assert new.ciphertext == old.ciphertext
        assert new.wrapped_key != old.wrapped_key
        # Ed25519 is deterministic: the signature follows from the bytes it covers.
        assert identity("police").sign(old.message) == old.signature
        _, opened = open_package(
            (FOLDER / f"{id_}.bin").read_bytes(),
            agreement=under,
            recipient=identity("unit"),
            name=id_,
        )
        assert same_list(opened, encoded)


def test_the_test_agreements_are_those_of_the_index() -> None:
    for name, under in AGREEMENTS.items():
        assert INDEX["agreements"][name]["fingerprint"] == fingerprint(under).hex()


def worked_example() -> dict[str, str]:
    text = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    section = text.split("## Worked example")[1]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section, flags=re.MULTILINE)
    found = {what: value.strip("`") for what, value in rows if what not in ("what", "---")}
    found["file key"] = re.search(r"file key is\s+`(\w+)`", section).group(1)  # type: ignore[union-attr]
    return found


def test_the_worked_example_is_true() -> None:
    data = (FOLDER / "exact-12-records.bin").read_bytes()
    container = read_container(data, "example")
    payload = decrypt(container, identity("unit"), "example")
    file_key = derived("file key", 32)
    payload_key, commitment = _derive(file_key, container.nonce)
    header = container.preamble[14:]
    start = len(container.preamble)
    preamble = payload[8 : 8 + int.from_bytes(payload[4:8], "big")]
    example = worked_example()
    offset = f"{start + 1168 + 16 + 32:,}"
    assert example == {
        "file key": file_key.hex(),
        "length of the file": f"{len(data):,}",
        "bytes 0 to 14": data[:14].hex(),
        "length of the header": str(len(header)),
        "header begins": header[: len(example["header begins"])].decode(),
        f"nonce, at {start + 1168:,}": data[start + 1168 : start + 1184].hex(),
        "payload key": payload_key.hex(),
        f"commitment, at {start + 1184:,}": commitment.hex(),
        "signature, at": offset,
        "ciphertext, at": f"{start + 1168 + 16 + 32 + 64:,}",
        "length of the ciphertext": f"{len(container.ciphertext):,}",
        "SHA-512 of the ciphertext begins": hashlib.sha512(container.ciphertext).hexdigest()[:32],
        "payload begins": payload[:8].hex(),
        "preamble": preamble.decode(),
        "bytes per record": "16 + 160 + 2 = 178",
        "length of the payload": f"8 + {len(preamble)} + 64 × 178 = {len(payload):,}",
        "SHA-256 of the payload": hashlib.sha256(payload).hexdigest(),
    }
    assert 16 + 1280 // 8 + 2 == 178
    assert 8 + len(preamble) + 64 * 178 == len(payload)


def test_the_document_lists_every_outcome() -> None:
    text = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(E\d+)` \|", text, flags=re.MULTILINE)
    assert rows == sorted(OUTCOMES)


def test_the_document_gives_the_real_offsets() -> None:
    text = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    table = text.split("## Container")[1].split("The magic")[0]
    rows = re.findall(r"^\| ([\d,]+) \+ \*h\* \| ([\d,]+|the rest) \|", table, re.MULTILINE)
    offsets = [int(offset.replace(",", "")) for offset, _ in rows]
    sizes = [int(size.replace(",", "")) for _, size in rows[:-1]]
    assert sizes == [1168, 16, 32, 64]
    assert offsets == [14 + sum(sizes[:place]) for place in range(5)]
