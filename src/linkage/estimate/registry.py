"""The methods of ``linkage estimate``: to add one, add a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from linkage.estimate.bic import DEFAULT_ORDERS, KEPT, BestBic, ranked_models
from linkage.estimate.bootstrap import Bootstrap, Unseen
from linkage.estimate.chao import ChaoLowerBound
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.decomposable import DecomposableGraphs
from linkage.estimate.latent_classes import LatentClasses
from linkage.estimate.loglinear import LogLinear, among_models
from linkage.estimate.models import main_effects
from linkage.estimate.result import Estimator
from linkage.estimate.stepwise import Stepwise, selected
from linkage.estimate.two_list import TwoLists

__all__ = ["METHODS", "Method", "methods_for"]


@dataclass(frozen=True, slots=True)
class Method:
    """One method.

    Attributes:
        name: as it is written.
        title: what it is, in a few words.
        make: bootstrap settings and level to an estimator.
        lists: fewest and most lists.
        sensible: whether it may speak for the population: it allows lists to depend on one another,
            and is no lower bound.
        unseen: a table to the function that does to many tables what the method does to one; None
            where that would take too long.
    """

    name: str
    title: str
    make: Callable[[Bootstrap | None, float], Estimator]
    lists: tuple[int, int]
    sensible: bool
    unseen: Callable[[CaptureHistories], Unseen] | None = None


def _independent(table: CaptureHistories) -> Unseen:
    return among_models([main_effects(len(table.lists))])


def _best(table: CaptureHistories) -> Unseen:
    """The best of the table's best models, chosen anew for every table."""
    ranked = ranked_models(table).models[: KEPT[len(table.lists)]]
    return among_models(ranked or [main_effects(len(table.lists))])


def _seed(settings: Bootstrap | None) -> int | None:
    return None if settings is None else settings.seed


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        method.name: method
        for method in (
            Method(
                "lincoln-petersen", "two independent lists",
                lambda _settings, level: TwoLists("lincoln-petersen", level=level), (2, 2), True,
            ),
            Method(
                "chapman", "two independent lists, less biased",
                lambda _settings, level: TwoLists("chapman", level=level), (2, 2), True,
            ),
            Method(
                "stepwise", "log-linear, pairs of lists selected step by step",
                lambda settings, level: Stepwise(level=level, bootstrap=settings), (3, 16), True,
                lambda table: selected(len(table.lists), 0.02),
            ),
            Method(
                "bic", "log-linear, the best BIC of all models",
                lambda settings, level: BestBic(level=level, bootstrap=settings),
                (3, max(DEFAULT_ORDERS)), True, _best,
            ),
            Method(
                "dga", "average over decomposable graphs",
                lambda _settings, level: DecomposableGraphs(level=level), (3, 5), True,
            ),
            Method(
                "latent-classes", "classes of people, lists independent in each",
                lambda settings, level: LatentClasses(level=level, seed=_seed(settings)),
                (3, 16), True,
            ),
            Method(
                "independent", "log-linear, independent lists",
                lambda settings, level: LogLinear(level=level, bootstrap=settings), (2, 16), False,
                _independent,
            ),
            Method(
                "chao", "lower bound",
                lambda _settings, level: ChaoLowerBound(level=level), (2, 16), False,
            ),
        )
    }
)  # fmt: skip
"""Name -> method, in the order in which they are shown."""


def methods_for(lists: int) -> tuple[Method, ...]:
    """The methods that so many lists allow.

    >>> [method.name for method in methods_for(2)]
    ['lincoln-petersen', 'chapman', 'independent', 'chao']
    """
    return tuple(m for m in METHODS.values() if m.lists[0] <= lists <= m.lists[1])
