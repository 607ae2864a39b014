"""FPSim2: its Dice search over fingerprints in memory, one query at a time.

The engine itself reads fingerprints of molecules from a file; arbitrary ones are given to the
compiled function that it calls, in the layout it uses (id, words, set bits; sorted by set
bits), with the bounds of set bits it would derive.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from benchmarks.speed.contenders.recheck import popcounts
from FPSim2.FPSim2lib import GenericSearch

DICE = 1
ALL = 0


def prepare(a: np.ndarray, b: np.ndarray) -> Callable[[float], tuple[np.ndarray, np.ndarray]]:
    def fingerprints(words: np.ndarray) -> np.ndarray:
        ones = popcounts(words).astype(np.uint64)
        ids = np.arange(len(words), dtype=np.uint64)
        return np.column_stack([ids, words, ones])

    queries, stored = fingerprints(a), fingerprints(b)
    stored = np.ascontiguousarray(stored[np.argsort(stored[:, -1], kind="stable")])
    ones = stored[:, -1].astype(np.int64)

    def search(threshold: float) -> tuple[np.ndarray, np.ndarray]:
        # Dice of two filters is at most 2 min / (sum of their set bits)
        counts = queries[:, -1].astype(np.int64)
        least = np.searchsorted(ones, np.floor(counts * threshold / (2 - threshold)))
        most = np.searchsorted(ones, np.ceil(counts * (2 - threshold) / threshold), "right")
        lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for place, query in enumerate(queries):
            start, end = int(least[place]), int(most[place])
            if start == end:
                continue
            found = GenericSearch(query, stored, threshold, ALL, DICE, start, end)
            if len(found):
                rights.append(found["mol_id"].astype(np.int64))
                lefts.append(np.full(len(found), place, np.int64))
        return np.concatenate(lefts), np.concatenate(rights)

    return search
