"""ELD: a Bloom filter whose bits are diffused by a keyed linear map.

Bit ``j`` of the result is the exclusive or of ``t`` distinct positions of the Bloom filter,
the *taps* of ``j``, which depend on the key alone. Taps are dealt like cards from a shuffled
deck of all positions, and a new shuffled deck follows when one is used up, so that every
position is used equally often (to within one).

Source: Armknecht, Heng, Schnell, PoPETs 2023(1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.encode.clk import bloom_filters
from linkage.encode.filter_input import EncodedFilter, FilterInput, set_bits
from linkage.encode.random_bits import RandomNumbers, RandomStream
from linkage.kernels.encode_choice import load_encode_kernels
from linkage.types import BitMatrix

__all__ = ["draw_taps", "encode_eld"]

RECORDS_PER_BLOCK = 8192


def encode_eld(task: FilterInput) -> EncodedFilter:
    """The diffused filter of every record; a record without tokens has the all-zero filter.

    Args:
        task: the filter to be made; its profile gives the Bloom filter's length
            (``source_bits``), the bits per token (``token_bits``) and t (``layers``).

    Returns:
        The filters; the weights are the set bits of the Bloom filter before diffusion.
    """
    profile = task.profile
    source = bloom_filters(task, profile.source_bits, f"eld-{task.name}")
    task.progress(0.3)
    key = RandomStream(task.subkeys.subkey(f"eldtaps-{task.name}"))
    taps = draw_taps(RandomNumbers(key, b""), profile.source_bits, task.bits, profile.layers)
    task.progress(0.4)
    words = np.empty((len(source), task.bits // 64), dtype=np.uint64)
    kernels = load_encode_kernels(task.kernels, words.size)
    for start in range(0, len(source), RECORDS_PER_BLOCK):
        block = slice(start, start + RECORDS_PER_BLOCK)
        kernels.diffuse(source[block], taps, words[block])
        task.progress(0.4 + 0.6 * min(start + RECORDS_PER_BLOCK, len(source)) / len(source))
    return EncodedFilter(BitMatrix(words, task.bits), set_bits(source))


def draw_taps(numbers: RandomNumbers, source_bits: int, bits: int, taps: int) -> NDArray[np.int64]:
    """The positions that each bit of the result combines.

    A deck is a permutation of all positions. Each draw takes the first card of the deck
    that the bit does not have yet; an empty deck is replaced by the next permutation.

    Args:
        numbers: the source of the permutations.
        source_bits: length of the Bloom filter, at least ``taps``.
        bits: length of the result.
        taps: positions for each bit.

    Returns:
        ``(bits, taps)`` int64, the positions of a row distinct.
    """
    deck: list[int] = []
    rows = np.empty((bits, taps), dtype=np.int64)
    for row in rows:
        drawn: list[int] = []
        while len(drawn) < taps:
            if not deck:
                deck = numbers.permutation(source_bits)
            drawn.append(deck.pop(next(at for at, card in enumerate(deck) if card not in drawn)))
        row[:] = drawn
    return rows
