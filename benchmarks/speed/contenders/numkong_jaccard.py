"""NumKong: the dense Jaccard matrix of a batch against all, packed; then a threshold in numpy.

Dice t is Jaccard t / (2 - t). Distances are float32, so pairs a hair below the threshold are
taken too and settled by their exact Dice.
"""

from __future__ import annotations

from collections.abc import Callable

import numkong
import numpy as np
from benchmarks.speed.contenders.recheck import at_least

BATCH = 256


def prepare(a: np.ndarray, b: np.ndarray) -> Callable[[float], tuple[np.ndarray, np.ndarray]]:
    queries = a.view(np.uint8)
    packed = numkong.hammings_pack(b.view(np.uint8), dtype="uint1")

    def search(threshold: float) -> tuple[np.ndarray, np.ndarray]:
        largest = np.float32(1 - threshold / (2 - threshold) + 1e-5)
        lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for start in range(0, len(a), BATCH):
            batch = queries[start : start + BATCH]
            distances = np.asarray(numkong.jaccards_packed(batch, packed))
            places = np.flatnonzero(distances.ravel() <= largest)
            lefts.append(start + places // len(b))
            rights.append(places % len(b))
        return at_least(a, b, np.concatenate(lefts), np.concatenate(rights), threshold)

    return search
