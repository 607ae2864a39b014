"""SAUL(t, l): majority votes of the tokens' random bits, combined by exclusive or.

For each layer ``h`` and position ``j`` every token ``w`` has a keyed random bit
``r_hj(w)``, and ``v_hj = [sum over w of weight(w) * (2 r_hj(w) - 1) > 0]``; an exact tie
gives a keyed coin that is the same for all records. The filter's bit ``j`` is the
exclusive or of ``v_hj`` over the layers. Two records agree in ``(1 + c) / 2`` of the bits,
where ``c`` is about the ``t``-th power of ``1 - 2 theta / pi`` and ``cos(theta)`` is the
cosine of their weighted token sets. A record without tokens has the all-zero filter, which
stands for "nothing to compare" (an all-coin pattern would make empty records look alike).

Source: Armknecht and Schaefer, PoPETs 2026(2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.encode.filter_input import EncodedFilter, FilterInput, pack_bits, set_bits
from linkage.encode.random_bits import RandomStream, SubkeySource
from linkage.encode.tokens import Token, TokenMatrix, token_matrix
from linkage.types import BitMatrix

__all__ = ["encode_saul"]

TABLE_BYTES = 16 << 20
"""Most memory that one table of signed token weights takes."""
RECORDS_PER_BLOCK = 4096
_INT8_TOTAL = 126  # a sum and the coin stay within int8 up to this total weight


def encode_saul(task: FilterInput) -> EncodedFilter:
    """The SAUL filter of every record.

    Memory beside the result: ``tokens * t * l / 8`` bytes for the tokens' random bits (2 KiB
    for each distinct token at t = 4, l = 4,096), three tables of at most 16 MiB, and
    ``4,096 * l`` bytes for a block of records.

    Args:
        task: the filter to be made; its profile gives t (``layers``).

    Returns:
        The filters; the weights are the number of set bits.
    """
    matrix = token_matrix(task.records, task.fields)
    layers, bits = task.profile.layers, task.bits
    random = _token_bits(matrix.tokens, task.subkeys, f"saul-{task.name}", layers * bits)
    random = random.reshape(len(matrix.tokens), layers, bits // 8)
    coins = RandomStream(task.subkeys.subkey(f"saulties-{task.name}")).bits(b"", layers * bits)
    coins = coins.reshape(layers, bits // 8)
    weights = np.array([token.weight for token in matrix.tokens], dtype=np.int8)
    large = _large_totals(matrix, weights)

    words = np.zeros((len(task.records), bits // 64), dtype=np.uint64)
    width = _block_width(len(matrix.tokens), bits)
    steps = layers * -(-bits // width)
    for layer in range(layers):
        for start in range(0, bits, width):
            piece = slice(start // 8, min(start + width, bits) // 8)
            signs = _unpack(random[:, layer, piece]).view(np.int8) * 2 - 1
            coin = _unpack(coins[layer, piece][np.newaxis])[0].view(np.int8)
            _vote(
                matrix,
                large,
                signs * weights[:, np.newaxis],
                coin,
                words[:, start // 64 : (start + width) // 64],
            )
            task.progress((layer * (steps // layers) + start // width + 1) / steps)
    return EncodedFilter(BitMatrix(words, bits), set_bits(words))


def _token_bits(
    tokens: tuple[Token, ...], subkeys: SubkeySource, purpose: str, length: int
) -> NDArray[np.uint8]:
    """``(tokens, length // 8)`` uint8: each token's stream under its tag's subkey."""
    streams = {
        tag: RandomStream(subkeys.subkey(purpose, tag)) for tag in {token.tag for token in tokens}
    }
    # Tokens that differ in weight alone share a stream.
    rows = np.empty((len(tokens), length // 8), dtype=np.uint8)
    first: dict[tuple[str, bytes], int] = {}
    for row, token in enumerate(tokens):
        same = first.setdefault((token.tag, token.content), row)
        rows[row] = rows[same] if same != row else streams[token.tag].bits(token.content, length)
    return rows


def _large_totals(matrix: TokenMatrix, weights: NDArray[np.int8]) -> NDArray[np.bool_]:
    """``(records,)`` bool: whether a record's sums may need more than int8."""
    ends = np.concatenate([[0], np.cumsum(weights[matrix.indices], dtype=np.int64)])
    totals = ends[matrix.starts[1:]] - ends[matrix.starts[:-1]]
    return np.asarray(totals > _INT8_TOTAL)


def _block_width(tokens: int, bits: int) -> int:
    """Bits of a filter that are voted on at a time, so that the table stays within bounds."""
    width = TABLE_BYTES // max(tokens, 1) // 64 * 64
    return max(64, min(width, bits))


def _unpack(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.unpackbits(np.ascontiguousarray(packed), axis=1, bitorder="little")


def _vote(
    matrix: TokenMatrix,
    large: NDArray[np.bool_],
    table: NDArray[np.int8],
    coin: NDArray[np.int8],
    words: NDArray[np.uint64],
) -> None:
    """One layer's votes on some positions, combined into ``words`` by exclusive or."""
    starts, indices = matrix.starts, matrix.indices
    for first in range(0, len(matrix.occupied), RECORDS_PER_BLOCK):
        block = matrix.occupied[first : first + RECORDS_PER_BLOCK]
        votes = np.empty((len(block), len(coin)), dtype=np.bool_)
        for place, record in enumerate(block):
            tokens = indices[starts[record] : starts[record + 1]]
            kind = np.int32 if large[record] else np.int8
            sums = np.add.reduce(table[tokens], axis=0, dtype=kind)
            # A sum is a whole number: adding the coin (0 or 1) decides ties and no others.
            np.greater(sums + coin, 0, out=votes[place])
        words[block] ^= pack_bits(votes)
