"""Outcomes of all draws of a data set as one row: means, and the range of what is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.quality.judge import Judged, best_by_f1, least_cell_error
from benchmarks.quality.outcome import Outcome

__all__ = ["Figures", "Summary", "summaries"]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the draws.

    Attributes:
        precision: share of the found pairs that are right.
        recall: share of the true pairs that were found.
        f1: harmonic mean of the two.
        count_error: signed error of the people on two or more lists, a share of the truth.
        count_range: its least and its greatest value.
        overlap_error: sum of absolute errors of the pairwise overlaps, a share of their sum.
        cell_error: absolute error over all cells, people.
        cell_share: the same as a share of the people on any list.
        overlaps: two lists -> true and found.
    """

    precision: float
    recall: float
    f1: float
    count_error: float
    count_range: tuple[float, float]
    overlap_error: float
    cell_error: float
    cell_share: float
    overlaps: dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Summary:
    """One contender on one data set.

    Attributes:
        data: the data set.
        contender: who.
        draws: draws that it finished.
        true_count: people on two or more lists, in truth.
        own: at the threshold that the contender chose itself.
        best: at the truth's best threshold, by F1.
        least_cells: the mean of the least error over cells that any threshold has.
        faults: why draws are missing, each reason once.
        warnings: what the contender itself warned of in any draw.
        drawn: mean over its draws of the linkage, if it has any: signed error of the people on
            two or more lists, a share of the truth, and absolute error over all cells, people.
    """

    data: str
    contender: str
    draws: int
    true_count: float
    own: Figures | None
    best: Figures | None
    least_cells: float
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    drawn: tuple[float, float] | None

    @property
    def lost_f1(self) -> float:
        """F1 that the own threshold lost against the best."""
        assert self.own
        assert self.best
        return self.best.f1 - self.own.f1

    @property
    def lost_cells(self) -> float:
        """People in wrong cells more than at the threshold with the fewest."""
        assert self.own
        return self.own.cell_error - self.least_cells


def summaries(outcomes: Sequence[Outcome]) -> list[Summary]:
    """One row for every data set and contender, in the order of their first outcomes."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for each in outcomes:
        groups.setdefault((each.data, each.contender), []).append(each)
    return [_summary(data, contender, group) for (data, contender), group in groups.items()]


def _summary(data: str, contender: str, group: Iterable[Outcome]) -> Summary:
    group = list(group)
    whole = [(each.own, each.curve) for each in group if each.own is not None]
    own = [each for each, _ in whole]
    return Summary(
        data=data,
        contender=contender,
        draws=len(whole),
        true_count=_mean(own, lambda each: each.two_or_more[0]) if own else 0.0,
        own=_figures(own),
        best=_figures([best_by_f1(curve) for _, curve in whole]),
        least_cells=(
            _mean([least_cell_error(curve) for _, curve in whole], lambda each: each.cell_error)
            if whole
            else 0.0
        ),
        faults=tuple(sorted({each.fault for each in group if each.fault})),
        warnings=tuple(sorted({said for each in group for said in each.told.get("warnings", ())})),
        drawn=_drawn(group),
    )


def _drawn(group: Sequence[Outcome]) -> tuple[float, float] | None:
    told = [
        (each.told["draws_two_or_more"] / each.own.two_or_more[0] - 1, each.told["draws_cells"])
        for each in group
        if each.own is not None and "draws_two_or_more" in each.told
    ]
    if not told:
        return None
    return sum(error for error, _ in told) / len(told), sum(cells for _, cells in told) / len(told)


def _figures(judged: Sequence[Judged]) -> Figures | None:
    if not judged:
        return None
    errors = [each.count_error for each in judged]
    return Figures(
        precision=_mean(judged, lambda each: each.precision),
        recall=_mean(judged, lambda each: each.recall),
        f1=_mean(judged, lambda each: each.f1),
        count_error=sum(errors) / len(errors),
        count_range=(min(errors), max(errors)),
        overlap_error=_mean(judged, lambda each: each.overlap_error),
        cell_error=_mean(judged, lambda each: each.cell_error),
        cell_share=_mean(judged, lambda each: each.cell_error / max(each.true_cells, 1)),
        overlaps={
            name: (
                _mean(judged, lambda each, name=name: each.overlaps[name][0]),
                _mean(judged, lambda each, name=name: each.overlaps[name][1]),
            )
            for name in judged[0].overlaps
            if all(name in each.overlaps for each in judged)
        },
    )


def _mean(judged: Sequence[Judged], value: Callable[[Judged], float]) -> float:
    return sum(value(each) for each in judged) / len(judged)
