"""Lists, covariates and year in one log-linear model (Cruyff, van Dijk and van der Heijden 2017).

The cells are the combinations of lists and covariate values; those of people on no list are not
observed, one for every combination of values. A Poisson model of main effects and two-way terms,
between lists, between covariates and between both, is fitted to the others and predicts these.
Terms are added and removed one at a time, by BIC, and then by AIC from there. A term between a
list and a covariate says that the list reaches some groups more than others.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkage.estimate.least_squares import least_squares

__all__ = ["CovariateEstimate", "CovariateModel", "CovariateTable", "Term"]

Floats = NDArray[np.float64]
Term: TypeAlias = tuple[str, str]
"""Two different variables, lists or covariates."""

STEPS = 60
STOP = 1e-9
MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class CovariateTable:
    """People by lists and covariates.

    Attributes:
        lists: names of the lists.
        covariates: name -> its values, in order.
        counts: ``(2**lists, values of the first covariate, ...)`` int64; entry 0 of the first axis,
            people on no list, is 0.

    Raises:
        ValueError: the counts do not fit.
    """

    lists: tuple[str, ...]
    covariates: Mapping[str, tuple[str, ...]]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        shape = (2 ** len(self.lists), *(len(each) for each in self.covariates.values()))
        if self.counts.shape != shape or self.counts.min() < 0 or self.counts[0].any():
            raise ValueError("counts do not fit the lists and covariates")
        if math.prod(shape) > MOST_CELLS:
            raise ValueError(f"more than {MOST_CELLS:,} cells: leave out a covariate")

    @property
    def variables(self) -> tuple[str, ...]:
        """Lists, then covariates."""
        return (*self.lists, *self.covariates)


@dataclass(frozen=True, slots=True, eq=False)
class CovariateEstimate:
    """What a model with covariates says.

    Attributes:
        estimate: people in all, observed and not.
        interval: limits by parametric bootstrap under the model selected; None for none.
        terms: two-way terms of the model.
        bic: of the model.
        aic: of the model.
        by_value: covariate -> value -> people, and limits where there is an interval.
        path: the models gone through: what was done, people in all, BIC, AIC.
        seed: of the bootstrap.
    """

    estimate: float
    interval: tuple[float, float] | None
    terms: tuple[Term, ...]
    bic: float
    aic: float
    by_value: Mapping[str, Mapping[str, tuple[float, float | None, float | None]]]
    path: tuple[tuple[str, float, float, float], ...]
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class CovariateModel:
    """Selection and fit.

    Attributes:
        ordered: covariate, such as the year, that is a polynomial and not one effect a value; its
            greatest power.
        criterion: ``"bic"``, or ``"aic"`` for going on by AIC from the model of the least BIC.
        level: of the interval.
        replicates: of the parametric bootstrap; 0 for none.
        seed: of the draws; None takes one from the operating system.
        progress: called with the replicates that are done, and their number.
    """

    ordered: Mapping[str, int] = field(default_factory=dict)
    criterion: Literal["bic", "aic"] = "bic"
    level: float = 0.95
    replicates: int = 500
    seed: int | None = None
    progress: Callable[[int, int], None] = field(default=lambda _done, _all: None, repr=False)

    def fit(self, table: CovariateTable) -> CovariateEstimate:
        """Select a model and estimate the people on no list, in all and by covariate value."""
        design = _Design(table, self.ordered)
        weight = math.log(table.counts.sum())
        path: list[tuple[str, float, float, float]] = []
        terms = self._selected(design, frozenset(), weight, path)
        if self.criterion == "aic":
            terms = self._selected(design, terms, 2.0, path)
        fit = design.fitted(terms)
        interval, seed = None, None
        limits: dict[tuple[str, str], tuple[float, float]] = {}
        if self.replicates:
            seed = secrets.randbits(32) if self.seed is None else self.seed
            interval, limits = self._bootstrapped(design, terms, fit, seed)
        by_value = {
            name: {
                value: (people, *limits.get((name, value), (None, None)))
                for value, people in design.by_value(fit, name).items()
            }
            for name in table.covariates
        }
        return CovariateEstimate(
            float(fit.means.sum()), interval, tuple(sorted(terms, key=design.place)), fit.bic,
            fit.aic, by_value, tuple(path), seed,
        )  # fmt: skip

    def _selected(
        self,
        design: _Design,
        terms: frozenset[Term],
        weight: float,
        path: list[tuple[str, float, float, float]],
    ) -> frozenset[Term]:
        """Add or remove the term that lowers the criterion most, until none does."""
        best = design.fitted(terms)
        if not path:
            path.append(("main effects", float(best.means.sum()), best.bic, best.aic))
        while True:
            trials = [terms ^ {term} for term in design.terms]
            fits = [design.fitted(trial) for trial in trials]
            values = [fit.criterion(weight) for fit in fits]
            place = int(np.argmin(values))
            if not values[place] < best.criterion(weight) - 1e-9:
                return terms
            (term,) = trials[place] ^ terms
            sign = "+" if term not in terms else "-"
            terms, best = trials[place], fits[place]
            done = f"{sign} {term[0]}:{term[1]}"
            path.append((done, float(best.means.sum()), best.bic, best.aic))

    def _bootstrapped(
        self, design: _Design, terms: frozenset[Term], fit: _Fit, seed: int
    ) -> tuple[tuple[float, float], dict[tuple[str, str], tuple[float, float]]]:
        generator = np.random.default_rng(seed)
        total = float(fit.means.sum())
        drawn: dict[tuple[str, str], list[float]] = {}
        totals = []
        for number in range(self.replicates):
            counts = generator.multinomial(round(total), fit.means.ravel() / total)
            again = design.fitted(terms, counts.reshape(fit.means.shape))
            totals.append(float(again.means.sum()))
            for name in design.table.covariates:
                for value, people in design.by_value(again, name).items():
                    drawn.setdefault((name, value), []).append(people)
            self.progress(number + 1, self.replicates)
        tails = ((1 - self.level) / 2, (1 + self.level) / 2)

        def limits(values: Sequence[float]) -> tuple[float, float]:
            low, high = np.quantile(values, tails)
            return float(low), float(high)

        return limits(totals), {key: limits(values) for key, values in drawn.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Means of all cells, those that are not observed predicted."""

    means: Floats
    log_likelihood: float
    parameters: int
    observed: int

    def criterion(self, weight: float) -> float:
        return weight * self.parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        return self.criterion(math.log(self.observed))

    @property
    def aic(self) -> float:
        return self.criterion(2.0)


class _Design:
    """Columns of every term, and fits that are not made twice."""

    def __init__(self, table: CovariateTable, ordered: Mapping[str, int]) -> None:
        self.table = table
        self.terms: tuple[Term, ...] = tuple(combinations(table.variables, 2))
        self._place = {term: place for place, term in enumerate(self.terms)}
        levels = [range(n) for n in table.counts.shape]
        cells = np.array(list(product(*levels)), dtype=np.int64)
        self._seen = cells[:, 0] > 0
        self._columns: dict[str, Floats] = {}
        for place, name in enumerate(table.lists):
            self._columns[name] = (cells[:, :1] >> place & 1).astype(np.float64)
        for place, (name, values) in enumerate(table.covariates.items()):
            coded = _coded(len(values), ordered.get(name))
            self._columns[name] = coded[cells[:, 1 + place]]
        self._main = np.hstack([np.ones((len(cells), 1)), *self._columns.values()])
        self._fits: dict[frozenset[Term], _Fit] = {}

    def place(self, term: Term) -> int:
        """Order of a term."""
        return self._place[term]

    def fitted(self, terms: frozenset[Term], counts: NDArray[np.int64] | None = None) -> _Fit:
        """The fit of main effects and some terms, to the table or to other counts."""
        if counts is None and terms in self._fits:
            return self._fits[terms]
        blocks = [self._main]
        for one, other in sorted(terms, key=self.place):
            left, right = self._columns[one], self._columns[other]
            blocks.append((left[:, :, None] * right[:, None, :]).reshape(len(left), -1))
        design = np.hstack(blocks)
        own = self.table.counts if counts is None else counts
        fit = _poisson(design, own.ravel().astype(np.float64), self._seen, own.shape)
        if counts is None:
            self._fits[terms] = fit
        return fit

    def by_value(self, fit: _Fit, name: str) -> dict[str, float]:
        """People of every value of a covariate."""
        axis = 1 + list(self.table.covariates).index(name)
        others = tuple(a for a in range(fit.means.ndim) if a != axis)
        sums = fit.means.sum(axis=others)
        return dict(zip(self.table.covariates[name], sums.tolist(), strict=True))


def _coded(values: int, power: int | None) -> Floats:
    """``(values, columns)``: indicators but for the first value, or orthogonal polynomials."""
    if power is None:
        return np.eye(values)[:, 1:]
    centred = np.arange(values) - (values - 1) / 2
    powers = np.vander(centred, min(power, values - 1) + 1, increasing=True)
    return np.linalg.qr(powers)[0][:, 1:]


def _poisson(
    design: Floats, counts: Floats, seen: NDArray[np.bool_], shape: tuple[int, ...]
) -> _Fit:
    """Fit by iteratively reweighted least squares to the cells that are observed."""
    rows, own = design[seen], counts[seen]
    mean = own + 0.1
    eta = np.log(mean)
    deviance = math.inf
    beta: Floats = np.zeros(design.shape[1])
    for _ in range(STEPS):
        working = eta + (own - mean) / mean
        root = np.sqrt(mean)
        beta = least_squares(rows * root[:, None], working * root)
        eta = np.clip(rows @ beta, -50, 50)
        mean = np.exp(eta)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(own > 0, own * (np.log(own) - eta), 0.0)
        new = float(2 * (part - own + mean).sum())
        if abs(deviance - new) < STOP * (abs(new) + 0.1):
            break
        deviance = new
    from scipy.special import gammaln

    likelihood = float((own * eta - mean - gammaln(own + 1)).sum())
    means = np.exp(np.clip(design @ beta, -50, 50)).reshape(shape)
    return _Fit(means, likelihood, design.shape[1], int(own.sum()))
