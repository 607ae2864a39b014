"""Corrections for missed and false links against simulation and enumeration."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.estimation import published

from linkage.errors import DataError
from linkage.estimate.average import average_over_draws
from linkage.estimate.bootstrap import Bootstrap
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.known_rates import read_error_rates
from linkage.estimate.linkage_error import (
    ErrorRates,
    LinkageErrorCorrected,
    corrected_two_lists,
    fit_composite,
    pairwise_split,
    record_split,
    without_false_links,
)
from linkage.estimate.loglinear import fit_model
from linkage.estimate.models import main_effects
from linkage.estimate.registry import METHODS

Floats = NDArray[np.float64]


def components(members: list[int], linked: set[tuple[int, int]]) -> list[int]:
    """Masks of what hangs together, by definition."""
    left, found = set(members), []
    while left:
        part = {left.pop()}
        while True:
            more = {j for j in left if any((min(i, j), max(i, j)) in linked for i in part)}
            if not more:
                break
            part |= more
            left -= more
        found.append(sum(1 << i for i in part))
    return found


def test_the_split_is_that_of_all_graphs() -> None:
    """Every way in which pairs of a person on four lists may be linked or missed."""
    generator = np.random.default_rng(1)
    missed = np.zeros((4, 4))
    for i, j in combinations(range(4), 2):
        missed[i, j] = missed[j, i] = generator.uniform(0.05, 0.6)
    matrix = pairwise_split(missed)
    for true in (0b0111, 0b1111, 0b1010, 0b0001):
        members = [i for i in range(4) if true >> i & 1]
        pairs = list(combinations(members, 2))
        expected = np.zeros(16)
        for outcome in product((0, 1), repeat=len(pairs)):
            chance = 1.0
            for pair, on in zip(pairs, outcome, strict=True):
                chance *= 1 - missed[pair] if on else missed[pair]
            linked = {pair for pair, on in zip(pairs, outcome, strict=True) if on}
            for part in components(members, linked):
                expected[part] += chance
        assert matrix[:, true] == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(pairwise_split(np.zeros((3, 3)))[1:, 1:], np.eye(7))


def test_records_that_cannot_be_linked() -> None:
    dirty = np.array([0.1, 0.2, 0.3])
    matrix = record_split(dirty)
    expected = np.zeros(8)
    for outcome in product((0, 1), repeat=3):
        chance = float(np.prod([e if o else 1 - e for e, o in zip(dirty, outcome, strict=True)]))
        clean = sum(1 << i for i, o in enumerate(outcome) if not o)
        if clean:
            expected[clean] += chance
        for i, o in enumerate(outcome):
            expected[1 << i] += chance * o
    assert matrix[:, 7] == pytest.approx(expected)


@pytest.mark.parametrize("dirty", [(0.1, 0.1, 0.1), (0.3, 0.0, 0.0), (0.05, 0.4, 0.1, 0.2)])
def test_lists_may_differ_in_what_cannot_be_linked(dirty: tuple[float, ...]) -> None:
    each = np.array(dirty)
    lists = len(each)
    missed = 1 - np.outer(1 - each, 1 - each)
    np.fill_diagonal(missed, 0.0)
    zero = np.zeros((lists, lists))
    rates = ErrorRates(missed, zero, zero, zero, "records")
    assert rates.split() == pytest.approx(record_split(each), abs=1e-12)


def simulated(
    size: int, chances: Floats, missed: float, false: float, generator: np.random.Generator,
    *, records: bool = False,
) -> CaptureHistories:  # fmt: skip
    """A table of people whose records were linked with errors, person by person."""
    lists = len(chances)
    counts = np.zeros(1 << lists)
    for row in generator.random((size, lists)) < chances:
        members = np.flatnonzero(row).tolist()
        if records:
            bad = [i for i in members if generator.random() < missed]
            clean = sum(1 << i for i in members if i not in bad)
            for part in [*(1 << i for i in bad), *([clean] if clean else [])]:
                counts[part] += 1
            continue
        linked = {p for p in combinations(members, 2) if generator.random() >= missed}
        for part in components(members, linked):
            counts[part] += 1
    if false:
        before = counts.copy()
        for a, b in combinations(range(1, 1 << lists), 2):
            if not a & b:
                chance = false * a.bit_count() * b.bit_count()
                merged = generator.poisson(chance * before[a] * before[b])
                counts[[a, b]] -= merged
                counts[a | b] += merged
    return CaptureHistories(tuple("ABCDEF"[:lists]), np.maximum(counts, 0).astype(np.int64))


@pytest.mark.parametrize(
    ("missed", "false", "records", "naive_off"),
    [
        (0.1, 0.0, False, (300, 900)),
        (0.2, 0.0, False, (900, 2000)),
        (0.0, 1e-5, False, (-450, -100)),
        (0.1, 1e-5, False, (50, 600)),
        (0.1, 0.0, True, (1000, 2200)),
    ],
)
def test_the_simulation_of_the_specification(
    missed: float, false: float, records: bool, naive_off: tuple[int, int]
) -> None:
    """True size 6,000, four independent lists: means of eight tables."""
    generator = np.random.default_rng(11)
    chances = np.array([0.3, 0.25, 0.2, 0.15])
    naive, corrected = [], []
    for _ in range(8):
        table = simulated(6_000, chances, missed, false, generator, records=records)
        rates = ErrorRates.known(4, missed, false)
        if records:
            rates = ErrorRates.known(4, 1 - (1 - missed) ** 2, level="records")
        naive.append(fit_model(table, main_effects(4)).estimate - 6_000)
        found = LinkageErrorCorrected(rates, replicates=0).fit(table)
        assert found.estimate is not None
        corrected.append(found.estimate - 6_000)
    assert naive_off[0] < np.mean(naive) < naive_off[1]
    assert abs(np.mean(corrected)) < 150
    assert abs(np.mean(corrected)) < abs(np.mean(naive)) / 2


def test_the_interval_knows_that_the_rate_is_uncertain() -> None:
    table = simulated(6_000, np.array([0.3, 0.3, 0.3]), 0.1, 0.0, np.random.default_rng(3))
    widths = []
    for pairs in (0.0, 400.0, 50.0):
        rates = ErrorRates.known(3, 0.1, pairs=pairs)
        found = LinkageErrorCorrected(rates, replicates=200, seed=1).fit(table)
        assert found.interval is not None
        assert found.interval[0] < 6_000 < found.interval[1]
        widths.append(found.interval[1] - found.interval[0])
    assert widths == sorted(widths)
    assert widths[2] > 1.15 * widths[0]
    assert "missed x 2, false x 1" in found.diagnostics
    assert found.seed == 1


def test_without_errors_it_is_the_log_linear_model() -> None:
    for name in ("Kosovo", "UKdat_4", "Korea"):
        table = published(name)
        size = len(table.lists)
        fit = fit_composite(table.counts.astype(float), main_effects(size), np.eye(1 << size))
        assert fit.converged
        assert fit.estimate == pytest.approx(fit_model(table, main_effects(size)).estimate)


def test_selection_on_corrected_counts() -> None:
    table = published("UKdat_5")
    found = LinkageErrorCorrected(ErrorRates.known(5, 0.0), "stepwise", replicates=0).fit(table)
    assert found.estimate == pytest.approx(11_312.99, rel=1e-4)


def test_two_lists_in_ding_and_fienbergs_form() -> None:
    # 1,000 people, lists of 500 and 400, 200 on both; a tenth missed, 1% of the others false
    linked = 0.9 * 200 + 0.01 * 200
    assert corrected_two_lists(500, 400, round(linked), 0.1, 0.01) == pytest.approx(1_000, rel=0.01)
    assert corrected_two_lists(500, 400, 3, 0.1, 0.01) == float("inf")


def test_false_links_are_taken_back_on_the_mean() -> None:
    true = np.array([0.0, 900, 800, 150, 700, 90, 80, 20])
    false = 2e-5 * (np.ones((3, 3)) - np.eye(3))
    linked = true.copy()
    for a, b in combinations(range(1, 8), 2):
        if not a & b:
            moved = 2e-5 * a.bit_count() * b.bit_count() * true[a] * true[b]
            linked[[a, b]] -= moved
            linked[a | b] += moved
    assert without_false_links(linked, false) == pytest.approx(true, abs=1e-5)
    assert np.array_equal(without_false_links(true, 0 * false), true)


def test_rates_must_be_rates() -> None:
    with pytest.raises(ValueError, match="symmetric"):
        ErrorRates(np.array([[0, 0.1], [0.2, 0]]), *(np.zeros((2, 2)),) * 3)
    with pytest.raises(ValueError, match=r"at most 0\.9"):
        ErrorRates.known(2, 0.95)


RATES = """list_1,list_2,linked,precision,precision_low,precision_high,missed,missed_low,missed_high
A,B,200,0.9500,0.9,1.0,0.1000,0.0500,0.1500
A,C,100,1.0,1.0,1.0,0.2,0.1,0.3
C,B,50,0.9,0.8,1.0,0.0,0.0,0.0
"""


def test_error_rates_of_a_linkage(tmp_path: Path) -> None:
    table = CaptureHistories(("A", "B", "C"), np.array([0, 100, 90, 60, 80, 40, 30, 20]))
    path = tmp_path / "error_rates.csv"
    path.write_text(RATES)
    rates = read_error_rates(path, table)
    assert rates.missed[0, 1] == rates.missed[1, 0] == 0.1
    # a standard error of .05 / 1.645: as from 97 validated pairs
    assert rates.missed_pairs[0, 1] == pytest.approx(0.09 / (0.05 / 1.645) ** 2 - 1)
    assert rates.false[0, 1] == pytest.approx(10 / (220 * 200))
    path.write_text(RATES.replace("A,C", "A,D"))
    with pytest.raises(DataError) as error:
        read_error_rates(path, table)
    assert error.value.faults[0].code == "E359"


def test_an_average_over_draws_has_both_variances() -> None:
    generator = np.random.default_rng(5)
    chances = np.array([0.3, 0.3, 0.3])
    make = METHODS["independent"].unseen
    assert make is not None
    table = simulated(3_000, chances, 0.0, 0.0, generator)
    same = average_over_draws([table] * 10, make(table), method="independent",
                              settings=Bootstrap(1_000, 1))  # fmt: skip
    spread = [simulated(3_000, chances, e, 0.0, generator) for e in np.linspace(0, 0.2, 10)]
    various = average_over_draws(spread, make(table), method="independent",
                                 settings=Bootstrap(1_000, 1))  # fmt: skip
    assert same.estimate == pytest.approx(fit_model(table, main_effects(3)).estimate)
    assert same.diagnostics["share of the variance that is the linkage's"] == 0.0
    assert float(various.diagnostics["share of the variance that is the linkage's"]) > 0.3
    assert same.interval is not None
    assert various.interval is not None
    width = same.interval[1] - same.interval[0]
    assert various.interval[1] - various.interval[0] > 1.2 * width
    boot = np.std([make(table)(table.counts[None])[0]])
    assert boot == 0.0
    with pytest.raises(ValueError, match="draws"):
        average_over_draws([table] * 4, make(table), method="independent")
