"""Bayesian averages over decomposable graphs of the lists (Madigan and York 1997; R's dga).

A graph says which lists depend on each other. Under a decomposable (chordal) one the likelihood
is a product over cliques, divided by one over separators, each with a hyper-Dirichlet prior of so
many pseudo-people a cell. The posterior is over the graph and the people on no list together. It
is sensitive to that number of pseudo-people: the estimate is always shown under others as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from linkage.estimate.counts import CaptureHistories
from linkage.estimate.models import model_text
from linkage.estimate.result import Estimate

__all__ = [
    "DecomposableGraphs",
    "Graph",
    "Posterior",
    "chordal_graphs",
    "numbers_considered",
    "posterior_of",
]

Floats = NDArray[np.float64]
GRID = 30
"""The largest number on no list that is considered, in multiples of the people observed."""
EXACT = 4_000
"""Numbers up to this one are considered one by one, larger ones at steps of a thousandth."""
EDGE = 0.01
SENSITIVE = 1.25


@dataclass(frozen=True, slots=True)
class Graph:
    """A decomposable graph of lists.

    Attributes:
        cliques: its largest complete sets of lists, as masks, in an order in which each meets all
            before it in one of them.
        separators: where each meets those before, without the empty ones, repeated as they occur.
    """

    cliques: tuple[int, ...]
    separators: tuple[int, ...]


@cache
def chordal_graphs(lists: int) -> tuple[Graph, ...]:
    """All chordal graphs of so many lists.

    >>> [len(chordal_graphs(lists)) for lists in (3, 4)]
    [8, 61]
    """
    pairs = list(combinations(range(lists), 2))
    found = []
    for chosen in range(1 << len(pairs)):
        neighbours = [0] * lists
        for place, (i, j) in enumerate(pairs):
            if chosen >> place & 1:
                neighbours[i] |= 1 << j
                neighbours[j] |= 1 << i
        graph = _decomposed(neighbours)
        if graph is not None:
            found.append(graph)
    return tuple(found)


def _decomposed(neighbours: Sequence[int]) -> Graph | None:
    """Cliques and separators by maximum cardinality search; None where a cycle has no chord."""
    visited = 0
    order: list[tuple[int, int]] = []
    while len(order) < len(neighbours):
        left = [v for v in range(len(neighbours)) if not visited >> v & 1]
        vertex = max(left, key=lambda v: ((neighbours[v] & visited).bit_count(), -v))
        before = neighbours[vertex] & visited
        for other in range(len(neighbours)):
            if before >> other & 1 and before & ~(neighbours[other] | 1 << other):
                return None
        order.append((vertex, before))
        visited |= 1 << vertex
    cliques: list[int] = []
    separators: list[int] = []
    for vertex, before in order:
        for place, clique in enumerate(cliques):
            if before == clique:
                cliques[place] |= 1 << vertex
                break
        else:
            if before:
                separators.append(before)
            cliques.append(before | 1 << vertex)
    return Graph(tuple(cliques), tuple(separators))


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Posterior of the people on no list.

    Attributes:
        unseen: ``(grid,)`` int64, numbers considered, rising.
        probability: ``(grid,)`` float64, of each and of those it stands for; sums to 1.
        graphs: the graphs.
        weights: ``(graphs,)`` float64, posterior probability of each.
    """

    unseen: NDArray[np.int64]
    probability: Floats
    graphs: tuple[Graph, ...]
    weights: Floats

    def quantile(self, share: float) -> int:
        """The least number considered whose cumulative probability reaches a share."""
        return int(self.unseen[np.searchsorted(np.cumsum(self.probability), share)])


def numbers_considered(observed: int) -> NDArray[np.int64]:
    """The numbers on no list that are considered, up to :data:`GRID` times the observed.

    >>> int(numbers_considered(100)[-1]), len(numbers_considered(100))
    (3000, 3000)
    """
    most = GRID * observed
    if most <= EXACT:
        return np.arange(1, most + 1, dtype=np.int64)
    steps = math.ceil(1_000 * math.log(most / EXACT)) + 1
    above = np.round(np.geomspace(EXACT, most, steps)).astype(np.int64)
    return np.concatenate([np.arange(1, EXACT, dtype=np.int64), np.unique(above)])


def posterior_of(
    table: CaptureHistories,
    pseudo: float,
    unseen: NDArray[np.int64] | None = None,
    *,
    equal: bool = False,
) -> Posterior:
    """The posterior under one prior.

    Args:
        table: the counts, two to five lists.
        pseudo: pseudo-people in each cell of the whole table, none of them observed.
        unseen: rising numbers on no list; None takes :func:`numbers_considered`.
        equal: whether each number stands for itself alone, as in R's dga, however far the next is;
            else for all that are nearest to it.

    Raises:
        ValueError: fewer than two lists or more than five.
    """
    lists = len(table.lists)
    if not 2 <= lists <= 5:
        raise ValueError("decomposable graphs are averaged for two to five lists")
    graphs = chordal_graphs(lists)
    numbers = numbers_considered(table.observed) if unseen is None else unseen
    margins = {
        mask: _margin(table.counts, mask, lists, pseudo, numbers) for mask in range(1, 1 << lists)
    }
    common = gammaln(table.observed + numbers + 1.0) - gammaln(numbers + 1.0)
    common -= np.log(table.observed + numbers)
    if not equal:
        edges = np.concatenate([[0.5], (numbers[1:] + numbers[:-1]) / 2, [numbers[-1] + 0.5]])
        common += np.log(np.diff(edges))
    each = np.stack(
        [
            sum((margins[c] for c in graph.cliques), common)
            - sum((margins[s] for s in graph.separators), np.zeros(len(numbers)))
            for graph in graphs
        ]
    )
    joint = np.exp(each - logsumexp(each))
    return Posterior(numbers, joint.sum(axis=0), graphs, joint.sum(axis=1))


def _margin(
    counts: NDArray[np.int64], mask: int, lists: int, pseudo: float, unseen: NDArray[np.int64]
) -> Floats:
    """Log of the Dirichlet-multinomial of a margin, for every number on no list."""
    cells = np.bincount(np.arange(len(counts)) & mask, weights=counts, minlength=len(counts))
    parts = [part for part in range(1 << lists) if part & mask == part]
    own = pseudo * 2.0 ** (lists - mask.bit_count())
    whole = pseudo * 2.0**lists
    fixed = sum(gammaln(cells[part] + own) - math.lgamma(own) for part in parts if part)
    first = gammaln(cells[0] + unseen + own) - math.lgamma(own)
    total = math.lgamma(whole) - gammaln(counts.sum() + unseen + whole)
    return np.asarray(fixed + first + total)


@dataclass(frozen=True, slots=True)
class DecomposableGraphs:
    """The posterior median over all decomposable graphs.

    Attributes:
        pseudo: pseudo-people a cell; None takes ``2**-lists``, one in all, which sparse tables
            need.
        level: of the interval.
    """

    pseudo: float | None = None
    level: float = 0.95

    def fit(self, table: CaptureHistories) -> Estimate:
        """Median and equal-tailed interval of the posterior, and what other priors say.

        >>> korea = CaptureHistories(("b", "c", "d"), np.array([0, 5, 5, 54, 41, 6, 0, 12]))
        >>> DecomposableGraphs().fit(korea).estimate
        163.0
        """
        lists = len(table.lists)
        prior = 2.0**-lists if self.pseudo is None else self.pseudo
        posterior = posterior_of(table, prior)
        tails = ((1 - self.level) / 2, 0.5, (1 + self.level) / 2)
        low, median, high = (float(table.observed + posterior.quantile(t)) for t in tails)
        diagnostics: dict[str, float | str] = {"pseudo-people a cell": prior}
        for place in np.argsort(-posterior.weights)[:3].tolist():
            name = model_text(posterior.graphs[place].cliques, table.lists)
            diagnostics[f"graph {name}"] = float(posterior.weights[place])
        others = {}
        for pseudo in dict.fromkeys((prior / 4, prior * 4, 0.5)):
            other = posterior_of(table, pseudo)
            others[pseudo] = float(table.observed + other.quantile(0.5))
            diagnostics[f"median under {pseudo:g} pseudo-people a cell"] = others[pseudo]
        warnings = []
        spread = max(*others.values(), median) / min(*others.values(), median)
        if spread > SENSITIVE:
            warnings.append(
                f"The prior decides: other numbers of pseudo-people give "
                f"{min(others.values()):,.0f} to {max(others.values()):,.0f}."
            )
        if posterior.probability[posterior.unseen > 0.95 * GRID * table.observed].sum() > EDGE:
            warnings.append("The posterior reaches the end of the numbers considered.")
        if _peaks(posterior) > 1:
            warnings.append("The posterior has more than one peak: the median may lie between.")
        return Estimate(
            method="dga",
            estimate=median,
            interval=(low, high),
            level=self.level,
            observed=table.observed,
            model=f"average of {len(posterior.graphs)} decomposable graphs",
            assumptions=(
                "Nobody enters or leaves the population while the lists are made.",
                "Records of one person are linked, and no others (see linkage errors).",
                "Everybody is as likely as another to be on a list.",
                "Lists depend on one another as one of the graphs says; the prior is as shown.",
            ),
            diagnostics=diagnostics,
            warnings=tuple(warnings),
        )


def _peaks(posterior: Posterior) -> int:
    """Peaks of the density on a log scale, each with a valley of half its height before it."""
    bounds = np.linspace(0.0, math.log(posterior.unseen[-1] + 1.0), 41)
    mass = np.histogram(np.log(posterior.unseen), bounds, weights=posterior.probability)[0]
    peaks, valley, top = 0, 0.0, 0.0
    for value in mass[mass > 0].tolist():
        if value >= max(0.1 * float(mass.max()), 2 * valley) and value > top:
            peaks += top == 0.0
            top = value
        elif value < top / 2:
            valley, top = value, 0.0
        elif not top:
            valley = min(valley, value)
    return peaks
