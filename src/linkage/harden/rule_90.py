"""Rule 90: every bit becomes the exclusive or of its two neighbours, in a circle."""

from __future__ import annotations

import numpy as np

from linkage.harden.hardening import Hardening, HardeningInput, Values
from linkage.types import BitMatrix

__all__ = ["HARDENING"]


def _rule_90(filters: BitMatrix, _context: HardeningInput, _values: Values) -> BitMatrix:
    bits = filters.unpacked()
    return BitMatrix.packed(np.roll(bits, 1, axis=1) ^ np.roll(bits, -1, axis=1))


HARDENING = Hardening(
    name="rule-90",
    apply=_rule_90,
    parameters=(),
    source="Schnell and Borgs 2018 (after Wolfram 1983)",
    broken_by="Graph matching from 20 known pairs; known-pair regression.",
    randomness="none",
)
"""``b[i] = B[i - 1] xor B[i + 1]``. Without a key: whoever has the filters can do it too."""
