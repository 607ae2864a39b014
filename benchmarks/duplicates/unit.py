"""What the linkage unit makes of duplicates inside a list, which it sees as encodings only."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from benchmarks.duplicates.lists import Judged, Listed, judge, pairs_of
from benchmarks.journey.__main__ import command_in

from linkage.agreement.profiles import PROFILES, ProfileName
from linkage.bench.evaluate import sweep_thresholds
from linkage.bench.folder import read_folder
from linkage.bench.journey import run_journey
from linkage.compare.score import score_pairs
from linkage.encode import Subkeys, encode_records

__all__ = ["merged_in_a_run", "recall_of_encodings"]

FLOOR = 0.5


def merged_in_a_run(folder: Path, profile: ProfileName) -> dict[str, Judged] | str:
    """By list: the pairs that `linkage link` merges at its own threshold, or why it does not.

    All records take part, as if no owner had looked for duplicates.
    """
    try:
        lists = read_folder(folder)
    except ValueError as error:
        return str(error)
    with tempfile.TemporaryDirectory(prefix="linkage-duplicates-") as temporary:
        work = Path(temporary).resolve()
        try:
            result = run_journey(
                lists,
                profile,
                work=work,
                command=command_in(work),
                observe=lambda _step: None,
                today=dt.date.today(),
            )
        except SystemExit as stopped:
            said = str(stopped).splitlines()
            return next((line for line in said if line.startswith("E")), said[-1])
    linked = result.linked
    persons: dict[tuple[str, int], list[int]] = defaultdict(list)
    chosen = linked.state.person["chosen"].tolist()
    for place, row, person in zip(linked.lists.tolist(), linked.rows.tolist(), chosen, strict=True):
        persons[linked.state.lists[place], person].append(row)
    judged = {}
    for each in lists.lists:
        entities: dict[int, list[int]] = defaultdict(list)
        for row, entity in each.entity.items():
            entities[entity].append(row)
        found = [rows for (name, _), rows in persons.items() if name == each.list_id]
        judged[each.list_id] = judge(pairs_of(found), frozenset(pairs_of(entities.values())))
    return judged


def recall_of_encodings(listed: Listed, profile: ProfileName, precision: float) -> float:
    """The recall that similarity of encodings allows, at a threshold chosen on the truth.

    Args:
        listed: the list.
        profile: encoding profile.
        precision: least precision.
    """
    keys = Subkeys(bytes(range(32)), "duplicates", 1, bytes(32))
    result = encode_records(listed.records, listed.agreement, keys, list_id="L")
    found = score_pairs(
        result.encoded.filters,
        np.zeros(len(result), np.int64),
        profile=PROFILES[profile],
        filter_weights=PROFILES[profile].filter_weights,
        weights=result.encoded.weights,
        floor=FLOOR,
        maximum_pairs=20_000_000,
    ).pairs
    rows = result.rows
    same = np.array(
        [
            (min(one, two), max(one, two)) in listed.true
            for one, two in zip(rows[found.left].tolist(), rows[found.right].tolist(), strict=True)
        ],
        dtype=np.bool_,
    )
    recall, _ = sweep_thresholds(found.score, same, len(listed.true)).recall_at(precision)
    return recall
