"""Log-linear models against published results, R's, and slow twins."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.estimation import (
    NAMES,
    fit_by_scipy,
    published,
    rows_of,
    status_by_linear_program,
)

from linkage.estimate.bic import BestBic, ranked_models
from linkage.estimate.bootstrap import Bootstrap, bca_interval, bootstrapped, replicates
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.loglinear import LogLinear, fit_model
from linkage.estimate.models import (
    enumerated,
    generators,
    hierarchical,
    main_effects,
    model_text,
    parse_model,
)
from linkage.estimate.stepwise import Stepwise, path_of, selected
from linkage.kernels.existence_numba import model_status


@pytest.mark.parametrize("row", rows_of("MultipleSystemsEstimation stepwise"),
                         ids=lambda row: row["dataset"])  # fmt: skip
def test_stepwise_is_what_r_says(row: dict[str, str]) -> None:
    table = published(row["dataset"])
    found = Stepwise(bootstrap=Bootstrap(1_000, seed=1)).fit(table)
    assert found.estimate == pytest.approx(float(row["estimate"]), rel=1e-6)
    model = path_of(table, 0.02)[-1].fit.model
    assert model_text(model) == row["model"]
    assert found.interval is not None
    # R's limits are as noisy as ours: see the Monte-Carlo errors
    noise = [float(found.diagnostics[f"Monte-Carlo error of the {which} limit"]) for which in
             ("lower", "upper")]  # fmt: skip
    for ours, theirs, error in zip(found.interval, (row["lo95"], row["hi95"]), noise, strict=True):
        assert abs(ours - float(theirs)) < max(0.1 * float(theirs), 5 * error)


@pytest.mark.parametrize("row", rows_of("MultipleSystemsEstimation BIC"),
                         ids=lambda row: row["dataset"])  # fmt: skip
def test_the_best_bic_is_what_r_says(row: dict[str, str]) -> None:
    table = published(row["dataset"])
    ranked = ranked_models(table)
    assert ranked.estimates[0] == pytest.approx(float(row["estimate"]), rel=1e-6)
    assert model_text(ranked.models[0]) == row["model"]
    facts = dict(part.split("=", 1) for part in row["extra"].split(" ")[:2])
    assert ranked.bic[0] == pytest.approx(float(facts["bic"]), abs=1e-3)
    assert len(ranked.models) == int(facts["nmodels"])


@pytest.mark.parametrize("row", rows_of("MultipleSystemsEstimation fixed main effects"),
                         ids=lambda row: row["dataset"])  # fmt: skip
def test_independent_lists_are_what_r_says(row: dict[str, str]) -> None:
    table = published(row["dataset"])
    found = LogLinear(bootstrap=Bootstrap(1_000, seed=3)).fit(table)
    assert found.estimate == pytest.approx(float(row["estimate"]), rel=1e-6)
    assert found.interval is not None
    assert found.interval == pytest.approx((float(row["lo95"]), float(row["hi95"])), rel=0.12)


def test_statuses_of_the_paper() -> None:
    table = published("Artificial_3")
    for interactions, status in (([3, 5, 6], 2), ([3], 1), ([5, 6], 0), ([], 0)):
        fit = fit_model(table, hierarchical(3, interactions))
        assert fit.status == status
        assert math.isnan(fit.unseen) == bool(status)
    assert len(ranked_models(published("Korea")).models) == 6
    assert len(ranked_models(published("Kosovo"), order=3).models) == 113


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_existence_is_what_the_linear_program_says(data: st.DataObject) -> None:
    lists = data.draw(st.integers(2, 4))
    size = 1 << lists
    values = data.draw(st.lists(st.sampled_from([0, 0, 0, 1, 2, 9]), min_size=size, max_size=size))
    counts = np.array([0, *values[1:]], dtype=np.int64)
    if not counts.any():
        return
    able = [sum(1 << i for i in each) for n in (2, 3) for each in combinations(range(lists), n)]
    model = hierarchical(lists, data.draw(st.lists(st.sampled_from(able), max_size=4)))
    found = int(model_status(counts, np.array(model)))
    assert found == status_by_linear_program(counts, model)


@pytest.mark.parametrize("name", ["Korea", "Kosovo", "UKdat_4", "NewOrl_5"])
def test_fits_are_what_a_general_optimiser_finds(name: str) -> None:
    table = published(name)
    lists = len(table.lists)
    for model in (main_effects(lists), hierarchical(lists, [0b011]), hierarchical(lists, [0b110])):
        fit = fit_model(table, model)
        unseen, likelihood = fit_by_scipy(table.counts, model)
        assert fit.log_likelihood == pytest.approx(likelihood, abs=1e-5)
        assert fit.unseen == pytest.approx(unseen, rel=1e-4)
        # the margins of the terms are fitted exactly: what a maximum is
        masks = np.arange(len(table.counts))
        for term in model:
            cells = (masks & term == term) & (masks > 0)
            assert fit.means[cells].sum() == pytest.approx(table.counts[cells].sum(), abs=1e-6)


def test_independent_lists_of_two_are_lincoln_and_petersen() -> None:
    table = CaptureHistories(("A", "B"), np.array([0, 30, 20, 10]))
    assert fit_model(table, main_effects(2)).estimate == pytest.approx(40 * 30 / 10)


def test_models() -> None:
    assert len(enumerated(3, 3)) == 9
    assert len(enumerated(4, 3)) == 113
    assert len(enumerated(5, 2)) == 1024
    for model in enumerated(4, 4):
        assert set(hierarchical(4, generators(model))) == set(model)
        assert set(model) >= set(main_effects(4))
    assert parse_model("[A*B, C]", ("A", "B", "C")) == hierarchical(3, [3])
    with pytest.raises(ValueError, match="no list"):
        parse_model("A*X", ("A", "B"))


def test_a_bootstrap_does_not_depend_on_threads_and_honours_its_seed() -> None:
    table = published("UKdat_4")
    one = Stepwise(bootstrap=Bootstrap(300, seed=5, threads=1)).fit(table)
    two = Stepwise(bootstrap=Bootstrap(300, seed=5, threads=3)).fit(table)
    other = Stepwise(bootstrap=Bootstrap(300, seed=6)).fit(table)
    assert one.interval == two.interval != other.interval
    assert one.seed == 5
    assert Stepwise(bootstrap=Bootstrap(100)).fit(table).seed is not None
    done: list[int] = []
    LogLinear(bootstrap=Bootstrap(200, 1, progress=lambda n, _all: done.append(n))).fit(table)
    assert done == sorted(done)
    assert done[-1] == 200


def test_replicates_have_as_many_people_and_no_new_histories() -> None:
    table = published("Kosovo")
    drawn = replicates(table, 50, seed=1)
    assert (drawn.sum(axis=1) == table.observed).all()
    assert not drawn[:, table.counts == 0].any()


def test_bca_is_the_percentile_interval_where_nothing_is_skewed() -> None:
    draws = np.random.default_rng(2).normal(50, 5, 200_001)
    flat = np.full(4, 50.0)
    low, high = bca_interval(draws, float(np.median(draws)), flat, np.ones(4), 0.9)
    assert (low, high) == pytest.approx(np.quantile(draws, [0.05, 0.95]), abs=0.05)


def test_bca_by_hand() -> None:
    """Bias and acceleration against the definition, written out."""
    from statistics import NormalDist

    normal = NormalDist()
    draws = np.random.default_rng(4).gamma(4, 1, 5000)
    jackknife, weights = np.array([3.0, 4.0, 7.0]), np.array([5.0, 3.0, 1.0])
    bias = normal.inv_cdf(float((draws < 4.2).mean()))
    mean = sum(w * j for w, j in zip(weights, jackknife, strict=True)) / weights.sum()
    d = mean - jackknife
    a = sum(weights * d**3) / (6 * sum(weights * d**2) ** 1.5)
    expected = []
    for tail in (0.025, 0.975):
        z = bias + normal.inv_cdf(tail)
        expected.append(np.quantile(draws, normal.cdf(bias + z / (1 - a * z)),
                                    method="median_unbiased"))  # fmt: skip
    assert bca_interval(draws, 4.2, jackknife, weights, 0.95) == pytest.approx(expected)


def test_what_has_no_estimate_says_why() -> None:
    alone = CaptureHistories(("A", "B", "C"), np.array([0, 5, 6, 0, 7, 0, 0, 0]))
    for estimator in (Stepwise(), LogLinear(), BestBic()):
        found = estimator.fit(alone)
        assert found.estimate is None
        assert found.interval is None
        assert any("no maximum" in warning for warning in found.warnings)


def test_many_failed_replicates_are_warned_of() -> None:
    table = CaptureHistories(("A", "B"), np.array([0, 300, 300, 1]))
    found = LogLinear(bootstrap=Bootstrap(500, seed=1)).fit(table)
    assert any("have no estimate" in warning for warning in found.warnings)


def test_an_estimate_without_bound_leaves_no_upper_limit() -> None:
    # Nobody is on both lists in e^-2, 13%, of the tables: more than the upper tail.
    table = CaptureHistories(("A", "B"), np.array([0, 40, 30, 2]))
    found = LogLinear(bootstrap=Bootstrap(2_000, seed=1)).fit(table)
    assert found.estimate is not None
    assert found.interval is None
    assert any("no upper limit" in warning for warning in found.warnings)


def test_selection_inside_the_bootstrap_is_the_selection_outside() -> None:
    table = published("Korea")
    unseen = selected(3, 0.02)
    drawn = replicates(table, 40, seed=9)
    for counts, found in zip(drawn, unseen(drawn), strict=True):
        path = path_of(CaptureHistories(table.lists, counts), 0.02)
        assert found == pytest.approx(path[-1].fit.unseen, nan_ok=True)
    assert bootstrapped(table, math.nan, unseen, Bootstrap(10, 1), 0.95).interval is None


@pytest.mark.parametrize("name", NAMES)
def test_every_published_table_is_read(name: str) -> None:
    table = published(name)
    assert table.observed == int(table.counts.sum()) > 0
    assert sum(table.list_sizes) >= table.observed
