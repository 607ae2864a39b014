"""Whether a log-linear model of capture histories has a maximum, and is identified.

A cell is a capture history as a bit mask, 1 to ``2**lists - 1``; a term is a set of lists as a bit
mask, 0 for the intercept. A term belongs to the cells that contain it. Terms that nobody has
together have parameter minus infinity: the cells with them are left out (extended maximum
likelihood: Fienberg and Rinaldo 2012; Chan, Silverman and Vincent 2021).

Whether a finite maximum exists depends on which cells are positive. Let ``A`` be the design and
``d = A x``. There is none iff some ``x`` has ``d = 0`` in all positive cells and ``d >= 0``, not
all zero, in the others. Where the positive cells determine all parameters no such ``x`` is left,
which is nearly always; else the few that are left are looked at (Stiemke's theorem).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled

__all__ = ["kept_cells", "model_status", "superset_sums"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TINY = 1e-9
NO_MAXIMUM, NOT_IDENTIFIED = 1, 2


@compiled
def superset_sums(counts: Integers) -> Integers:
    """``(cells,)``: people on at least the lists of each mask; ``counts`` is indexed by mask."""
    sums = counts.copy()
    bit = 1
    while bit < len(sums):
        for mask in range(len(sums)):
            if mask & bit == 0:
                sums[mask] += sums[mask | bit]
        bit *= 2
    return sums


@compiled
def kept_cells(sums: Integers, terms: Integers) -> tuple[Integers, Integers]:
    """Terms with a finite parameter, and the cells that are left, both rising."""
    finite = np.empty(len(terms), dtype=np.int64)
    finites = 0
    for term in terms:
        if sums[term] > 0:
            finite[finites] = term
            finites += 1
    cells = np.empty(len(sums), dtype=np.int64)
    number = 0
    for cell in range(1, len(sums)):
        out = False
        for term in terms:
            if sums[term] == 0 and term & cell == term:
                out = True
        if not out:
            cells[number] = cell
            number += 1
    return finite[:finites], cells[:number]


@compiled
def _null_space(rows: Floats) -> Floats:
    """``(columns, dimension)``: a basis of all ``x`` with ``rows @ x = 0``; ``rows`` is changed."""
    height, width = rows.shape
    pivot_of = np.full(width, -1, dtype=np.int64)
    rank = 0
    for column in range(width):
        best = -1
        for row in range(rank, height):
            if abs(rows[row, column]) > TINY and (
                best < 0 or abs(rows[row, column]) > abs(rows[best, column])
            ):
                best = row
        if best < 0:
            continue
        for at in range(width):
            rows[rank, at], rows[best, at] = rows[best, at], rows[rank, at]
        scale = rows[rank, column]
        for at in range(column, width):
            rows[rank, at] /= scale
        for row in range(height):
            factor = rows[row, column]
            if row != rank and factor != 0.0:
                for at in range(column, width):
                    rows[row, at] -= factor * rows[rank, at]
        pivot_of[column] = rank
        rank += 1
    basis = np.zeros((width, width - rank))
    number = 0
    for column in range(width):
        if pivot_of[column] < 0:
            basis[column, number] = 1.0
            for other in range(width):
                if pivot_of[other] >= 0:
                    basis[other, number] = -rows[pivot_of[other], column]
            number += 1
    return basis


@compiled
def _has_positive_null(matrix: Floats) -> bool:
    """Whether some ``y``, positive in every entry, has ``matrix.T @ y = 0``.

    By non-negative least squares (Lawson and Hanson 1974) for ``y - 1``: the residual is 0 iff so.
    """
    height, width = matrix.shape
    columns = matrix.T.copy()
    target = np.zeros(width)
    for row in range(height):
        for at in range(width):
            target[at] -= matrix[row, at]
    chosen = np.zeros(height, dtype=np.bool_)
    solution = np.zeros(height)
    for _ in range(3 * height + 10):
        residual = target - columns @ solution
        if (residual**2).sum() < TINY:
            return True
        gradient = columns.T @ residual
        best = -1
        for row in range(height):
            better = not chosen[row] and gradient[row] > TINY
            if better and (best < 0 or gradient[row] > gradient[best]):
                best = row
        if best < 0:
            return False
        chosen[best] = True
        while True:
            used = np.flatnonzero(chosen)
            trial = np.linalg.lstsq(columns[:, used].copy(), target)[0]
            step = 1.0
            for place in range(len(used)):
                if trial[place] <= TINY:
                    old = solution[used[place]]
                    step = min(step, old / (old - trial[place]) if old > trial[place] else 0.0)
            for place in range(len(used)):
                solution[used[place]] += step * (trial[place] - solution[used[place]])
                if solution[used[place]] <= TINY and trial[place] <= TINY:
                    solution[used[place]] = 0.0
                    chosen[used[place]] = False
            if step >= 1.0 or not chosen.any():
                break
    return False


@compiled
def _status(counts: Integers, finite: Integers, cells: Integers) -> int:
    positive = 0
    for cell in cells:
        if counts[cell] > 0:
            positive += 1
    rows = np.zeros((positive, len(finite)))
    number = 0
    for cell in cells:
        if counts[cell] > 0:
            for at in range(len(finite)):
                if finite[at] & cell == finite[at]:
                    rows[number, at] = 1.0
            number += 1
    free = _null_space(rows)
    if free.shape[1] == 0:
        return 0
    others = np.zeros((len(cells) - positive, len(finite)))
    number = 0
    for cell in cells:
        if counts[cell] == 0:
            for at in range(len(finite)):
                if finite[at] & cell == finite[at]:
                    others[number, at] = 1.0
            number += 1
    reached = others @ free
    status = 0
    left = _null_space(reached.copy()).shape[1]
    if left > 0:
        status += NOT_IDENTIFIED
    if left < free.shape[1] and not _has_positive_null(reached):
        status += NO_MAXIMUM
    return status


@compiled
def model_status(counts: Integers, terms: Integers) -> int:
    """0, or 1 if no maximum exists, plus 2 if the parameters are not identified.

    Args:
        counts: ``(2**lists,)`` int64, people with each history.
        terms: int64 masks of a hierarchical model, the intercept and all lists among them.
    """
    finite, cells = kept_cells(superset_sums(counts), terms)
    return _status(counts, finite, cells)
