"""What nobody has in earnest: the linkage unit's result joined with the owners' crosswalks.

Only for data with known truth, on which one program plays every role: it reads the run
directory with the linkage unit's identity and every crosswalk with its owner's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement
from linkage.bench.evaluate import (
    NOT_LINKED,
    Evaluation,
    Sweep,
    compare_clusters,
    sweep_thresholds,
)
from linkage.identity.private import Identity
from linkage.link.score import score_candidates
from linkage.package.crosswalk import open_crosswalk
from linkage.roles.linkage_unit.common import open_list
from linkage.roles.linkage_unit.search import search_candidates
from linkage.types import CandidatePairs, EncodedList
from linkage.workspace import LinkState, active_entries, load_link, open_run

__all__ = [
    "LinkedRecords",
    "OwnedFiles",
    "evaluate",
    "judged_candidates",
    "read_linked_records",
    "sweep",
]

Truth = Mapping[str, Mapping[int, int]]
"""List id -> row as a spreadsheet shows it -> true person."""


@dataclass(frozen=True, slots=True)
class OwnedFiles:
    """What one data owner keeps.

    Attributes:
        crosswalk: path of the sealed crosswalk.
        identity: the owner's identity.
    """

    crosswalk: Path
    identity: Identity = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class LinkedRecords:
    """Every encoded record, with its row at the owner and the person it was linked to.

    Attributes:
        agreement: the run's agreement.
        state: what `link` found.
        encoded: the lists, in the state's order and each in canonical order.
        lists: ``(records,)`` int64, index into ``state.lists``.
        rows: ``(records,)`` int64, row as the owner's spreadsheet shows it.
    """

    agreement: Agreement
    state: LinkState
    encoded: tuple[EncodedList, ...] = field(repr=False)
    lists: NDArray[np.int64]
    rows: NDArray[np.int64]


def read_linked_records(
    run: Path, unit: Identity, owners: Mapping[str, OwnedFiles]
) -> LinkedRecords:
    """Join the linkage unit's result with every owner's crosswalk.

    Args:
        run: the run directory, after `link`.
        unit: the linkage unit's identity.
        owners: list id -> what its owner keeps.

    Raises:
        ValueError: nothing has been linked, or a crosswalk belongs to another package.
    """
    with open_run(run) as opened:
        state = load_link(opened.connection)
        if state is None:
            raise ValueError("nothing has been linked in this run")
        entries = active_entries(opened.ledger)
        encoded = tuple(open_list(opened, entries[name], unit) for name in state.lists)
        agreement = opened.agreement
    rows = [_rows(each, owners[each.list_id]) for each in encoded]
    return LinkedRecords(agreement, state, encoded, state.list_index, np.concatenate(rows))


def _rows(encoded: EncodedList, owned: OwnedFiles) -> NDArray[np.int64]:
    crosswalk = open_crosswalk(
        owned.crosswalk.read_bytes(), owned.identity, name=owned.crosswalk.name
    )
    row_of = dict(zip(map(bytes, crosswalk.handles), crosswalk.rows.tolist(), strict=True))
    try:
        return np.array([row_of[bytes(handle)] for handle in encoded.handles], dtype=np.int64)
    except KeyError:
        raise ValueError(f"{owned.crosswalk.name} belongs to another package") from None


def evaluate(linked: LinkedRecords, truth: Truth, *, scenario: str = "chosen") -> Evaluation:
    """True beside found, at one of the state's three thresholds.

    Args:
        linked: the joined result.
        truth: every record of every list, those that were not encoded included.
        scenario: ``low``, ``chosen`` or ``high``.
    """
    person = linked.state.person[scenario]
    found = {
        (place, row): who
        for place, row, who in zip(
            linked.lists.tolist(), linked.rows.tolist(), person.tolist(), strict=True
        )
    }
    keys = [(place, row) for place, name in enumerate(linked.state.lists) for row in truth[name]]
    return compare_clusters(
        linked.state.lists,
        np.array([place for place, _ in keys], dtype=np.int64),
        np.array([truth[linked.state.lists[p]][row] for p, row in keys], dtype=np.int64),
        np.array([found.get(key, NOT_LINKED) for key in keys], dtype=np.int64),
    )


def sweep(linked: LinkedRecords, truth: Truth, true_pairs: int) -> Sweep:
    """Precision and recall of the scores alone, at every threshold, chosen on the truth.

    The scores are log odds of a match where the run linked by probability (its own threshold
    is 0), else similarities.

    Args:
        linked: the joined result.
        truth: every record of every list.
        true_pairs: true cross-list pairs of all records.
    """
    if linked.state.method == "similarity":
        pairs, same = judged_candidates(linked, truth)
        return sweep_thresholds(pairs.score, same, true_pairs)
    found, floor = search_candidates(linked.encoded, linked.agreement)
    scores = score_candidates(found.pairs, linked.lists, floor=floor)
    between = scores.between
    same = _same_person(linked, truth, scores.pairs)
    return sweep_thresholds(scores.fit.log_odds[between], same[between], true_pairs)


def judged_candidates(
    linked: LinkedRecords, truth: Truth
) -> tuple[CandidatePairs, NDArray[np.bool_]]:
    """The candidate pairs of different lists, and whether each is one person in truth.

    Args:
        linked: the joined result.
        truth: every record of every list.
    """
    found = search_candidates(linked.encoded, linked.agreement)[0].pairs
    between = found.where(linked.lists[found.left] != linked.lists[found.right])
    return between, _same_person(linked, truth, between)


def _same_person(linked: LinkedRecords, truth: Truth, pairs: CandidatePairs) -> NDArray[np.bool_]:
    entity = np.array(
        [
            truth[linked.state.lists[place]][row]
            for place, row in zip(linked.lists.tolist(), linked.rows.tolist(), strict=True)
        ],
        dtype=np.int64,
    )
    return np.asarray(entity[pairs.left] == entity[pairs.right])
