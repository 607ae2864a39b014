"""A second implementation of docs/format.md, to check the vectors of tests/vectors/packages.

Written from the document with the standard library and the primitives of `cryptography`
(Ed25519, X25519, ML-KEM, ChaCha20-Poly1305); it shares no code with the package, not even
HPKE. Run it: it prints every vector whose result it does not reproduce, and exits 1 if any.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

FOLDER = Path(__file__).resolve().parent.parent / "packages"
MAGIC = bytes.fromhex("894c4e4b0d0a1a0a")
CROSSWALK_MAGIC = bytes.fromhex("894c4e580d0a1a0a")
SENDERS = {"encodings": "data-owner", "overlap": "linkage-unit"}
RECIPIENTS = {"encodings": "linkage-unit", "overlap": "analyst"}


class RefusedError(Exception):
    """The file is refused; the argument is the outcome."""


def hkdf(key: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """RFC 5869 with SHA-256."""
    return expand(hmac.digest(salt or bytes(32), key, "sha256"), info, length)


def expand(prk: bytes, info: bytes, length: int) -> bytes:
    output, block = b"", b""
    while len(output) < length:
        block = hmac.digest(prk, block + info + bytes([len(output) // 32 + 1]), "sha256")
        output += block
    return output[:length]


def hpke_open(wrapped: bytes, secret: bytes, info: bytes) -> bytes:
    """RFC 9180, base mode, X-Wing (0x647A), HKDF-SHA256, ChaCha20-Poly1305."""
    enc, body = wrapped[:1120], wrapped[1120:]
    x25519 = X25519PrivateKey.from_private_bytes(secret[96:128])
    shared = hashlib.sha3_256(
        MLKEM768PrivateKey.from_seed_bytes(secret[32:96]).decapsulate(enc[:1088])
        + x25519.exchange(X25519PublicKey.from_public_bytes(enc[1088:]))
        + enc[1088:]
        + x25519.public_key().public_bytes_raw()
        + b"\\.//^\\"
    ).digest()
    suite = b"HPKE-v1" + b"HPKE" + bytes.fromhex("647a00010003")

    def extract(salt: bytes, label: bytes, key: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), suite + label + key, "sha256")

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    prk = extract(shared, b"secret", b"")
    key = expand(prk, b"\0\x20" + suite + b"key" + context, 32)
    nonce = expand(prk, b"\0\x0c" + suite + b"base_nonce" + context, 12)
    return ChaCha20Poly1305(key).decrypt(nonce, body, b"")


def public_keys(text: str) -> bytes:
    """Ed25519 key | ML-KEM key | X25519 key."""
    encoded = text.removeprefix("linkage-public-1:")
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))[:-4]


def own_public_keys(secret: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return (
        Ed25519PrivateKey.from_private_bytes(secret[:32]).public_key().public_bytes_raw()
        + MLKEM768PrivateKey.from_seed_bytes(secret[32:96]).public_key().public_bytes_raw()
        + X25519PrivateKey.from_private_bytes(secret[96:128]).public_key().public_bytes_raw()
    )


def padme(length: int) -> int:
    step = 1
    if length >= 2:
        exponent = length.bit_length() - 1
        step = 2 ** (exponent - exponent.bit_length())
    return -(-length // step) * step


def parse_header(raw: bytes) -> dict[str, Any]:
    try:
        header = json.loads(raw)
        canonical = json.dumps(
            header, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        ).encode()
    except ValueError:
        raise RefusedError("E552") from None
    keys = "agreement file_id kind project recipient round sender sequence signed_by software"
    if header.get("kind") == "encodings":
        keys += " count_bucket key_check key_id list"
    if canonical != raw or sorted(header) != sorted(keys.split()):
        raise RefusedError("E552")
    return dict(header)


def open_container(
    data: bytes, kind: str, terms: dict[str, Any], secret: bytes
) -> tuple[dict[str, Any], bytes]:
    if not data.startswith(MAGIC):
        raise RefusedError("E552" if data and MAGIC.startswith(data) else "E550")
    if len(data) >= 10 and data[8:10] != b"\0\1":
        raise RefusedError("E551")
    length = int.from_bytes(data[10:14], "big")
    if length > 4096 or len(data) <= 14 + length + 1280:
        raise RefusedError("E552")
    start = 14 + length
    wrap, nonce = data[start : start + 1168], data[start + 1168 : start + 1184]
    commitment = data[start + 1184 : start + 1216]
    signature, ciphertext = data[start + 1216 : start + 1280], data[start + 1280 :]
    header = parse_header(data[14:start])
    message = b"linkage/v1/package|" + data[: start + 1216] + hashlib.sha512(ciphertext).digest()
    try:
        key = bytes.fromhex(header["signed_by"])
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise RefusedError("E552") from None
    check_header(header, kind, terms, own_public_keys(secret))
    try:
        info = b"linkage/v1/package/file-key|" + hashlib.sha256(data[:start]).digest()
        file_key = hpke_open(wrap, secret, info)
    except (InvalidTag, ValueError):
        raise RefusedError("E552") from None
    if hkdf(file_key, nonce, b"linkage/v1/package/commitment") != commitment:
        raise RefusedError("E552")
    return header, open_stream(hkdf(file_key, nonce, b"linkage/v1/package/payload"), ciphertext)


def check_header(header: dict[str, Any], kind: str, terms: dict[str, Any], own: bytes) -> None:
    parties = {party["id"]: party for party in terms["parties"]}
    sender, recipient = parties.get(header["sender"]), parties.get(header["recipient"])
    for wrong, outcome in (
        (header["kind"] != kind, "E561"),
        (header["project"] != terms["project"], "E557"),
        (header["round"] != terms["round"], "E558"),
        (header["agreement"] != terms["fingerprint"], "E556"),
        (sender is None or sender["role"] != SENDERS[kind], "E554"),
    ):
        if wrong:
            raise RefusedError(outcome)
    assert sender is not None
    if public_keys(sender["public_key"])[:32].hex() != header["signed_by"]:
        raise RefusedError("E555")
    if kind == "encodings" and sender["list"] != header["list"]:
        raise RefusedError("E559")
    if recipient is None or recipient["role"] != RECIPIENTS[kind]:
        raise RefusedError("E553")
    if public_keys(recipient["public_key"]) != own:
        raise RefusedError("E553")


def open_stream(key: bytes, ciphertext: bytes) -> bytes:
    plaintext = b""
    chunks = [ciphertext[at : at + 65552] for at in range(0, len(ciphertext), 65552)]
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        if last and len(chunk) <= 16:
            raise RefusedError("E552")
        nonce = number.to_bytes(11, "big") + (b"\1" if last else b"\0")
        try:
            plaintext += ChaCha20Poly1305(key).decrypt(nonce, chunk, None)
        except InvalidTag:
            raise RefusedError("E552") from None
    return plaintext


def check_payload(header: dict[str, Any], payload: bytes, terms: dict[str, Any]) -> int:
    """The number of records of a payload that fits its header and agreement."""
    weights, presence = terms["largest_weight"], terms["presence_fields"]
    columns_of = {
        "filters": [{"bits": terms["bits"], "name": name} for name in terms["filters"]],
        "presence": presence is not None,
        "strata": [name for name, _ in terms["strata"]],
        "weights": weights is not None,
    }
    if terms["token_counts"]:
        columns_of["token_counts"] = True
    preamble = json.dumps(columns_of, separators=(",", ":"), sort_keys=True).encode()
    widths = [16] + [terms["bits"] // 8] * len(terms["filters"])
    widths.append(2 * len(terms["filters"]) if weights is not None else 0)
    widths.append(4 if presence is not None else 0)
    widths += [len(terms["filters"]) if terms["token_counts"] else 0, len(terms["strata"])]
    count = int.from_bytes(payload[:4], "big")
    fits = (
        payload[4:8] == len(preamble).to_bytes(4, "big")
        and payload[8 : 8 + len(preamble)] == preamble
        and count > 0
        and header["count_bucket"] == padme(max(count, 64))
        and len(payload) == 8 + len(preamble) + header["count_bucket"] * sum(widths)
    )
    if not fits:
        raise RefusedError("E560")
    columns, at = [], 8 + len(preamble)
    for width in widths:
        columns.append(payload[at : at + count * width])
        at += count * width
    handles, strata = columns[0], columns[-1]
    found = {handles[16 * i : 16 * i + 16] for i in range(count)}
    counts = [number for _, number in terms["strata"]] or [255]
    bad = (
        any(payload[at:])
        or len(found) != count
        or any(v != 255 and v >= counts[i % len(counts)] for i, v in enumerate(strata))
        or any(value > (weights or 0) for value in integers(columns[-4], 2))
        or any(value >> (presence or 0) for value in integers(columns[-3], 4))
    )
    if bad:
        raise RefusedError("E560")
    return count


def integers(column: bytes, width: int) -> list[int]:
    return [
        int.from_bytes(column[at : at + width], "little") for at in range(0, len(column), width)
    ]


def check_table(payload: bytes) -> bytes:
    end = 8 + int.from_bytes(payload[:8], "big")
    if len(payload) != padme(max(end, 4096)) or any(payload[end:]):
        raise RefusedError("E560")
    return payload[8:end]


def open_crosswalk(data: bytes, secret: bytes) -> int:
    """The number of records of a crosswalk."""
    if data[:10] != CROSSWALK_MAGIC + b"\0\1" or len(data) < 38:
        raise RefusedError("E563")
    own = hkdf(secret[128:160], b"linkage/v1/own-key", b"crosswalk")
    key = hkdf(own, data[10:26], b"linkage/v1/crosswalk")
    try:
        content = ChaCha20Poly1305(key).decrypt(data[26:38], data[38:], data[:26])
    except InvalidTag:
        raise RefusedError("E563") from None
    if len(content) % 24:
        raise RefusedError("E563")
    return len(content) // 24


def result_of(vector: dict[str, Any], index: dict[str, Any], folder: Path = FOLDER) -> str:
    """The outcome of a vector: ``ok``, or the code of its refusal."""
    data = (folder / vector["file"]).read_bytes()
    edit = vector.get("edit", {})
    if "xor" in edit:
        offset, mask = edit["xor"]
        changed = bytearray(data)
        changed[offset] ^= int(mask, 16)
        data = bytes(changed)
    data = data[: edit.get("keep", len(data))] + bytes.fromhex(edit.get("append", ""))
    terms = index["agreements"][vector["agreement"]]
    secret = bytes.fromhex(index["identities"][vector["opener"]])
    try:
        if vector["kind"] == "crosswalk":
            open_crosswalk(data, secret)
        else:
            header, payload = open_container(data, vector["kind"], terms, secret)
            if vector["kind"] == "encodings":
                check_payload(header, payload, terms)
            else:
                check_table(payload)
    except RefusedError as refused:
        return str(refused)
    return "ok"


def main() -> int:
    """Check every vector."""
    index = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    wrong = 0
    for vector in index["vectors"]:
        found = result_of(vector, index)
        if found != vector["result"]:
            print(f"{vector['id']}: {found}, expected {vector['result']}")
            wrong += 1
    print(f"{len(index['vectors'])} vectors, {wrong} not reproduced")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
