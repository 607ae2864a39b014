"""CLK: one Bloom filter over all fields, filled by random hashing.

A token of weight ``w`` draws ``token_bits * w`` positions, with replacement, from its own
stream under its tag's subkey and sets those bits. Double hashing is not used: it adds
structure that pattern mining feeds on.

Sources: Schnell, Bachteler, Reiher 2011 (CLK); Schnell and Borgs 2016 (random hashing).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.encode.filter_input import EncodedFilter, FilterInput, pack_bits, set_bits
from linkage.encode.random_bits import RandomNumbers, RandomStream
from linkage.encode.tokens import token_matrix
from linkage.types import BitMatrix

__all__ = ["bloom_filters", "encode_clk"]


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

    Memory beside the result: ``bits / 8`` bytes for every distinct token and for every
    token of the 4,096 records that are filled at a time.

    Args:
        task: the filter to be made.
        bits: length of the Bloom filter, a multiple of 64.
        purpose: purpose of the tags' subkeys.

    Returns:
        ``(records, bits // 64)`` uint64.
    """
    matrix = token_matrix(task.records, task.fields)
    tags = {token.tag for token in matrix.tokens}
    streams = {tag: RandomStream(task.subkeys.subkey(purpose, tag)) for tag in tags}
    masks = np.zeros((len(matrix.tokens), bits), dtype=np.uint8)
    for mask, token in zip(masks, matrix.tokens, strict=True):
        numbers = RandomNumbers(streams[token.tag], token.content)
        mask[[numbers.below(bits) for _ in range(task.profile.token_bits * token.weight)]] = 1
    packed = pack_bits(masks)

    words = np.zeros((len(matrix), bits // 64), dtype=np.uint64)
    occupied, starts = matrix.occupied, matrix.starts
    for first in range(0, len(occupied), 4096):
        block = occupied[first : first + 4096]
        low, high = int(starts[block[0]]), int(starts[block[-1] + 1])
        # Records without tokens have no entries, so those of the block are adjacent.
        entries = packed[matrix.indices[low:high]]
        words[block] = np.bitwise_or.reduceat(entries, starts[block] - low, axis=0)
    return words
