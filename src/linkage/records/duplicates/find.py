"""Rows of one list that look like one person: proposed to its owner, never merged by itself."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.records.duplicates.blocks import candidate_pairs
from linkage.records.duplicates.distinct import DistinctRecords, distinct_records
from linkage.records.duplicates.groups import group_pairs
from linkage.records.duplicates.levels import compare_pairs, feature_names
from linkage.records.duplicates.library import plaintext_library
from linkage.records.duplicates.weights import fit_weights, match_probability
from linkage.records.duplicates.words import reasons
from linkage.types import NormalisedList

__all__ = ["LEAST_PROBABILITY", "Proposal", "propose_duplicates"]

LEAST_PROBABILITY = 0.5
"""Rows are proposed where they are as likely one person as not, or likelier."""

STRANGERS = 100_000
"""Pairs drawn at random to see how often strangers agree."""

_SEED = 20_240_607  # the same list gives the same proposals


@dataclass(frozen=True, slots=True)
class Proposal:
    """Rows that look like one person. It holds no value of any record.

    Attributes:
        rows: two rows or more, as the spreadsheet shows them, rising.
        probability: how probable it is that they are one person, by the weights of the list.
        why: in words, what they have in common and what not.
    """

    rows: tuple[int, ...]
    probability: float
    why: str


def propose_duplicates(records: NormalisedList, rules: Sequence[FieldRule]) -> tuple[Proposal, ...]:
    """Find rows of one list that look like one person.

    Pairs that share a key (:mod:`.blocks`) are compared field by field (:mod:`.levels`), what
    agreement is worth is fitted to the list (:mod:`.weights`), and pairs become groups without
    chaining (:mod:`.groups`). A missing field counts neither for nor against. The order of the
    rows does not matter.

    Args:
        records: the normalised list.
        rules: the agreement's fields.

    Returns:
        The proposals, in the order of their first rows. No row is in two of them.

    Raises:
        UsageError: E222 the extra ``duplicates`` is not installed.
    """
    plaintext_library()
    distinct = distinct_records(records, rules)
    pairs = candidate_pairs(distinct)
    repeated = [place for place, rows in enumerate(distinct.rows) if len(rows) > 1]
    pairs = np.concatenate([pairs, np.array([repeated, repeated], dtype=np.int64).T])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    if not len(pairs):
        return ()
    names = feature_names(distinct)
    kind_of = {rule.name: rule.kind for rule in rules}
    kinds = ["name" if not name else kind_of[name] for name in names]
    levels = compare_pairs(distinct, pairs)
    strangers = compare_pairs(distinct, _random_pairs(len(distinct)))
    every_pair = max(1.0, len(records) * (len(records) - 1) / 2)
    weight = fit_weights(levels, strangers, kinds, every_pair).of(levels)
    probability = match_probability(weight, every_pair)
    proposals = [
        Proposal(
            rows=_rows(distinct, group.members),
            probability=group.probability,
            why=reasons(levels[list(group.pairs)], kinds, names),
        )
        for group in group_pairs(pairs, probability, LEAST_PROBABILITY)
    ]
    return tuple(sorted(proposals, key=lambda proposal: proposal.rows))


def _rows(distinct: DistinctRecords, members: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(itertools.chain.from_iterable(distinct.rows[each] for each in members)))


def _random_pairs(records: int) -> NDArray[np.int64]:
    """``(pairs, 2)`` int64: all pairs of a short list, or some drawn at random."""
    if records * (records - 1) // 2 <= STRANGERS:
        return np.column_stack(np.triu_indices(records, k=1)).astype(np.int64)
    drawn = np.random.default_rng(_SEED).integers(0, records, size=(STRANGERS, 2))
    return np.asarray(drawn[drawn[:, 0] != drawn[:, 1]])
