"""One encoding under attack: what each attacker would name rightly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Profile
from linkage.attack.graph_matching import match_graphs
from linkage.attack.known_pairs import regress_known_pairs
from linkage.attack.people import Overlap, draw_overlap, token_table, with_typing_errors
from linkage.attack.simulate import background_of, target_of
from linkage.attack.target import Background, Target
from linkage.bench.encodings.encoded import carried_columns, encode_all, encoder, groups_of
from linkage.bench.encodings.people import People
from linkage.encode.catalogue import filters_of
from linkage.types import NormalisedList

__all__ = ["KNOWN", "OVERLAPS", "SEEDS", "graph_figures", "known_pair_figures", "scene"]

OVERLAPS = (0.2, 0.6, 1.0)
"""Share of the list that the attacker's people cover, without a known pair."""
SEEDS = (20, 100, 300)
"""Known pairs of graph matching."""
KNOWN = (20, 100, 500, 2_000)
"""Known pairs of known-pair regression."""
SLIPS = 0.1
"""Share of the attacker's people with a slip, in the figures that say so."""
KEYS = 4


def scene(
    people: People,
    profile: Profile,
    records: int,
    overlap: float,
    seed: int,
    *,
    carried: Sequence[str] = (),
    slips: float = 0.0,
) -> tuple[Target, Background, Overlap]:
    """A list under the encoding, an attacker's people, and the truth.

    Args:
        people: where both come from.
        profile: the encoding.
        records: people on the list, and people that the attacker has.
        overlap: share that is on both.
        seed: who is drawn, and the key.
        carried: what travels beside the encodings, of ``presence`` and ``counts``.
        slips: share of the attacker's people with a typing error.
    """
    size = min(records, int(len(people) / (2 - overlap)))
    drawn = draw_overlap(len(people), overlap, seed, size=size)
    listed, known = people.take(drawn.target), people.take(drawn.background)
    if slips:
        known = with_typing_errors(known, slips, seed)
    groups = groups_of(*(_columns(each, people, profile, carried) for each in (listed, known)))
    key = f"target {seed}".encode()
    target = target_of(encode_all(listed, people.rules, profile, key), profile, groups[0])
    filters = [fields for _, fields, _ in filters_of(profile, people.rules)]
    distinct = list({rule.name: rule for fields in filters for rule in fields}.values())
    background = background_of(
        token_table(known, distinct),
        encoder(known, people.rules, profile),
        profile,
        groups[1],
        filter_tokens=[token_table(known, fields, weighted=True) for fields in filters],
        keys=KEYS,
        seed=seed,
    )
    return target, background, drawn


def _columns(
    records: NormalisedList, people: People, profile: Profile, carried: Sequence[str]
) -> NDArray[np.int64]:
    return carried_columns(records, people.rules, profile, carried)


def graph_figures(
    people: People,
    profile: Profile,
    records: int,
    seed: int,
    *,
    carried: Sequence[str] = (),
    slips: float = 0.0,
    time_limit: float | None = None,
) -> dict[str, float]:
    """Graph matching: share named rightly of those who could be, and the attack's own certainty.

    Returns:
        ``graph, overlap .2`` and so on without a known pair, ``graph, 20 known`` and so on at
        full overlap, each also with ``certainty of`` before it.
    """
    figures: dict[str, float] = {}
    for overlap in OVERLAPS:
        target, background, drawn = scene(
            people, profile, records, overlap, seed, carried=carried, slips=slips
        )
        name = f"graph, overlap {overlap}"
        guesses = match_graphs(target, background, seed=seed, time_limit=time_limit)
        figures[name] = guesses.share_right(drawn.truth)
        figures[f"certainty of {name}"] = guesses.certainty
        if overlap < 1:
            continue
        for pairs in SEEDS:
            known = drawn.draw_known(pairs, seed)
            guesses = match_graphs(
                target, background, known=known, seed=seed, time_limit=time_limit
            )
            name = f"graph, {pairs} known"
            figures[name] = guesses.share_right(drawn.truth, known)
            figures[f"certainty of {name}"] = guesses.certainty
    return figures


def known_pair_figures(
    people: People,
    profile: Profile,
    records: int,
    seed: int,
    *,
    carried: Sequence[str] = (),
    slips: float = 0.0,
) -> dict[str, float]:
    """Known-pair regression on the whole list: share of the others that are named rightly.

    Returns:
        ``regression, 20 known`` and so on, and ``certainty of`` each. Numbers of pairs of which
        the list has not twice as many records are left out.
    """
    target, background, drawn = scene(
        people, profile, records, 1.0, seed, carried=carried, slips=slips
    )
    figures: dict[str, float] = {}
    for pairs in KNOWN:
        if 2 * pairs > len(target):
            continue
        known = drawn.draw_known(pairs, seed)
        guesses = regress_known_pairs(target, background, known, seed=seed)
        name = f"regression, {pairs} known"
        figures[name] = guesses.share_right(drawn.truth, known)
        figures[f"certainty of {name}"] = guesses.certainty
    return figures
