"""What an empty filter counts as, beside the others of its record.

A filter without a bit (a record without a date, where dates have a filter of their own) says
nothing for or against a match. With similarity 0 it would speak against one: even strangers are
more alike. So it counts as what strangers are on average, which takes nothing from the evidence of
the other filters and adds nothing to it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Profile
from linkage.compare.measures import MEASURES
from linkage.kernels import Backend
from linkage.types import BitMatrix

__all__ = ["SAMPLE", "EmptyFilters", "empty_filters"]

SAMPLE = 1_000
"""Most records whose pairs the mean is taken over."""

_UNIT = 2**32  # sums of whole numbers do not depend on the order of the records
_ROWS = 128


@dataclass(frozen=True, slots=True, eq=False)
class EmptyFilters:
    """The records that lack one filter, and what it counts as in their pairs.

    Attributes:
        empty: ``(records,)`` whether the filter has no bit.
        similarity: mean similarity of two records that have it; 0 where no two do.
    """

    empty: NDArray[np.bool_]
    similarity: float

    def fill(self, tile: NDArray[np.float64], rows: slice, columns: slice) -> NDArray[np.float64]:
        """A tile of similarities, those of empty filters replaced."""
        lacking = self.empty[rows][:, None] | self.empty[columns][None, :]
        return np.where(lacking, self.similarity, tile) if lacking.any() else tile


def empty_filters(
    matrix: BitMatrix,
    weights: NDArray[np.uint16] | None,
    profile: Profile,
    use: Backend | None = None,
) -> EmptyFilters | None:
    """Which records lack a filter; None where all have it.

    The mean is over all pairs of at most :data:`SAMPLE` records, those with the lowest SHA-256 of
    their bits: a fair sample, and the same in whatever order the records come.

    Args:
        matrix: the filter of every record.
        weights: ``(records,)`` set bits before hardening, where the profile carries them.
        profile: names the measure and its parameters.
        use: kernels, see :func:`linkage.kernels.load_kernels`.

    >>> words = np.array([[3], [3], [0]], dtype=np.uint64)
    >>> from linkage.agreement.profiles import PROFILES
    >>> found = empty_filters(BitMatrix(words, 64), None, PROFILES["clk"])
    >>> found.empty.tolist(), found.similarity
    ([False, False, True], 1.0)
    """
    empty = np.asarray(~matrix.words.any(axis=1))
    if not empty.any():
        return None
    chosen = np.flatnonzero(~empty)
    if len(chosen) > SAMPLE:
        rows = matrix.words.astype("<u8")
        digests = [hashlib.sha256(rows[row].tobytes()).digest() for row in chosen.tolist()]
        lowest = sorted(range(len(chosen)), key=digests.__getitem__)[:SAMPLE]
        chosen = chosen[np.array(lowest, dtype=np.int64)]
    sample = matrix.take(chosen)
    taken = None if weights is None else weights[chosen]
    comparison = MEASURES[profile.measure](sample, taken, profile, use)
    total = 0
    for start in range(0, len(chosen), _ROWS):
        tile = comparison.rows(start, min(start + _ROWS, len(chosen))).tile(0, len(chosen))
        total += int(np.rint(tile * _UNIT).astype(np.int64).sum())
        total -= int(np.rint(np.diagonal(tile, start) * _UNIT).astype(np.int64).sum())
    pairs = len(chosen) * (len(chosen) - 1)
    return EmptyFilters(empty, total / pairs / _UNIT if pairs else 0.0)
