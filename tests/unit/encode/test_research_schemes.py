"""The schemes of the catalogue that no agreement chooses, against twins in plain Python."""

from __future__ import annotations

import hmac

import numpy as np
import pytest

from linkage.agreement.model import FieldRule
from linkage.encode.catalogue import filters_of, parse_encoding
from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.make import encode_filter
from linkage.encode.rbf import shares_of
from linkage.encode.registry import SCHEMES
from linkage.encode.tokens import record_tokens
from linkage.random_bits import DerivedSubkeys, RandomNumbers, RandomStream
from linkage.types import NormalisedList, PartialDate

RULES = (
    FieldRule(name="given", kind="name", tag="name", weight=2),
    FieldRule(name="surname", kind="name", tag="name"),
    FieldRule(name="birth", kind="date", weight=3),
    FieldRule(name="sex", kind="code", values=("f", "m")),
)
RECORDS = NormalisedList(
    np.arange(2, 7),
    {
        "given": (("anna", "maria"), ("jan",), (), ("li",), ("anna", "maria")),
        "surname": (("kowalska",), ("ek",), (), (), ("kowalska",)),
        "birth": (
            PartialDate(1990, 3, 14),
            PartialDate(1985),
            PartialDate(),
            PartialDate(None, 5, 6),
            PartialDate(1991, 3, 14),
        ),
        "sex": ("f", "m", "", "", "f"),
    },
    np.zeros((5, 0), dtype=np.uint8),
)
KEY = DerivedSubkeys(b"catalogue")
WEIGHING = " weighing name=2, date=3, surname=1"


def made(text: str, records: NormalisedList = RECORDS) -> EncodedFilter:
    profile = parse_encoding(text)
    ((name, fields, _),) = filters_of(profile, RULES)
    return encode_filter(
        FilterInput(name, records, fields, profile, profile.bits, KEY, private=KEY)
    )


def tokens() -> list[list[tuple[str, bytes, int]]]:
    return [
        [
            (token.tag, token.content, token.weight)
            for token in record_tokens(RULES, [RECORDS.fields[rule.name][row] for rule in RULES])
        ]
        for row in range(len(RECORDS))
    ]


def stream(purpose: str, field: str = "") -> RandomStream:
    return RandomStream(KEY.subkey(purpose, field))


@pytest.mark.parametrize("name", ["clk-double", "clk-enhanced-double"])
def test_double_hashing(name: str) -> None:
    bits = made(f"{name}(k=5, l=192){WEIGHING}").matrix.unpacked()
    for row, each in zip(bits.tolist(), tokens(), strict=True):
        expected = [0] * 192
        for tag, text, weight in each:
            numbers = RandomNumbers(stream(f"{name}-all", tag), text)
            first, second = numbers.below(192), numbers.below(192)
            for i in range(5 * weight):
                cubic = (i**3 - i) // 6 if name == "clk-enhanced-double" else 0
                expected[(first + i * second + cubic) % 192] = 1
        assert row == expected


def test_record_level_filter() -> None:
    bits = made(f"rbf(k=4, m=64, l=128){WEIGHING}").matrix.unpacked()
    shares = shares_of([2, 1, 3, 1], 128)
    order = RandomNumbers(stream("rbforder-all"), b"").permutation(128)
    for place, row in enumerate(bits.tolist()):
        long: list[int] = []
        for rule, share in zip(RULES, shares, strict=True):
            own = [0] * 64
            for token in record_tokens([rule], [RECORDS.fields[rule.name][place]]):
                numbers = RandomNumbers(stream("rbf-all", rule.token_tag), token.content)
                for _ in range(4):
                    own[numbers.below(64)] = 1
            sample = RandomNumbers(stream("rbfsample-all", rule.name), b"")
            long += [own[sample.below(64)] for _ in range(share)]
        assert row == [long[j] for j in order]


def test_shares_fill_the_filter() -> None:
    for weights in ([1], [2, 2, 3], [15, 1, 1, 1], [3] * 7):
        assert sum(shares_of(weights, 1024)) == 1024


def test_minimum_hashes() -> None:
    bits = made(f"tmh(l=64){WEIGHING}").matrix.unpacked()
    tables = stream("tmhtables-all")

    def entry(character: int, value: int, j: int) -> int:
        drawn = tables.read(bytes([character, value]), 8 * 64)
        return int.from_bytes(drawn[8 * j : 8 * j + 8], "little")

    for row, each in zip(bits.tolist(), tokens(), strict=True):
        if not each:
            assert not any(row)
            continue
        hashes = [
            stream("tmh-all", tag).read(text, 4 * weight)[4 * copy : 4 * copy + 4]
            for tag, text, weight in each
            for copy in range(weight)
        ]
        for j in range(0, 64, 7):
            values = []
            for characters in hashes:
                value = 0
                for place, character in enumerate(characters):
                    value ^= entry(place, character, j)
                values.append(value)
            assert row[j] == min(values) & 1


def test_two_step_hashing() -> None:
    result = made(f"tsh(k=3, l=1024){WEIGHING}")
    slots = result.matrix.words.astype("<u8").view("<u4")
    second = stream("tshcolumns-all")
    for row, weight_of_row, each in zip(slots.tolist(), result.weights, tokens(), strict=True):
        patterns = [0] * 32
        for tag, text, weight in each:
            numbers = RandomNumbers(stream("tsh-all", tag), text)
            for _ in range(weight):
                for vector in range(3):
                    patterns[numbers.below(32)] |= 1 << vector
        expected = [
            int.from_bytes(second.read(c.to_bytes(4, "big") + p.to_bytes(8, "big"), 4), "little")
            | 1
            if p
            else 0
            for c, p in enumerate(patterns)
        ]
        assert row == expected
        assert weight_of_row == sum(p > 0 for p in patterns)


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_a_salt_is_another_key_for_each_of_its_values(name: str) -> None:
    settings = "l=1024" if SCHEMES[name].parameters else ""
    plain = made(f"{name}({settings})" if settings else name)
    text = f"{name}({settings}, salt=sex)" if settings else f"{name}(salt=sex)"
    salted = made(text)
    assert salted.matrix.words.shape == plain.matrix.words.shape
    assert not np.array_equal(salted.matrix.words[0], plain.matrix.words[0])

    class Salted:
        def subkey(self, purpose: str, field: str = "") -> bytes:
            return hmac.digest(KEY.subkey(purpose, field), b"salt\0f", "sha256")

    profile = parse_encoding(text)
    ((filter_name, fields, _),) = filters_of(profile, RULES)
    women = NormalisedList(
        RECORDS.rows[[0, 4]],
        {field: (values[0], values[4]) for field, values in RECORDS.fields.items()},
        RECORDS.strata[[0, 4]],
    )
    alone = SCHEMES[name].encode(
        FilterInput(filter_name, women, fields, profile, profile.bits, Salted())
    )
    assert np.array_equal(salted.matrix.words[[0, 4]], alone.matrix.words)
    assert not salted.matrix.words[2].any()


def test_the_salt_of_a_date_is_its_year() -> None:
    first = made("clk(salt=birth)").matrix.words
    assert not np.array_equal(first[0], first[4])  # one year apart, else alike
    with pytest.raises(ValueError, match="no field nosuch"):
        made("clk(salt=nosuch)")
