"""The demonstration: six lists of fictitious people, every role, true beside found."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from linkage.agreement.profiles import ProfileName
from linkage.bench.evaluate import Evaluation
from linkage.bench.linked import OwnedFiles, evaluate, read_linked_records
from linkage.bench.mapping_file import column, mapping_file
from linkage.bench.page import PageContent, result_page
from linkage.bench.play import ANALYST, LINKAGE_UNIT, Command, Owner, Player, Step, play
from linkage.bench.projects import nationality_group, write_example_agreement
from linkage.files import write_whole
from linkage.identity.store import load_identity
from linkage.synth import (
    LIST_STYLES,
    ListStyle,
    OwnedList,
    Population,
    PopulationSettings,
    make_lists,
    make_population,
    population_csv,
    truth_csv,
)
from linkage.version import __version__

__all__ = ["DemoResult", "DemoSettings", "demo_owner", "run_demo"]

ESTIMATE = ("--method", "stepwise", "--no-checks", "--replicates", "1000", "--json")
"""How the analyst estimates."""
MARKER = "README.txt"
MARKER_TEXT = """\
Made by `linkage demo`. Everybody in this folder is fictitious.

One folder per party holds what that party holds in earnest, and nothing of the others:
names and the project key at the data owners, encodings at the linkage unit, counts at the
analyst. Only truth/ has no counterpart: nobody ever has it. demo.html shows the result.

The identities have no passphrase. Encodings remain personal data.
"""


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """What is to be shown.

    Attributes:
        folder: an existing, empty folder for everything.
        seed: equal seeds give equal lists; keys and handles are random all the same.
        people: victims, on a list or not.
        profile: encoding profile of the agreement.
    """

    folder: Path
    seed: int = 1
    people: int = 3000
    profile: ProfileName = "strong"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demonstration found.

    Attributes:
        settings: what was asked for.
        population: everyone.
        lists: the owners' files with their truth.
        evaluation: true beside found, at the threshold the software chose.
        threshold: that threshold.
        expected_precision: as the software estimated it without the truth, None if not.
        seconds: elapsed time, everything included.
        steps: every command.
        estimate: what the analyst's `estimate` says, of :data:`ESTIMATE`.
    """

    settings: DemoSettings
    population: Population
    lists: tuple[OwnedList, ...]
    evaluation: Evaluation
    threshold: float
    expected_precision: float | None
    seconds: float
    steps: tuple[Step, ...]
    estimate: dict[str, Any]

    @property
    def hidden(self) -> int:
        """People on no list."""
        return sum(not person.lists for person in self.population.people)

    def as_dict(self) -> dict[str, Any]:
        """The summary as JSON-ready values."""
        by_step: dict[str, float] = {}
        for step in self.steps:
            by_step[step.name] = by_step.get(step.name, 0.0) + step.outcome.seconds
        return {
            "format": "linkage-demo/1",
            "software": __version__,
            "seed": self.settings.seed,
            "people": self.settings.people,
            "people_on_no_list": self.hidden,
            "estimate": self.estimate,
            "profile": self.settings.profile,
            "records": {owned.style.list_id: len(owned) for owned in self.lists},
            "threshold": round(self.threshold, 4),
            "expected_precision": self.expected_precision,
            **self.evaluation.as_dict(),
            "seconds": round(self.seconds, 1),
            "seconds_by_step": {name: round(spent, 2) for name, spent in by_step.items()},
            "note": "All people are fictitious. Pairs were judged by reading the run's state and "
            "the owners' crosswalks, which only a program that plays every role can do.",
        }


def run_demo(
    settings: DemoSettings,
    command: Command,
    *,
    observe: Callable[[Step], None],
    tell: Callable[[str], None],
) -> DemoResult:
    """Play every role and compare with the truth; leaves demo.html and summary.json.

    Args:
        settings: folder, seed, number of people and profile.
        command: runs `linkage` with its arguments in the folder.
        observe: called after every command.
        tell: called with a sentence about what happens next.
    """
    began = time.monotonic()
    population, lists = _make_data(settings)
    records = sum(map(len, lists))
    tell(
        f"{settings.people:,} fictitious victims (seed {settings.seed}), "
        f"{sum(bool(p.lists) for p in population.people):,} of them on at least one of six "
        f"lists: {records:,} records."
    )
    player = Player(settings.folder, command, observe)
    owners = [demo_owner(style) for style in LIST_STYLES]

    sizes = {owned.style.list_id: len(owned) for owned in lists}

    def write_agreement(player: Player, path: Path) -> None:
        write_example_agreement(player, path, settings.profile, sizes)

    play(player, owners, write_agreement)
    estimated = _estimate(player)
    tell(
        "Now what nobody can do in earnest: hold the result against the truth. This program "
        "played every role, so it may read the run's state and the owners' crosswalks."
    )
    linked = read_linked_records(
        settings.folder / LINKAGE_UNIT / "run",
        load_identity(_identity(settings.folder, LINKAGE_UNIT), _no_passphrase),
        {owner.list_id: _owned_files(settings.folder, owner) for owner in owners},
    )
    truth = {owned.style.list_id: dict(enumerate(owned.people, start=2)) for owned in lists}
    result = DemoResult(
        settings=settings,
        population=population,
        lists=lists,
        evaluation=evaluate(linked, truth),
        threshold=linked.state.thresholds["chosen"],
        expected_precision=linked.state.expected_precision,
        seconds=time.monotonic() - began,
        steps=tuple(player.steps),
        estimate=estimated,
    )
    _write_summary(result)
    return result


def _estimate(player: Player) -> dict[str, Any]:
    """The analyst's estimate, which knows of the linkage's error rates."""
    said = json.loads(
        player.run(
            "estimate", ANALYST, "estimate", f"{ANALYST}/overlap/overlap.csv",
            "--error-rates", f"{ANALYST}/overlap/error_rates.csv", *ESTIMATE,
        )
    )  # fmt: skip
    return {name: said[name] for name in ("method", "model", "estimate", "interval", "level")}


def _make_data(settings: DemoSettings) -> tuple[Population, tuple[OwnedList, ...]]:
    streams = np.random.SeedSequence(settings.seed).spawn(2)
    population = make_population(
        np.random.default_rng(streams[0]), PopulationSettings(people=settings.people)
    )
    lists = make_lists(np.random.default_rng(streams[1]), population)
    write_whole(settings.folder / MARKER, MARKER_TEXT.encode())
    for owned in lists:
        folder = settings.folder / owned.style.owner
        folder.mkdir()
        write_whole(folder / owned.style.file_name, owned.content)
    truth = settings.folder / "truth"
    truth.mkdir()
    write_whole(truth / "population.csv", population_csv(population))
    write_whole(truth / "truth.csv", truth_csv(lists))
    return population, lists


def demo_owner(style: ListStyle) -> Owner:
    """The owner of a list, with the mapping that he or she confirms."""
    excel = style.date_format == "excel"
    formats = ["%Y"] if excel else [style.date_format, "%Y"]
    reported = ["%Y-%m-%d"] if excel else [style.date_format]
    written = style.columns
    sexes = {word: code for code, word in style.sexes.items()}
    nationalities = {word: code for code, word in style.nationalities.items()}
    exploitation = {word: code for code, word in style.exploitation.items()}
    groups = {word: nationality_group(code) for word, code in nationalities.items()}
    born, report = written["date_of_birth"], written["report_date"]
    fields = {
        "given_name": column(written["given_name"]),
        "surname": column(written["surname"]),
        "date_of_birth": column(born, formats=formats),
        "sex": column(written["sex"], values=sexes),
        "nationality": column(written["nationality"], values=nationalities),
    }
    strata = {
        "sex": column(written["sex"], values=sexes),
        "age_group": {
            "birth": born,
            "birth_formats": formats,
            "reference": report,
            "reference_formats": reported,
        },
        "exploitation": column(written["exploitation"], values=exploitation),
        "year": column(report, formats=reported),
        "nationality_group": column(written["nationality"], values=groups),
    }
    encoding = {"utf-8-sig": "utf-8", "ascii": "utf-8"}.get(style.encoding, style.encoding)
    if style.kind == "xlsx":
        mapping = mapping_file(fields, strata)
    else:
        mapping = mapping_file(fields, strata, encoding=encoding, delimiter=style.delimiter)
    declared = ("--encoding", encoding) if encoding.startswith("cp") else ()
    return Owner(style.owner, style.list_id, style.file_name, mapping, declared)


def _identity(folder: Path, party: str) -> Path:
    return folder / party / f"{party}.identity"


def _owned_files(folder: Path, owner: Owner) -> OwnedFiles:
    crosswalk = next((folder / owner.party).glob("*.crosswalk"))
    return OwnedFiles(crosswalk, load_identity(_identity(folder, owner.party), _no_passphrase))


def _no_passphrase() -> bytes:
    return b""


def _write_summary(result: DemoResult) -> None:
    settings = result.settings
    page = result_page(
        PageContent(
            title="Six lists nobody may pool, and the counts they give",
            lead=f"{settings.people:,} fictitious victims, six lists with the mistakes of real "
            "ones. The owners kept the names and the key, the linkage unit had encodings only, "
            "the analyst got counts only.",
            names={style.list_id: style.organisation for style in LIST_STYLES},
            records={owned.style.list_id: len(owned) for owned in result.lists},
            evaluation=result.evaluation,
            hidden=result.hidden,
            seconds=result.seconds,
            profile=settings.profile,
            threshold=result.threshold,
            commands=[" ".join(step.words) for step in result.steps],
        )
    )
    summary = json.dumps(result.as_dict(), indent=2, ensure_ascii=False) + "\n"
    write_whole(settings.folder / "demo.html", page.encode())
    write_whole(settings.folder / "summary.json", summary.encode())
