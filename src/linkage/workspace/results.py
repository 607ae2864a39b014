"""What `link` found, kept in the run's state and nowhere else."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.types import Clusters

__all__ = ["SCENARIOS", "LinkState", "drop_link", "load_link", "store_link"]

SCENARIOS = ("low", "chosen", "high")
"""The three thresholds that every count is shown at."""


@dataclass(frozen=True, slots=True, eq=False)
class LinkState:
    """One linkage of the run's lists, at three thresholds.

    Records are in canonical order: by list, in the agreement's order, then by encoding.

    Attributes:
        lists: ids of the linked lists.
        records: number of records of each.
        thresholds: the threshold of each scenario.
        person: for each scenario ``(records,)`` int64, see :class:`linkage.types.Clusters`.
        proposed: the threshold that the software proposed; None where the data gave none.
        overridden: whether somebody gave another one.
        explanation: how the threshold came about, a sentence each.
        expected_precision: share of linked pairs of records held to be right; None where
            it could not be estimated.
        visible_share: share of the matches that stand out which lie above the threshold, an
            upper bound of recall; None likewise.
        candidates: number of pairs that were considered.
        bin_edges: ``(bins + 1,)`` float64, edges of the histogram.
        histogram: ``(bins,)`` int64, scores of all pairs of records of different lists.
        linked: when, ISO 8601 with the offset from UTC.
    """

    lists: tuple[str, ...]
    records: tuple[int, ...]
    thresholds: Mapping[str, float]
    person: Mapping[str, NDArray[np.int64]]
    proposed: float | None
    overridden: bool
    explanation: tuple[str, ...]
    expected_precision: float | None
    visible_share: float | None
    candidates: int
    bin_edges: NDArray[np.float64]
    histogram: NDArray[np.int64]
    linked: str

    @property
    def list_index(self) -> NDArray[np.int64]:
        """``(records,)`` int64, index of the list that each record stands on."""
        return np.repeat(np.arange(len(self.records), dtype=np.int64), self.records)

    def clusters(self, scenario: str = "chosen") -> Clusters:
        """The people found at one of :data:`SCENARIOS`."""
        return Clusters(self.person[scenario], self.list_index)


def store_link(connection: sqlite3.Connection, state: LinkState) -> None:
    """Keep ``state`` in the place of an earlier one, inside the caller's transaction."""
    drop_link(connection)
    parameters = {
        "lists": state.lists,
        "records": state.records,
        "proposed": state.proposed,
        "overridden": state.overridden,
        "explanation": state.explanation,
        "expected_precision": state.expected_precision,
        "visible_share": state.visible_share,
        "candidates": state.candidates,
        "bin_edges": state.bin_edges.tolist(),
        "histogram": state.histogram.tolist(),
    }
    connection.execute(
        "INSERT INTO link (id, linked, parameters) VALUES (1, ?, ?)",
        (state.linked, json.dumps(parameters)),
    )
    for name in SCENARIOS:
        connection.execute(
            "INSERT INTO scenario (link, name, threshold, people, person) VALUES (1, ?, ?, ?, ?)",
            (
                name,
                state.thresholds[name],
                state.clusters(name).people,
                zlib.compress(state.person[name].astype("<i8").tobytes()),
            ),
        )


def drop_link(connection: sqlite3.Connection) -> bool:
    """Forget what `link` found, inside the caller's transaction; whether there was anything."""
    connection.execute("DELETE FROM scenario")
    return connection.execute("DELETE FROM link").rowcount > 0


def load_link(connection: sqlite3.Connection) -> LinkState | None:
    """What `link` found, or None if nothing has been linked since the last list came in."""
    row = connection.execute("SELECT linked, parameters FROM link").fetchone()
    if row is None:
        return None
    linked, text = row
    parameters = json.loads(text)
    scenarios = connection.execute("SELECT name, threshold, person FROM scenario").fetchall()
    return LinkState(
        lists=tuple(parameters["lists"]),
        records=tuple(parameters["records"]),
        thresholds={name: threshold for name, threshold, _ in scenarios},
        person={
            name: np.frombuffer(zlib.decompress(blob), dtype="<i8").astype(np.int64)
            for name, _, blob in scenarios
        },
        proposed=parameters["proposed"],
        overridden=parameters["overridden"],
        explanation=tuple(parameters["explanation"]),
        expected_precision=parameters["expected_precision"],
        visible_share=parameters["visible_share"],
        candidates=parameters["candidates"],
        bin_edges=np.asarray(parameters["bin_edges"], dtype=np.float64),
        histogram=np.asarray(parameters["histogram"], dtype=np.int64),
        linked=linked,
    )
