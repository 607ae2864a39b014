"""Vectors of the key derivation, made with hashlib and hmac alone.

Shares no code with the package: HKDF (RFC 5869) is written out below and checked against
the RFC's first test case. Run it to print ``tests/vectors/key_derivation.json``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
import sys


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA256 by hand: extract, then expand."""
    extracted = hmac.new(salt, secret, hashlib.sha256).digest()
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.new(extracted, block + info + bytes([counter]), hashlib.sha256).digest()
        output += block
        counter += 1
    return output[:length]


def salt_of(project: str, round_number: int, fingerprint: bytes) -> bytes:
    """Project, round and fingerprint, each preceded by its length."""
    name = project.encode()
    return (
        struct.pack(">I", len(name))
        + name
        + struct.pack(">II", 4, round_number)
        + struct.pack(">I", len(fingerprint))
        + fingerprint
    )


RUNS = [
    ("zeros", "All zero, the shortest names.", "00" * 32, "a", 1, "00" * 32),
    (
        "counting",
        "Every byte of secret and fingerprint differs.",
        bytes(range(32)).hex(),
        "dutch-victims",
        3,
        bytes(range(32, 64)).hex(),
    ),
    (
        "next-round",
        "As counting but for the round: nothing may be equal.",
        bytes(range(32)).hex(),
        "dutch-victims",
        4,
        bytes(range(32, 64)).hex(),
    ),
]
SUBKEYS = [("tokens", "surname"), ("tokens", "given_name"), ("saul", ""), ("key-check", "")]


def vectors() -> list[dict[str, object]]:
    """All vectors."""
    found: list[dict[str, object]] = []
    for name, comment, secret_hex, project, round_number, fingerprint_hex in RUNS:
        secret, fingerprint = bytes.fromhex(secret_hex), bytes.fromhex(fingerprint_hex)
        salt = salt_of(project, round_number, fingerprint)
        check_key = hkdf(secret, salt, b"linkage/v1/key-check/", 32)
        check = hmac.new(check_key, b"linkage/v1/key-check|", hashlib.sha256).digest()[:16]
        found.append(
            {
                "id": name,
                "comment": comment,
                "secret": secret_hex,
                "project": project,
                "round": round_number,
                "fingerprint": fingerprint_hex,
                "subkeys": [
                    {
                        "purpose": purpose,
                        "field": field,
                        "result": hkdf(
                            secret, salt, f"linkage/v1/{purpose}/{field}".encode(), 32
                        ).hex(),
                    }
                    for purpose, field in SUBKEYS
                ],
                "key_id": hkdf(secret, salt, b"linkage/v1/key-id/", 16).hex(),
                "key_check": check.hex(),
                "spoken": "-".join(f"{byte:02X}" for byte in check[:3]),
            }
        )
    return found


def main() -> None:
    """Check the HKDF against RFC 5869, appendix A.1, then print the file."""
    output = hkdf(
        bytes.fromhex("0b" * 22),
        bytes.fromhex("000102030405060708090a0b0c"),
        bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        42,
    )
    expected = (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    if output.hex() != expected:
        sys.exit("HKDF is wrong")
    document = {
        "source": "tests/vectors/independent/key_derivation.py (hashlib and hmac alone)",
        "vectors": vectors(),
    }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
