"""Lists of fictitious people with known truth, of a chosen number, size, overlap and quality."""

from __future__ import annotations

import csv
import dataclasses
import io
from dataclasses import dataclass

import numpy as np

from linkage.bench.folder import BenchmarkField, BenchmarkFolder, BenchmarkList
from linkage.synth.errors import DEFAULT_RATES
from linkage.synth.lists import make_lists
from linkage.synth.people import NATIONALITIES, Population, PopulationSettings, make_population
from linkage.synth.styles import ListStyle

__all__ = ["FIELDS", "Simulation", "simulated_folder"]

_COLUMNS = ("given_name", "surname", "date_of_birth", "sex", "nationality")
_KIND = {"given_name": "name", "surname": "name", "date_of_birth": "date"}
_WEIGHT = {"name": 2, "date": 3, "code": 3}
_QUALITY = ("I", "K", "O", "P", "R", "Z")  # the error mixes there are, by list of the demo

FIELDS = tuple(
    BenchmarkField(name, _KIND.get(name, "code"), (name,), _WEIGHT[_KIND.get(name, "code")])
    for name in _COLUMNS
)
"""The identifying fields of every simulated list."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What lists to make.

    Attributes:
        seed: equal seeds give equal lists.
        sizes: expected people on each list.
        overlap: probability that a person on one list is on another one too.
        errors: multiplies the probability of every error of the demo's lists.
        duplicates: share of the people that a list has twice.
    """

    seed: int
    sizes: tuple[int, ...]
    overlap: float
    errors: float = 1.0
    duplicates: float = 0.02


def simulated_folder(simulation: Simulation) -> BenchmarkFolder:
    """Draw people, put them on lists independently, and write the lists with errors.

    A list of ``n`` people whose members are on another list of the same size with probability
    ``p`` stems from a population of ``n / p``; of these, only people on a list are drawn.

    >>> folder = simulated_folder(Simulation(1, (60, 40), 0.5))
    >>> [each.list_id for each in folder.lists], len(folder.fields)
    (['A', 'B'], 5)
    """
    generator = np.random.default_rng([simulation.seed, 0x51])
    names = tuple("ABCDEFGHIJKLMNOP"[: len(simulation.sizes)])
    population = max(simulation.sizes) / simulation.overlap
    chance = np.minimum(np.array(simulation.sizes) / population, 1.0)
    on = generator.random((round(population), len(names))) < chance
    on = on[on.any(axis=1)]
    people = make_population(generator, PopulationSettings(people=len(on))).people
    listed = tuple(
        dataclasses.replace(
            person, lists=tuple(name for name, here in zip(names, row, strict=True) if here)
        )
        for person, row in zip(people, on.tolist(), strict=True)
    )
    quality = dict(zip(names, generator.choice(_QUALITY, size=len(names)).tolist(), strict=True))
    owned = make_lists(
        generator,
        Population(listed, PopulationSettings().years),
        styles=[_style(name, simulation.duplicates) for name in names],
        rates={
            name: {
                kind: min(rate * simulation.errors, 0.9)
                for kind, rate in DEFAULT_RATES[quality[name]].items()
            }
            for name in names
        },
    )
    lists = []
    for each in owned:
        rows = tuple(csv.DictReader(io.StringIO(each.content.decode("utf-8"), newline="")))
        lists.append(
            BenchmarkList(
                list_id=each.style.list_id,
                name=each.style.file_name,
                content=each.content,
                header=tuple(rows[0]) if rows else (),
                rows=rows,
                entity=dict(enumerate(each.people, start=2)),
            )
        )
    return BenchmarkFolder(f"simulation-{simulation.seed}", tuple(lists), FIELDS)


def _style(name: str, duplicates: float) -> ListStyle:
    exploitation = {kind: kind for kind in ("sexual", "labour", "criminal", "other")}
    return ListStyle(
        list_id=name,
        owner=f"owner-{name.lower()}",
        organisation=f"Owner {name}",
        file_name=f"{name}.csv",
        columns={column: column for column in _COLUMNS},
        exploitation=exploitation,
        nationalities={code: code for code in NATIONALITIES},
        duplicates=duplicates,
    )
