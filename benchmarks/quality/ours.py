"""Our own software: a folder and a configuration in, people found beside the true ones out.

The commands are those of `benchmarks.journey`, but run in this process: what they cost is not
measured here, and starting dozens of them would be most of it. A contender of ours is a profile
and what the agreement says beyond it; a new one is a line in ``CONFIGURATIONS``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import io
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.quality.data import DataSet
from benchmarks.quality.judge import Judged, judged
from benchmarks.quality.outcome import Outcome
from numpy.typing import NDArray

from linkage.agreement.profiles import ProfileName
from linkage.bench.configuration import CONFIGURATIONS as NAMED
from linkage.bench.evaluate import Evaluation
from linkage.bench.folder import BenchmarkFolder
from linkage.bench.journey import JourneyResult, run_journey
from linkage.bench.linked import evaluate
from linkage.bench.play import Command, went_well
from linkage.bench.play import Outcome as CommandOutcome
from linkage.cli.app import main
from linkage.link import link_records
from linkage.link.posterior import cluster_scores
from linkage.link.score import score_candidates
from linkage.roles.linkage_unit.search import search_candidates

__all__ = ["CONFIGURATIONS", "link_ours"]

AROUND_BEST = np.arange(-4, 5) * 0.02
PROBABILITIES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98)


CONFIGURATIONS: Mapping[str, tuple[ProfileName, str]] = {
    "balanced": ("balanced", "default"),
    "strong": ("strong", "default"),
    "diffused": ("diffused", "default"),
    "exact": ("exact", "default"),
    "clk": ("clk", "default"),
    "strong, two filters": ("strong", "double"),
    "clk, split": ("clk", "split"),
}
"""Name of a contender -> profile, and one of :data:`linkage.bench.configuration.CONFIGURATIONS`."""


class CommandError(Exception):
    """A command of the journey failed; says what it printed."""


def command_in(folder: Path) -> Command:
    """Runs `linkage` in this process, inside ``folder``."""

    def run(arguments: Sequence[str]) -> CommandOutcome:
        began = time.perf_counter()
        printed, noted = io.StringIO(), io.StringIO()
        code: object = 0
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(noted),
        ):
            try:
                main(list(arguments))
            except SystemExit as ended:
                code = ended.code or 0
        if not isinstance(code, int) or not went_well(arguments, code):
            raise CommandError(f"linkage {arguments[0]}: {_first_fault(noted.getvalue())}")
        return CommandOutcome(printed.getvalue(), time.perf_counter() - began)

    return run


def link_ours(data_set: DataSet, folder: BenchmarkFolder, name: str, work: Path) -> Outcome:
    """Take a data set through the journey under a configuration.

    Args:
        data_set: which lists they are.
        folder: the lists.
        name: of a configuration.
        work: a folder for this run alone; emptied before and removed after.
    """
    profile, configuration = CONFIGURATIONS[name]
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    began = time.perf_counter()
    try:
        result = run_journey(
            folder,
            profile,
            NAMED[configuration],
            work=work,
            command=command_in(work),
            observe=lambda _: None,
            today=dt.date.today(),
        )
        seconds = time.perf_counter() - began
        own = judged(result.evaluation, result.linked.state.thresholds["chosen"])
        return Outcome(
            data_set.name,
            data_set.draw,
            name,
            own,
            (own, *_elsewhere(result)),
            told={"seconds": round(seconds, 1), "profile": profile, **_told(result)},
        )
    except CommandError as error:
        return Outcome(data_set.name, data_set.draw, name, fault=str(error))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _elsewhere(result: JourneyResult) -> Iterator[Judged]:
    """At the low and the high threshold, and clustered anew at others."""
    linked = result.linked
    yield judged(result.low, linked.state.thresholds["low"])
    yield judged(result.high, linked.state.thresholds["high"])
    found, floor = search_candidates(linked.encoded, linked.agreement)
    if linked.state.method == "probability":
        scores = score_candidates(found.pairs, linked.lists, floor=floor)
        for probability in PROBABILITIES:
            person = cluster_scores(scores, linked.lists, probability=probability)
            yield judged(_evaluated(result, person), probability)
        return
    best = result.sweep.best_f1()[1]
    if best == float("inf"):
        return
    for threshold in np.unique(np.clip(best + AROUND_BEST, floor, 1.0)).tolist():
        person = link_records(found.pairs, linked.lists, threshold=threshold, floor=floor).person
        yield judged(_evaluated(result, person), threshold)


def _evaluated(result: JourneyResult, person: NDArray[np.int64]) -> Evaluation:
    state = dataclasses.replace(result.linked.state, person={"chosen": person})
    return evaluate(dataclasses.replace(result.linked, state=state), result.folder.truth)


def _told(result: JourneyResult) -> dict[str, Any]:
    """What the software said of its own errors, and what its draws count."""
    state = result.linked.state
    if state.method != "probability":
        return {}
    drawn = [_evaluated(result, person.astype(np.int64)) for person in state.draws[::6]]
    several = [each.people_on_two_or_more[1] for each in drawn]
    histories = {key for each in drawn for key in each.found_histories}
    histories |= set(result.evaluation.true_histories)
    off = sum(
        abs(
            float(np.mean([each.found_histories.get(key, 0) for each in drawn]))
            - result.evaluation.true_histories.get(key, 0)
        )
        for key in histories
    )
    return {
        "expected_precision": state.rates["overall"]["precision"],
        "expected_missed": state.rates["overall"]["missed"],
        "draws_two_or_more": round(float(np.mean(several)), 1),
        "draws_cells": round(off),
    }


def _first_fault(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("E")), lines[-1] if lines else "failed")
