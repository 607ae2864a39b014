"""Resampling: a keyed choice of a filter's bits, in a keyed order."""

from __future__ import annotations

from linkage.harden.hardening import Hardening, HardeningInput, Parameter, Values
from linkage.random_bits import RandomNumbers, RandomStream
from linkage.types import BitMatrix

__all__ = ["HARDENING"]


def _resample(filters: BitMatrix, context: HardeningInput, values: Values) -> BitMatrix:
    length = int(values["l"])
    if length > filters.bits:
        raise ValueError("a filter has fewer bits than are to be chosen")
    stream = RandomStream(context.subkeys.subkey(f"resample-{context.name}"))
    order = RandomNumbers(stream, b"").permutation(filters.bits)[:length]
    return BitMatrix.packed(filters.unpacked()[:, order])


HARDENING = Hardening(
    name="resample",
    apply=_resample,
    parameters=(Parameter("l", 512, "bits", "bits that are kept", 64, multiple=64),),
    source="Durham et al. 2014, section 3.2 (bits sampled into a record's filter)",
    broken_by="Everything that breaks the filter; fewer bits only add noise.",
)
"""The first ``l`` places of a keyed permutation."""
