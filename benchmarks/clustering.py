"""Ways to make people of the same scored pairs, beside the truth.

python -m benchmarks.clustering FOLDER... [--profiles balanced,strong,clk] [--keys 3]

One set of candidate pairs with their log odds, as the linkage unit has them, clustered by: the
posterior (ours), average linkage with at most one entry per list, greedy with at most one entry
per list (anonlink's solver), anonlink's probabilistic greedy, connected components, and pairwise
one-to-one assignment joined by connected components. All link from even odds on, so nothing is
tuned. Then the time of 100,000 records with 500,000 candidate pairs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import heapq
import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.journey.__main__ import RESULTS, commit, machine
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from linkage.agreement.profiles import ProfileName
from linkage.bench.evaluate import compare_clusters
from linkage.bench.folder import read_folder
from linkage.bench.in_process import candidates_of
from linkage.bench.text import table
from linkage.kernels import connected_components
from linkage.link import link_records
from linkage.link.partition import draw_partition, improve, pair_graph
from linkage.link.posterior import cluster_scores
from linkage.link.score import LinkScores, score_candidates
from linkage.types import CandidatePairs

Integers = NDArray[np.int64]
Method = Callable[[LinkScores, Integers], Integers]
ABSENT = -4.0


def average_linkage(scores: LinkScores, lists: Integers) -> Integers:
    pairs = scores.pairs
    odds = np.maximum(scores.fit.log_odds, ABSENT)
    scored = CandidatePairs(pairs.left, pairs.right, pairs.similarity, odds)
    return link_records(scored, lists, threshold=0.0, floor=ABSENT).person


def components(scores: LinkScores, lists: Integers) -> Integers:
    likely = scores.fit.log_odds >= 0
    return connected_components(len(lists), scores.pairs.left[likely], scores.pairs.right[likely])


def assignment(scores: LinkScores, lists: Integers) -> Integers:
    """The best one-to-one assignment of every two lists; duplicates are joined as well."""
    left, right, odds = scores.pairs.left, scores.pairs.right, scores.fit.log_odds
    keep_left: list[int] = []
    keep_right: list[int] = []
    for group, (one, other) in enumerate(scores.groups.lists.tolist()):
        part = (scores.groups.group == group) & (odds >= 0)
        if one == other:
            keep_left += left[part].tolist()
            keep_right += right[part].tolist()
            continue
        swapped = lists[left[part]] != one
        a = np.where(swapped, right[part], left[part])
        b = np.where(swapped, left[part], right[part])
        rows, i = np.unique(a, return_inverse=True)
        columns, j = np.unique(b, return_inverse=True)
        gain = np.zeros((len(rows), len(columns)))
        gain[i, j] = odds[part]
        for x, y in zip(*linear_sum_assignment(-gain), strict=True):
            if gain[x, y] > 0:
                keep_left.append(int(rows[x]))
                keep_right.append(int(columns[y]))
    return connected_components(len(lists), np.array(keep_left), np.array(keep_right))


def greedy(scores: LinkScores, lists: Integers, *, every: bool = False) -> Integers:
    """Best pair first; groups merge unless they share a list.

    With ``every``, only if all pairs between them have come by too, as in anonlink's greedy solver.
    """
    likely = np.flatnonzero((scores.fit.log_odds >= 0) & scores.between)
    order = likely[np.argsort(-scores.fit.log_odds[likely], kind="stable")]
    known: dict[int, set[int]] = defaultdict(set)
    group = list(range(len(lists)))
    members: dict[int, list[int]] = {record: [record] for record in group}
    on = [1 << each for each in lists.tolist()]
    ends = zip(scores.pairs.left[order].tolist(), scores.pairs.right[order].tolist(), strict=True)
    for one, other in ends:
        known[one].add(other)
        known[other].add(one)
        a, b = group[one], group[other]
        if a == b or on[a] & on[b]:
            continue
        if every and not all(y in known[x] for x in members[a] for y in members[b]):
            continue
        for record in members[b]:
            group[record] = a
        members[a] += members.pop(b)
        on[a] |= on[b]
    return np.array(group)


def probabilistic_greedy(scores: LinkScores, lists: Integers) -> Integers:
    """Merge the two groups with the largest odds, while these are over one.

    Every pair between them counts in full, as if independent, as in anonlink's solver.
    """
    pairs = scores.pairs
    odds = np.maximum(scores.fit.log_odds, ABSENT)
    between = scores.between
    near: list[dict[int, float]] = [{} for _ in range(len(lists))]
    for a, b, value in zip(
        pairs.left[between].tolist(),
        pairs.right[between].tolist(),
        odds[between].tolist(),
        strict=True,
    ):
        near[a][b] = near[b][a] = value
    group = np.arange(len(lists))
    members = {record: [record] for record in range(len(lists))}
    on = [1 << each for each in lists.tolist()]
    queue = [(-v, a, b, 1, 1) for a in range(len(lists)) for b, v in near[a].items() if a < b]
    queue = [each for each in queue if each[0] < 0]
    heapq.heapify(queue)
    while queue:
        _, a, b, size_a, size_b = heapq.heappop(queue)
        if (
            a not in members
            or b not in members
            or (len(members[a]), len(members[b])) != (size_a, size_b)
            or on[a] & on[b]
        ):
            continue
        members[a] += members.pop(b)
        on[a] |= on[b]
        for third, value in near[b].items():
            if third != a:
                near[a][third] = near[a].get(third, ABSENT * size_a) + value
                near[third][a] = near[a][third]
                near[third].pop(b, None)
        near[a].pop(b, None)
        for third in near[a]:
            if third not in members:
                continue
            total = near[a][third]
            if total > 0:
                first, second = min(a, third), max(a, third)
                heapq.heappush(
                    queue, (-total, first, second, len(members[first]), len(members[second]))
                )
    for first, records in members.items():
        group[records] = first
    return group


METHODS: Mapping[str, Method] = {
    "posterior (ours)": cluster_scores,
    "average linkage": average_linkage,
    "greedy, one per list": greedy,
    "greedy, all pairs (anonlink)": lambda scores, lists: greedy(scores, lists, every=True),
    "probabilistic greedy (anonlink)": probabilistic_greedy,
    "connected components": components,
    "pairwise assignment": assignment,
}


def measured(folder: Path, profile: ProfileName, keys: int) -> list[dict[str, Any]]:
    read = read_folder(folder)
    names = [each.list_id for each in read.lists]
    rows: dict[str, list[list[float]]] = defaultdict(list)
    for key in range(keys):
        found = candidates_of(read, profile, dt.date.today(), seed=f"key {key}".encode())
        scores = score_candidates(found.pairs, found.lists, floor=found.floor)
        for name, method in METHODS.items():
            began = time.process_time()
            person = method(scores, found.lists)
            seconds = time.process_time() - began
            seen = compare_clusters(
                names, found.lists, found.entity, np.unique(person, return_inverse=True)[1]
            )
            true, counted = seen.people_on_two_or_more
            off = sum(abs(a - b) for a, b in seen.overlaps.values())
            whole = sum(a for a, _ in seen.overlaps.values())
            rows[name].append(
                [
                    seen.precision,
                    seen.recall,
                    seen.f1,
                    counted / true - 1,
                    off / whole,
                    seen.absolute_error,
                    seconds,
                ]
            )
    return [
        {"data": read.name, "profile": profile, "method": name}
        | dict(
            zip(
                ("precision", "recall", "f1", "two_or_more", "overlaps", "cells", "seconds"),
                np.mean(values, axis=0).round(4).tolist(),
                strict=True,
            )
        )
        for name, values in rows.items()
    ]


def large(records: int = 100_000, pairs: int = 500_000) -> dict[str, float]:
    """Seconds for a partition, and for a draw, of so many records and pairs."""
    generator = np.random.default_rng(1)
    left = generator.integers(0, records, pairs)
    right = np.where(
        generator.random(pairs) < 0.3,
        (left // 4) * 4 + generator.integers(0, 4, pairs),
        generator.integers(0, records, pairs),
    )
    keep = left != right
    low, high = np.minimum(left, right)[keep], np.maximum(left, right)[keep]
    lists = generator.integers(0, 5, records)
    evidence = np.where(
        low // 4 == high // 4, generator.normal(14, 5, len(low)), generator.normal(3, 2, len(low))
    )
    prior = np.full((5, 5), -9.0)
    began = time.perf_counter()
    graph = pair_graph(low, high, evidence, lists, prior, absent=-3.0)
    found = improve(graph, np.arange(records))
    middle = time.perf_counter()
    draw_partition(graph, found, generator, sweeps=6)
    return {
        "partition": round(middle - began, 2),
        "draw": round(time.perf_counter() - middle, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clustering")
    parser.add_argument("folders", nargs="+", type=Path, help="lists and truth.csv(.gz)")
    parser.add_argument("--profiles", default="balanced,strong,clk")
    parser.add_argument("--keys", type=int, default=3)
    parser.add_argument("--output", type=Path, help="JSON to write instead of a dated one")
    options = parser.parse_args()
    results = [
        row
        for folder in options.folders
        for profile in options.profiles.split(",")
        for row in measured(folder.resolve(), profile, options.keys)
    ]
    heads = (
        "data",
        "profile",
        "method",
        "P",
        "R",
        "F1",
        "on 2+ lists",
        "overlaps",
        "cells",
        "CPU s",
    )
    print(
        table(
            heads,
            [
                (
                    row["data"],
                    row["profile"],
                    row["method"],
                    f"{row['precision']:.3f}",
                    f"{row['recall']:.3f}",
                    f"{row['f1']:.3f}",
                    f"{row['two_or_more']:+.1%}",
                    f"{row['overlaps']:.3f}",
                    f"{row['cells']:,.0f}",
                    f"{row['seconds']:.2f}",
                )
                for row in results
            ],
        )
    )
    large(1000, 5000)  # compile first
    seconds = large()
    print(f"\n100,000 records, 500,000 pairs: {seconds['partition']} s, a draw {seconds['draw']} s")
    today = dt.date.today().isoformat()
    output = options.output or RESULTS / f"{today}-clustering.json"
    head = {"format": "linkage-clustering/1", "date": today, "commit": commit()}
    content = {
        **head,
        "machine": machine(),
        "keys": options.keys,
        "large": seconds,
        "results": results,
    }
    output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
