"""What a reader of a publication can find out: all tables that agree with what it shows.

A reader knows every published number, that counts are whole and not negative, and how
rounding works; each leaves an item between a lowest and a highest value. Solving for the
smallest and the largest value of an item over all tables within these bounds that satisfy
the sums of :mod:`linkage.overlap.items` gives the interval the reader can compute (the
"attacker's subproblem" of Fischetti and Salazar-Gonzalez 2001, Management Science 47,
section 2). The solver is HiGHS through scipy.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.errors import Fault, UsageError
from linkage.overlap.items import CELL, Items

__all__ = ["Reader", "Solution", "require_solver"]

_OPTIMAL, _UNBOUNDED, _EITHER = 0, 3, 4
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """One optimum.

    Attributes:
        value: of the objective; infinite where nothing bounds it.
        table: ``(items,)`` int64, a table of whole numbers that reaches it, or None where
            the optimum is not whole or not finite.
        pull: ``(items,)`` float64, by how much one more person in a fixed item would move
            the objective the wanted way; zero for integer programs.
    """

    value: float
    table: NDArray[np.int64] | None
    pull: NDArray[np.float64]


def require_solver() -> None:
    """Refuse early where scipy, which proves a publication safe, is not installed.

    Raises:
        UsageError: E208.
    """
    if find_spec("scipy") is None:
        raise UsageError(
            Fault(
                "E208",
                "Publishing needs scipy, which this installation does not have.",
                'Install the extra "unit": pip install ".[unit]" in the folder of the software.',
            )
        )


class Reader:
    """The set of tables a reader must think possible.

    Args:
        items: layout of the publication.
        lower: ``(items,)`` int64, lowest value of each item.
        upper: ``(items,)`` float64, highest value; infinity where nothing is known.
    """

    def __init__(self, items: Items, lower: NDArray[np.int64], upper: NDArray[np.float64]) -> None:
        self.items = items
        self.lower = lower
        self.upper = upper
        self.free = np.flatnonzero(lower < upper)
        fixed = np.where(lower < upper, 0, lower)
        matrix = items.matrix
        columns = matrix[:, self.free]
        used = np.diff(columns.indptr) > 0
        self._equations = np.flatnonzero(used)
        self._columns = columns[self._equations].astype(np.float64)
        self._right = -(matrix[self._equations] @ fixed).astype(np.float64)

    def admits(self, table: NDArray[np.int64]) -> bool:
        """Whether a table of whole numbers agrees with everything the reader knows."""
        within = (table >= self.lower).all() and (table <= self.upper).all()
        return bool(within and not (self.items.matrix @ table).any())

    def optimise(
        self, weights: NDArray[np.float64], *, whole: bool = False, gap: float = 0.0
    ) -> Solution:
        """Maximise ``weights @ table`` over the tables a reader must think possible.

        Args:
            weights: ``(items,)`` float64; zero for items that do not matter.
            whole: allow whole numbers only (exact, slower); else the linear relaxation, which
                is at least as large.
            gap: how far from the optimum a solution in whole numbers may be, as a share of it.

        Raises:
            ArithmeticError: no table satisfies the bounds, or the solver failed.
        """
        if not len(self.free):
            return self._solution(float(weights @ self.lower), self.lower, None)
        answer = self._solve(weights[self.free], whole, gap)
        if answer.status == _UNBOUNDED or self._is_unbounded(answer, whole):
            return self._solution(np.inf, None, None)
        if answer.status != _OPTIMAL:
            raise ArithmeticError(f"disclosure control: the solver stopped ({answer.message})")
        rounded = np.rint(answer.x)
        table = self.lower.copy()
        table[self.free] = rounded.astype(np.int64)
        near = np.abs(rounded - answer.x).max() < _TOLERANCE * max(1.0, np.abs(rounded).max())
        marginals = None if whole else answer.eqlin.marginals
        value = float(weights @ np.where(self.lower < self.upper, 0, self.lower))
        value += float(weights[self.free] @ answer.x)
        found = table if near and self.admits(table) else None
        return self._solution(value, found, marginals)

    def _is_unbounded(self, answer: Any, whole: bool) -> bool:
        """Tell apart what HiGHS's presolve reports as "unbounded or infeasible"."""
        if answer.status != _EITHER or "unbounded" not in str(answer.message):
            return False
        return bool(self._solve(np.zeros(len(self.free)), whole, 0.0).status == _OPTIMAL)

    def _solve(self, weights: NDArray[np.float64], whole: bool, gap: float) -> Any:
        from scipy.optimize import Bounds, LinearConstraint, linprog, milp

        lower, upper = self.lower[self.free].astype(np.float64), self.upper[self.free]
        if not whole:
            return linprog(
                -weights,
                A_eq=self._columns,
                b_eq=self._right,
                bounds=np.column_stack([lower, upper]),
                method="highs",
            )
        # Given whole margins and histories, each stratum's table is a transportation problem,
        # whose corners are whole: only the former need to be branched on ...
        kinds = self.items.kind[self.free]
        constraint = LinearConstraint(self._columns, self._right, self._right)
        answer = None
        for integrality in (kinds != CELL, np.ones(len(kinds), dtype=bool)):
            answer = milp(
                -weights,
                integrality=integrality.astype(np.int8),
                bounds=Bounds(lower, upper),
                constraints=constraint,
                options={"mip_rel_gap": gap},
            )
            # ... unless the solver stopped inside a face, where all must be.
            if answer.status != _OPTIMAL or np.abs(np.rint(answer.x) - answer.x).max() < _TOLERANCE:
                break
        return answer

    def _solution(
        self,
        value: float,
        table: NDArray[np.int64] | None,
        marginals: NDArray[np.float64] | None,
    ) -> Solution:
        pull = np.zeros(len(self.items))
        if marginals is not None:
            # One more person in a fixed item moves the right-hand side by minus its column.
            pull = np.asarray(self.items.matrix[self._equations].T @ marginals, dtype=np.float64)
            pull[np.abs(pull) < _TOLERANCE] = 0.0
        return Solution(value, table, pull)

    def interval(self, item: int) -> tuple[int, int | None]:
        """Lowest and highest whole number an item can have; None where nothing bounds it.

        Raises:
            ArithmeticError: no table satisfies the bounds, or the solver failed.
        """
        weights = np.zeros(len(self.items))
        weights[item] = 1.0
        lowest = -self.optimise(-weights, whole=True).value
        highest = self.optimise(weights, whole=True).value
        return round(lowest), None if np.isinf(highest) else round(highest)
