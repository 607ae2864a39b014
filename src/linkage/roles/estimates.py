"""The analyst's estimates: from a table of counts to methods side by side, and their checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from linkage.errors import Fault, UsageError
from linkage.estimate.average import average_over_draws
from linkage.estimate.bootstrap import Bootstrap
from linkage.estimate.compare import (
    Comparison,
    KnownTruth,
    compared,
    held_against_lists,
    leave_one_out,
)
from linkage.estimate.counts import CaptureHistories
from linkage.estimate.covariates import CovariateEstimate, CovariateModel, CovariateTable
from linkage.estimate.known_rates import read_error_rates
from linkage.estimate.linkage_error import ErrorRates, LinkageErrorCorrected
from linkage.estimate.loglinear import LogLinear
from linkage.estimate.models import parse_model
from linkage.estimate.read_table import HistoryFile, read_histories
from linkage.estimate.registry import METHODS, methods_for
from linkage.estimate.reshape import merged_lists, without_list
from linkage.estimate.result import Estimate
from linkage.estimate.strata import StratifiedEstimate, stratified
from linkage.version import __version__

__all__ = ["ALL", "EstimateRequest", "EstimateResult", "estimate_file"]

ALL = "all"
LEAD = "stepwise"
CHECKED = Bootstrap(200)
"""Bootstrap of the checks, which are many."""


@dataclass(frozen=True, slots=True)
class EstimateRequest:
    """What is asked of a table.

    Attributes:
        table: the counts.
        method: a method's name, ``"all"``, or ``"model"`` for the one that is given.
        model: interactions of a fixed model, in names of lists.
        by: strata.
        covariates: strata that go into one model with the lists; none for no such model.
        ordered: of these, one that is a polynomial of the second power, such as the year.
        draws: a file of draws of the linkage.
        error_rates: a file of error rates by two lists.
        missed: probability that a true pair is not linked, the same for all lists; None for none.
        false: probability that two records of different people are linked.
        validated: pairs that the missed rate was found from; 0 takes it as known.
        merge: groups of lists to merge.
        drop: lists to leave out.
        level: of the intervals.
        replicates: of the bootstrap.
        seed: of everything random.
        checks: whether lists are left out, and taken for the truth, in turn.
        insist: whether counts that look rounded are exact.
    """

    table: Path
    method: str = ALL
    model: str = ""
    by: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    draws: Path | None = None
    error_rates: Path | None = None
    missed: float | None = None
    false: float = 0.0
    validated: int = 0
    merge: tuple[tuple[str, ...], ...] = ()
    drop: tuple[str, ...] = ()
    level: float = 0.95
    replicates: int = 1_000
    seed: int = 1
    checks: bool = True
    insist: bool = False


@dataclass(frozen=True, slots=True)
class EstimateResult:
    """Everything that was found.

    Attributes:
        table: the counts that were fitted.
        comparison: methods side by side.
        lead: name of the method that checks, strata and draws are done with.
        left_out: estimate without each list.
        known_truth: each list taken for the population.
        strata: stratum -> its estimates.
        corrected: the estimate that knows of linkage errors.
        averaged: the mean over draws of the linkage.
        covariates: one model of lists and covariates.
    """

    table: CaptureHistories
    comparison: Comparison
    lead: str
    left_out: tuple[tuple[str, Estimate], ...] = ()
    known_truth: tuple[KnownTruth, ...] = ()
    strata: dict[str, StratifiedEstimate] = field(default_factory=dict)
    corrected: Estimate | None = None
    averaged: Estimate | None = None
    covariates: CovariateEstimate | None = None

    @property
    def headline(self) -> Estimate | None:
        """The number that may be published: the one that knows of linkage errors where there is."""
        if self.comparison.headline is None:
            return None
        return self.corrected or self.averaged or self.comparison.headline

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        head, every = self.headline, self.comparison.estimates
        warned = head.warnings if head else self.comparison.reasons
        return {
            "method": head.method if head else None,
            "estimate": head.estimate if head else None,
            "interval": head.interval if head else None,
            "level": every[0].level,
            "model": head.model if head else None,
            "observed": self.table.observed,
            "warnings": list(warned),
            "seed": next((each.seed for each in every if each.seed is not None), None),
            "version": __version__,
            "lists": dict(zip(self.table.lists, self.table.list_sizes, strict=True)),
            "reasons": list(self.comparison.reasons),
            "methods": [asdict(each) for each in every],
            "without_each_list": {name: each.estimate for name, each in self.left_out},
            "each_list_as_truth": [
                {
                    "list": each.name,
                    "truth": each.truth,
                    "observed": each.observed,
                    "estimate": each.estimate.estimate,
                    "interval": each.estimate.interval,
                    "covered": each.covered,
                }
                for each in self.known_truth
            ],
            "linkage_errors": asdict(self.corrected) if self.corrected else None,
            "average_over_draws": asdict(self.averaged) if self.averaged else None,
            "covariates": asdict(self.covariates) if self.covariates else None,
            "by": {
                name: {
                    "total": asdict(each.total),
                    "parts": [
                        {"values": list(values), **asdict(part)} for values, part in each.parts
                    ],
                }
                for name, each in self.strata.items()
            },
        }


def estimate_file(
    request: EstimateRequest, progress: Callable[[float], None] = lambda _share: None
) -> EstimateResult:
    """Estimate the people on no list.

    Args:
        request: what is asked.
        progress: called with the share that is done.

    Raises:
        UsageError: E229 method, E230 stratum, E231 list, E232 method for other lists.
        DataError: E350 to E359 the table, the draws or the rates.
    """
    file = read_histories(request.table, insist=request.insist)
    if file.draw_numbers:
        raise _usage("E230", f"{request.table.name} holds draws.", "Give it to --draws.")
    _require(request, file)
    base = file if not file.tidy else _one_stratum(file)
    table = _reshaped(base.table(), request)
    settings = Bootstrap(request.replicates, request.seed)
    lead = _lead(request, table)
    parts = 1 + request.checks * 2 + len(request.by) + (request.draws is not None)
    if request.model:
        fixed = LogLinear(_model(request, table), request.level, settings).fit(table)
        comparison = Comparison((fixed,), fixed if fixed.estimate else None, ("as asked for",))
    elif request.method == ALL:
        comparison = compared(
            table, settings=settings, level=request.level, progress=lambda s: progress(s / parts)
        )
    else:
        one = METHODS[request.method].make(settings, request.level).fit(table)
        headline = one if one.estimate is not None else None
        comparison = Comparison((one,), headline, ("one method, as asked for",))
    progress(1 / parts)
    left_out: tuple[tuple[str, Estimate], ...] = ()
    known: tuple[KnownTruth, ...] = ()
    if request.checks and not request.model:
        left_out = leave_one_out(table, lead)
        progress(2 / parts)
        known = held_against_lists(table, lead, Bootstrap(CHECKED.replicates, request.seed))
    done = 1 + request.checks * 2
    strata = {}
    for name in request.by:
        tables = {
            value: _reshaped(_of_stratum(file, name, value), request)
            for value in _values_of(file, name)
        }
        strata[name] = stratified(tables, lead, settings=settings, level=request.level)
        done += 1
        progress(done / parts)
    averaged = _averaged(request, lead, settings)
    covariates = _with_covariates(request, file)
    progress(1.0)
    return EstimateResult(
        table,
        comparison,
        lead,
        left_out,
        known,
        strata,
        _corrected(request, table, lead),
        averaged,
        covariates,
    )


def _with_covariates(request: EstimateRequest, file: HistoryFile) -> CovariateEstimate | None:
    if not request.covariates:
        return None
    if file.tidy or request.merge or request.drop:
        raise _usage(
            "E212", "--covariates needs joint counts of the lists as they are.",
            "Give joint.csv, without --merge and --drop.",
        )  # fmt: skip
    names = {name: file.values_of(name) for name in request.covariates}
    counts = np.zeros((2 ** len(file.lists), *map(len, names.values())), dtype=np.int64)
    places = [file.strata.index(name) for name in names]
    for row, values, count in zip(file.rows, file.values, file.counts, strict=True):
        at = (names[n].index(values[p]) for n, p in zip(names, places, strict=True))
        counts[(row, *at)] += count
    try:
        table = CovariateTable(file.lists, names, counts)
    except ValueError as error:
        raise _usage("E232", f"One model of all these is too large: {error}.", "") from None
    powers = {name: 2 for name in request.ordered if name in names}
    return CovariateModel(
        powers, level=request.level, replicates=min(request.replicates, 500), seed=request.seed
    ).fit(table)


def _usage(code: str, what: str, remedy: str) -> UsageError:
    return UsageError(Fault(code, what, remedy))


def _require(request: EstimateRequest, file: HistoryFile) -> None:
    """All that is wrong with a request for this table, at once."""
    faults = []
    if request.method not in (ALL, *METHODS):
        known = ", ".join((ALL, *METHODS))
        faults.append(Fault("E229", "There is no such method.", f"Known: {known}."))
    named = [*request.drop, *(name for group in request.merge for name in group)]
    lists, strata = ", ".join(file.lists), _strata(file)
    faults += [
        Fault("E231", f'The table has no list "{name}".', f"Lists: {lists}.")
        for name in dict.fromkeys(named)
        if name not in file.lists
    ]
    there = ", ".join(strata) or "none; give joint.csv or by_stratum.csv"
    faults += [
        Fault("E230", f'The table has no stratum "{name}".', f"Strata: {there}.")
        for name in dict.fromkeys((*request.by, *request.covariates))
        if name not in strata
    ]
    if request.missed is not None and request.error_rates is not None:
        faults.append(Fault("E212", "--missed and --error-rates exclude each other.", "Give one."))
    if faults:
        raise UsageError(*faults)


def _strata(file: HistoryFile) -> tuple[str, ...]:
    return file.values_of("stratum") if file.tidy else file.strata


def _values_of(file: HistoryFile, stratum: str) -> tuple[str, ...]:
    if not file.tidy:
        return file.values_of(stratum)
    return tuple(dict.fromkeys(value for name, value in file.values if name == stratum))


def _of_stratum(file: HistoryFile, stratum: str, value: str) -> CaptureHistories:
    if file.tidy:
        return file.table(values={"stratum": stratum, "value": value})
    return file.table(values={stratum: value})


def _one_stratum(file: HistoryFile) -> HistoryFile:
    """Each stratum has everybody: the first one is enough."""
    first = file.values[0][0]
    chosen = [place for place, (name, _) in enumerate(file.values) if name == first]
    return HistoryFile(
        file.lists, file.strata, file.rows[chosen], tuple(file.values[p] for p in chosen),
        file.counts[chosen], file.draws[chosen],
    )  # fmt: skip


def _reshaped(table: CaptureHistories, request: EstimateRequest) -> CaptureHistories:
    if len(table.lists) - len(request.drop) - sum(len(g) - 1 for g in request.merge) < 2:
        raise _usage("E231", "Fewer than two lists would be left.", "Merge or drop fewer.")
    for name in request.drop:
        table = without_list(table, name)
    for group in request.merge:
        if len(set(group)) < 2:
            raise _usage("E231", "--merge needs two lists or more.", "Such as --merge I+O.")
        table = merged_lists(table, group)
    return table


def _lead(request: EstimateRequest, table: CaptureHistories) -> str:
    lists = len(table.lists)
    able = [method.name for method in methods_for(lists)]
    if request.method != ALL and request.method not in able:
        raise _usage(
            "E232", f"{request.method} is not for {lists} lists.",
            f"For {lists} lists: {', '.join(able)}.",
        )  # fmt: skip
    asked = request.method if request.method != ALL else LEAD
    if lists == 2 and (request.by or request.draws):
        return "independent"
    if (request.by or request.draws) and METHODS.get(asked, METHODS[LEAD]).unseen is None:
        raise _usage(
            "E232", f"{asked} cannot be used with --by or --draws.",
            f"Use {', '.join(m.name for m in METHODS.values() if m.unseen is not None)}.",
        )  # fmt: skip
    return asked if asked in able else able[0]


def _model(request: EstimateRequest, table: CaptureHistories) -> tuple[int, ...]:
    try:
        return parse_model(request.model, table.lists)
    except ValueError:
        raise _usage(
            "E231", "--model names a list that the table has not.",
            f'Write pairs such as "{table.lists[0]}*{table.lists[1]}". Lists: '
            f"{', '.join(table.lists)}.",
        ) from None  # fmt: skip


def _corrected(request: EstimateRequest, table: CaptureHistories, lead: str) -> Estimate | None:
    if request.error_rates is not None:
        rates = read_error_rates(request.error_rates, table)
    elif request.missed is not None:
        rates = ErrorRates.known(
            len(table.lists), request.missed, request.false, pairs=request.validated
        )
    else:
        return None
    if request.model:
        return LinkageErrorCorrected(
            rates, _model(request, table), request.level, seed=request.seed
        ).fit(table)
    model: Literal["stepwise"] | tuple[int, ...] = "stepwise" if lead == "stepwise" else ()
    return LinkageErrorCorrected(rates, model, request.level, seed=request.seed).fit(table)


def _averaged(request: EstimateRequest, lead: str, settings: Bootstrap) -> Estimate | None:
    if request.draws is None:
        return None
    file = read_histories(request.draws, insist=True)
    if not file.draw_numbers:
        raise _usage("E230", f"{request.draws.name} holds no draws.", "Give draws.csv.")
    tables = [_reshaped(file.table(draw), request) for draw in file.draw_numbers]
    method = METHODS[lead]
    make = method.unseen
    if make is None:
        raise _usage("E232", f"{lead} cannot be averaged over draws.", "Use stepwise or bic.")
    own = method.make(None, request.level).fit(tables[0])
    return average_over_draws(
        tables, make(tables[0]), method=lead, assumptions=own.assumptions, level=request.level,
        settings=settings,
    )  # fmt: skip
