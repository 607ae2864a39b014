"""A short measurement before a search: what ways of visiting cost, and what the data are like."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.compare.quantiles import chance_to_pass, miss_quantiles
from linkage.compare.question import Pass, Question
from linkage.compare.rules import weight_groups
from linkage.compare.tasks import in_order
from linkage.kernels import Found, Rule

__all__ = [
    "Measured",
    "Trial",
    "match_distances",
    "measure",
    "sketched_bits",
    "stranger_distances",
]

_ROWS, _COLUMNS, _LEAST_COLUMNS, _TRIAL_SHARE = 192, 8192, 1024, 1024
_VERIFY_STEPS = 3.0
"""Comparing a pair in full costs about as much as counting 16 positions of a tile three times."""
_MEASURED_PAIRS, _LEAST_ROWS, _MEASURED_ROWS = 1 << 26, 16, 512
_LEAST_PAIRS, _MEASURED_SHARE = 1 << 20, 64
_MATCHED_PAIRS, _LEAST_MATCHED, _MOST_MATCHED = 1 << 28, 512, 4096
_PARTS = 4
_STRANGER_ROWS = 256
_STRANGERS, _TILE = 64, 256
_FOUR_AT_ONCE = 0.75
"""Sixteen positions cost less where sixty-four are counted at a time."""
_SKETCHED = (16, 32, 48, 64, 80, 96, 128, 160, 192, 256, 384, 512)
_CLEARLY_NEARER = 0.9
_LITTLE_MORE = 1.005
"""To visit less may cost this much: every row's positions have to be listed first."""
_EVERY = 1 << 62


class Trial:
    """Rules tried on a few evenly spread records, by work counted and not by time.

    Args:
        question: what is searched for.
    """

    def __init__(self, question: Question) -> None:
        self._question = question
        columns = min(_COLUMNS, max(_LEAST_COLUMNS, question.pairs // (_TRIAL_SHARE * _ROWS)))
        self._passes = [question.thinned(each, _ROWS, columns) for each in question.passes]

    def cheapest(self, rules: Iterable[Rule]) -> tuple[Rule, float]:
        """The rule that costs least, and its cost.

        Args:
            rules: rules for this question, each visiting less than the one before.
        """
        best: tuple[Rule, float] | None = None
        prepared: dict[int, list[object]] = {}
        for rule in rules:
            columns = prepared.get(id(rule.order))
            if columns is None:
                prepare = self._question.kernels.prepare_columns
                columns = [prepare(each.columns.side, rule.order) for each in self._passes]
                prepared = {id(rule.order): columns}
            cost = 0.0
            for which, ready in zip(self._passes, columns, strict=True):
                found = self._question.near_pairs(which, rule, ready, _EVERY)
                cost += found.steps + _VERIFY_STEPS * found.verified
            if best is None or cost < _LITTLE_MORE * best[1]:
                best = rule, cost
            elif cost > 2 * best[1]:
                break  # the less is visited, the more is left to compare in full
        if best is None:
            raise ValueError("there is no rule to try")
        return best


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Some rows against all columns.

    Attributes:
        seconds: expected time of the whole search on the threads asked for.
        expected: expected number of pairs at or above the threshold.
        distances: ``(pairs,)`` int32, differing bits of those that were found.
    """

    seconds: float
    expected: float
    distances: NDArray[np.int32]


def measure(question: Question, rule: Rule, threads: int) -> Measured:
    """Compare some rows with all columns, as many at once as the search will, and take the time.

    Args:
        question: what is searched for.
        rule: how.
        threads: tasks that run at once.
    """
    prepared = question.prepared(rule.order, threads)
    question.near_pairs(question.thinned(question.passes[0], 1), rule, prepared[0], _EVERY)
    pairs = min(_MEASURED_PAIRS, max(_LEAST_PAIRS, question.pairs // _MEASURED_SHARE))

    def one(which: Pass, columns: Any, _stop: threading.Event) -> Measured:
        rows = pairs // max(1, len(which.columns))
        some = question.thinned(which, max(_LEAST_ROWS, min(_MEASURED_ROWS, rows)))
        start = time.perf_counter()
        found = question.near_pairs(some, rule, columns, _EVERY)
        scale = len(which.rows) / max(1, len(some.rows))
        worth = _worth(some, found)
        return Measured(
            (time.perf_counter() - start) * scale / threads,
            float(worth.sum()) * scale,
            found.distance[worth > 0],
        )

    tasks = (partial(one, *each) for each in zip(question.passes, prepared, strict=True))
    parts = list(in_order(tasks, threads))
    return Measured(
        sum(part.seconds for part in parts),
        sum(part.expected for part in parts),
        np.concatenate([part.distances for part in parts]),
    )


def match_distances(question: Question, rule: Rule, threads: int) -> NDArray[np.int32]:
    """Differing bits of presumed true matches: best partners that are clearly the nearest.

    Args:
        question: what is searched for; only pairs at or above its threshold are seen.
        rule: how.
        threads: sides that are made ready, and searched, at once.

    Returns:
        ``(records,)`` int32, for the sampled records of the first side that have one.
    """
    other = question.a if question.b is None else question.b
    whole = Pass(question.a, other, "lighter-or-equal", swapped=False)
    rows = _MATCHED_PAIRS // max(1, len(other))
    some = question.thinned(whole, min(_MOST_MATCHED, max(_LEAST_MATCHED, rows)))
    partners: list[dict[int, int]] = [{} for _ in range(len(some.rows))]
    back = Pass(other, some.rows, "lighter", swapped=True)
    forth = question.prepared(rule.order, threads)[0]
    columns = question.kernels.prepare_columns(back.columns.side, rule.order)
    ways = [(*way, part) for way in ((some, forth), (back, columns)) for part in range(_PARTS)]

    def one(which: Pass, ready: Any, part: int, _stop: threading.Event) -> Found:
        return question.near_pairs(which, rule, ready, _EVERY, part=part, parts=_PARTS)

    tasks = in_order((partial(one, *way) for way in ways), threads)
    for (which, *_), found in zip(ways, tasks, strict=True):
        mine, theirs = (found.right, found.left) if which.swapped else (found.left, found.right)
        for record, partner, distance in zip(
            mine.tolist(), theirs.tolist(), found.distance.tolist(), strict=True
        ):
            itself = question.b is None and some.rows.record[record] == other.record[partner]
            if not itself:
                partners[record][partner] = distance
    limits = question.limits[2 * some.rows.side.ones]
    clear = []
    for near, limit in zip(partners, limits.tolist(), strict=True):
        first, second = ([*sorted(near.values())[:2], limit + 1, limit + 1])[:2]
        if first <= _CLEARLY_NEARER * second:
            clear.append(first)
    return np.array(clear, dtype=np.int32)


def stranger_distances(question: Question) -> NDArray[np.int32]:
    """Differing bits of pairs of evenly spread records: nearly all are strangers.

    Args:
        question: what is searched for.
    """
    which = question.thinned(question.passes[0], _STRANGER_ROWS, _STRANGER_ROWS)
    differ = which.rows.side.words[:, None, :] ^ which.columns.side.words[None, :, :]
    distances = np.bitwise_count(differ).sum(axis=2, dtype=np.int32)
    others = which.rows.record[:, None] != which.columns.record[None, :]
    return np.asarray(distances[others] if question.b is None else distances.reshape(-1))


def sketched_bits(question: Question, delta: float) -> int:
    """How many set bits a sketch best visits: few to count, and few pairs left to verify.

    Worked out from sampled strangers and not measured, so that the kernels do not matter.

    Args:
        question: what is searched for.
        delta: probability that a pair at the threshold is missed.
    """
    which = question.thinned(question.passes[0], _STRANGERS, _STRANGERS)
    rows, columns = which.rows.side, which.columns.side
    differ = np.bitwise_count(rows.words[:, None, :] ^ columns.words[None, :, :])
    distance = differ.sum(axis=2, dtype=np.int64).reshape(-1)
    ones = np.stack(np.broadcast_arrays(rows.ones[:, None], columns.ones[None, :]))
    light, heavy = np.sort(ones.reshape(2, -1).astype(np.int64), axis=0)
    spare = (question.limits[light + heavy] + light - heavy) // 2
    possible = (spare >= 0) & (light > 0)
    light, spare = light[possible], spare[possible]
    misses = (distance[possible] + light - heavy[possible]) // 2
    weights, place = np.unique(light, return_inverse=True)
    best, least = question.bits, np.inf
    for kept in (each for each in _SKETCHED if each <= question.bits):
        lightest, group = weight_groups(weights, kept)
        table = miss_quantiles(lightest, int(spare.max(initial=0)), kept, delta)
        allowed = table[group[place], spare]
        passing = float(chance_to_pass(light, misses, kept, allowed).sum()) / max(1, len(light))
        counting = kept / 16 * (1.0 if kept % 64 else _FOUR_AT_ONCE)
        cost = counting + _VERIFY_STEPS * _TILE * passing
        if cost > least:
            break
        best, least = kept, cost
    return best


def _worth(which: Pass, found: Found) -> NDArray[np.float64]:
    """What each pair found in a sample of rows counts for."""
    worth = np.ones(len(found.left))
    if which.within:
        equal = which.rows.side.ones[found.left] == which.columns.side.ones[found.right]
        worth[equal] = 0.5  # met from both sides
        worth[which.rows.record[found.left] == which.columns.record[found.right]] = 0.0
    return worth
