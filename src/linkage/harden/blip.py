"""BLIP: every bit is replaced by a coin with a given probability, once and for all.

The noise is a function of the data owner's private key and the record, so that encoding again
gives the same bits and an average over several encodings tells nothing. Two owners' noise is
independent, and so is that of two records.
"""

from __future__ import annotations

import numpy as np

from linkage.harden.hardening import Hardening, HardeningInput, Parameter, Values
from linkage.random_bits import RandomStream
from linkage.types import BitMatrix

__all__ = ["HARDENING", "SHARES"]

SHARES = 1 << 16
"""The probability is rounded to a multiple of 1 / 65,536."""


def _blip(filters: BitMatrix, context: HardeningInput, values: Values) -> BitMatrix:
    if context.private is None:
        raise ValueError("noise needs subkeys of the data owner alone")
    stream = RandomStream(context.private.subkey(f"blip-{context.name}"))
    bits, threshold = filters.bits, round(values["f"] * SHARES)
    words = filters.words.copy()
    for record in np.flatnonzero(words.any(axis=1)).tolist():
        row = int(context.rows[record]).to_bytes(8, "big")
        noise = stream.read(row, 2 * bits + bits // 8)
        chosen = np.frombuffer(noise[: 2 * bits], dtype="<u2") < threshold
        replaced = np.packbits(chosen, bitorder="little").view("<u8").astype(np.uint64)
        coins = np.frombuffer(noise[2 * bits :], dtype="<u8").astype(np.uint64)
        words[record] = words[record] & ~replaced | coins & replaced
    return BitMatrix(words, bits)


HARDENING = Hardening(
    name="blip",
    apply=_blip,
    parameters=(
        Parameter("f", 0.1, "probability", "that a bit is replaced by a coin", 0, 1, multiple=0),
    ),
    source="Alaggan, Gambs and Kermarrec 2012; Erlingsson, Pihur and Korolova 2014, section 2",
    broken_by="Graph matching from 20 known pairs up to f = 0.3, from 100 at f = 0.5.",
    randomness="owner",
    flip_rate=lambda values: round(values["f"] * SHARES) / SHARES / 2,
)
"""Permanent randomised response: a bit is wrong with probability f / 2."""
