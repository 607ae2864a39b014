"""The peers: what each needs, and how its program is driven over files.

Each has a virtual environment of its own, made at first use as in `benchmarks.speed.peers`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.quality.data import DataSet
from benchmarks.quality.judge import Judged, chained, judged, sweep
from benchmarks.quality.outcome import Outcome
from benchmarks.quality.records import entities, list_index, write_job
from benchmarks.speed.peers import Requirements, install, interpreter
from numpy.typing import NDArray

from linkage.bench.evaluate import compare_clusters
from linkage.bench.folder import BenchmarkFolder

__all__ = ["PEERS", "Peer", "judge_found", "link_peer"]

CHILDREN = Path(__file__).with_name("children")
PAIRS_A_RECORD = 3
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Peer:
    """A contender in an environment of its own.

    Attributes:
        environment: folder of the environment.
        program: the file in ``children`` that drives it.
    """

    environment: str
    program: str


PEERS: Mapping[str, Peer] = {
    "recordlinkage ECM": Peer("recordlinkage", "recordlinkage_ecm.py"),
    "Splink": Peer("splink", "splink_em.py"),
    "clkhash + anonlink": Peer("clkhash-anonlink", "clkhash_anonlink.py"),
}
REQUIREMENTS: Requirements = {
    "recordlinkage": ("recordlinkage", ("recordlinkage>=0.16",), "recordlinkage"),
    "splink": ("splink", ("splink>=4,<5", "pandas"), "splink"),
    "clkhash-anonlink": (
        "anonlink, clkhash.clk",
        ("setuptools<81", "wheel", "numpy", "anonlink>=0.15", "clkhash>=0.18"),
        "anonlink",
    ),
}


def link_peer(
    data_set: DataSet,
    folder: BenchmarkFolder,
    name: str,
    work: Path,
    *,
    environments: Path,
    patience: float,
) -> Outcome:
    """Have a peer link a data set, and judge it at its own threshold and at all others.

    Args:
        data_set: which lists they are.
        folder: the lists.
        name: of a peer.
        work: a folder for this run alone.
        environments: folder of the peers' environments.
        patience: seconds after which it is ended.
    """
    peer = PEERS[name]
    if fault := install(environments, peer.environment, REQUIREMENTS):
        return Outcome(data_set.name, data_set.draw, name, fault=f"not installed: {fault}")
    u_pairs = 10_000_000 if data_set.shared is None else 1_000_000
    write_job(folder, duplicates=data_set.duplicates, u_pairs=u_pairs, place=work)
    python = interpreter(environments, peer.environment)
    try:
        done = subprocess.run(
            [str(python), str(CHILDREN / peer.program), str(work)],
            env={**os.environ, **ONE_THREAD},
            capture_output=True,
            text=True,
            check=False,
            timeout=patience,
        )
    except subprocess.TimeoutExpired:
        fault = f"not done after {patience:,.0f} s"
        return Outcome(data_set.name, data_set.draw, name, fault=fault)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"]
        return Outcome(data_set.name, data_set.draw, name, fault=lines[-1][:200])
    return judge_found(data_set, folder, name, work)


def judge_found(data_set: DataSet, folder: BenchmarkFolder, name: str, work: Path) -> Outcome:
    """Judge what a peer's program left in its folder; it may be judged again at any time.

    Args:
        data_set: which lists they are.
        folder: the lists.
        name: of the peer.
        work: where its program wrote.
    """
    told = json.loads((work / "found.json").read_text(encoding="utf-8"))
    with np.load(work / "found.npz") as arrays:
        found = dict(arrays)
    entity, lists = entities(folder), list_index(folder)
    ids = [each.list_id for each in folder.lists]

    def at(threshold: float, person: NDArray[np.int64]) -> Judged:
        return judged(compare_clusters(ids, lists, entity, person), float(threshold))

    own_threshold = told.pop("own_threshold")
    if "person" in found:
        curve = [at(*each) for each in zip(found["threshold"], found["person"], strict=True)]
        own = min(curve, key=lambda each: abs((each.threshold or 0.0) - own_threshold))
        return Outcome(data_set.name, data_set.draw, name, own, tuple(curve), told=told)
    left, right, score = found["left"], found["right"], found["score"]

    def people(threshold: float) -> NDArray[np.int64]:
        linked = score >= threshold
        return chained(left[linked], right[linked], len(entity))

    between = lists[left] != lists[right]
    reached = int(np.count_nonzero(between & (entity[left] == entity[right])))
    own = at(own_threshold, people(own_threshold))
    most = PAIRS_A_RECORD * len(entity)
    curve = [own, *sweep(score, lambda each: at(each, people(each)), most_pairs=most)]
    true_pairs = compare_clusters(ids, lists, entity, entity).true_pairs
    told["true pairs among the scored"] = round(reached / max(true_pairs, 1), 4)
    return Outcome(data_set.name, data_set.draw, name, own, tuple(curve), told=told)
