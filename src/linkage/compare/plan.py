"""Which way to search, why, and what it will cost, decided before it starts.

A few records are compared on the machine and with the kernels that will be used. That tells the
time a pair takes, how many pairs to expect, and how far apart matches and strangers lie. What a
mode visits depends on the data alone and never on the time measured, so that the same question
gives the same pairs; only the choice between modes looks at the clock, and can be overruled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkage.compare.lsh_recall import (
    SKETCH_LOSS,
    LshParameters,
    choose_parameters,
    predicted_candidates,
    table_recall,
)
from linkage.compare.question import Question
from linkage.compare.rules import exact_rule, full_rule, sketch_rule
from linkage.compare.trial import Trial, match_distances, measure, sketched_bits, stranger_distances
from linkage.kernels import Rule

__all__ = ["SearchMode", "SearchPlan", "Wishes", "make_plan"]

SearchMode: TypeAlias = Literal["exact", "full", "sketch", "lsh"]

_VISITED = (64, 96, 128, 160, 192, 256, 384, 512, 768, 1024, 1536, 2048)
_BYTES_A_PAIR = 60  # as found, sorted, and returned
_BYTES_A_TASK = 8 << 20
_LSH_BYTES, _LSH_BYTES_A_THREAD = 24, 56


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller asks of a plan.

    Attributes:
        mode: overrules the choice.
        delta: for a sketch, the probability that a pair at the threshold is missed.
        recall: for LSH, the share of true matches to be found.
        patience: seconds up to which an exact search is preferred.
        threads: tasks that run at once.
        seed: of the positions that a sketch or LSH draws.
    """

    mode: SearchMode | None
    delta: float
    recall: float
    patience: float
    threads: int
    seed: int

    def __post_init__(self) -> None:
        if self.mode not in (None, "exact", "full", "sketch", "lsh"):
            raise ValueError(f"unknown mode {self.mode!r}: exact, full, sketch or lsh")
        if not 0.0 < self.delta < 1.0:
            raise ValueError("delta is a probability above 0 and below 1")
        if not 0.0 < self.recall < 1.0 - SKETCH_LOSS:
            raise ValueError("a recall lies above 0 and below 0.9999")
        if self.threads < 1 or self.seed < 0 or not self.patience >= 0.0:
            raise ValueError("at least one thread, a seed and a patience of 0 or more")


@dataclass(frozen=True, slots=True, eq=False)
class SearchPlan:
    """How a search will be done, and what it is expected to cost.

    Attributes:
        mode: exact, full, sketch or lsh.
        reason: why this mode, in one sentence.
        comparisons: pairs of records in all.
        seconds: expected time, on the threads asked for.
        memory: expected memory beside the filters given, bytes.
        expected_pairs: expected number of pairs at or above the threshold.
        recall_of_matches: expected share of true matches that are found; a true match is a
            record's best partner where that is clearly the nearest.
        recall_of_pairs: expected share of *all* pairs at or above the threshold that are found:
            look-alikes just above it are missed more often than matches.
        threads: tasks that run at once.
        visited: set bits of the lighter filter that are visited, bits; 0 for LSH.
        delta: for a sketch, the probability that a pair at the threshold is missed; else 0.
        lsh: keys and tables; None but for LSH.
        alternatives: expected seconds of the other modes that were weighed.
        rule: what the search visits; None for LSH.
    """

    mode: SearchMode
    reason: str
    comparisons: int
    seconds: float
    memory: int
    expected_pairs: float
    recall_of_matches: float
    recall_of_pairs: float
    threads: int
    visited: int
    delta: float
    lsh: LshParameters | None
    alternatives: dict[SearchMode, float]
    rule: Rule | None = field(repr=False)

    def __str__(self) -> str:
        others = "".join(f"; {mode} {_time(cost)}" for mode, cost in self.alternatives.items())
        return (
            f"{self.mode}: {self.reason}\n"
            f"{self.comparisons:,} comparisons, about {_time(self.seconds)} on {self.threads} "
            f"thread{'s' if self.threads > 1 else ''} and {self.memory / 2**20:,.0f} MiB beside "
            f"the filters{others}\n"
            f"about {self.expected_pairs:,.0f} pairs; expected to be found: "
            f"{self.recall_of_matches:.2%} of true matches, {self.recall_of_pairs:.2%} of all "
            "pairs over the threshold"
        )


def make_plan(question: Question, wishes: Wishes) -> SearchPlan:
    """The plan for a question; see :func:`linkage.compare.plan_search`.

    Args:
        question: what is searched for.
        wishes: what the caller asks of the plan.
    """
    trial = Trial(question)
    first: SearchMode = wishes.mode if wishes.mode in ("full", "sketch") else "exact"
    rule, work = _rule(first, question, wishes, trial)
    measured = measure(question, rule, wishes.threads)
    rules: dict[SearchMode, Rule | None] = {first: rule, "lsh": None}
    costs: dict[SearchMode, float] = {first: measured.seconds}
    slow = wishes.mode is None and costs[first] > wishes.patience
    if slow:
        rules["sketch"], less = _rule("sketch", question, wishes, trial)
        costs["sketch"] = costs[first] * less / max(work, 1.0)
    lsh, matches = None, measured.distances
    if wishes.mode == "lsh" or slow:
        lsh, matches, costs["lsh"] = _plan_lsh(question, rule, wishes)
    mode, reason = _choose(costs, wishes, slow=slow)
    chosen = rules[mode]
    recall = _recalls(mode, wishes, lsh, question.bits, (matches, measured.distances))
    return SearchPlan(
        mode=mode,
        reason=reason,
        comparisons=question.pairs,
        seconds=costs[mode],
        memory=_memory(question, mode, wishes.threads, measured.expected),
        expected_pairs=measured.expected,
        recall_of_matches=recall[0],
        recall_of_pairs=recall[1],
        threads=wishes.threads,
        visited=0 if chosen is None else chosen.most,
        delta=wishes.delta if mode == "sketch" else 0.0,
        lsh=lsh if mode == "lsh" else None,
        alternatives={name: cost for name, cost in costs.items() if name != mode},
        rule=chosen,
    )


def _rule(mode: SearchMode, question: Question, wishes: Wishes, trial: Trial) -> tuple[Rule, float]:
    """What a mode visits, and the work that this is on a trial."""
    if mode == "full":
        return full_rule(question.limits, question.sides), 0.0
    if mode == "sketch":
        kept = sketched_bits(question, wishes.delta)
        rule = sketch_rule(question.limits, question.sides, kept, wishes.delta, wishes.seed)
        return trial.cheapest([rule]) if wishes.mode is None else (rule, 0.0)
    whole = exact_rule(question.limits, question.sides, question.bits)
    return trial.cheapest(whole._replace(most=most) for most in _visited(question.bits))


def _visited(bits: int) -> list[int]:
    """How many set bits may be visited, the most first."""
    return [bits, *sorted((step for step in _VISITED if step < bits), reverse=True)]


def _plan_lsh(
    question: Question, exact: Rule, wishes: Wishes
) -> tuple[LshParameters, NDArray[np.int32], float]:
    matches = match_distances(question, exact, wishes.threads)
    if not len(matches):  # nothing to go by: as if every match lay at the threshold
        heaviest = 2 * max(
            int(np.median(side.ones)) if len(side.ones) else 0 for side in question.sides
        )
        matches = question.limits[[heaviest]]
    strangers = stranger_distances(question)
    n, m = len(question.a), None if question.b is None else len(question.b)
    parameters = choose_parameters(
        matches,
        strangers,
        recall=wishes.recall,
        bits=question.bits,
        records_a=n,
        records_b=m,
        seed=wishes.seed,
    )
    tables = parameters.tables * (n + (m or 0)) * (60e-9 + 2e-11 * question.bits)
    scans = 1.5e-9 * predicted_candidates(parameters, strangers, question.bits, n, m)
    return parameters, matches, (tables + scans) / wishes.threads


def _choose(
    costs: dict[SearchMode, float], wishes: Wishes, *, slow: bool
) -> tuple[SearchMode, str]:
    if wishes.mode is not None:
        return wishes.mode, "asked for"
    limit = _time(wishes.patience)
    if not slow:
        return "exact", f"every pair is compared and none is missed, in less than {limit}"
    if costs["sketch"] <= wishes.patience:
        return "sketch", (
            f"an exact search would take {_time(costs['exact'])}, more than {limit}; every pair is "
            f"compared by a sketch, which misses one in {1 / wishes.delta:,.0f} at the threshold"
        )
    if costs["lsh"] < costs["sketch"]:
        return "lsh", (
            f"to compare every pair would take {_time(costs['sketch'])} even by a sketch, more "
            f"than {limit}; only pairs that share a key are compared"
        )
    return "sketch", f"no mode takes less than {limit}; this one takes least"


def _recalls(
    mode: SearchMode,
    wishes: Wishes,
    lsh: LshParameters | None,
    bits: int,
    distances: tuple[NDArray[np.int32], NDArray[np.int32]],
) -> tuple[float, float]:
    if mode == "sketch":
        return 1.0 - wishes.delta, 1.0 - wishes.delta
    if mode != "lsh" or lsh is None:
        return 1.0, 1.0
    shares = [
        (1.0 - SKETCH_LOSS) * float(np.mean(table_recall(each, lsh.key_bits, lsh.tables, bits)))
        if len(each)
        else float("nan")
        for each in distances
    ]
    return shares[0], shares[1]


def _memory(question: Question, mode: SearchMode, threads: int, expected: float) -> int:
    """Bytes beside the filters: sorted copies, planes or tables, and the pairs."""
    records = sum(len(side.ones) for side in question.sides)
    filters = records * question.bits // 8
    if mode == "lsh":
        used = records * (_LSH_BYTES + _LSH_BYTES_A_THREAD * threads)
    else:
        used = filters + _BYTES_A_TASK * threads
    return int(filters + 12 * records + used + _BYTES_A_PAIR * expected)


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds:.2g} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
