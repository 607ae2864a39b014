"""Small agreements, lists and keys for the tests of encodings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement, Encoding, FieldRule, ListRule, Party
from linkage.agreement.profiles import PROFILES, Profile, ProfileName
from linkage.encode.filter_input import FilterInput
from linkage.random_bits import DerivedSubkeys
from linkage.types import FieldValue, NormalisedList, PartialDate

KINDS = {
    "given_name": ("name", "name", 1),
    "surname": ("name", "name", 2),
    "birth": ("date", "birth", 3),
    "sex": ("code", "sex", 2),
    "nationality": ("code", "nationality", 2),
}


def rules(filters: Sequence[str] = ("all",), **changes: dict[str, Any]) -> tuple[FieldRule, ...]:
    """The five usual fields; a filter called names holds the names alone."""
    made = []
    for name, (kind, tag, weight) in KINDS.items():
        mine = [each for each in filters if each != "names" or kind == "name"]
        values = ("F", "M") if name == "sex" else ("BG", "NL", "PL", "VN")
        made.append(
            FieldRule(
                **{
                    "name": name,
                    "kind": kind,
                    "tag": tag,
                    "weight": weight,
                    "filters": tuple(mine),
                    "values": values if kind == "code" else None,
                }
                | changes.get(name, {})
            )
        )
    return tuple(made)


def agreement(
    profile: ProfileName = "strong",
    *,
    expected: int = 1000,
    fields: tuple[FieldRule, ...] | None = None,
    **encoding: Any,
) -> Agreement:
    day = dt.date(2025, 1, 1)
    owners = [
        Party(
            id=f"owner{number}",
            name="Owner",
            role="data-owner",
            public_key="key",
            legal_basis="consent",
            list=ListRule(id=f"L{number}", description="list", expected_records=expected),
        )
        for number in (1, 2)
    ]
    return Agreement(
        format="linkage-agreement/1",
        id="project",
        title="t",
        purpose="p",
        dpia_reference="d",
        case_definition="c",
        reference_period_start=day,
        reference_period_end=day,
        expires=day,
        delete_by=day,
        encoding=Encoding(profile=profile, **encoding),
        fields=fields or rules(PROFILES[profile].filters),
        parties=tuple(owners),
    )


def value_of(kind: str, plain: Any) -> FieldValue:
    """A value as JSON writes it, as the package holds it."""
    if kind == "date":
        return PartialDate(*plain)
    return plain if kind == "code" else tuple(plain)


def normalised(records: Sequence[dict[str, Any]]) -> NormalisedList:
    """Records as the vectors write them, as a list; row numbers from 2."""
    fields = {
        name: tuple(value_of(kind, record[name]) for record in records)
        for name, (kind, _, _) in KINDS.items()
    }
    size = len(records)
    strata = np.arange(size, dtype=np.uint8).reshape(-1, 1)
    return NormalisedList(np.arange(2, size + 2, dtype=np.int64), fields, strata)


def task(
    records: NormalisedList,
    profile: Profile,
    *,
    seed: bytes = b"seed",
    name: str = "all",
    fields: tuple[FieldRule, ...] | None = None,
) -> FilterInput:
    chosen = rules() if fields is None else fields
    return FilterInput(name, records, chosen, profile, profile.bits, DerivedSubkeys(seed))


def as_bits(words: NDArray[np.uint64]) -> list[list[int]]:
    """Every record's bits, by the definition of BitMatrix."""
    return [[int(word) >> at & 1 for word in row for at in range(64)] for row in words]
