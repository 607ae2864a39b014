"""Speed of encoding, per CPU-second, against the plain path and clkhash.

``python -m benchmarks.speed.encoding [--records N] [--profiles P ...] [--clkhash PYTHON]
[--json PATH]``

From a NormalisedList of six fields to a BitMatrix, one process and one thread. *Cold* is the
first time in a new process, with the import of the kernels (their compiled code on disk);
*warm* the second. Rounds go through all contenders in turn; medians. clkhash needs an
environment of its own: ``pip install 'setuptools<70' clkhash``.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gc
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from benchmarks.journey.__main__ import commit, machine
from benchmarks.speed.encoding_people import COUNTRIES, people
from benchmarks.speed.encoding_plain import encode_plainly

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES, sized_bits
from linkage.encode.filter_input import FilterInput
from linkage.encode.registry import ENCODERS
from linkage.random_bits import DerivedSubkeys
from linkage.types import NormalisedList, PartialDate

ENCODED = ("clk", "strong", "balanced", "diffused")
SHARE = {"plain": 200, "numpy": 20_000}
"""Most records that the slow paths are given."""
TARGET = 25.0

RULES = (
    FieldRule(name="given_name", kind="name", tag="name", weight=2),
    FieldRule(name="surname", kind="name", tag="name", weight=2),
    FieldRule(name="birth", kind="date", weight=3),
    FieldRule(name="sex", kind="code", weight=3, values=("F", "M")),
    FieldRule(name="nationality", kind="code", weight=3, values=COUNTRIES),
    FieldRule(name="place", kind="text", weight=1),
)


def first(records: NormalisedList, number: int) -> NormalisedList:
    fields = {name: values[:number] for name, values in records.fields.items()}
    return NormalisedList(records.rows[:number], fields, records.strata[:number])


def encode(records: NormalisedList, profile: str, path: str) -> np.ndarray:
    """One filter with all six fields, of the length for two lists of this size."""
    chosen = PROFILES[profile]  # type: ignore[index]
    bits = sized_bits(chosen, (len(records), len(records)))
    task = FilterInput("all", records, RULES, chosen, bits, DerivedSubkeys(b"speed"))
    if path == "plain":
        return encode_plainly(task)
    compiled = "numpy" if path == "numpy" else "numba"
    return ENCODERS[chosen.scheme](replace(task, kernels=compiled)).matrix.words


def own_process(number: int, distinct: bool, profile: str, path: str) -> dict[str, Any]:
    """Cold and warm seconds, CPU and wall, of a new process."""
    command = [sys.executable, "-m", "benchmarks.speed.encoding", "--records", str(number)]
    command += ["--distinct"] * distinct + ["--one", profile, path]
    return dict(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))


def one(number: int, distinct: bool, profile: str, path: str) -> None:
    records = people(number, distinct=distinct)
    result: dict[str, Any] = {"records": number}
    for state in ("cold", "warm"):
        gc.collect()  # what making the people left behind is no part of encoding them
        cpu, wall = time.process_time(), time.perf_counter()
        encode(records, profile, path)
        result[state] = [time.process_time() - cpu, time.perf_counter() - wall]
    print(json.dumps(result))


def write_rows(records: NormalisedList, path: Path) -> None:
    def text(value: Any) -> str:
        if isinstance(value, PartialDate):
            parts = (value.year, value.month, value.day)
            return "-".join(f"{part:02d}" for part in parts if part is not None)
        return value if isinstance(value, str) else " ".join(value)

    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [text(value) for value in row] for row in zip(*records.fields.values(), strict=True)
        )


def check_bits(records: NormalisedList) -> None:
    few = first(records, 100)
    for profile in ENCODED:
        made = [encode(few, profile, path) for path in ("plain", "numpy", "kernels")]
        assert np.array_equal(made[0], made[1]), profile
        assert np.array_equal(made[0], made[2]), profile


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    contenders = [
        (profile, path) for profile in arguments.profiles for path in ("plain", "numpy", "kernels")
    ]
    rounds: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "people.csv"
        records = people(arguments.records, distinct=arguments.distinct)
        check_bits(records)
        write_rows(records, rows)
        script = str(Path(__file__).with_name("encoding_clkhash.py"))
        for _ in range(arguments.rounds):
            if arguments.clkhash:
                done = subprocess.run(
                    [arguments.clkhash, script, str(rows)], capture_output=True, check=True
                )
                rounds.setdefault("clkhash", []).append(json.loads(done.stdout))
            for profile, path in contenders:
                number = min(arguments.records, SHARE.get(path, arguments.records))
                found = own_process(number, arguments.distinct, profile, path)
                rounds.setdefault(f"{profile} {path}", []).append(found)
    figures = {}
    for name, each in rounds.items():
        figures[name] = {"records": each[0]["records"]} | {
            f"{state}_per_{unit}_s": round(
                median(found["records"] / found[state][place] for found in each)
            )
            for state in ("cold", "warm")
            for place, unit in enumerate(("cpu", "wall"))
        }
    result: dict[str, Any] = {
        "format": "linkage-encoding-speed/1",
        "date": dt.date.today().isoformat(),
        "commit": commit(),
        "machine": {**machine(), "numba": version("numba")},
        "records": arguments.records,
        "distinct_surnames": len(set(records.fields["surname"])),
        "rounds": arguments.rounds,
        "records_per_second": figures,
    }
    if arguments.clkhash and "clk" in arguments.profiles:
        result["machine"]["clkhash"] = rounds["clkhash"][0]["version"]
        result["clk_times_clkhash"] = {
            state: round(
                figures["clk kernels"][f"{state}_per_cpu_s"]
                / figures["clkhash"][f"{state}_per_cpu_s"],
                1,
            )
            for state in ("cold", "warm")
        }
    return result


def show(result: dict[str, Any]) -> None:
    print(f"{result['records']:,} records, {result['distinct_surnames']:,} distinct surnames")
    print(json.dumps(result["machine"]) + "\n")
    columns = ("cold / CPU-s", "warm / CPU-s", "cold / s", "warm / s")
    print(f"{'':<20}{'records':>9}" + "".join(f"{column:>14}" for column in columns))
    for name, each in result["records_per_second"].items():
        keys = ("cold_per_cpu_s", "warm_per_cpu_s", "cold_per_wall_s", "warm_per_wall_s")
        figures = "".join(f"{each[key]:>14,}" for key in keys)
        print(f"{name:<20}{each['records']:>9,}{figures}")
    for state, ratio in result.get("clk_times_clkhash", {}).items():
        print(f"\nclk with kernels, {state}: {ratio} x clkhash per CPU-second", end="")
    print()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profiles", nargs="+", choices=ENCODED, default=ENCODED)
    parser.add_argument("--distinct", action="store_true", help="hardly a surname twice")
    parser.add_argument("--clkhash", metavar="PYTHON", help="an interpreter that has clkhash")
    parser.add_argument("--json", type=Path, metavar="PATH")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments.records, arguments.distinct, *arguments.one)
        return 0
    result = measure(arguments)
    show(result)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return int(result.get("clk_times_clkhash", {}).get("warm", TARGET) < TARGET)


if __name__ == "__main__":
    sys.exit(main())
