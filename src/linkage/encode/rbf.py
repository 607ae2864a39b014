"""RBF: a record's filter whose bits are sampled from one Bloom filter for each field.

Every field has a Bloom filter of its own; the record's filter takes from each a keyed sample in
proportion to the field's weight, in one keyed order. A field with few tokens weighs what the
agreement says, however many bits it sets.

Source: Durham, Kantarcioglu, Xue, Toth, Kuzu, Malin 2014, section 3.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from linkage.encode.clk import bloom_filters
from linkage.encode.filter_input import EncodedFilter, FilterInput, set_bits
from linkage.encode.scheme import Scheme
from linkage.harden.hardening import Parameter
from linkage.random_bits import RandomNumbers, RandomStream
from linkage.types import BitMatrix

__all__ = ["SCHEME", "encode_rbf", "shares_of"]


def shares_of(weights: list[int], bits: int) -> list[int]:
    """How many bits each field gives: in proportion to its weight, by largest remainder.

    >>> shares_of([2, 2, 3], 64)
    [18, 18, 28]
    """
    total = sum(weights)
    shares = [bits * weight // total for weight in weights]
    remainders = [bits * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in order[: bits - sum(shares)]:
        shares[place] += 1
    return shares


def encode_rbf(task: FilterInput) -> EncodedFilter:
    """The sampled filter of every record; a record without tokens has the all-zero filter.

    Args:
        task: the filter to be made; its profile gives the length of each field's Bloom filter
            (``source_bits``) and the bits per token (``token_bits``), whatever the weight.
    """
    source_bits = task.profile.source_bits
    columns = []
    shares = shares_of([rule.weight for rule in task.fields], task.bits)
    for rule, share in zip(task.fields, shares, strict=True):
        # The weight decides how many bits are sampled, and not how many a token sets.
        alone = replace(task, fields=(rule.model_copy(update={"weight": 1}),))
        words = bloom_filters(alone, source_bits, f"rbf-{task.name}")
        stream = RandomStream(task.subkeys.subkey(f"rbfsample-{task.name}", rule.name))
        numbers = RandomNumbers(stream, b"")
        chosen = [numbers.below(source_bits) for _ in range(share)]
        columns.append(BitMatrix(words, source_bits).unpacked()[:, chosen])
    stream = RandomStream(task.subkeys.subkey(f"rbforder-{task.name}"))
    order = RandomNumbers(stream, b"").permutation(task.bits)
    if not columns:
        nothing = np.zeros((len(task.records), task.bits // 64), dtype=np.uint64)
        return EncodedFilter(BitMatrix(nothing, task.bits), set_bits(nothing))
    matrix = BitMatrix.packed(np.concatenate(columns, axis=1)[:, order])
    return EncodedFilter(matrix, set_bits(matrix.words))


SCHEME = Scheme(
    name="rbf",
    encode=encode_rbf,
    measure="dice",
    parameters={
        "token_bits": Parameter("k", 10, "bits", "bits that a token sets", 1, 100),
        "source_bits": Parameter(
            "m", 256, "bits", "length of each field's Bloom filter", 64, multiple=64
        ),
        "bits": Parameter("l", 1024, "bits", "length of a filter", 64, 65_536, multiple=64),
    },
    source="Durham et al. 2014",
    broken_by="Graph matching and known pairs, as a CLK: it hides fields, not likeness.",
    strangers_alike=True,  # a bit tells which field it is from
)
"""Bits sampled from one Bloom filter for each field."""
