"""Published tables and what R says of them, and slow twins of the estimators' kernels."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from linkage.estimate.counts import CaptureHistories
from linkage.estimate.read_table import read_histories

FOLDER = Path(__file__).parents[1] / "data" / "estimation"
NAMES = ("Artificial_3", "Korea", "Kosovo", "UKdat_4", "UKdat_5", "UKdat", "Ned_5", "Ned",
         "NewOrl_5")  # fmt: skip


@cache
def published(name: str) -> CaptureHistories:
    """A published table."""
    return read_histories(FOLDER / f"{name}.csv").table()


@cache
def reference() -> tuple[dict[str, str], ...]:
    """Rows of R's results."""
    with (FOLDER / "reference.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def rows_of(method: str) -> list[dict[str, str]]:
    """R's rows of methods whose name starts so."""
    return [row for row in reference() if row["method"].startswith(method)]


def status_by_linear_program(counts: NDArray[np.int64], model: tuple[int, ...]) -> int:
    """Existence and identifiability as the literature defines them (Fienberg and Rinaldo 2012).

    Is there a table, positive in every cell that is left, with the observed margins?
    """
    masks = np.arange(len(counts))
    sums = {t: int(counts[masks & t == t].sum()) for t in model}
    gone = [t for t in model if sums[t] == 0]
    terms = [t for t in model if sums[t] > 0]
    cells = [c for c in range(1, len(counts)) if not any(c & t == t for t in gone)]
    design = np.array([[float(c & t == t) for t in terms] for c in cells])
    positive = (counts[cells] > 0).astype(float)
    # maximise u: x_w >= u, design' x = design' positive, x and u not negative
    cost = np.append(np.zeros(len(cells)), -1.0)
    above = np.hstack([-np.eye(len(cells)), np.ones((len(cells), 1))])
    margins = np.hstack([design.T, np.zeros((len(terms), 1))])
    found = linprog(
        cost, A_ub=above, b_ub=np.zeros(len(cells)), A_eq=margins, b_eq=design.T @ positive,
        bounds=[(0, None)] * (len(cells) + 1), method="highs",
    )  # fmt: skip
    exists = found.status == 0 and -found.fun > 1e-7
    return (not exists) + 2 * (np.linalg.matrix_rank(design) < len(terms))


def fit_by_scipy(counts: NDArray[np.int64], model: tuple[int, ...]) -> tuple[float, float]:
    """People on no list and log-likelihood, by a general optimiser in plain numpy."""
    from scipy.optimize import minimize
    from scipy.special import gammaln

    masks = np.arange(len(counts))
    gone = [t for t in model if counts[masks & t == t].sum() == 0]
    terms = [t for t in model if t not in gone]
    cells = np.array([c for c in range(1, len(counts)) if not any(c & t == t for t in gone)])
    design = (cells[:, None] & np.array(terms) == np.array(terms)).astype(float)
    own = counts[cells]

    def value(beta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        eta = design @ beta
        mean = np.exp(eta)
        return float((mean - own * eta + gammaln(own + 1)).sum()), design.T @ (mean - own)

    start = np.linalg.lstsq(design, np.log(own + 0.5), rcond=None)[0]
    found = minimize(value, start, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000})
    return float(np.exp(found.x[0])), -float(found.fun)
