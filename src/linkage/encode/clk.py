"""CLK: one Bloom filter over all fields, filled by random hashing.

A token of weight ``w`` draws ``token_bits * w`` positions, with replacement, from its own
stream under its tag's subkey and sets those bits. Double hashing is not used: it adds
structure that pattern mining feeds on.

Sources: Schnell, Bachteler, Reiher 2011 (CLK); Schnell and Borgs 2016 (random hashing).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.encode.filter_input import EncodedFilter, FilterInput, set_bits
from linkage.encode.scheme import Scheme
from linkage.encode.token_masks import filter_words
from linkage.harden.hardening import Parameter
from linkage.kernels.encode_choice import load_encode_kernels
from linkage.random_bits import RandomStream
from linkage.types import BitMatrix

__all__ = ["CLK_PARAMETERS", "SCHEME", "bloom_filters", "encode_clk"]


def encode_clk(task: FilterInput) -> EncodedFilter:
    """The CLK of every record; a record without tokens has the all-zero filter.

    Args:
        task: the filter to be made; its profile gives the bits per token (``token_bits``).

    Returns:
        The filters; the weights are the number of set bits.
    """
    words = bloom_filters(task, task.bits, f"clk-{task.name}")
    task.progress(1.0)
    return EncodedFilter(BitMatrix(words, task.bits), set_bits(words))


def bloom_filters(task: FilterInput, bits: int, purpose: str) -> NDArray[np.uint64]:
    """Every record's Bloom filter, packed.

    Each distinct token is hashed once, to a mask; a record's filter is the union of its
    masks. The masks are as secret as the key: they are in memory only while this runs.
    Memory beside the result: ``bits / 8`` bytes for every distinct token and weight, and for
    every distinct code, year and day.

    Args:
        task: the filter to be made.
        bits: length of the Bloom filter, a multiple of 64.
        purpose: purpose of the tags' subkeys.

    Returns:
        ``(records, bits // 64)`` uint64.
    """
    streams = {
        field.token_tag: RandomStream(task.subkeys.subkey(purpose, field.token_tag))
        for field in task.fields
    }
    return filter_words(
        task.records,
        task.fields,
        streams,
        bits=bits,
        token_bits=task.profile.token_bits,
        kernels=load_encode_kernels(task.kernels, len(task.records) * bits // 64),
    )


CLK_PARAMETERS = {
    "token_bits": Parameter("k", 10, "bits", "bits that a token of weight 1 sets", 1, 100),
    "bits": Parameter("l", 1024, "bits", "length of a filter", 64, 65_536, multiple=64),
}
"""Those of every Bloom filter."""

SCHEME = Scheme(
    name="clk",
    encode=encode_clk,
    measure="dice",
    parameters=CLK_PARAMETERS,
    source="Schnell, Bachteler and Reiher 2011; random hashing: Schnell and Borgs 2016",
    broken_by="Everything published: graph matching needs not one known pair.",
)
"""One Bloom filter over all fields."""
