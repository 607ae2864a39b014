"""Duplicates inside lists: what is proposed to the owner, beside the truth and beside others.

python -m benchmarks.duplicates FOLDER ... [--profile balanced] [--output results.json]
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.duplicates.lists import (
    Judged,
    Listed,
    judge,
    pairs_of,
    read_lists,
    same_name_and_date,
)
from benchmarks.duplicates.unit import merged_in_a_run, recall_of_encodings
from benchmarks.journey.__main__ import commit, machine

from linkage import __version__
from linkage.agreement.profiles import PROFILES
from linkage.bench.text import table
from linkage.records.duplicates import propose_duplicates

RESULTS = Path(__file__).parents[1] / "results"
LIBRARIES = ("recordlinkage", "pandas", "scikit-learn", "jellyfish", "scipy")
PRECISION = 0.95
NOTHING = Judged(0, 0, 0)


def measure_list(listed: Listed, profile: Any, *, encodings: bool) -> dict[str, Any]:
    began = time.monotonic()
    proposals = propose_duplicates(listed.records, listed.agreement.fields)
    seconds = time.monotonic() - began
    found = judge(pairs_of(proposal.rows for proposal in proposals), listed.true)
    exact = judge(same_name_and_date(listed), listed.true)
    recall = None
    if encodings and listed.true:
        recall = round(recall_of_encodings(listed, profile, PRECISION), 4)
    print(f"{seconds:6.1f} s  {listed.list_id}: {len(proposals):,} groups", file=sys.stderr)
    return {
        "rows": listed.rows,
        "linkable": len(listed.records),
        "groups_proposed": len(proposals),
        "seconds": round(seconds, 2),
        "owner": found,
        "same_name_and_date": exact,
        "encodings_recall_at_precision_95": recall,
    }


def measure_folder(folder: Path, profile: Any, *, unit: bool, encodings: bool) -> dict[str, Any]:
    lists = read_lists(folder, profile)
    measured = {each.list_id: measure_list(each, profile, encodings=encodings) for each in lists}
    merged = merged_in_a_run(folder, profile) if unit else "not asked for"
    for name, found in measured.items():
        found["linkage_unit"] = merged.get(name) if isinstance(merged, dict) else None
    total = {
        who: sum((each[who] or NOTHING for each in measured.values()), NOTHING)
        for who in ("owner", "same_name_and_date", "linkage_unit")
    }
    if not isinstance(merged, dict):
        del total["linkage_unit"]
    return {
        "data": folder.name,
        "without_linkage_unit_because": None if isinstance(merged, dict) else merged,
        "all": total,
        "lists": measured,
    }


def plain(value: Any) -> Any:
    """JSON-ready."""
    if isinstance(value, Judged):
        return value.as_dict()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


def rows_of(result: dict[str, Any]) -> list[tuple[str, ...]]:
    def shares(judged: Judged | None) -> tuple[str, str]:
        told = judged.as_dict() if judged is not None else {}
        return tuple(
            "-" if told.get(key) is None else f"{told[key]:.3f}" for key in ("precision", "recall")
        )  # type: ignore[return-value]

    lines = []
    for name, each in result["lists"].items():
        recall = each["encodings_recall_at_precision_95"]
        lines.append(
            (
                f"{result['data']} {name}",
                f"{each['rows']:,}",
                f"{each['owner'].true:,}",
                *shares(each["owner"]),
                *shares(each["same_name_and_date"]),
                *shares(each["linkage_unit"]),
                "-" if recall is None else f"{recall:.3f}",
                f"{each['seconds']:.1f}",
            )
        )
    if len(lines) > 1:
        total = result["all"]
        lines.append(
            (
                f"{result['data']} all",
                f"{sum(each['rows'] for each in result['lists'].values()):,}",
                f"{total['owner'].true:,}",
                *shares(total["owner"]),
                *shares(total["same_name_and_date"]),
                *shares(total.get("linkage_unit")),
                "-",
                f"{sum(each['seconds'] for each in result['lists'].values()):.1f}",
            )
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duplicates", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="lists and truth.csv(.gz)")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="balanced")
    parser.add_argument("--no-unit", action="store_true", help="leave the linkage unit out")
    parser.add_argument("--no-encodings", action="store_true", help="leave the encodings out")
    parser.add_argument("--output", type=Path, help="JSON to write instead of a dated one")
    options = parser.parse_args()
    began = time.monotonic()
    results = []
    for folder in options.folders:
        print(folder.name, file=sys.stderr)
        results.append(
            measure_folder(
                folder.resolve(),
                options.profile,
                unit=not options.no_unit,
                encodings=not options.no_encodings,
            )
        )
    heads = ("list", "rows", "true pairs", "owner P", "R", "exact P", "R", "unit P", "R")
    lines = [line for result in results for line in rows_of(result)]
    print(table((*heads, "encodings R", "seconds"), lines))
    for result in results:
        if result["without_linkage_unit_because"]:
            print(f"{result['data']}, no linkage unit: {result['without_linkage_unit_because']}")
    today = dt.date.today().isoformat()
    record = {
        "format": "linkage-duplicates-benchmark/1",
        "date": today,
        "commit": commit(),
        "software": __version__,
        "machine": machine(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "profile": options.profile,
        "seconds": round(time.monotonic() - began, 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "folders": [plain(result) for result in results],
    }
    output = options.output or RESULTS / f"{today}-duplicates.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"Peak memory {record['peak_mib']:,} MiB; written to {output}")


if __name__ == "__main__":
    main()
