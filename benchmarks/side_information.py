"""What filters, presence patterns and token counts give away, measured.

python -m benchmarks.side_information FOLDER [--known 500] [--candidates 5000] [--repeats 3]

Two measurements on the lists of a folder, whose people are fictitious:

*Without any key*: how many bits of information a record's presence pattern and its token counts
are, and how many records of a list are alone with theirs or in a group of fewer than five, beside
and together with the agreed strata, which travel anyway.

*Known pairs*: an attacker who knows some records of the list with their encodings guesses the
people of all others (:mod:`linkage.attack.known_pairs`). Where presence or counts travel, only
candidates that have the very same are left. Its candidates are the list itself, without a typing
error: the worst case. Figures are the share of the other records that are named rightly.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.journey.__main__ import RESULTS, commit, machine
from numpy.typing import NDArray

from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES, ProfileName
from linkage.attack import Background, Target, regress_known_pairs
from linkage.attack.people import token_table
from linkage.attack.simulate import background_of, target_of
from linkage.bench.configuration import CONFIGURATIONS
from linkage.bench.folder import BenchmarkFolder, read_folder
from linkage.bench.in_process import NormalisedFolder, encode_filters, normalise_folder
from linkage.bench.projects import folder_agreement
from linkage.bench.text import table
from linkage.encode.filter_input import EncodedFilter
from linkage.encode.token_counts import count_tokens
from linkage.encode.tokens import has_value
from linkage.types import NormalisedList

SPLITS = ("single", "double", "split")
ATTACKED: tuple[ProfileName, ...] = ("clk", "balanced", "strong")
FEW = 5
Columns = NDArray[np.int64]


def agreement_of(folder: BenchmarkFolder, profile: ProfileName, split: str) -> Agreement:
    return folder_agreement(folder, profile, dt.date.today(), CONFIGURATIONS[split])


def presence_of(records: NormalisedList, agreement: Agreement) -> Columns:
    """``(records, fields)``: 1 where the field has a value."""
    columns = [[has_value(v) for v in records.fields[rule.name]] for rule in agreement.fields]
    return np.array(columns, dtype=np.int64).T


def counts_of(records: NormalisedList, agreement: Agreement) -> Columns:
    """``(records, filters)``: number of different tokens."""
    columns = [
        count_tokens(records, [rule for rule in agreement.fields if name in rule.filters])
        for name in agreement.filters
    ]
    return np.stack(columns, axis=1).astype(np.int64)


def groups_of(columns: Columns) -> NDArray[np.int64]:
    """``(records,)`` number of the group of records that are equal in all columns."""
    if not columns.shape[1]:
        return np.zeros(len(columns), dtype=np.int64)
    return np.unique(columns, axis=0, return_inverse=True)[1].reshape(-1)


def leaked(columns: Columns, lists: NDArray[np.int64]) -> dict[str, float]:
    """Entropy and group sizes within each list, over all records."""
    sizes, bits = np.zeros(len(columns)), 0.0
    for each in np.unique(lists):
        inside = lists == each
        group = groups_of(columns[inside])
        size = np.bincount(group)
        sizes[inside] = size[group]
        bits += float(-np.log2(size[group] / inside.sum()).sum())
    return {
        "entropy_bits": round(bits / len(columns), 2),
        "unique": round(float((sizes == 1).mean()), 4),
        "under_five": round(float((sizes < FEW).mean()), 4),
    }


def without_key(folder: BenchmarkFolder, normalised: NormalisedFolder) -> dict[str, Any]:
    """What travels beside the encodings -> what it gives away, without and with the strata."""
    records, lists = normalised.records, normalised.lists
    presence = presence_of(records, agreement_of(folder, "clk", "single"))
    counts = {s: counts_of(records, agreement_of(folder, "clk", s)) for s in SPLITS}
    nothing = np.zeros((len(records), 0), dtype=np.int64)
    choices = {"nothing": nothing, "presence": presence}
    choices |= {f"counts, {split}": each for split, each in counts.items()}
    choices |= {
        f"presence and counts, {split}": np.hstack([presence, each])
        for split, each in counts.items()
    }
    strata = records.strata.astype(np.int64)
    return {
        name: {
            "alone": leaked(columns, lists),
            "with_strata": leaked(np.hstack([columns, strata]), lists),
        }
        for name, columns in choices.items()
    }


def chosen_people(normalised: NormalisedFolder, most: int) -> NormalisedList:
    """One record of each of so many people, drawn at random."""
    generator = np.random.default_rng(1)
    order = generator.permutation(len(normalised.lists))
    first = np.unique(normalised.entity[order], return_index=True)[1]
    rows = np.sort(generator.permutation(order[first])[:most])
    records = normalised.records
    fields = {name: tuple(column[row] for row in rows) for name, column in records.fields.items()}
    return NormalisedList(records.rows[rows], fields, records.strata[rows])


def encoded_filters(
    records: NormalisedList, agreement: Agreement, seed: bytes
) -> tuple[EncodedFilter, ...]:
    profile = PROFILES[agreement.encoding.profile]
    return encode_filters(records, agreement, profile, profile.bits, seed)


def filter_tokens(records: NormalisedList, agreement: Agreement) -> list[NDArray[np.float32]]:
    """For each filter the weights of its tokens."""
    return [
        token_table(
            records, [rule for rule in agreement.fields if name in rule.filters], weighted=True
        )
        for name in agreement.filters
    ]


def attacked(
    target: Target,
    background: Background,
    knowledge: Mapping[str, NDArray[np.int64]],
    known_pairs: int,
    repeats: int,
) -> dict[str, float]:
    """What the attacker sees beside the bits -> share of the other records named rightly."""
    hits: dict[str, list[float]] = {name: [] for name in knowledge}
    everybody = np.arange(len(target))
    for repeat in range(repeats):
        chosen = np.random.default_rng(repeat).permutation(len(target))[:known_pairs]
        known = np.column_stack([chosen, chosen])
        for name, group in knowledge.items():
            guesses = regress_known_pairs(
                replace(target, visible=group),
                replace(background, visible=group),
                known,
                seed=repeat,
            )
            hits[name].append(guesses.share_right(everybody, known))
    return {name: round(float(np.mean(shares)), 4) for name, shares in hits.items()}


def known_pairs(
    folder: BenchmarkFolder, records: NormalisedList, options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """One result for every profile and split of fields over filters."""
    for profile, split in itertools.product(ATTACKED, SPLITS):
        agreement = agreement_of(folder, profile, split)
        presence, counts = presence_of(records, agreement), counts_of(records, agreement)
        nothing = np.zeros((len(records), 0), dtype=np.int64)
        beside = {
            "nothing": nothing,
            "presence": presence,
            "counts": counts,
            "presence and counts": np.hstack([presence, counts]),
        }
        filters = encoded_filters(records, agreement, b"attacked")
        chosen = PROFILES[profile]
        shares = attacked(
            target_of(filters, chosen),
            background_of(
                token_table(records, agreement.fields),
                lambda key, agreed=agreement: encoded_filters(records, agreed, key),
                chosen,
                filter_tokens=filter_tokens(records, agreement),
            ),
            {name: groups_of(columns) for name, columns in beside.items()},
            options.known,
            options.repeats,
        )
        print(profile, split, shares, file=sys.stderr, flush=True)
        yield {"profile": profile, "split": split, "named_rightly": shares}


def leak_table(found: Mapping[str, Any]) -> str:
    rows: list[Sequence[str]] = []
    for name, result in found.items():
        cells = [name]
        for side in ("alone", "with_strata"):
            each = result[side]
            cells += [f"{each['entropy_bits']:.1f}"]
            cells += [f"{each['unique']:.1%}", f"{each['under_five']:.1%}"]
        rows.append(cells)
    one = ("bits", "alone", "under 5")
    return table(("travels", *one, *(f"{head}, strata too" for head in one)), rows)


def attack_table(found: Sequence[Mapping[str, Any]]) -> str:
    heads = tuple(found[0]["named_rightly"])
    rows = [
        (each["profile"], each["split"], *(f"{each['named_rightly'][head]:.3f}" for head in heads))
        for each in found
    ]
    return table(("profile", "filters", *heads), rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.side_information")
    parser.add_argument("folder", type=Path, help="lists and truth.csv(.gz)")
    parser.add_argument("--known", type=int, default=500)
    parser.add_argument("--candidates", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", type=Path, help="JSON to write instead of a dated one")
    options = parser.parse_args()
    folder = read_folder(options.folder.resolve())
    today = dt.date.today()
    normalised = normalise_folder(folder, "clk", CONFIGURATIONS["single"], today)
    keyless = without_key(folder, normalised)
    print(f"{folder.name}, {len(normalised.lists):,} records, groups within each list\n")
    print(leak_table(keyless))
    people = chosen_people(normalised, options.candidates)
    pairs = list(known_pairs(folder, people, options))
    print(f"\n{options.known} known pairs, {len(people):,} candidates; others named rightly\n")
    print(attack_table(pairs))
    content = {
        "format": "linkage-side-information/1",
        "date": today.isoformat(),
        "commit": commit(),
        "machine": machine(),
        "data": folder.name,
        "records": len(normalised.lists),
        "without_key": keyless,
        "known_pairs": options.known,
        "candidates": len(people),
        "repeats": options.repeats,
        "regression": pairs,
    }
    name = f"{today.isoformat()}-side-information-{folder.name}.json"
    output = options.output or RESULTS / name
    output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {output}")


if __name__ == "__main__":
    main()
