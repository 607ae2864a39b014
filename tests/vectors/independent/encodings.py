"""Encodings computed from docs/reference/encodings.md alone, with the standard library.

Shares no code with the package and is written for clarity: one bit at a time, Python
integers, no tables. ``python encodings.py`` prints tests/vectors/encodings.json.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import itertools
import json
import sys
from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]
"""name and text: list of words; date: [year, month, day] with None; code: str."""

SEED = bytes.fromhex("6c696e6b616765206b6e6f776e20616e7377657273")

FIELDS: list[dict[str, Any]] = [
    {"name": "given_name", "kind": "name", "tag": "name", "weight": 1},
    {"name": "surname", "kind": "name", "tag": "name", "weight": 2},
    {"name": "birth", "kind": "date", "tag": "birth", "weight": 3},
    {"name": "sex", "kind": "code", "tag": "sex", "weight": 2},
    {"name": "nationality", "kind": "code", "tag": "nationality", "weight": 2},
]


def _record(given: str, family: str, birth: list[int | None], sex: str, origin: str) -> Record:
    values = (given.split(), family.split(), birth, sex, origin)
    return {field["name"]: value for field, value in zip(FIELDS, values, strict=True)}


NO_DATE: list[int | None] = [None, None, None]
RECORDS: list[tuple[str, Record]] = [
    ("complete", _record("anna maria", "kowalska", [1995, 3, 14], "F", "PL")),
    ("one letter wrong", _record("anna maria", "kovalska", [1995, 3, 14], "F", "PL")),
    ("names swapped", _record("kowalska", "anna maria", [1995, 3, 14], "F", "PL")),
    ("initial and year only", _record("a", "kowalska", [1995, None, None], "F", "")),
    ("day and month swapped, no code", _record("boris", "ivanov", [2001, 12, 5], "", "")),
    ("date alone", _record("", "", [1960, 1, 31], "", "")),
    ("year unknown", _record("", "nguyen", [None, 5, 12], "M", "VN")),
    ("nothing at all", _record("", "", NO_DATE, "", "")),
]

# Small enough to print in full, then the profiles as they are used, printed as SHA-256.
CASES: list[dict[str, Any]] = [
    {"scheme": "clk", "filter": "all", "bits": 128, "token_bits": 2},
    {"scheme": "clk", "filter": "all", "bits": 192, "token_bits": 3},
    {"scheme": "saul", "filter": "all", "bits": 128, "layers": 1},
    {"scheme": "saul", "filter": "all", "bits": 192, "layers": 2},
    {
        "scheme": "eld",
        "filter": "all",
        "bits": 192,
        "layers": 3,
        "source_bits": 64,
        "token_bits": 1,
    },
    {"scheme": "match-keys", "filter": "keys", "bits": 1280},
    {"scheme": "saul", "filter": "all", "bits": 32768, "layers": 5, "profile": "strong"},
    {"scheme": "saul", "filter": "all", "bits": 16384, "layers": 4, "profile": "balanced"},
    {"scheme": "saul", "filter": "names", "bits": 4096, "layers": 4},
    {
        "scheme": "eld",
        "filter": "all",
        "bits": 8192,
        "layers": 12,
        "source_bits": 1024,
        "token_bits": 3,
        "profile": "diffused",
    },
    {"scheme": "clk", "filter": "all", "bits": 1024, "token_bits": 3, "profile": "clk"},
]


# Random bits ---------------------------------------------------------------------------


def subkey(seed: bytes, purpose: str, field: str = "") -> bytes:
    """The vectors' own derivation; the project key's is specified elsewhere."""
    return hmac.new(seed, purpose.encode() + b"\x00" + field.encode(), hashlib.sha256).digest()


def block(key: bytes, token: bytes, index: int) -> bytes:
    return hmac.new(
        key, token + bytes([index >> s & 255 for s in (24, 16, 8, 0)]), "sha512"
    ).digest()


def stream_bits(key: bytes, token: bytes, length: int) -> list[int]:
    data = b"".join(block(key, token, i) for i in range((length + 511) // 512))
    return [data[j // 8] >> (j % 8) & 1 for j in range(length)]


def stream_words(key: bytes, token: bytes) -> Iterator[int]:
    index = 0
    while True:
        data = block(key, token, index)
        for at in range(0, 64, 4):
            yield data[at] | data[at + 1] << 8 | data[at + 2] << 16 | data[at + 3] << 24
        index += 1


def below(words: Iterator[int], limit: int) -> int:
    return next(word % limit for word in words if word < 2**32 // limit * limit)


# Tokens --------------------------------------------------------------------------------


def value_tokens(kind: str, value: Any) -> list[str]:
    if kind == "code":
        return ["=" + value] if value else []
    if kind == "date":
        year, month, day = value
        found = []
        if year is not None:
            digits = str(year).rjust(4, "0")
            found += ["D" + digits[:3], "d" + digits[3], "Y" + digits]
        if month is not None:
            found.append(f"M{month:02d}")
        if day is not None:
            found.append(f"T{day:02d}")
        if month is not None and day is not None:
            found.append(f"MT{month:02d}{day:02d}")
            found.append(f"U{min(month, day):02d}-{max(month, day):02d}")
        return found
    found = []
    for word in value:
        if "^" + word[0] not in found:
            found.append("^" + word[0])
        letters = ["_", *word] if len(word) == 1 else ["_", *word, "_"]
        for left, right in itertools.pairwise(letters):
            if left + right not in found:
                found.append(left + right)
    return found


def record_tokens(fields: list[dict[str, Any]], record: Record) -> dict[tuple[str, str], int]:
    """(tag, token) -> weight."""
    weights: dict[tuple[str, str], int] = {}
    for field in fields:
        for token in value_tokens(field["kind"], record[field["name"]]):
            place = (field["tag"], token)
            if place not in weights or weights[place] < field["weight"]:
                weights[place] = field["weight"]
    return weights


# Encodings: each gives the list of a record's bits, and its weight ------------------------


def clk(fields, record, seed, filter_name, bits, token_bits, purpose="clk"):  # type: ignore[no-untyped-def]
    filled = [0] * bits
    for (tag, token), weight in record_tokens(fields, record).items():
        words = stream_words(subkey(seed, purpose + "-" + filter_name, tag), token.encode())
        for _ in range(token_bits * weight):
            filled[below(words, bits)] = 1
    return filled, sum(filled)


def saul(fields, record, seed, filter_name, bits, layers):  # type: ignore[no-untyped-def]
    tokens = record_tokens(fields, record)
    result = [0] * bits
    if not tokens:
        return result, 0
    coins = stream_bits(subkey(seed, "saulties-" + filter_name), b"", layers * bits)
    votes = [0] * (layers * bits)
    for (tag, token), weight in tokens.items():
        key = subkey(seed, "saul-" + filter_name, tag)
        for place, bit in enumerate(stream_bits(key, token.encode(), layers * bits)):
            votes[place] += weight if bit else -weight
    for place, vote in enumerate(votes):
        result[place % bits] ^= coins[place] if vote == 0 else int(vote > 0)
    return result, sum(result)


@functools.cache
def taps(seed, filter_name, source_bits, bits, count):  # type: ignore[no-untyped-def]
    words = stream_words(subkey(seed, "eldtaps-" + filter_name), b"")
    deck: list[int] = []
    rows = []
    for _ in range(bits):
        row: list[int] = []
        while len(row) < count:
            if not deck:
                deck = list(range(source_bits))
                for i in range(source_bits - 1, 0, -1):
                    j = below(words, i + 1)
                    deck[i], deck[j] = deck[j], deck[i]
            card = next(position for position in deck if position not in row)
            deck.remove(card)
            row.append(card)
        rows.append(row)
    return rows


def eld(fields, record, seed, filter_name, bits, layers, source_bits, token_bits):  # type: ignore[no-untyped-def]
    source, weight = clk(fields, record, seed, filter_name, source_bits, token_bits, "eld")
    rows = taps(seed, filter_name, source_bits, bits, layers)
    return [sum(source[position] for position in row) % 2 for row in rows], weight


# The ten combinations of the five fields above, written out by hand.
COMBINATIONS = [
    "given_name:whole,surname:whole,birth:whole,sex:whole,nationality:whole",
    "given_name:sorted,surname:sorted,birth:whole",
    "given_name:initial,surname:whole,birth:whole",
    "given_name:start,surname:start,birth:whole,sex:whole,nationality:whole",
    "given_name:whole,surname:whole,birth:year",
    "surname:whole,birth:whole,sex:whole,nationality:whole",
    "given_name:whole,birth:whole,sex:whole,nationality:whole",
    "given_name:whole,surname:whole,sex:whole,nationality:whole",
    "given_name:whole,surname:whole,birth:whole,nationality:whole",
    "given_name:whole,surname:whole,birth:whole,sex:whole",
]


def slot_message(combination: str, record: Record) -> bytes | None:
    pieces = [combination]
    sorted_words: list[str] | None = None
    for part in combination.split(","):
        field, form = part.split(":")
        value = record[field]
        if form == "sorted":
            if not value:
                return None
            if sorted_words is None:
                sorted_words = []
                pieces.append("")  # its place is the first of the sorted fields'
                place = len(pieces) - 1
            sorted_words = sorted(sorted_words + value)
            pieces[place] = " ".join(sorted_words)
            continue
        if form == "year":
            text = "" if value[0] is None else f"{value[0]:04d}"
        elif field == "birth":
            text = "" if None in value else f"{value[0]:04d}-{value[1]:02d}-{value[2]:02d}"
        elif form == "initial":
            text = value[0][0] if value else ""
        elif form == "start":
            text = "".join(value)[:3]
        else:
            text = value if isinstance(value, str) else " ".join(value)
        if not text:
            return None
        pieces.append(text)
    return b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in pieces)


def match_keys(record, seed, filter_name):  # type: ignore[no-untyped-def]
    key = subkey(seed, "match-keys-" + filter_name)
    data = b""
    for combination in COMBINATIONS:
        message = slot_message(combination, record)
        data += bytes(16) if message is None else hmac.new(key, message, "sha256").digest()[:16]
    bits = [data[j // 8] >> (j % 8) & 1 for j in range(len(data) * 8)]
    return bits, sum(bits)


def encode(case: dict[str, Any], record: Record) -> tuple[list[int], int]:
    fields = [f for f in FIELDS if case["filter"] != "names" or f["kind"] == "name"]
    scheme, name, bits = case["scheme"], case["filter"], case["bits"]
    if scheme == "clk":
        return clk(fields, record, SEED, name, bits, case["token_bits"])
    if scheme == "saul":
        return saul(fields, record, SEED, name, bits, case["layers"])
    if scheme == "eld":
        shape = (case["layers"], case["source_bits"], case["token_bits"])
        return eld(fields, record, SEED, name, bits, *shape)
    return match_keys(record, SEED, name)


# The file ------------------------------------------------------------------------------


def packed(bits: list[int]) -> bytes:
    number = sum(bit << place for place, bit in enumerate(bits))
    return number.to_bytes(len(bits) // 8, "little")


def vectors() -> dict[str, Any]:
    entries = []
    for case in CASES:
        label = case.get("profile") or "-".join(str(v) for k, v in case.items() if k != "filter")
        long = case["bits"] > 1280
        results, weights = [], []
        for _, record in RECORDS:
            bits, weight = encode(case, record)
            results.append(hashlib.sha256(packed(bits)).hexdigest() if long else packed(bits).hex())
            weights.append(weight)
        entries.append(
            {
                "id": f"{label}/{case['filter']}",
                "comment": f"{case['scheme']}, {case['bits']} bits, every record in turn",
                **case,
                "form": "sha256" if long else "hex",
                "result": results,
                "weights": weights,
            }
        )
    key = subkey(SEED, "saul-all", "name")
    stream = [
        {
            "id": f"stream/{token or 'empty'}/{index}",
            "comment": "one block of the stream under subkey saul-all, name",
            "token": token,
            "index": index,
            "result": block(key, token.encode(), index).hex(),
        }
        for token in ("_a", "")
        for index in (0, 1)
    ]
    words = stream_words(subkey(SEED, "eldtaps-all"), b"")
    tokens = [
        {
            "id": f"tokens/{comment}",
            "comment": "tag, token, weight; sorted",
            "result": sorted([*k, v] for k, v in record_tokens(FIELDS, record).items()),
        }
        for comment, record in RECORDS
    ]
    names = [field for field in FIELDS if field["kind"] == "name"]
    counts = [
        {
            "id": f"token-counts/{name}",
            "comment": "number of different tokens of every record in turn",
            "filter": name,
            "result": [len(record_tokens(fields, record)) for _, record in RECORDS],
        }
        for name, fields in (("all", FIELDS), ("names", names))
    ]
    return {
        "format": "linkage-encoding-vectors/1",
        "seed": SEED.hex(),
        "subkey": "HMAC-SHA-256(seed, purpose || 00 || field)",
        "fields": FIELDS,
        "records": [{"comment": comment, "values": record} for comment, record in RECORDS],
        "streams": stream,
        "numbers": {
            "id": "numbers/below-1000",
            "comment": "first numbers below 1,000 under subkey eldtaps-all, empty token",
            "result": [below(words, 1000) for _ in range(20)],
        },
        "taps": {
            "id": "taps/64-192-3",
            "comment": "first 30 rows: 192 bits of 3 taps over 64 positions",
            "result": taps(SEED, "all", 64, 192, 3)[:30],
        },
        "tokens": tokens,
        "encodings": entries,
        "token_counts": counts,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vectors(), indent=1) + "\n")
