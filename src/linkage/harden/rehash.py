"""Re-hashing: the filter's windows are the tokens of a second filter."""

from __future__ import annotations

import numpy as np

from linkage.harden.hardening import Hardening, HardeningInput, Parameter, Values
from linkage.random_bits import RandomStream, numbers_below
from linkage.types import BitMatrix

__all__ = ["HARDENING"]


def _rehash(filters: BitMatrix, context: HardeningInput, values: Values) -> BitMatrix:
    window, step, length, count = (int(values[name]) for name in ("w", "s", "l", "k"))
    stream = RandomStream(context.subkeys.subkey(f"rehash-{context.name}"))
    bits = filters.unpacked()
    weights = 1 << np.arange(window, dtype=np.int64)
    out = np.zeros((len(filters), length), dtype=np.uint8)
    for start in range(0, filters.bits - window + 1, step):
        value = bits[:, start : start + window].astype(np.int64) @ weights
        distinct, place = np.unique(value, return_inverse=True)
        tokens = [
            (stream, start.to_bytes(4, "big") + number.to_bytes(8, "big"))
            for number in distinct.tolist()
        ]
        masks = np.zeros((len(distinct), length), dtype=np.uint8)
        masks[np.arange(len(distinct))[:, None], numbers_below(tokens, length, count)] = 1
        masks[distinct == 0] = 0  # an empty window has no token
        out |= masks[place]
    return BitMatrix.packed(out)


HARDENING = Hardening(
    name="rehash",
    apply=_rehash,
    parameters=(
        Parameter("w", 8, "bits", "length of a window", 2, 32),
        Parameter("s", 4, "bits", "from the start of a window to that of the next"),
        Parameter("l", 1024, "bits", "length of the second filter", 64, multiple=64),
        Parameter("k", 2, "bits", "bits that a window sets"),
    ),
    source="Schnell and Borgs 2016, section 4.4",
    broken_by="Not attacked in print; similar filters keep similar windows.",
)
"""A window's place and bits, if any is set, draw ``k`` positions of a filter of ``l`` bits."""
