"""Research encodings computed from docs/reference/research-encodings.md alone.

Shares no code with the package, one bit at a time; tokens and streams come from encodings.py
beside this file. ``python catalogue.py`` prints tests/vectors/catalogue.json.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

_PLACE = Path(__file__).with_name("encodings.py")
_SPEC = importlib.util.spec_from_file_location("independent_encodings", _PLACE)
assert _SPEC is not None
assert _SPEC.loader is not None
base: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(base)

PRIVATE = b"the data owner's own"

# Description, then the same as data.
CASES: list[tuple[str, dict[str, Any]]] = [
    ("clk-double(k=3, l=128)", {"scheme": "clk-double", "k": 3, "l": 128}),
    ("clk-enhanced-double(k=5, l=192)", {"scheme": "clk-enhanced-double", "k": 5, "l": 192}),
    ("rbf(k=3, m=64, l=128)", {"scheme": "rbf", "k": 3, "m": 64, "l": 128}),
    ("tmh(l=64)", {"scheme": "tmh", "l": 64}),
    ("tsh(k=3, l=1024)", {"scheme": "tsh", "k": 3, "l": 1024}),
    ("minhash-keys(t=2, l=256)", {"scheme": "minhash-keys", "t": 2, "l": 256}),
    ("clk(k=2, l=128, salt=birth)", {"scheme": "clk", "k": 2, "l": 128, "salt": "birth"}),
    ("saul(t=2, l=128, salt=sex)", {"scheme": "saul", "t": 2, "l": 128, "salt": "sex"}),
    ("clk(k=3, l=128) + xor-fold", {"scheme": "clk", "k": 3, "l": 128, "then": ["xor-fold"]}),
    ("clk(k=3, l=128) + balance", {"scheme": "clk", "k": 3, "l": 128, "then": ["balance"]}),
    ("clk(k=3, l=128) + rule-90", {"scheme": "clk", "k": 3, "l": 128, "then": ["rule-90"]}),
    (
        "clk(k=3, l=128) + resample(l=64)",
        {"scheme": "clk", "k": 3, "l": 128, "then": ["resample"], "kept": 64},
    ),
    (
        "clk(k=3, l=128) + rehash(w=8, s=4, l=192, k=2)",
        {"scheme": "clk", "k": 3, "l": 128, "then": ["rehash"], "window": [8, 4, 192, 2]},
    ),
    (
        "clk(k=1, l=128) + diffuse(t=3, l=192)",
        {"scheme": "clk", "k": 1, "l": 128, "then": ["diffuse"], "taps": [3, 192]},
    ),
    (
        "clk(k=3, l=128) + blip(f=0.25)",
        {"scheme": "clk", "k": 3, "l": 128, "then": ["blip"], "f": 0.25},
    ),
    (
        "clk(k=3, l=128) + balance + rule-90",
        {"scheme": "clk", "k": 3, "l": 128, "then": ["balance", "rule-90"]},
    ),
]
FILTER = "all"
# Weights of the tokens in these vectors, by field; the row of record r is r + 2.
WEIGHTS = {"given_name": 1, "surname": 2, "birth": 3, "sex": 2, "nationality": 2}

Bits = list[int]


def be(number: int, length: int) -> bytes:
    return number.to_bytes(length, "big")


class Keys:
    """K(purpose, field), with the salt of section 7 if there is one."""

    def __init__(self, seed: bytes, salt: str | None = None) -> None:
        self.seed, self.salt = seed, salt

    def __call__(self, purpose: str, field: str = "") -> bytes:
        key: bytes = base.subkey(self.seed, purpose, field)
        if self.salt is None:
            return key
        return hmac.new(key, b"salt\x00" + self.salt.encode(), "sha256").digest()


def stream(key: bytes, token: bytes, length: int) -> bytes:
    blocks = (length + 63) // 64
    return b"".join(base.block(key, token, i) for i in range(blocks))[:length]


def draws(key: bytes, token: bytes, limit: int, number: int) -> list[int]:
    words = base.stream_words(key, token)
    return [base.below(words, limit) for _ in range(number)]


def permutation(key: bytes, size: int) -> list[int]:
    words = base.stream_words(key, b"")
    order = list(range(size))
    for i in range(size - 1, 0, -1):
        other = base.below(words, i + 1)
        order[i], order[other] = order[other], order[i]
    return order


def bits_of(data: bytes) -> Bits:
    return [data[j // 8] >> (j % 8) & 1 for j in range(len(data) * 8)]


def bloom(tokens: dict[tuple[str, str], int], keys: Keys, purpose: str, bits: int, k: int) -> Bits:
    filled = [0] * bits
    for (tag, token), weight in tokens.items():
        for position in draws(keys(purpose, tag), token.encode(), bits, k * weight):
            filled[position] = 1
    return filled


def double(tokens: dict[tuple[str, str], int], keys: Keys, case: dict[str, Any]) -> Bits:
    filled = [0] * case["l"]
    enhanced = case["scheme"] == "clk-enhanced-double"
    for (tag, token), weight in tokens.items():
        h1, h2 = draws(keys(f"{case['scheme']}-{FILTER}", tag), token.encode(), case["l"], 2)
        for i in range(case["k"] * weight):
            extra = (i * i * i - i) // 6 if enhanced else 0
            filled[(h1 + i * h2 + extra) % case["l"]] = 1
    return filled


def rbf(record: Any, keys: Keys, case: dict[str, Any]) -> Bits:
    total = sum(WEIGHTS.values())
    exact = [(case["l"] * weight, total) for weight in WEIGHTS.values()]
    shares = [over // under for over, under in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (-(exact[i][0] % total), i))
    for place in by_remainder[: case["l"] - sum(shares)]:
        shares[place] += 1
    row: Bits = []
    for field, share in zip(base.FIELDS, shares, strict=True):
        alone = base.record_tokens([{**field, "weight": 1}], record)
        source = bloom(alone, keys, f"rbf-{FILTER}", case["m"], case["k"])
        chosen = draws(keys(f"rbfsample-{FILTER}", field["name"]), b"", case["m"], share)
        row += [source[position] for position in chosen]
    return [row[place] for place in permutation(keys(f"rbforder-{FILTER}"), case["l"])]


def tmh(tokens: dict[tuple[str, str], int], keys: Keys, case: dict[str, Any]) -> Bits:
    tables = keys(f"tmhtables-{FILTER}")
    least: list[int | None] = [None] * case["l"]
    for (tag, token), weight in tokens.items():
        data = stream(keys(f"tmh-{FILTER}", tag), token.encode(), 4 * weight)
        for copy in range(weight):
            rows = [stream(tables, bytes([c, data[4 * copy + c]]), 8 * case["l"]) for c in range(4)]
            for j in range(case["l"]):
                hashed = 0
                for row in rows:
                    hashed ^= int.from_bytes(row[8 * j : 8 * j + 8], "little")
                known = least[j]
                least[j] = hashed if known is None else min(known, hashed)
    return [0 if value is None else value & 1 for value in least]


def tsh(tokens: dict[tuple[str, str], int], keys: Keys, case: dict[str, Any]) -> Bits:
    columns = case["l"] // 32
    pattern = [0] * columns
    for (tag, token), weight in tokens.items():
        key = keys(f"tsh-{FILTER}", tag)
        drawn = draws(key, token.encode(), columns, case["k"] * weight)
        for number, column in enumerate(drawn):
            pattern[column] |= 1 << number % case["k"]
    data = b""
    for column, held in enumerate(pattern):
        slot = 0
        if held:
            text = be(column, 4) + be(held, 8)
            slot = int.from_bytes(stream(keys(f"tshcolumns-{FILTER}"), text, 4), "little") | 1
        data += slot.to_bytes(4, "little")
    return bits_of(data)


def minhash(tokens: dict[tuple[str, str], int], keys: Keys, case: dict[str, Any]) -> Bits:
    slots, t = case["l"] // 16, case["t"]
    if not tokens:
        return [0] * case["l"]
    rows = [
        stream(keys(f"minhash-{FILTER}", tag), token.encode() + bytes([0, copy]), 4 * slots * t)
        for (tag, token), weight in tokens.items()
        for copy in range(weight)
    ]
    data = b""
    for j in range(slots):
        text = be(j, 4)
        for h in range(t):
            at = 4 * (j * t + h)
            text += be(min(int.from_bytes(row[at : at + 4], "little") for row in rows), 4)
        slot = int.from_bytes(stream(keys(f"minhashslots-{FILTER}"), text, 2), "little") or 1
        data += slot.to_bytes(2, "little")
    return bits_of(data)


def salted(record: Any, field: str) -> str:
    value = record[field]
    if field == "birth":
        return "" if value[0] is None else str(value[0])
    return value if isinstance(value, str) else " ".join(value)


def made(case: dict[str, Any], record: Any) -> Bits:
    keys = Keys(base.SEED, salted(record, case["salt"]) if "salt" in case else None)
    fields = [{**field, "weight": WEIGHTS[field["name"]]} for field in base.FIELDS]
    tokens = base.record_tokens(fields, record)
    scheme = case["scheme"]
    if scheme == "clk":
        return bloom(tokens, keys, f"clk-{FILTER}", case["l"], case["k"])
    if scheme in ("clk-double", "clk-enhanced-double"):
        return double(tokens, keys, case)
    if scheme == "rbf":
        return rbf(record, keys, case)
    if scheme == "saul":
        return saul(tokens, keys, case)
    return {"tmh": tmh, "tsh": tsh, "minhash-keys": minhash}[scheme](tokens, keys, case)


def saul(tokens: dict[tuple[str, str], int], keys: Keys, case: dict[str, Any]) -> Bits:
    length = case["t"] * case["l"]
    result = [0] * case["l"]
    if not tokens:
        return result
    coins = bits_of(stream(keys(f"saulties-{FILTER}"), b"", length // 8))
    votes = [0] * length
    for (tag, token), weight in tokens.items():
        random = bits_of(stream(keys(f"saul-{FILTER}", tag), token.encode(), length // 8))
        votes = [vote + weight * (2 * bit - 1) for vote, bit in zip(votes, random, strict=True)]
    for place, vote in enumerate(votes):
        result[place % case["l"]] ^= coins[place] if vote == 0 else int(vote > 0)
    return result


def harden(name: str, source: Bits, case: dict[str, Any], row: int) -> Bits:
    keys, size = Keys(base.SEED), len(source)
    if name == "xor-fold":
        return [source[j] ^ source[j + size // 2] for j in range(size // 2)]
    if name == "balance":
        both = source + [1 - bit for bit in source]
        order = permutation(keys(f"balance-{FILTER}"), 2 * size)
        return [both[place] for place in order] if any(source) else [0] * (2 * size)
    if name == "rule-90":
        return [source[j - 1] ^ source[(j + 1) % size] for j in range(size)]
    if name == "resample":
        return [source[at] for at in permutation(keys(f"resample-{FILTER}"), size)][: case["kept"]]
    if name == "rehash":
        window, step, length, k = case["window"]
        out = [0] * length
        for a in range(0, size - window + 1, step):
            x = sum(source[a + i] << i for i in range(window))
            if x:
                for position in draws(keys(f"rehash-{FILTER}"), be(a, 4) + be(x, 8), length, k):
                    out[position] = 1
        return out
    if name == "diffuse":
        t, length = case["taps"]
        return [sum(source[at] for at in taps) % 2 for taps in deal(keys, size, length, t)]
    private = Keys(PRIVATE)(f"blip-{FILTER}")
    noise = stream(private, be(row, 8), 2 * size + size // 8)
    coins = bits_of(noise[2 * size :])
    limit = round(case["f"] * 65536)
    if not any(source):
        return source
    return [
        coins[j] if int.from_bytes(noise[2 * j : 2 * j + 2], "little") < limit else source[j]
        for j in range(size)
    ]


def deal(keys: Keys, size: int, length: int, t: int) -> list[list[int]]:
    words = base.stream_words(keys(f"diffuse-{FILTER}"), b"")
    deck: list[int] = []
    rows = []
    for _ in range(length):
        row: list[int] = []
        while len(row) < t:
            if not deck:
                deck = list(range(size))
                for i in range(size - 1, 0, -1):
                    other = base.below(words, i + 1)
                    deck[i], deck[other] = deck[other], deck[i]
            card = next(position for position in deck if position not in row)
            deck.remove(card)
            row.append(card)
        rows.append(row)
    return rows


def vectors() -> dict[str, Any]:
    entries = []
    for description, case in CASES:
        results = []
        for number, (_, record) in enumerate(base.RECORDS):
            bits = made(case, record)
            for name in case.get("then", ()):
                bits = harden(name, bits, case, number + 2)
            data = base.packed(bits)
            results.append(hashlib.sha256(data).hexdigest() if len(bits) > 512 else data.hex())
        entries.append(
            {
                "id": description,
                "comment": "every record in turn; SHA-256 of the filter if over 512 bits",
                "result": results,
            }
        )
    return {
        "format": "linkage-catalogue-vectors/1",
        "seed": base.SEED.hex(),
        "private": PRIVATE.hex(),
        "filter": FILTER,
        "records": "those of encodings.json; record r stands in row r + 2",
        "weights": WEIGHTS,
        "encodings": entries,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vectors(), indent=1) + "\n")
