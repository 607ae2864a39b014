"""Comparing records: the search for similar pairs, and the scores of all pairs of k lists."""

from __future__ import annotations

from linkage.compare.find import find_pairs, plan_search, stream_pairs
from linkage.compare.plan import SearchPlan
from linkage.compare.score import ScoredPairs, score_histogram, score_pairs
from linkage.compare.searching import FoundPairs
from linkage.compare.tasks import SearchProgress

__all__ = [
    "FoundPairs",
    "ScoredPairs",
    "SearchPlan",
    "SearchProgress",
    "find_pairs",
    "plan_search",
    "score_histogram",
    "score_pairs",
    "stream_pairs",
]
