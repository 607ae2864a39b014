"""What missed links make of a person: several people, each on fewer lists.

``matrix[seen, true]`` is the expected number of people of history ``seen`` that one person of
history ``true`` becomes. Its columns sum to more than 1: who is split is counted more than once.

Source: derived and checked by simulation (benchmarks/linkage_error); compare Di Consiglio and Tuoto
2018; de Wolf, van der Laan and Zult 2019; Zult et al. 2021.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["pairwise_split", "record_split"]

Floats = NDArray[np.float64]


def pairwise_split(missed: Floats) -> Floats:
    """Records of one person are linked pair by pair; people are what hangs together.

    Args:
        missed: ``(lists, lists)`` symmetric, probability that a true pair of two lists is not
            linked, independently of the others.

    Returns:
        ``(2**lists, 2**lists)`` float64, by histories as masks; row and column 0 are 0.

    >>> pairwise_split(np.array([[0.0, 0.1], [0.1, 0.0]]))[1:, 3].round(3).tolist()
    [0.1, 0.1, 0.9]
    """
    lists = len(missed)
    size = 1 << lists
    whole = _connected(missed)
    matrix = np.zeros((size, size))
    for true in range(1, size):
        seen = true
        while seen:
            matrix[seen, true] = whole[seen] * _all_missed(missed, seen, true ^ seen)
            seen = (seen - 1) & true
    return matrix


def _all_missed(missed: Floats, one: int, other: int) -> float:
    """Probability that no record of one set of lists is linked to one of another."""
    left = [i for i in range(len(missed)) if one >> i & 1]
    right = [j for j in range(len(missed)) if other >> j & 1]
    return float(missed[np.ix_(left, right)].prod())


def _connected(missed: Floats) -> Floats:
    """For each set of lists, the probability that its records of one person hang together."""
    size = 1 << len(missed)
    whole = np.zeros(size)
    for mask in range(1, size):
        first = mask & -mask
        rest = mask ^ first
        apart, part = 0.0, rest
        # All proper subsets with the first list: its component, and nothing of the rest linked.
        while True:
            component = first | (rest ^ part)
            if component != mask:
                apart += whole[component] * _all_missed(missed, component, mask ^ component)
            if not part:
                break
            part = (part - 1) & rest
        whole[mask] = 1.0 - apart
    return whole


def record_split(unlinkable: Floats) -> Floats:
    """Some records cannot be linked to any; all others of a person are linked.

    Args:
        unlinkable: ``(lists,)``, probability that a record of a list cannot be linked.

    Returns:
        ``(2**lists, 2**lists)`` float64, by histories as masks; row and column 0 are 0.

    >>> record_split(np.array([0.1, 0.0]))[1:, 3].round(3).tolist()
    [0.1, 0.1, 0.9]
    """
    lists = len(unlinkable)
    size = 1 << lists
    matrix = np.zeros((size, size))
    for true in range(1, size):
        members = [i for i in range(lists) if true >> i & 1]
        for bad in range(1 << len(members)):
            dirty = [members[p] for p in range(len(members)) if bad >> p & 1]
            clean = [i for i in members if i not in dirty]
            chance = float(np.prod(unlinkable[dirty]) * np.prod(1 - unlinkable[clean]))
            if clean:
                matrix[sum(1 << i for i in clean), true] += chance
            for i in dirty:
                matrix[1 << i, true] += chance
    return matrix
