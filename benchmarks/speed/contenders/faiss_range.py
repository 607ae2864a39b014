"""faiss: Hamming range search on a flat binary index, then the exact Dice of what it returns.

The radius covers the most distant pair that Dice allows. Queries go in batches of similar
numbers of set bits, each with a radius of its own, so that the superset stays small.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import faiss
import numpy as np
from benchmarks.speed.contenders.recheck import at_least, popcounts

BATCH = 1_000


def prepare(a: np.ndarray, b: np.ndarray) -> Callable[[float], tuple[np.ndarray, np.ndarray]]:
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(64 * b.shape[1])
    index.add(b.view(np.uint8))
    ones = popcounts(a)
    order = np.argsort(ones, kind="stable")
    queries, most = a[order].view(np.uint8), int(popcounts(b).max(initial=0))

    def search(threshold: float) -> tuple[np.ndarray, np.ndarray]:
        lefts, rights = [], []
        for start in range(0, len(a), BATCH):
            batch = order[start : start + BATCH]
            # a range search returns what is nearer than the radius
            radius = math.floor((1 - threshold) * (int(ones[batch[-1]]) + most) + 1e-6) + 1
            bounds, _, found = index.range_search(queries[start : start + BATCH], radius)
            lefts.append(np.repeat(batch, np.diff(bounds).astype(np.int64)))
            rights.append(found.astype(np.int64))
        return at_least(a, b, np.concatenate(lefts), np.concatenate(rights), threshold)

    return search
