"""Two lists, Chao's bound, decomposable graphs, latent classes, covariates."""

from __future__ import annotations

import csv
from itertools import product

import numpy as np
import pytest
from tests.support.estimation import FOLDER, published, rows_of

from linkage.estimate.chao import ChaoLowerBound
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.covariates import CovariateModel, CovariateTable
from linkage.estimate.decomposable import (
    DecomposableGraphs,
    chordal_graphs,
    posterior_of,
)
from linkage.estimate.latent_classes import LatentClasses, effective_size, split_r_hat
from linkage.estimate.two_list import TwoLists

TWO = CaptureHistories(("A", "B"), np.array([0, 180, 130, 70]))


def test_two_lists_by_hand() -> None:
    petersen = TwoLists("lincoln-petersen", "normal").fit(TWO)
    assert petersen.estimate == pytest.approx(250 * 200 / 70)
    chapman = TwoLists(interval="normal").fit(TWO)
    assert chapman.estimate == pytest.approx(251 * 201 / 71 - 1)
    variance = 251 * 201 * 180 * 130 / (71**2 * 72)
    assert chapman.interval is not None
    assert chapman.interval[1] - chapman.estimate == pytest.approx(1.959964 * variance**0.5)
    skewed = TwoLists().fit(TWO)
    assert skewed.interval is not None
    hidden = skewed.estimate - 380  # type: ignore[operator]
    factor = np.exp(1.959964 * np.sqrt(np.log(1 + variance / hidden**2)))
    assert skewed.interval == pytest.approx((380 + hidden / factor, 380 + hidden * factor))
    with pytest.raises(ValueError, match="two lists"):
        TwoLists().fit(published("Korea"))


def test_two_lists_without_a_common_person() -> None:
    apart = CaptureHistories(("A", "B"), np.array([0, 30, 20, 0]))
    assert TwoLists("lincoln-petersen").fit(apart).estimate is None
    assert any("unreliable" in warning for warning in TwoLists().fit(apart).warnings)


def test_chao_by_hand() -> None:
    table = published("UKdat_5")
    once = int(table.counts[[1, 2, 4, 8, 16]].sum())
    on = np.bitwise_count(np.arange(32))
    twice = int(table.counts[on == 2].sum())
    plain = ChaoLowerBound(bias_corrected=False).fit(table)
    assert plain.estimate == pytest.approx(2744 + 4 / 5 * once**2 / (2 * twice))
    corrected = ChaoLowerBound().fit(table)
    assert corrected.estimate == pytest.approx(2744 + 0.8 * once * (once - 1) / (2 * twice + 2))


@pytest.mark.parametrize("lists", [2, 3, 4, 5])
def test_chao_is_right_where_people_and_lists_are_alike(lists: int) -> None:
    on = np.bitwise_count(np.arange(1 << lists)).astype(float)
    counts = np.round(60_000 * 0.3**on * 0.7 ** (lists - on)).astype(np.int64)
    counts[0] = 0
    found = ChaoLowerBound().fit(CaptureHistories(tuple("ABCDE"[:lists]), counts))
    assert found.estimate == pytest.approx(60_000, rel=0.01)


def test_numbers_of_chordal_graphs() -> None:
    assert [len(chordal_graphs(lists)) for lists in (2, 3, 4, 5)] == [2, 8, 61, 822]


@pytest.mark.parametrize("row", [row for row in rows_of("dga") if "UKdat_5" not in row["dataset"]
                                 and "Ned" not in row["dataset"]],
                         ids=lambda row: f"{row['dataset']}-{row['method'][-20:]}")  # fmt: skip
def test_dga_to_the_integer(row: dict[str, str]) -> None:
    table = published(row["dataset"])
    pseudo = float(row["method"].partition("delta=")[2].partition(",")[0])
    most = 30 * table.observed
    numbers = np.unique(np.round(np.linspace(1, most, min(most, 20_000)))).astype(np.int64)
    posterior = posterior_of(table, pseudo, numbers, equal=True)  # the grid that R was given
    assert posterior.probability.sum() == pytest.approx(1)
    assert posterior.weights.sum() == pytest.approx(1)
    for column, share in (("estimate", 0.5), ("lo95", 0.025), ("hi95", 0.975), ("lo80", 0.1)):
        assert table.observed + posterior.quantile(share) == float(row[column])


def test_dga_shows_what_the_prior_decides() -> None:
    found = DecomposableGraphs().fit(published("UKdat_4"))
    assert found.estimate == pytest.approx(11_363, rel=2e-3)
    assert any("The prior decides" in warning for warning in found.warnings)
    assert any(name.startswith("median under 0.5") for name in found.diagnostics)


def test_a_complete_graph_is_a_saturated_model() -> None:
    """Its posterior says nothing of the empty cell but the prior: with two lists, all of it."""
    graphs = chordal_graphs(2)
    assert {(graph.cliques, graph.separators) for graph in graphs} == {
        ((1, 2), ()),
        ((3,), ()),
    }


@pytest.mark.parametrize("row", [row for row in rows_of("LCMCR") if row["dataset"] in
                                 ("Korea", "NewOrl_5", "UKdat_4")],
                         ids=lambda row: row["dataset"])  # fmt: skip
def test_latent_classes_are_what_r_says(row: dict[str, str]) -> None:
    found = LatentClasses(sweeps=60_000, seed=1).fit(published(row["dataset"]))
    assert found.estimate == pytest.approx(float(row["estimate"]), rel=0.04)
    assert found.interval is not None
    assert found.interval == pytest.approx((float(row["lo95"]), float(row["hi95"])), rel=0.1)


def test_chains_that_disagree_give_no_estimate() -> None:
    found = LatentClasses(sweeps=2_000, seed=2, chains=6).fit(published("Ned_5"))
    assert found.estimate is None
    assert found.interval is None
    assert found.warnings


def test_chains_depend_on_their_seed_alone() -> None:
    table = published("Korea")
    one = LatentClasses(sweeps=500, chains=2, seed=3).fit(table)
    assert one.diagnostics == LatentClasses(sweeps=500, chains=2, seed=3).fit(table).diagnostics
    assert one.diagnostics != LatentClasses(sweeps=500, chains=2, seed=4).fit(table).diagnostics


def test_effective_size_of_known_chains() -> None:
    generator = np.random.default_rng(1)
    noise = generator.normal(size=(4, 4000))
    assert effective_size(noise) == pytest.approx(16_000, rel=0.1)
    chains = np.zeros_like(noise)
    for at in range(1, 4000):  # autocorrelation .8: (1 - .8) / (1 + .8) of them count
        chains[:, at] = 0.8 * chains[:, at - 1] + noise[:, at]
    assert effective_size(chains) == pytest.approx(16_000 / 9, rel=0.2)
    assert split_r_hat(noise) < 1.01


def scotland() -> CovariateTable:
    with (FOLDER / "conting_ScotPWID_covariates.csv").open(encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    names = {name: tuple(dict.fromkeys(row[at] for row in rows))
             for at, name in enumerate(header[4:7], start=4)}  # fmt: skip
    counts = np.zeros((16, *map(len, names.values())), dtype=np.int64)
    for row in rows:
        mask = sum(1 << i for i in range(4) if row[i] == "1")
        values = (names[n].index(v) for n, v in zip(names, row[4:7], strict=True))
        counts[(mask, *values)] += int(row[7])
    return CovariateTable(tuple(header[:4]), names, counts)


def test_the_path_of_the_dutch_groups_tool() -> None:
    found = CovariateModel(replicates=0).fit(scotland())
    assert found.path[0][1] == pytest.approx(22_097, abs=1)
    assert found.estimate == pytest.approx(32_546, abs=1)
    assert len(found.path) == 12  # the model of main effects, and eleven terms more
    assert [step[2] for step in found.path] == sorted((s[2] for s in found.path), reverse=True)
    further = CovariateModel(criterion="aic", replicates=0).fit(scotland())
    assert any(step[1] == pytest.approx(33_280, abs=1) for step in further.path)
    for values in found.by_value.values():
        assert sum(people for people, *_ in values.values()) == pytest.approx(found.estimate)


def test_a_covariate_that_lists_depend_on_is_found() -> None:
    """Two groups, independent lists in each: pooled, the lists look dependent."""
    shape = {"group": ("a", "b")}
    counts = np.zeros((8, 2), dtype=np.int64)
    for group, chances in enumerate(((0.6, 0.5, 0.6), (0.15, 0.2, 0.1))):
        for mask, on in enumerate(product((0, 1), repeat=3)):
            share = np.prod([p if x else 1 - p for p, x in zip(chances, on[::-1], strict=True)])
            counts[mask, group] = round(4000 * share)
    counts[0] = 0
    found = CovariateModel(replicates=100, seed=1).fit(
        CovariateTable(("A", "B", "C"), shape, counts)
    )
    assert set(found.terms) == {("A", "group"), ("B", "group"), ("C", "group")}
    assert found.estimate == pytest.approx(8000, rel=0.01)
    assert found.interval is not None
    assert found.interval[0] < 8000 < found.interval[1]
    pooled = counts.sum(axis=1)
    alone = ChaoLowerBound().fit(CaptureHistories(("A", "B", "C"), pooled))
    assert alone.estimate is not None
    assert alone.estimate < 8000


def test_years_as_a_curve_need_fewer_parameters() -> None:
    counts = np.zeros((4, 6), dtype=np.int64)
    for year in range(6):
        counts[1:, year] = (60 + 5 * year, 40 + 4 * year, 20 + 2 * year)
    table = CovariateTable(("A", "B"), {"year": tuple("123456")}, counts)
    curve = CovariateModel({"year": 2}, replicates=0).fit(table)
    steps = CovariateModel(replicates=0).fit(table)
    assert curve.bic < steps.bic
    assert curve.estimate == pytest.approx(steps.estimate, rel=0.01)
