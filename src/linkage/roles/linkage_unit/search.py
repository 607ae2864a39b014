"""All candidate pairs of the opened lists, within and between."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES
from linkage.compare.score import ScoredPairs, score_histogram, score_pairs
from linkage.link.threshold import candidate_floor
from linkage.roles.linkage_unit.common import concatenated
from linkage.types import EncodedList

__all__ = ["search_candidates"]


def search_candidates(
    opened: Sequence[EncodedList],
    agreement: Agreement,
    *,
    at_most: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[ScoredPairs, float]:
    """Candidate pairs, and the similarity down to which they are kept.

    Two passes over all pairs: the first only counts scores, which tells where to cut off.

    Args:
        opened: the lists; records are numbered one list after the other.
        agreement: names the profile and the filters' weights.
        at_most: the cut lies no higher than this.
        progress: called with the share done, 0 to 1.

    Raises:
        UsageError: E210 too many candidate pairs.
    """
    lists = np.repeat(np.arange(len(opened), dtype=np.int64), [len(encoded) for encoded in opened])
    profile = PROFILES[agreement.encoding.profile]
    filters = concatenated(opened)
    weights = (
        np.concatenate([encoded.weights for encoded in opened if encoded.weights is not None])
        if profile.carries_weights
        else None
    )

    def half(begun: float) -> Callable[[int, int], None] | None:
        if progress is None:
            return None
        return lambda done, total: progress(begun + 0.5 * done / max(total, 1))

    counted = score_histogram(
        filters,
        lists,
        profile=profile,
        filter_weights=agreement.filter_weights,
        weights=weights,
        progress=half(0.0),
    )
    every = counted.histogram_between + counted.histogram_within
    floor = candidate_floor(every, counted.bin_edges, len(lists))
    if at_most is not None:
        floor = min(floor, at_most)
    found = score_pairs(
        filters,
        lists,
        profile=profile,
        filter_weights=agreement.filter_weights,
        weights=weights,
        floor=floor,
        progress=half(0.5),
    )
    return found, floor
