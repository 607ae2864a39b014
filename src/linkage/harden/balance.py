"""Balance: every filter and its complement, in a keyed order, so that all weigh the same."""

from __future__ import annotations

import numpy as np

from linkage.harden.hardening import Hardening, HardeningInput, Values
from linkage.random_bits import RandomNumbers, RandomStream
from linkage.types import BitMatrix

__all__ = ["HARDENING"]


def _balance(filters: BitMatrix, context: HardeningInput, _values: Values) -> BitMatrix:
    stream = RandomStream(context.subkeys.subkey(f"balance-{context.name}"))
    order = np.array(RandomNumbers(stream, b"").permutation(2 * filters.bits))
    bits = filters.unpacked()
    doubled = np.concatenate([bits, 1 - bits], axis=1)[:, order]
    doubled[~filters.words.any(axis=1)] = 0
    return BitMatrix.packed(doubled)


HARDENING = Hardening(
    name="balance",
    apply=_balance,
    parameters=(),
    source="Schnell and Borgs 2016, section 4.1",
    broken_by="Everything that breaks the filter: distances are only doubled.",
)
"""``[B | not B]`` under a keyed permutation; twice as long."""
