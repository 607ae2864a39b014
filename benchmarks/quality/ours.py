"""Our own software: a folder and a configuration in, people found beside the true ones out.

The commands are those of `benchmarks.journey`, but run in this process: what they cost is not
measured here, and starting dozens of them would be most of it. A configuration is a profile and
what the agreement says beyond it; a new one is a line in ``CONFIGURATIONS``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import io
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.quality.data import DataSet
from benchmarks.quality.judge import Judged, judged
from benchmarks.quality.outcome import Outcome

from linkage.agreement.profiles import ProfileName
from linkage.bench.folder import BenchmarkFolder
from linkage.bench.journey import JourneyResult, run_journey
from linkage.bench.linked import evaluate
from linkage.bench.play import LINKAGE_UNIT, Command, went_well
from linkage.bench.play import Outcome as CommandOutcome
from linkage.cli.app import main
from linkage.errors import LinkageError
from linkage.identity.store import load_identity
from linkage.roles.linkage_unit.link import link

__all__ = ["CONFIGURATIONS", "Configuration", "link_ours"]

AROUND_BEST = np.arange(-4, 5) * 0.02


@dataclass(frozen=True, slots=True)
class Configuration:
    """A profile, and what the agreement says beyond it.

    Attributes:
        profile: encoding profile.
        encoding: entries of the agreement's ``[encoding]``.
        filters: kind of field -> the filters that such fields go into.
    """

    profile: ProfileName
    encoding: Mapping[str, Any] = field(default_factory=dict)
    filters: Mapping[str, list[str]] = field(default_factory=dict)

    def adjust(self, agreement: dict[str, Any]) -> None:
        """Write it into an agreement."""
        agreement["encoding"].update(self.encoding)
        for rule in agreement["fields"]:
            if rule["kind"] in self.filters:
                rule["filters"] = self.filters[rule["kind"]]


CONFIGURATIONS: Mapping[str, Configuration] = {
    "balanced": Configuration("balanced"),
    "strong": Configuration("strong"),
    "diffused": Configuration("diffused"),
    "exact": Configuration("exact"),
    "clk": Configuration("clk"),
    "strong-even": Configuration("strong", {"filter_weights": {"all": 1, "names": 1}}),
}


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
    configuration = CONFIGURATIONS[name]
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    began = time.perf_counter()
    try:
        result = run_journey(
            folder,
            configuration.profile,
            work=work,
            command=command_in(work),
            observe=lambda _: None,
            today=dt.date.today(),
            adjust=configuration.adjust,
        )
        seconds = time.perf_counter() - began
        own = judged(result.evaluation, result.linked.state.thresholds["chosen"])
        return Outcome(
            data_set.name,
            data_set.draw,
            name,
            own,
            (own, *_elsewhere(result, work)),
            told={"seconds": round(seconds, 1), "profile": configuration.profile},
        )
    except CommandError as error:
        return Outcome(data_set.name, data_set.draw, name, fault=str(error))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _elsewhere(result: JourneyResult, work: Path) -> Iterator[Judged]:
    """At the low and the high threshold, and linked anew around the best of the scores."""
    thresholds = result.linked.state.thresholds
    yield judged(result.low, thresholds["low"])
    yield judged(result.high, thresholds["high"])
    identity = load_identity(work / LINKAGE_UNIT / f"{LINKAGE_UNIT}.identity", lambda: b"")
    best = result.sweep.best_f1()[1]
    if best == float("inf"):
        return
    for threshold in np.unique(np.clip(best + AROUND_BEST, 0.01, 1.0)):
        try:
            state = link(
                work / LINKAGE_UNIT / "run",
                identity=identity,
                now=dt.datetime.now(dt.UTC),
                threshold=float(threshold),
            )
        except LinkageError as error:
            # too many candidates at a low threshold; the others are still worth having
            print(f"  not linked at {threshold:.2f}: {str(error).splitlines()[0]}", flush=True)
            continue
        linked = dataclasses.replace(result.linked, state=state)
        yield judged(evaluate(linked, result.folder.truth), float(threshold))


def _first_fault(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("E")), lines[-1] if lines else "failed")
