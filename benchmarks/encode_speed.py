"""Records per second of every profile: 10,000 fictional records of six fields.

Run it as ``python benchmarks/encode_speed.py [records]``; it needs the small install alone.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import secrets
import sys
import time

import numpy as np

from linkage.agreement.model import Agreement, Encoding, FieldRule, ListRule, Party
from linkage.agreement.profiles import PROFILES, Profile
from linkage.encode import Subkeys, encode_records
from linkage.types import NormalisedList, PartialDate

LIMIT_S = 10.0
COUNTRIES = tuple(f"C{number:02d}" for number in range(60))
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "ar")]


def people(records: int) -> NormalisedList:
    rng = np.random.default_rng(20_250_101)

    def word() -> str:
        return "".join(rng.choice(SYLLABLES, int(rng.integers(2, 5))))

    pool = [word() for _ in range(2_000)]

    def words(most: int) -> tuple[tuple[str, ...], ...]:
        counts = rng.integers(1, most + 1, records)
        return tuple(tuple(rng.choice(pool, int(count)).tolist()) for count in counts)

    dates = tuple(
        PartialDate(*parts)
        for parts in zip(
            rng.integers(1950, 2010, records).tolist(),
            rng.integers(1, 13, records).tolist(),
            rng.integers(1, 29, records).tolist(),
            strict=True,
        )
    )
    return NormalisedList(
        np.arange(2, records + 2, dtype=np.int64),
        {
            "given_name": words(2),
            "surname": words(2),
            "birth": dates,
            "sex": tuple(rng.choice(["F", "M"], records).tolist()),
            "nationality": tuple(rng.choice(COUNTRIES, records).tolist()),
            "place": words(1),
        },
        np.zeros((records, 0), dtype=np.uint8),
    )


def agreement(profile: Profile, records: int) -> Agreement:
    everything = tuple(name for name in profile.filters if name != "names")
    kinds = {
        "given_name": ("name", "name", 2, profile.filters, None),
        "surname": ("name", "name", 2, profile.filters, None),
        "birth": ("date", None, 3, everything, None),
        "sex": ("code", None, 3, everything, ("F", "M")),
        "nationality": ("code", None, 3, everything, COUNTRIES),
        "place": ("text", None, 1, everything, None),
    }
    day = dt.date(2025, 1, 1)
    return Agreement(
        format="linkage-agreement/1",
        id="speed",
        title="Encoding speed",
        purpose="Benchmark",
        dpia_reference="none",
        case_definition="none",
        reference_period_start=day,
        reference_period_end=day,
        expires=day,
        delete_by=day,
        encoding=Encoding(profile=profile.name, insecure=profile.insecure),
        fields=tuple(
            FieldRule(name=name, kind=kind, tag=tag, weight=weight, filters=filters, values=values)
            for name, (kind, tag, weight, filters, values) in kinds.items()
        ),
        parties=tuple(
            Party(
                id=f"owner{number}",
                name="Owner",
                role="data-owner",
                public_key="none",
                legal_basis="none",
                list=ListRule(id=f"L{number}", description="list", expected_records=records),
            )
            for number in (1, 2)
        ),
    )


def main(records: int = 10_000) -> int:
    people_ = people(records)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, ", end="")
    print(f"Python {platform.python_version()}, numpy {np.__version__}")
    print(f"{records:,} records of six fields\n")
    print(f"{'profile':<10} {'bits':>12} {'seconds':>8} {'records/s':>10}")
    slow = []
    for profile in PROFILES.values():
        keys = Subkeys(secrets.token_bytes(32), "speed", 1, bytes(32))
        made = agreement(profile, records)
        begin = time.perf_counter()
        result = encode_records(people_, made, keys, list_id="L1")
        seconds = time.perf_counter() - begin
        bits = " + ".join(str(matrix.bits) for matrix in result.encoded.filters)
        print(f"{profile.name:<10} {bits:>12} {seconds:8.2f} {records / seconds:10,.0f}")
        if seconds > LIMIT_S * records / 10_000:
            slow.append(profile.name)
    if slow:
        print(f"\nover {LIMIT_S:g} s for 10,000 records: {', '.join(slow)}", file=sys.stderr)
    return len(slow)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2])))
