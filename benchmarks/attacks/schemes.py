"""The encodings of the reference figures, and lists of fictional people to encode."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES, Profile
from linkage.attack.people import chosen_records, token_table
from linkage.attack.simulate import Encode
from linkage.encode.catalogue import parse_encoding
from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.make import encode_filter
from linkage.random_bits import DerivedSubkeys
from linkage.types import NormalisedList

SALT = "year"
COLUMNS = {"given": "GivenName", "surname": "Surname", "birth": "Birthday"}


@dataclass(frozen=True, slots=True)
class People:
    """Fictional people, and the rules under which each field gives its bigrams and nothing else.

    An agreement's fields give more tokens than the figures were measured with. So a field stands
    in many code fields of one tag, one for each of its different bigrams.
    """

    records: NormalisedList
    rules: tuple[FieldRule, ...]

    def __len__(self) -> int:
        return len(self.records)

    def take(self, rows: NDArray[np.int64]) -> People:
        """The people at ``rows``."""
        return People(chosen_records(self.records, rows), self.rules)

    def tokens(self) -> NDArray[np.float32]:
        """``(people, tokens)``: who has which bigram."""
        return token_table(self.records, self.rules)


def read_people(path: Path) -> People:
    """The people of one tab-separated file; every field as it is written, in small letters."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    fields: dict[str, tuple[str, ...]] = {}
    rules = []
    for name, column in COLUMNS.items():
        grams = [_bigrams(row[column].lower()) for row in rows]
        every = tuple(sorted({gram for each in grams for gram in each}))
        for place in range(max(len(each) for each in grams)):
            slot = f"{name}{place}"
            fields[slot] = tuple(each[place] if place < len(each) else "" for each in grams)
            rules.append(FieldRule(name=slot, kind="code", tag=name, values=every))
    # Not a field of the encodings: the year of birth, month/day/year, for what is salted with it.
    fields[SALT] = tuple(row[COLUMNS["birth"]].rpartition("/")[2] for row in rows)
    numbers, strata = np.arange(2, len(rows) + 2), np.zeros((len(rows), 0), dtype=np.uint8)
    return People(NormalisedList(numbers, fields, strata), tuple(rules))


def _bigrams(text: str) -> list[str]:
    return list(dict.fromkeys(text[at : at + 2] for at in range(len(text) - 1)))


_CLK = "clk(k=10, l=1024)"
HARDENED = {
    "xor-fold": f"{_CLK} + xor-fold",
    "balance": f"{_CLK} + balance",
    "rule-90": f"{_CLK} + rule-90",
    "blip-0.1": "clk(k=25, l=1024) + blip(f=0.1)",
    "blip-0.3": "clk(k=25, l=1024) + blip(f=0.3)",
    "blip-0.5": "clk(k=25, l=1024) + blip(f=0.5)",
    "salt-year": f"clk(k=10, l=1024, salt={SALT})",
    "tmh-1": "tmh(l=1024)",
}
"""Name in the reference -> description."""


def scheme(name: str) -> Profile | None:
    """The profile that a name such as ``eld-12-2048`` stands for; None if there is no encoder.

    Match keys have none: these fields are pieces of names, of which no key is made.
    """
    if name in HARDENED:
        return parse_encoding(HARDENED[name])
    kind, *numbers = name.split("-")
    if kind == "clk":
        return replace(PROFILES["clk"], token_bits=10)
    if kind not in {"eld", "saul"} or not all(each.isdigit() for each in numbers):
        return None
    layers, bits = (*(int(each) for each in numbers), 1024)[:2]
    if kind == "saul":
        return replace(PROFILES["balanced"], layers=layers, bits=bits)
    # As the figures were measured: without the weights of the filters before diffusion.
    parameters = {"token_bits": 10, "measure": "cosine", "carries_weights": False}
    return replace(PROFILES["diffused"], layers=layers, bits=bits, **parameters)


def encoder(people: People, profile: Profile) -> Encode:
    """The scheme on these people, one filter over all fields; a key's noise is its own."""

    def encode(key: bytes) -> Sequence[EncodedFilter]:
        task = FilterInput(
            "all",
            people.records,
            people.rules,
            profile,
            profile.bits,
            DerivedSubkeys(key),
            private=DerivedSubkeys(b"owner" + key),
        )
        return [encode_filter(task)]

    return encode
