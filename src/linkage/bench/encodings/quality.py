"""How well an encoding links: the figure that stands beside every figure of privacy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Profile
from linkage.attack.people import chosen_records, with_typing_errors
from linkage.bench.encodings.encoded import encode_all
from linkage.bench.encodings.people import People
from linkage.bench.evaluate import sweep_thresholds
from linkage.bench.in_process import NormalisedFolder
from linkage.compare.measures import MEASURES
from linkage.compare.score import score_histogram, score_pairs
from linkage.encode.catalogue import filters_of
from linkage.encode.filter_input import EncodedFilter
from linkage.errors import PolicyError
from linkage.link.score import score_candidates
from linkage.link.threshold import candidate_floor
from linkage.types import NormalisedList

__all__ = ["PRECISION", "best_mutual_f1", "list_recall", "mutual_f1"]

PRECISION = 0.95
MOST_EDITS = 3
SIZE = 2_000
ROWS = 256


def mutual_f1(people: People, profile: Profile, seed: int) -> float:
    """F1 of best mutual matches at the best threshold, on two lists that share half their people.

    2,000 + 2,000 records with 1,000 people on both (fewer where there are fewer people), each of
    whom has 0 to 3 slips on the second list.

    Args:
        people: where they come from.
        profile: the encoding.
        seed: who is drawn, the slips, and the key.
    """
    shared = min(SIZE // 2, len(people) // 3)
    order = np.random.default_rng([seed, 3]).permutation(len(people))
    first = people.take(order[: 2 * shared])
    second = _edited(people.take(order[shared : 3 * shared]), shared, seed)
    key = f"quality {seed}".encode()
    one = encode_all(first, people.rules, profile, key, b"first")
    other = encode_all(second, people.rules, profile, key, b"second")
    weights = [weight for *_, weight in filters_of(profile, people.rules)]
    similarity = between(one, other, profile, weights)
    truth = np.full(len(first), -1, dtype=np.int64)
    truth[shared : 2 * shared] = np.arange(shared)
    return best_mutual_f1(similarity, truth)


def _edited(common: NormalisedList, shared: int, seed: int) -> NormalisedList:
    """The people on both lists, with 0 to 3 slips each."""
    edits = np.random.default_rng([seed, 4]).integers(0, MOST_EDITS + 1, shared)
    for number in range(1, MOST_EDITS + 1):
        rows = np.flatnonzero(edits >= number)
        slipped = with_typing_errors(chosen_records(common, rows), 1.0, seed * 10 + number)
        fields = {name: list(column) for name, column in common.fields.items()}
        for name, column in slipped.fields.items():
            for row, value in zip(rows.tolist(), column, strict=True):
                fields[name][row] = value
        common = NormalisedList(
            common.rows, {name: tuple(column) for name, column in fields.items()}, common.strata
        )
    return common


def between(
    one: list[EncodedFilter], other: list[EncodedFilter], profile: Profile, weights: list[int]
) -> NDArray[np.float64]:
    """``(records, others)`` float64: the weighted mean of the filters' similarities."""
    total = np.zeros((len(one[0].matrix), len(other[0].matrix)))
    for left, right, weight in zip(one, other, weights, strict=True):
        words = np.concatenate([left.matrix.words, right.matrix.words])
        both = type(left.matrix)(words, left.matrix.bits)
        carried = np.concatenate([left.weights, right.weights])
        comparison = MEASURES[profile.measure](
            both, carried if profile.carries_weights else None, profile, None
        )
        for start in range(0, len(left.matrix), ROWS):
            stop = min(start + ROWS, len(left.matrix))
            tile = comparison.rows(start, stop).tile(0, len(both))
            total[start:stop] += weight * tile[:, len(left.matrix) :]
    return total / sum(weights)


def best_mutual_f1(similarity: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """F1 of the pairs that are each other's most similar, at the threshold that is best.

    Args:
        similarity: ``(records, others)``.
        truth: ``(records,)`` int64, the other record of the same person, -1 for none.

    >>> best_mutual_f1(np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]), np.array([0, 1, -1]))
    1.0
    """
    best, of_column = similarity.argmax(axis=1), similarity.argmax(axis=0)
    rows = np.arange(len(similarity))
    mutual = of_column[best] == rows
    score = similarity[rows, best][mutual]
    right = (best == truth)[mutual]
    order = np.argsort(-score, kind="stable")
    found = np.cumsum(right[order])
    true_pairs = int((truth >= 0).sum())
    # A threshold lies between two scores, so pairs of one score are taken together.
    last = np.append(np.diff(score[order]) != 0, True)
    f1 = 2 * found / (np.arange(1, len(found) + 1) + true_pairs)
    return float(f1[last].max()) if len(f1) else 0.0


def list_recall(
    lists: NormalisedFolder, people: People, profile: Profile, seed: int
) -> dict[str, float]:
    """Recall at precision .95 over all pairs of records of different lists, threshold by truth.

    Args:
        lists: the lists with their truth.
        people: gives the fields.
        profile: the encoding.
        seed: which key.

    Returns:
        ``similarity``: ranked by similarity alone. ``score``: ranked as the linkage unit ranks,
        0 where it refuses to tell matches from strangers.
    """
    filters = encode_all(lists.records, people.rules, profile, f"lists {seed}".encode())
    matrices = [each.matrix for each in filters]
    weights = np.stack([each.weights for each in filters], axis=1)
    filter_weights = [weight for *_, weight in filters_of(profile, people.rules)]
    carried = weights if profile.carries_weights else None
    counted = score_histogram(
        matrices, lists.lists, profile=profile, filter_weights=filter_weights, weights=carried
    )
    every = counted.histogram_between + counted.histogram_within
    floor = candidate_floor(every, counted.bin_edges, len(lists.lists))
    pairs = score_pairs(
        matrices,
        lists.lists,
        profile=profile,
        filter_weights=filter_weights,
        weights=carried,
        floor=floor,
    ).pairs
    apart = pairs.where(lists.lists[pairs.left] != lists.lists[pairs.right])
    same = lists.entity[apart.left] == lists.entity[apart.right]
    swept = sweep_thresholds(apart.score, same, lists.true_pairs)
    try:
        own = score_candidates(pairs, lists.lists, floor=floor)
    except PolicyError:
        return {"similarity": swept.recall_at(PRECISION)[0], "score": 0.0}
    right = lists.entity[own.pairs.left] == lists.entity[own.pairs.right]
    scored = sweep_thresholds(own.fit.log_odds[own.between], right[own.between], lists.true_pairs)
    return {"similarity": swept.recall_at(PRECISION)[0], "score": scored.recall_at(PRECISION)[0]}
