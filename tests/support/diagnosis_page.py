"""Made-up diagnosis pages of any number of lists."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from linkage.report import Count, Curves, DiagnosisPage, Rate, Similarities


def made_up_page(
    lists: int, *, probability: bool = True, strata: int = 3, pairs: int = 9000
) -> DiagnosisPage:
    """A page as ``diagnose`` fills it; without ``probability`` as after ``--threshold``.

    Args:
        lists: number of lists; their ids would be formulas if anybody read them as such.
        probability: whether there are curves, rates and draws.
        strata: values of a stratum with rates.
        pairs: pairs at the lowest surplus, about.
    """
    generator = np.random.default_rng(lists)
    names = [f"$L_{number}${'x' * (number % 12)}" for number in range(lists)]
    edges = np.round(np.arange(0.0, 0.48, 0.01), 2)
    strangers, matches = pairs * np.exp(-28 * edges[:-1]), pairs / 300 * np.exp(5 * edges[:-1])
    above = np.cumsum(matches[::-1])[::-1]
    every = np.maximum(above + np.cumsum(strangers[::-1])[::-1], 1e-9)

    def count(**about: object) -> Count:
        chosen = int(generator.integers(0, 3000))
        drawn = (chosen * 9 // 10, chosen * 11 // 10) if probability else None
        return Count(chosen * 11 // 10, chosen, chosen * 9 // 10, drawn, **about)  # type: ignore[arg-type]

    def rate(**about: object) -> Rate:
        return Rate(30, (0.9, 0.8, 1.0), (0.1, 0.0, 0.3), **about)  # type: ignore[arg-type]

    two = list(combinations(names, 2))
    return DiagnosisPage(
        title="Made up",
        curves=Curves(
            tuple(edges.tolist()),
            tuple((strangers + matches).astype(int).tolist()),
            tuple(strangers.tolist()),
            tuple(matches.tolist()),
            tuple((above / every).tolist()),
            tuple((above / max(above[0], 1e-9)).tolist()),
            (0.07, 0.16),
        )
        if probability
        else None,
        similarities=Similarities(
            (0.0, 0.5, 1.0), (pairs, pairs // 100), {"low": 0.6, "chosen": 0.7, "high": 0.7}
        ),
        people=count(),
        on_several=count(),
        on_lists=tuple(count(number=number + 1) for number in range(lists)),
        overlaps=tuple(count(lists=pair) for pair in two),
        overall=rate() if probability else None,
        by_lists=tuple(rate(lists=pair) for pair in two) if probability else (),
        by_stratum=tuple(
            rate(stratum="nationality_group", value=f"value $x_{number}$ " + "long " * number)
            for number in range(strata if probability else 0)
        ),
        conflicts=(
            ("", "", "", {"joined": 9, "twice": 2, "weak": 3, "chained": 1, "outbid": 4}),
            (names[0], "", "", {"joined": 5, "twice": 0, "weak": 1, "chained": 0, "outbid": 1}),
        ),
    )
