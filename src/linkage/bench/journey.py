"""The journey: real lists through the real commands, as their owners would, and the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkage.agreement.profiles import ProfileName
from linkage.bench.configuration import CONFIGURATIONS, Configuration
from linkage.bench.evaluate import Evaluation, Sweep
from linkage.bench.folder import BenchmarkFolder
from linkage.bench.linked import LinkedRecords, OwnedFiles, evaluate, read_linked_records, sweep
from linkage.bench.play import LINKAGE_UNIT, Command, Player, Step, play
from linkage.bench.projects import folder_project
from linkage.bench.text import evaluation_text, table
from linkage.files import write_whole
from linkage.identity.store import load_identity

__all__ = ["JourneyResult", "run_journey"]


@dataclass(frozen=True, slots=True)
class JourneyResult:
    """What a journey found and what it cost.

    Attributes:
        folder: the lists.
        profile: encoding profile.
        configuration: filters, and what travels beside the encodings.
        linked: the linkage unit's result, joined with the owners' rows.
        evaluation: true beside found at the run's own threshold.
        low: the same at the lower end of the proposed range.
        high: the same at its upper end.
        sweep: precision and recall of the scores at every threshold.
        steps: every command with its time and memory.
    """

    folder: BenchmarkFolder
    profile: ProfileName
    configuration: Configuration
    linked: LinkedRecords
    evaluation: Evaluation
    low: Evaluation
    high: Evaluation
    sweep: Sweep
    steps: tuple[Step, ...]

    @property
    def own_threshold(self) -> float:
        """Where the run drew its line on the scale of the sweep: even odds, or a similarity."""
        state = self.linked.state
        return 0.0 if state.method == "probability" else state.thresholds["chosen"]

    def costs(self) -> dict[str, tuple[int, float, float]]:
        """Step -> number of commands, seconds in all, largest peak memory in MiB."""
        costs: dict[str, tuple[int, float, float]] = {}
        for step in self.steps:
            number, seconds, peak = costs.get(step.name, (0, 0.0, 0.0))
            outcome = step.outcome
            costs[step.name] = (
                number + 1,
                seconds + outcome.seconds,
                max(peak, outcome.peak_mib or 0.0),
            )
        return costs

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON-ready values."""
        recall, threshold = self.sweep.recall_at(0.95)
        recall_99, threshold_99 = self.sweep.recall_at(0.99)
        state = self.linked.state
        own = self.sweep.at(self.own_threshold)
        return {
            "format": "linkage-journey/1",
            "data": self.folder.name,
            "profile": self.profile,
            "configuration": self.configuration.name,
            "records": {each.list_id: len(each.rows) for each in self.folder.lists},
            "encoded": dict(zip(state.lists, state.records, strict=True)),
            "thresholds": {name: round(value, 4) for name, value in state.thresholds.items()},
            "expected_precision": _rounded(state.expected_precision),
            "expected_missed": _rounded(state.expected_missed),
            **self.evaluation.as_dict(),
            "people_on_two_or_more_range": {
                "low_threshold": self.low.people_on_two_or_more[1],
                "high_threshold": self.high.people_on_two_or_more[1],
            },
            "sweep": {
                "recall_at_precision_95": _rounded(recall),
                "threshold_at_precision_95": _rounded(threshold),
                "recall_at_precision_99": _rounded(recall_99),
                "threshold_at_precision_99": _rounded(threshold_99),
                "precision_at_own_threshold": _rounded(own[0]),
                "recall_at_own_threshold": _rounded(own[1]),
                "f1_at_own_threshold": _rounded(self.sweep.f1_at(self.own_threshold)),
                "best_f1": _rounded(self.sweep.best_f1()[0]),
            },
            "steps": {
                name: {
                    "commands": number,
                    "seconds": round(seconds, 2),
                    "peak_mib": round(peak, 1),
                }
                for name, (number, seconds, peak) in self.costs().items()
            },
        }

    def text(self) -> str:
        """The result for a terminal."""
        recall, threshold = self.sweep.recall_at(0.95)
        state = self.linked.state
        true, found = self.evaluation.people_on_two_or_more
        own = self.sweep.at(self.own_threshold)
        expected = "nothing"
        if state.expected_precision is not None:
            expected = (
                f"precision {state.expected_precision:.3f}, missed {state.expected_missed:.3f}"
            )
        records = ", ".join(f"{each.list_id} {len(each.rows):,}" for each in self.folder.lists)
        costs = [
            (name, number, f"{seconds:.1f}", f"{peak:,.0f}")
            for name, (number, seconds, peak) in self.costs().items()
        ]
        return "\n".join(
            (
                f"{self.folder.name} · profile {self.profile}, {self.configuration.name} · "  # noqa: ISC004
                f"records: {records}",
                "",
                evaluation_text(self.evaluation),
                "",
                f"Linked from {state.method} {state.thresholds['chosen']:g}; expected without the "  # noqa: ISC004
                f"truth: {expected}",
                f"People on two or more lists: true {true:,}, found {found:,} "  # noqa: ISC004
                f"({found / true - 1:+.1%}); range {self.high.people_on_two_or_more[1]:,} to "
                f"{self.low.people_on_two_or_more[1]:,}",
                "Sweep of the scores alone (threshold chosen on the truth): recall "  # noqa: ISC004
                f"{recall:.3f} at precision .95, threshold {threshold:.3f}; at the own threshold "
                f"precision {own[0]:.3f}, recall {own[1]:.3f}",
                f"F1 at the own threshold {self.sweep.f1_at(state.thresholds['chosen']):.3f}, "  # noqa: ISC004
                f"at the best {self.sweep.best_f1()[0]:.3f}",
                "",
                table(("step", "commands", "seconds", "peak MiB"), costs),
            )
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None or value == float("inf") else round(value, 4)


def run_journey(
    folder: BenchmarkFolder,
    profile: ProfileName,
    configuration: Configuration = CONFIGURATIONS["default"],
    *,
    work: Path,
    command: Command,
    observe: Callable[[Step], None],
    today: dt.date,
) -> JourneyResult:
    """Take the lists through every command and hold the result against the truth.

    Args:
        folder: the lists and their truth.
        profile: encoding profile.
        configuration: filters, and what travels beside the encodings.
        work: an existing, empty folder.
        command: runs `linkage` with its arguments in that folder.
        observe: called after every command.
        today: the current date.
    """
    project = folder_project(folder, profile, today, configuration)
    contents = {each.list_id: each.content for each in folder.lists}
    for owner in project.owners:
        (work / owner.party).mkdir()
        write_whole(work / owner.party / owner.file_name, contents[owner.list_id])
    player = Player(work, command, observe)
    play(player, project.owners, project.write_agreement)

    def identity(party: str) -> Path:
        return work / party / f"{party}.identity"

    linked = read_linked_records(
        work / LINKAGE_UNIT / "run",
        load_identity(identity(LINKAGE_UNIT), _no_passphrase),
        {
            owner.list_id: OwnedFiles(
                next((work / owner.party).glob("*.crosswalk")),
                load_identity(identity(owner.party), _no_passphrase),
            )
            for owner in project.owners
        },
    )
    truth = {each.list_id: each.entity for each in folder.lists}
    evaluation = evaluate(linked, truth)
    return JourneyResult(
        folder=folder,
        profile=profile,
        configuration=configuration,
        linked=linked,
        evaluation=evaluation,
        low=evaluate(linked, truth, scenario="low"),
        high=evaluate(linked, truth, scenario="high"),
        sweep=sweep(linked, truth, evaluation.true_pairs),
        steps=tuple(player.steps),
    )


def _no_passphrase() -> bytes:
    return b""
