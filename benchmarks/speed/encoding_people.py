"""Fictional people for the encoding benchmark, as a normaliser would hand them on."""

from __future__ import annotations

import numpy as np

from linkage.synth.names import load_name_pools
from linkage.types import NormalisedList, PartialDate

__all__ = ["COUNTRIES", "people"]

COUNTRIES = tuple(sorted(load_name_pools().pools))


def people(records: int, *, distinct: bool = False) -> NormalisedList:
    """Six fields of fictional people with the names, and their frequencies, that synth has.

    Args:
        records: how many.
        distinct: whether surnames are made of two halves of others, so that hardly one is
            twice in the list.
    """
    rng = np.random.default_rng(20_250_101)
    pools = load_name_pools()
    nationality = rng.choice(COUNTRIES, records)
    sex = rng.choice(["F", "M"], records)
    given, surname = [""] * records, [""] * records
    for country in COUNTRIES:
        for which in "FM":
            rows = np.flatnonzero((nationality == country) & (sex == which))
            for kind, names in (("given", given), ("surname", surname)):
                drawn = _drawn(rng, pools.names[country, kind, which], 2 * len(rows))
                for row, first, second in zip(rows.tolist(), *np.split(drawn, 2), strict=True):
                    names[row] = first
                    if kind == "given" and row % 10 < 3:
                        names[row] += " " + second
                    elif kind == "surname" and distinct:
                        names[row] = first[: len(first) // 2 + 1] + second[len(second) // 2 - 1 :]
                        names[row] = names[row].replace(" ", "") + "abcdefghij"[row // 7 % 10]
    places = _drawn(rng, pools.names["NL", "surname", "F"], 3000)
    place = rng.choice(places, records).tolist()
    dates = tuple(
        PartialDate(year) if part < 0.05 else PartialDate(year, month, day)
        for year, month, day, part in zip(
            np.clip(rng.normal(1985, 14, records), 1920, 2024).astype(int).tolist(),
            rng.integers(1, 13, records).tolist(),
            rng.integers(1, 29, records).tolist(),
            rng.random(records).tolist(),
            strict=True,
        )
    )
    return NormalisedList(
        np.arange(2, records + 2, dtype=np.int64),
        {
            # split makes every word a new string, as reading a file does
            "given_name": tuple(tuple(name.split()) for name in given),
            "surname": tuple(tuple(name.split()) for name in surname),
            "birth": dates,
            "sex": tuple("FM"["FM".index(value)] for value in sex.tolist()),
            "nationality": tuple(COUNTRIES[COUNTRIES.index(v)] for v in nationality.tolist()),
            "place": tuple(tuple(name.split()) for name in place),
        },
        np.zeros((records, 0), dtype=np.uint8),
    )


def _drawn(rng: np.random.Generator, pool: object, number: int) -> np.ndarray:
    """Names of a pool in proportion to their weights, as lower-case words."""
    names = [" ".join(item.plain.lower().replace("-", " ").split()) for item in pool.items]
    names = [name.replace("'", "") for name in names]
    return rng.choice(names, number, p=np.diff(pool.cumulative, prepend=0) / pool.cumulative[-1])
