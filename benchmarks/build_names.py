"""Build the name data that `linkage.synth` ships, from sources under MIT or CC0 only.

    python benchmarks/build_names.py pools.csv.gz variants.json.gz groups.txt.gz surnames.csv

Inputs, none of which is part of this repository:

pools.csv.gz     columns pool, kind, sex, name, native, source, weight
variants.json.gz ASCII name -> other Latin spellings
groups.txt.gz    rigour 1.6.0, rigour/data/names/persons.txt (MIT, from Wikidata, CC0)
surnames.csv     sigpwned/popular-names-by-country-dataset (CC0), for Vietnamese surnames

A row is kept only if its source is on the list below: what was composed or written by
hand, or comes from a database whose terms are not verified, stays out.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

PERMITTED = ("Faker ", "faker-js ", "Faker/faker-js ", "derived from Faker ", "sigpwned CC0")
ALSO_PERMITTED = {"combined characters of Faker zh names"}
EASTERN_EUROPE = ("PL", "RO", "BG", "HU", "SK", "UA")
ELSEWHERE = ("NL", "TR", "MA", "SY", "NG", "WA", "EA", "VN", "CN", "IN", "LA")
POOLS = frozenset((*EASTERN_EUROPE, *ELSEWHERE))
PER_GROUP = 150
VARIANTS_PER_NAME = 4
PLAIN = re.compile(r"[a-z][a-z' -]{1,24}")

Row = dict[str, str]


def permitted(row: Row) -> bool:
    source = row["source"]
    return source.startswith(PERMITTED) or source in ALSO_PERMITTED


def stable_weight(name: str) -> float:
    """A Zipf-like weight from the name alone: for rows whose counts may not be ours to use."""
    rank = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32
    return 1 / (0.02 + rank)


def ascii_name(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("Đ", "D").replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def vietnamese_surnames(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["Country"] != "VN":
                continue
            spellings = row["Romanized Name"].split("/")
            weight = float(row["Percent"] or 0.002) / len(spellings)
            for native in spellings:
                yield {
                    "pool": "VN",
                    "kind": "surname",
                    "sex": "U",
                    "name": ascii_name(native),
                    "native": native,
                    "source": "sigpwned CC0",
                    "weight": str(weight),
                }


def kept_rows(pools: Path, surnames: Path) -> list[tuple[str, str, str, str, str, int]]:
    with gzip.open(pools, "rt", encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if permitted(row)]
    rows += vietnamese_surnames(surnames)
    groups: dict[tuple[str, str, str], dict[str, tuple[str, float]]] = defaultdict(dict)
    for row in rows:
        name, native = row["name"], row["native"]
        if row["pool"] not in POOLS or row["kind"] == "middle":
            continue
        if not PLAIN.fullmatch(name) or re.search(r"[,()\d]", native):
            continue
        weight = float(row["weight"])
        if (row["pool"], row["kind"]) == ("NL", "surname"):
            weight = stable_weight(name)
        group = groups[row["pool"], row["kind"], row["sex"]]
        if name not in group:
            group[name] = (native, weight)
    kept = []
    for (pool, kind, sex), names in sorted(groups.items()):
        heaviest = sorted(names.items(), key=lambda item: (-item[1][1], item[0]))[:PER_GROUP]
        total = sum(weight for _, (_, weight) in heaviest)
        kept += [
            (pool, kind, sex, name, native, max(1, round(10_000 * weight / total)))
            for name, (native, weight) in sorted(heaviest)
        ]
    return kept


def kept_variants(variants: Path, groups: Path, names: set[str]) -> list[tuple[str, str]]:
    """Other spellings of ``names`` that stand in one Wikidata group with them."""
    with gzip.open(variants, "rt", encoding="utf-8") as stream:
        candidates = {key: set(value) for key, value in json.load(stream).items() if key in names}
    together: dict[str, set[str]] = defaultdict(set)
    with gzip.open(groups, "rt", encoding="utf-8") as stream:
        for line in stream:
            spellings = {ascii_name(part) for part in line.split(" => ")[0].split(", ")}
            for name in spellings & candidates.keys():
                together[name] |= spellings
    return [
        (name, "|".join(found[:VARIANTS_PER_NAME]))
        for name in sorted(candidates)
        if (found := sorted(s for s in candidates[name] & together[name] if PLAIN.fullmatch(s)))
    ]


def write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    print(
        f"{path.name}: {text.getvalue().count(chr(10)) - 1:,} rows, {path.stat().st_size:,} bytes"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Build src/linkage/synth/data.")
    for name in ("pools", "variants", "groups", "surnames"):
        parser.add_argument(name, type=Path)
    default = Path(__file__).parents[1] / "src" / "linkage" / "synth" / "data"
    parser.add_argument("--output", type=Path, default=default)
    options = parser.parse_args()
    rows = kept_rows(options.pools, options.surnames)
    write(
        options.output / "names.csv.gz", ("pool", "kind", "sex", "name", "native", "weight"), rows
    )
    variants = kept_variants(options.variants, options.groups, {row[3] for row in rows})
    write(options.output / "variants.csv.gz", ("name", "variants"), variants)


if __name__ == "__main__":
    main()
