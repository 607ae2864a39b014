"""What `linkage estimate` says: a table of methods first, then what to make of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import numpy as np

from linkage.bench.text import table
from linkage.estimate.result import Estimate
from linkage.report.estimates import EstimateLine, EstimatePage
from linkage.roles.estimates import EstimateResult

__all__ = ["estimate_page", "estimate_text"]

MOST_MODEL = 44


def estimate_text(result: EstimateResult) -> str:
    """The result in words and tables."""
    return "\n".join(_text(result))


def _text(result: EstimateResult) -> Iterator[str]:
    lists = result.table.lists
    sizes = " · ".join(
        f"{name} {size:,}" for name, size in zip(lists, result.table.list_sizes, strict=True)
    )
    yield f"{result.table.observed:,} people on {len(lists)} lists: {sizes}"
    yield ""
    every = result.comparison.estimates
    level = f"{every[0].level:.0%} interval"
    rows = [(each.method, _number(each.estimate), _interval(each), _model(each)) for each in every]
    if result.corrected is not None:
        rows.append(("knowing linkage errors", *_cells(result.corrected)))
    if result.averaged is not None:
        rows.append((f"{result.averaged.method}, over draws", *_cells(result.averaged)))
    yield table(("method", "people in all", level, "model"), rows)
    yield ""
    yield from _headline(result)
    for name, part in result.strata.items():
        yield ""
        lines = [
            (", ".join(values), each.observed, _number(each.estimate), _interval(each))
            for values, each in part.parts
        ]
        total = part.total
        lines.append(("total", total.observed, _number(total.estimate), _interval(total)))
        yield table((name, "observed", "people in all", level), lines)
    yield from _paths(result)
    yield from _covariates(result)
    yield from _checks(result)
    yield from _linkage(result)
    yield from _small_print(result)


def _headline(result: EstimateResult) -> Iterator[str]:
    head = result.headline
    if head is None:
        yield "NO SINGLE NUMBER:"
        yield from (f"  {reason}" for reason in result.comparison.reasons)
        yield "  Publish the range with its methods, or nothing; not the one that is wanted."
        return
    hidden = (head.estimate or 0) - result.table.observed
    yield (
        f"{_number(head.estimate)} people in all ({_interval(head)}), {hidden:,.0f} of them on no "
        f"list, by {head.method}: {head.model}"
    )
    yield from (f"  {reason}" for reason in result.comparison.reasons)


def _paths(result: EstimateResult) -> Iterator[str]:
    """The models that a selection went through, or the next best, with what they say."""
    for each in result.comparison.estimates:
        shown = [
            value
            for name, value in each.diagnostics.items()
            if name.startswith(("step ", "model ")) and isinstance(value, str)
        ]
        if shown:
            yield ""
            yield f"Models of {each.method}"
            yield from (f"  {value}" for value in shown)


def _covariates(result: EstimateResult) -> Iterator[str]:
    found = result.covariates
    if found is None:
        return
    yield ""
    limits = (
        "" if found.interval is None else f" ({found.interval[0]:,.0f} to {found.interval[1]:,.0f})"
    )
    yield f"One model of lists and covariates: {found.estimate:,.0f}{limits} people in all"
    yield table(
        ("step", "people in all", "BIC", "AIC"),
        [(name, f"{n:,.0f}", f"{bic:,.1f}", f"{aic:,.1f}") for name, n, bic, aic in found.path],
    )
    for name, values in found.by_value.items():
        rows = [
            (
                value,
                f"{n:,.0f}",
                "" if low is None or high is None else f"{low:,.0f} to {high:,.0f}",
            )
            for value, (n, low, high) in values.items()
        ]
        yield table((name, "people in all", "interval"), rows)


def _checks(result: EstimateResult) -> Iterator[str]:
    if result.left_out:
        yield ""
        yield f"Without one list ({result.lead}): " + " · ".join(
            f"{name} {_number(each.estimate)}" for name, each in result.left_out
        )
    if result.known_truth:
        held = [each for each in result.known_truth if each.covered is not None]
        right = sum(bool(each.covered) for each in held)
        yield ""
        yield (
            f"Each list as a population of known size, estimated from the others: "
            f"{right} of {len(held)} intervals hold the truth."
        )
        yield table(
            ("list", "truth", "estimate", "interval", ""),
            [
                (
                    each.name, each.truth, _number(each.estimate.estimate),
                    _interval(each.estimate), {True: "", False: "missed", None: ""}[each.covered],
                )
                for each in result.known_truth
            ],
        )  # fmt: skip


def _linkage(result: EstimateResult) -> Iterator[str]:
    if result.corrected is None:
        return
    yield ""
    yield "If the linkage errs more or less than said:"
    rows = [
        (name, f"{value:,.0f}")
        for name, value in result.corrected.diagnostics.items()
        if name.startswith("missed x") and isinstance(value, float)
    ]
    yield table(("error rates", "people in all"), rows)


def _small_print(result: EstimateResult) -> Iterator[str]:
    warned = [
        (each.method, warning)
        for each in (*result.comparison.estimates, result.corrected, result.averaged)
        if each is not None
        for warning in each.warnings
    ]
    if warned:
        yield ""
        yield "Warnings"
        yield from (f"  {name}: {warning}" for name, warning in warned)
    head = result.headline or result.comparison.estimates[0]
    yield ""
    yield f"What must be true ({head.method})"
    yield from (f"  - {each}" for each in head.assumptions)
    seed = next((e.seed for e in result.comparison.estimates if e.seed is not None), None)
    if seed is not None:
        yield f"Seed {seed}: the same command gives the same figures."


def estimate_page(result: EstimateResult) -> EstimatePage:
    """What the picture of a result shows."""
    counts = result.table.counts
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda mask: (-int(counts[mask]), mask))
    methods = [(each.method, each) for each in result.comparison.estimates]
    if result.corrected is not None:
        methods.append(("knowing linkage errors", result.corrected))
    if result.averaged is not None:
        methods.append((f"{result.averaged.method}, over draws", result.averaged))
    head = result.headline
    title = (
        "No single number: " + result.comparison.reasons[-1]
        if head is None
        else f"{_number(head.estimate)} people in all ({_interval(head)}), {head.method}"
    )
    return EstimatePage(
        "\n".join(textwrap.wrap(title, 110)),
        result.table.lists,
        tuple((mask, int(counts[mask])) for mask in order),
        tuple(EstimateLine(n, e.observed, e.estimate, e.interval) for n, e in methods),
        {
            name: tuple(
                EstimateLine(", ".join(values), e.observed, e.estimate, e.interval)
                for values, e in part.parts
            )
            for name, part in result.strata.items()
        },
    )


def _cells(each: Estimate) -> tuple[str, str, str]:
    return _number(each.estimate), _interval(each), _model(each)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:,.0f}"


def _interval(each: Estimate) -> str:
    if each.interval is None:
        return ""
    return _limits(*each.interval)


def _limits(low: float, high: float) -> str:
    return f"{low:,.0f} to {high:,.0f}"


def _model(each: Estimate) -> str:
    return each.model if len(each.model) <= MOST_MODEL else each.model[: MOST_MODEL - 3] + "..."
