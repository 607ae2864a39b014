"""Our own search, through its public function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def prepare(
    a: np.ndarray, b: np.ndarray, *, mode: str = "exact", threads: int = 1
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    from linkage.compare import find_pairs
    from linkage.types import BitMatrix

    left, right = BitMatrix(a, 64 * a.shape[1]), BitMatrix(b, 64 * b.shape[1])

    def search(threshold: float, measure: str = "dice") -> tuple[np.ndarray, np.ndarray]:
        found = find_pairs(
            left, right, measure=measure, threshold=threshold, mode=mode, threads=threads
        )
        search.note = str(found.plan)
        return found.left, found.right

    return search
