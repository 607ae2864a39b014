"""XOR-fold: the two halves of a filter, combined by exclusive or."""

from __future__ import annotations

import numpy as np

from linkage.harden.hardening import Hardening, HardeningInput, Values
from linkage.types import BitMatrix

__all__ = ["HARDENING"]


def _fold(filters: BitMatrix, _context: HardeningInput, _values: Values) -> BitMatrix:
    half = filters.bits // 2
    if half % 64:
        raise ValueError("only filters of a multiple of 128 bits can be folded")
    words = filters.words
    return BitMatrix(np.ascontiguousarray(words[:, : half // 64] ^ words[:, half // 64 :]), half)


HARDENING = Hardening(
    name="xor-fold",
    apply=_fold,
    parameters=(),
    source="Schnell and Borgs 2016, section 4.3",
    broken_by="Graph matching from 20 known pairs; known-pair regression.",
    randomness="none",
)
"""``B[:m/2] xor B[m/2:]``; half as long."""
