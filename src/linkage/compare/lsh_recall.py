"""How many tables, keyed by how many bits: chosen from the recall that is asked for.

A key is ``key_bits`` positions of the filter, drawn evenly and without replacement, without
regard to the data; every table draws its own. Two filters that differ in ``d`` of ``bits``
share a key with probability ``C(bits - d, k) / C(bits, k)``, over the draw, whatever the
filters are; and are found if they share one of ``L``, with probability ``1 - (1 - p)^L``.

Because the draw ignores the data the recall holds for data of every kind. Positions whose bits
are rarely set make larger buckets; drawing fewer of those would make the chance depend on
where a pair differs and not only on in how many bits, so it is not done: a longer key costs
less.

The recall is a mean over draws. Pairs that differ in the same bits, such as those whose day of
birth is wrong by one, are found or missed together, so one draw scatters about it more than so
many independent pairs would: ask for a little more than is needed.

Source: Indyk and Motwani, Approximate nearest neighbors, STOC 1998; Gionis, Indyk and Motwani,
Similarity search in high dimensions via hashing, VLDB 1999, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MOST_KEY_BITS",
    "MOST_SKETCH_WORDS",
    "MOST_TABLES",
    "SKETCH_LOSS",
    "LshParameters",
    "choose_parameters",
    "expected_recall",
    "predicted_candidates",
    "table_recall",
]

MOST_KEY_BITS = 30
MOST_TABLES = 1000
MOST_SKETCH_WORDS = 3

SKETCH_LOSS = 1e-4
"""Probability that a pair at the threshold that shares a key is lost by its sketch."""

_RECORD_COST, _RECORD_COST_OF_BIT = 40.0, 0.01
"""Nanoseconds a record takes in a table, and further ones for every bit of its filter."""

_CANDIDATE_COST = 2.0
"""Nanoseconds for the sketches of two records, and for verifying the few that pass."""

_MATCH_COST, _MATCH_COST_OF_BIT = 60.0, 0.035
"""Nanoseconds for verifying a match in each table that it shares, as for a record."""


@dataclass(frozen=True, slots=True)
class LshParameters:
    """What a search by locality-sensitive hashing draws and how often.

    Attributes:
        key_bits: bits of a key, 1 to 30.
        tables: number of keys that each record has.
        seed: of the draw of positions, not negative.
        sketch_words: 64-bit words of a sketch, 1 to 3.
    """

    key_bits: int
    tables: int
    seed: int
    sketch_words: int


def table_recall(
    distances: NDArray[np.integer], key_bits: int, tables: int, bits: int
) -> NDArray[np.float64]:
    """Probability that pairs share a key in at least one table, over the draw of positions.

    Exact: one key's positions are distinct, so the number that differ is hypergeometric; the
    keys are independent.

    Args:
        distances: ``(pairs,)`` number of bits in which each pair differs, 0 to ``bits``.
        key_bits: positions of a key.
        tables: number of keys.
        bits: length of the filters.

    >>> table_recall(np.array([0, 16, 64]), 2, 1, 64).round(4).tolist()
    [1.0, 0.5595, 0.0]
    """
    with np.errstate(divide="ignore"):
        missed = tables * np.log1p(-_share_a_key(distances, key_bits, bits))
    return np.asarray(-np.expm1(missed))


def predicted_candidates(
    parameters: LshParameters,
    random_distances: NDArray[np.integer],
    bits: int,
    records_a: int,
    records_b: int | None,
) -> float:
    """Pairs that share a key, over all tables: what the scan of the buckets compares.

    Args:
        parameters: bits of a key and number of tables.
        random_distances: ``(pairs,)`` differing bits of randomly drawn pairs. Few of a random
            sample are near, and those share most keys: take ten thousand or more.
        bits: length of the filters.
        records_a: records of one side.
        records_b: of the other; None for the pairs within one list.

    >>> p = LshParameters(key_bits=1, tables=10, seed=1, sketch_words=1)
    >>> predicted_candidates(p, np.array([32]), 64, 100, 100)
    50000.0
    """
    share = float(np.mean(_share_a_key(random_distances, parameters.key_bits, bits)))
    return parameters.tables * share * _pairs(records_a, records_b)


def choose_parameters(
    match_distances: NDArray[np.integer],
    random_distances: NDArray[np.integer],
    *,
    recall: float,
    bits: int,
    records_a: int,
    records_b: int | None,
    at_threshold: int | None = None,
    seed: int = 1,
) -> LshParameters:
    """The key length and number of tables with the least predicted cost for a recall.

    Args:
        match_distances: ``(pairs,)`` differing bits of a sample of presumed true matches.
        random_distances: ``(pairs,)`` differing bits of a sample of random pairs, see
            :func:`predicted_candidates`.
        recall: mean probability, over the matches, of being found; above 0 and less than
            0.9999, since a sketch loses up to :data:`SKETCH_LOSS`.
        bits: length of the filters, a multiple of 64.
        records_a: records of one side.
        records_b: of the other; None for the pairs within one list.
        at_threshold: differing bits of a pair at the threshold, in place of a sample of
            matches where there is none.
        seed: of the draw of positions.

    Returns:
        The parameters; where no 1,000 tables give that recall, those that come nearest to
        it. ``table_recall(match_distances, ...)`` says what they give.

    Raises:
        ValueError: for a recall out of range, or without any distances to go by.

    >>> near, far = np.array([40, 80]), np.array([350, 400, 450])
    >>> found = choose_parameters(near, far, recall=0.99, bits=1024, records_a=10**5,
    ...                           records_b=10**5)
    >>> found.key_bits, found.tables
    (19, 17)
    """
    if not 0.0 < recall < 1.0 - SKETCH_LOSS:
        raise ValueError("a recall lies above 0 and below 0.9999")
    if len(match_distances) == 0:
        if at_threshold is None:
            raise ValueError("without matches, the distance at the threshold is needed")
        match_distances = np.array([at_threshold])
    if len(random_distances) == 0:
        raise ValueError("the distances of random pairs are needed")
    matches, match_shares = _distribution(match_distances)
    strangers, stranger_shares = _distribution(random_distances)
    fewest = records_a if records_b is None else min(records_a, records_b)
    build = (_RECORD_COST + _RECORD_COST_OF_BIT * bits) * (records_a + (records_b or 0))
    best, least = (1, MOST_TABLES), np.inf
    for key_bits in range(1, min(MOST_KEY_BITS, bits) + 1):
        tables = _fewest_tables(matches, match_shares, key_bits, bits, recall / (1.0 - SKETCH_LOSS))
        if tables is None:
            continue
        strange = float(stranger_shares @ _share_a_key(strangers, key_bits, bits))
        matching = float(match_shares @ _share_a_key(matches, key_bits, bits))
        cost = tables * (
            build
            + _CANDIDATE_COST * strange * _pairs(records_a, records_b)
            + (_MATCH_COST + _MATCH_COST_OF_BIT * bits) * matching * fewest
        )
        if cost < least:
            best, least = (key_bits, tables), cost
    return LshParameters(*best, seed=seed, sketch_words=min(MOST_SKETCH_WORDS, bits // 64))


def expected_recall(
    found_distances: NDArray[np.integer], parameters: LshParameters, bits: int
) -> float:
    """Estimated share of *all* pairs over the threshold that a search has found.

    A pair that is found with probability ``p`` stands for ``1 / p`` pairs (Horvitz and
    Thompson, JASA 47, 1952), so the recall is the number found by their sum.

    Args:
        found_distances: ``(pairs,)`` differing bits of every pair found.
        parameters: with which they were found.
        bits: length of the filters.

    Returns:
        0 to 1; not a number where nothing was found, which says nothing about recall.

    >>> expected_recall(np.array([0, 16]), LshParameters(2, 1, 1, 1), 64)  # 2 / (1 + 1 / 0.56)
    0.717...
    """
    if len(found_distances) == 0:
        return float("nan")
    distances, shares = _distribution(found_distances)
    found = table_recall(distances, parameters.key_bits, parameters.tables, bits)
    return (1.0 - SKETCH_LOSS) / float(np.sum(shares / found))


def _share_a_key(distances: NDArray[np.integer], key_bits: int, bits: int) -> NDArray[np.float64]:
    same = bits - np.asarray(distances, dtype=np.float64)
    probability = np.ones(same.shape)
    for drawn in range(key_bits):
        probability *= np.maximum(same - drawn, 0.0) / (bits - drawn)
    return probability


def _fewest_tables(
    distances: NDArray[np.int64],
    shares: NDArray[np.float64],
    key_bits: int,
    bits: int,
    recall: float,
) -> int | None:
    def reached(tables: int) -> bool:
        return float(shares @ table_recall(distances, key_bits, tables, bits)) >= recall

    low, high = 0, MOST_TABLES  # not reached with `low`, reached with `high`
    if not reached(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _distribution(
    distances: NDArray[np.integer],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    distinct, counts = np.unique(distances, return_counts=True)
    return distinct.astype(np.int64), counts / len(distances)


def _pairs(records_a: int, records_b: int | None) -> float:
    if records_b is None:
        return records_a * (records_a - 1) / 2
    return float(records_a) * records_b
