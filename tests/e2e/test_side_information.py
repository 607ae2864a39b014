"""Filters of the agreement's own, presence and token counts, through the real command line."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from linkage.agreement.carried import PRESENCE, TOKEN_COUNTS
from linkage.bench.configuration import CONFIGURATIONS
from linkage.bench.folder import read_folder
from linkage.bench.journey import JourneyResult, run_journey
from linkage.bench.play import Command, Outcome
from linkage.synth import Person, PopulationSettings, make_population

HEADER = ("rec_id", "given_name", "surname", "date_of_birth", "sex")


def written(person: Person, number: int) -> tuple[str, ...]:
    """A person's cells; one in six lacks the date of birth or the sex."""
    name = person.given[0].native
    return (
        name[:-1] if number % 5 == 1 and len(name) > 4 else name,
        " ".join(each.native for each in person.surnames),
        "" if number % 6 == 2 else person.birth_date.isoformat(),
        "" if number % 6 == 3 else person.sex,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lists of 260 people each, of whom 120 are on both."""
    made = tmp_path_factory.mktemp("lists") / "two"
    made.mkdir()
    people = make_population(np.random.default_rng(3), PopulationSettings(people=400)).people
    truth = [("rec_id", "entity_id")]
    for list_id, members in (("P", people[:260]), ("Z", people[140:])):
        with (made / f"{list_id}_owner.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(HEADER)
            for number, person in enumerate(members):
                rows.writerow((f"{list_id}{number}", *written(person, number)))
                truth.append((f"{list_id}{number}", str(person.number)))
    with (made / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(truth)
    return made


def command_in(work: Path) -> Command:
    def run(arguments: Sequence[str]) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "linkage", *arguments],
            cwd=work,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return Outcome(done.stdout, 0.0)

    return run


@pytest.fixture(scope="module")
def journey(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> JourneyResult:
    work = tmp_path_factory.mktemp("journey")
    return run_journey(
        read_folder(folder),
        "balanced",
        CONFIGURATIONS["split+presence+counts"],
        work=work,
        command=command_in(work),
        observe=lambda _step: None,
        today=dt.date.today(),
    )


def test_every_party_reads_what_travels(journey: JourneyResult) -> None:
    said = {step.name: step.outcome.text for step in journey.steps}
    for step in ("encode", "inspect"):
        assert f"Contains: encodings, random handles, {PRESENCE}, {TOKEN_COUNTS}." in said[step]
        assert "Encodings remain personal data." in said[step]
    checked = " ".join(said["agreement"].split())
    assert "(presence = true)" in checked
    assert "(token_counts = true): it tells long names from short ones" in checked


def test_the_linkage_unit_gets_it(journey: JourneyResult) -> None:
    assert journey.linked.agreement.filters == ("names", "date", "rest")
    assert journey.as_dict()["configuration"] == "split+presence+counts"
    for encoded in journey.linked.encoded:
        assert len(encoded.filters) == 3
        assert encoded.presence is not None
        assert encoded.token_counts is not None
        assert encoded.token_counts.shape == (len(encoded), 3)
        # Bit 2 is the date of birth: without it that filter has no token and no bit.
        without = encoded.presence >> 2 & 1 == 0
        assert without.any()
        assert np.array_equal(without, encoded.token_counts[:, 1] == 0)
        assert np.array_equal(without, ~encoded.filters[1].words.any(axis=1))


def test_the_people_are_found(journey: JourneyResult) -> None:
    assert journey.evaluation.true_pairs == 120
    # One mean over filters of which some are empty is a poor score; this asks for some sense only.
    assert journey.evaluation.recall > 0.25
    assert journey.evaluation.precision > 0.9
