"""Comparing every record with every other: similarities and the exact all-pairs search."""

from __future__ import annotations

from linkage.compare.search import SearchResult, find_pairs, score_histogram

__all__ = ["SearchResult", "find_pairs", "score_histogram"]
