"""What `link` found, kept in the run's state and nowhere else."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

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
        method: ``probability``, by match probabilities, or ``similarity``, by a threshold on
            similarities.
        thresholds: the least probability, or similarity, of each scenario.
        person: for each scenario ``(records,)`` int64, see :class:`linkage.types.Clusters`.
        overridden: whether somebody gave a threshold.
        explanation: how the result came about, a sentence each.
        rates: error rates by what they are of: ``overall``, ``lists`` and ``strata``; JSON-ready,
            empty where they could not be estimated.
        components: how strangers and matches are spread, JSON-ready; empty likewise.
        conflicts: how often people and single pairs do not agree, by what it is counted of:
            ``overall``, ``lists`` and ``strata``; JSON-ready.
        draws: ``(draws, records)`` int32, partitions drawn from the posterior; no rows
            likewise.
        candidates: number of pairs that were considered.
        bin_edges: ``(bins + 1,)`` float64, edges of the histogram.
        histogram: ``(bins,)`` int64, scores of all pairs of records of different lists.
        linked: when, ISO 8601 with the offset from UTC.
    """

    lists: tuple[str, ...]
    records: tuple[int, ...]
    method: Literal["probability", "similarity"]
    thresholds: Mapping[str, float]
    person: Mapping[str, NDArray[np.int64]]
    overridden: bool
    explanation: tuple[str, ...]
    rates: Mapping[str, Any]
    components: Mapping[str, Any]
    conflicts: Mapping[str, Any]
    draws: NDArray[np.int32]
    candidates: int
    bin_edges: NDArray[np.float64]
    histogram: NDArray[np.int64]
    linked: str

    @property
    def expected_precision(self) -> float | None:
        """Share of linked pairs of records held to be right; None if it was not estimated."""
        return self.rates["overall"]["precision"][0] if self.rates else None

    @property
    def expected_missed(self) -> float | None:
        """Share of true pairs held to be missed; None if it was not estimated."""
        return self.rates["overall"]["missed"][0] if self.rates else None

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
        "method": state.method,
        "overridden": state.overridden,
        "explanation": state.explanation,
        "rates": state.rates,
        "components": state.components,
        "conflicts": state.conflicts,
        "candidates": state.candidates,
        "bin_edges": state.bin_edges.tolist(),
        "histogram": state.histogram.tolist(),
    }
    connection.execute(
        "INSERT INTO link (id, linked, parameters, draws) VALUES (1, ?, ?, ?)",
        (
            state.linked,
            json.dumps(parameters),
            zlib.compress(state.draws.astype("<i4").tobytes(), 1),
        ),
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
    row = connection.execute("SELECT linked, parameters, draws FROM link").fetchone()
    if row is None:
        return None
    linked, text, drawn = row
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
        method=parameters["method"],
        overridden=parameters["overridden"],
        explanation=tuple(parameters["explanation"]),
        rates=parameters["rates"],
        components=parameters["components"],
        conflicts=parameters["conflicts"],
        draws=_unpacked(drawn, sum(parameters["records"])),
        candidates=parameters["candidates"],
        bin_edges=np.asarray(parameters["bin_edges"], dtype=np.float64),
        histogram=np.asarray(parameters["histogram"], dtype=np.int64),
        linked=linked,
    )


def _unpacked(drawn: bytes, records: int) -> NDArray[np.int32]:
    values = np.frombuffer(zlib.decompress(drawn), dtype="<i4").astype(np.int32)
    return values.reshape(-1, records)
