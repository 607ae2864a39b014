"""Poisson log-linear models of capture histories, fitted by Newton steps, many at a time.

Cells and terms are those of :mod:`linkage.kernels.existence_numba`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.existence_numba import kept_cells, model_status, superset_sums

__all__ = ["best_models", "fit_models", "fit_terms", "stepwise_models"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_STEPS = 200


@compiled
def _solve(matrix: Floats, right: Floats) -> bool:
    """Solve for a positive definite matrix in place, by Cholesky; False if it is not."""
    size = len(right)
    for column in range(size):
        for row in range(column, size):
            total = matrix[row, column]
            for at in range(column):
                total -= matrix[row, at] * matrix[column, at]
            if row == column:
                if not total > 0.0:
                    return False
                matrix[row, row] = math.sqrt(total)
            else:
                matrix[row, column] = total / matrix[column, column]
    for row in range(size):
        for at in range(row):
            right[row] -= matrix[row, at] * right[at]
        right[row] /= matrix[row, row]
    for row in range(size - 1, -1, -1):
        for at in range(row + 1, size):
            right[row] -= matrix[at, row] * right[at]
        right[row] /= matrix[row, row]
    return True


@compiled
def fit_terms(counts: Integers, terms: Integers, means: Floats, parameters: Floats) -> float:
    """Fit one model that has a maximum (:func:`model_status` 0).

    Args:
        counts: ``(2**lists,)`` int64, people with each history.
        terms: int64 masks of a hierarchical model, the intercept (0) first.
        means: ``(2**lists,)`` float64, filled: expected people with each history; 0 where left
            out, and in entry 0 the expected number on no list.
        parameters: ``(terms,)`` float64, filled; minus infinity where nobody has the term.

    Returns:
        The log-likelihood; nan if the steps do not converge.
    """
    sums = superset_sums(counts)
    finite, cells = kept_cells(sums, terms)
    width = len(finite)
    design = np.zeros((len(cells), width))
    for row in range(len(cells)):
        for at in range(width):
            if finite[at] & cells[row] == finite[at]:
                design[row, at] = 1.0
    mean = np.empty(len(cells))
    working = np.empty(len(cells))
    for row in range(len(cells)):
        mean[row] = counts[cells[row]] + 0.5
        working[row] = math.log(mean[row]) + (counts[cells[row]] - mean[row]) / mean[row]
    beta = np.zeros(width)
    old, deviance = np.zeros(width), math.inf
    converged = False
    for step in range(MOST_STEPS):
        information = np.zeros((width, width))
        right = np.zeros(width)
        for row in range(len(cells)):
            for at in range(width):
                if design[row, at] != 0.0:
                    right[at] += mean[row] * working[row]
                    for other in range(at + 1):
                        information[at, other] += mean[row] * design[row, other]
        if not _solve(information, right):
            break
        old[:] = beta
        beta[:] = right
        before = deviance
        for _ in range(40):
            deviance = 0.0
            for row in range(len(cells)):
                eta = 0.0
                for at in range(width):
                    eta += design[row, at] * beta[at]
                eta = min(eta, 700.0)
                mean[row] = math.exp(eta)
                count = counts[cells[row]]
                deviance += 2.0 * (mean[row] - count)
                if count > 0:
                    deviance += 2.0 * count * (math.log(count) - eta)
                working[row] = eta + (count - mean[row]) / max(mean[row], 1e-300)
            if step == 0 or deviance <= before + 1e-9 * abs(before) + 1e-9:
                break
            for at in range(width):
                beta[at] = 0.5 * (beta[at] + old[at])
        largest = 0.0
        for at in range(width):
            largest = max(largest, abs(beta[at] - old[at]))
        if step > 0 and largest < 1e-10 and abs(before - deviance) < 1e-10 * (1.0 + deviance):
            converged = True
            break
    means[:] = 0.0
    parameters[:] = -math.inf
    likelihood = 0.0
    for row in range(len(cells)):
        means[cells[row]] = mean[row]
        count = counts[cells[row]]
        likelihood -= mean[row] + math.lgamma(count + 1.0)
        if count > 0:
            likelihood += count * math.log(mean[row])
    place = 0
    for at in range(len(terms)):
        if sums[terms[at]] > 0:
            parameters[at] = beta[place]
            place += 1
    means[0] = math.exp(min(beta[0], 700.0)) if width else 0.0
    return likelihood if converged else math.nan


@compiled
def fit_models(
    counts: Integers, terms: Integers, sizes: Integers, status: Integers, figures: Floats
) -> None:
    """Fit many models to one table, or leave them where they have no maximum.

    Args:
        counts: ``(2**lists,)`` int64.
        terms: ``(models, most)`` int64, masks, the intercept first.
        sizes: ``(models,)`` int64, terms of each.
        status: ``(models,)`` int64, filled: see :func:`model_status`; 4 without convergence.
        figures: ``(models, 2)`` float64, filled: log-likelihood, expected people on no list.
    """
    means = np.empty(len(counts))
    parameters = np.empty(terms.shape[1])
    for model in range(len(terms)):
        chosen = terms[model, : sizes[model]]
        status[model] = model_status(counts, chosen)
        figures[model] = math.nan
        if status[model] == 0:
            figures[model, 0] = fit_terms(counts, chosen, means, parameters[: sizes[model]])
            figures[model, 1] = means[0]
            if math.isnan(figures[model, 0]):
                status[model] = 4


@compiled
def best_models(
    tables: Integers, terms: Integers, sizes: Integers, best: Integers, unseen: Floats
) -> None:
    """The model of the least BIC for many tables, among models that have a maximum.

    Args:
        tables: ``(tables, 2**lists)`` int64, people with each history.
        terms: ``(models, most)`` int64, masks, the intercept first.
        sizes: ``(models,)`` int64, terms of each.
        best: ``(tables,)`` int64, filled: place of the model, -1 where none has a maximum.
        unseen: ``(tables,)`` float64, filled: expected people on no list, or nan.
    """
    status = np.empty(len(terms), dtype=np.int64)
    figures = np.empty((len(terms), 2))
    for table in range(len(tables)):
        fit_models(tables[table], terms, sizes, status, figures)
        weight = math.log(max(tables[table].sum(), 1))
        best[table], unseen[table], least = -1, math.nan, math.inf
        for model in range(len(terms)):
            if status[model] == 0:
                criterion = sizes[model] * weight - 2.0 * figures[model, 0]
                if criterion < least:
                    least, best[table], unseen[table] = criterion, model, figures[model, 1]


@compiled
def _smaller_tail(count: int, mean: float) -> float:
    """The smaller of ``P(X <= count)`` and ``P(X >= count)`` for a Poisson variable."""
    if mean <= 0.0:
        return 1.0 if count == 0 else 0.0
    mass = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1.0))
    total, term, at = mass, mass, float(count)
    if count < mean:
        while at > 0.0 and term > 1e-17 * total:
            term *= at / mean
            total += term
            at -= 1.0
    else:
        while term > 1e-17 * total:
            at += 1.0
            term *= mean / at
            total += term
    return min(total, 1.0 - total + mass)


@compiled
def stepwise_models(
    tables: Integers, lists: int, threshold: float, chosen: Integers, unseen: Floats
) -> None:
    """Forward selection of pairs for many tables (Chan, Silverman and Vincent 2021, section 3).

    Args:
        tables: ``(tables, 2**lists)`` int64, people with each history.
        lists: number of lists.
        threshold: a pair is added while its smaller one-sided Poisson tail is below it.
        chosen: ``(tables, pairs)`` int64, filled: pairs in the order in which they were added, as
            masks, -1 behind the last.
        unseen: ``(tables,)`` float64, filled: expected people on no list; nan without a maximum.
    """
    pairs = lists * (lists - 1) // 2
    masks = np.empty(pairs, dtype=np.int64)
    number = 0
    for i in range(lists):
        for j in range(i + 1, lists):
            masks[number] = 1 << i | 1 << j
            number += 1
    means = np.empty(1 << lists)
    parameters = np.empty(1 + lists + pairs)
    terms = np.zeros(1 + lists + pairs, dtype=np.int64)
    for i in range(lists):
        terms[1 + i] = 1 << i
    for table in range(len(tables)):
        counts = tables[table]
        sums = superset_sums(counts)
        chosen[table] = -1
        unseen[table] = math.nan
        size = 1 + lists
        if model_status(counts, terms[:size]) != 0:
            continue
        left = np.ones(pairs, dtype=np.bool_)
        while True:
            fitted = fit_terms(counts, terms[:size], means, parameters[:size])
            unseen[table] = math.nan if math.isnan(fitted) else means[0]
            if math.isnan(fitted) or not left.any():
                break
            tails = np.full(pairs, 2.0)
            for pair in range(pairs):
                if left[pair]:
                    expected = 0.0
                    for cell in range(1, len(counts)):
                        if cell & masks[pair] == masks[pair]:
                            expected += means[cell]
                    tails[pair] = _smaller_tail(sums[masks[pair]], expected)
            best = -1
            while True:
                best = int(np.argmin(tails))
                if not tails[best] < threshold:
                    best = -1
                    break
                terms[size] = masks[best]
                if model_status(counts, terms[: size + 1]) == 0:
                    break
                tails[best] = 2.0  # this step only: with another pair it may have a maximum
            if best < 0:
                break
            left[best] = False
            chosen[table, size - 1 - lists] = masks[best]
            size += 1
