"""CLK: one Bloom filter over all fields, filled by random hashing.

A token of weight ``w`` draws ``token_bits * w`` positions, with replacement, from its own
stream under its tag's subkey and sets those bits. Double hashing is not used: it adds
structure that pattern mining feeds on.

Sources: Schnell, Bachteler, Reiher 2011 (CLK); Schnell and Borgs 2016 (random hashing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.encode.filter_input import EncodedFilter, FilterInput, pack_bits, set_bits
from linkage.encode.growing import GrowingRows
from linkage.encode.random_bits import RandomStream, numbers_below
from linkage.encode.token_blocks import TokenReader
from linkage.kernels.encode_choice import WEIGHT_BITS, load_encode_kernels
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

    Each distinct token is hashed once, to a mask; a record's filter is the union of its
    masks. The masks are as secret as the key: they are in memory only while this runs.
    Memory beside the result: ``bits / 8`` bytes for every distinct token and weight.

    Args:
        task: the filter to be made.
        bits: length of the Bloom filter, a multiple of 64.
        purpose: purpose of the tags' subkeys.

    Returns:
        ``(records, bits // 64)`` uint64.
    """
    kernels = load_encode_kernels(task.kernels, len(task.records) * bits // 64)
    reader = TokenReader(task.records, task.fields, kernels)
    streams = {
        field.token_tag: RandomStream(task.subkeys.subkey(purpose, field.token_tag))
        for field in task.fields
    }
    draws = [task.profile.token_bits * weight for weight in reader.weights]
    kinds = np.zeros(1 << WEIGHT_BITS, dtype=np.int64)
    kinds[list(reader.weights)] = np.arange(len(draws))
    masks = GrowingRows((len(draws), bits // 64), np.uint64)
    words = np.empty((len(task.records), bits // 64), dtype=np.uint64)
    for rows, tokens in reader.blocks():
        masks.extend(_masks(reader.contents[len(masks) :], streams, draws, bits))
        kernels.combine_masks(tokens, masks.rows, kinds, words[rows])
    return words


def _masks(
    contents: Sequence[tuple[str, bytes]],
    streams: Mapping[str, RandomStream],
    draws: Sequence[int],
    bits: int,
) -> NDArray[np.uint64]:
    """``(contents, draws, bits // 64)``: each token's mask by each number of positions."""
    masks = np.zeros((len(contents) * len(draws), bits), dtype=np.uint8)
    most = max(draws, default=0)
    tokens = [(streams[tag], content) for tag, content in contents]
    positions = numbers_below(tokens, bits, most)
    for kind, number in enumerate(draws):
        rows = np.arange(kind, len(masks), len(draws))
        masks[rows[:, np.newaxis], positions[:, :number]] = 1
    return pack_bits(masks).reshape(len(contents), len(draws), bits // 64)
