"""anonlink: what the field uses. Its input is a bitarray per record."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from anonlink.similarities import dice_coefficient_accelerated
from bitarray import bitarray


def prepare(a: np.ndarray, b: np.ndarray) -> Callable[[float], tuple[np.ndarray, np.ndarray]]:
    def bitarrays(words: np.ndarray) -> list[bitarray]:
        filters = []
        for row in words:
            one = bitarray(endian="little")
            one.frombytes(row.tobytes())
            filters.append(one)
        return filters

    lists = bitarrays(a), bitarrays(b)

    def search(threshold: float) -> tuple[np.ndarray, np.ndarray]:
        _, (left, right) = dice_coefficient_accelerated(lists, threshold)
        return np.array(left, np.int64), np.array(right, np.int64)

    return search
