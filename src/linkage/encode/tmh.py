"""TMH: one bit for each of many keyed tabulation hashes, the lowest of the least hash value.

Bit ``j`` is the lowest bit of the minimum, over a record's tokens, of tabulation hash ``j``. Two
records agree in a bit where the same token has the minimum, and else by chance, so that
``2 * agreement - 1`` estimates the Jaccard similarity of their tokens (Li and Koenig 2010).

A token of weight ``w`` takes part as ``w`` tokens. It is hashed once to four bytes; hash ``j``
combines four entries of its own tables by exclusive or (Zobrist 1970).

Source: Smith 2017, "Secure pseudonymisation for privacy-preserving probabilistic record linkage".
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from linkage.encode.filter_input import EncodedFilter, FilterInput, set_bits
from linkage.encode.growing import GrowingRows
from linkage.encode.scheme import Scheme
from linkage.encode.token_unions import record_tokens_of
from linkage.harden.hardening import Parameter
from linkage.kernels.encode_choice import WEIGHT_BITS
from linkage.random_bits import RandomStream
from linkage.types import BitMatrix

__all__ = ["SCHEME", "encode_tmh", "tables_of", "tabulated"]

CHARACTERS = 4
"""Bytes of a token's hash, each of which has a table."""


def tables_of(stream: RandomStream, bits: int) -> NDArray[np.uint64]:
    """``(4, 256, bits)`` uint64: the tables, 64 random bits for each byte and hash.

    Entry ``[c, v, j]`` is the little-endian word ``j`` of the stream of token ``c || v``.
    """
    rows = [
        np.frombuffer(stream.read(bytes([character, value]), 8 * bits), dtype="<u8")
        for character in range(CHARACTERS)
        for value in range(256)
    ]
    return np.stack(rows).astype(np.uint64).reshape(CHARACTERS, 256, bits)


def tabulated(characters: NDArray[np.uint8], tables: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """``(tokens, bits)`` uint64: every hash of every token, from its four bytes."""
    values = tables[0][characters[:, 0]]
    for character in range(1, CHARACTERS):
        values = values ^ tables[character][characters[:, character]]
    return np.asarray(values)


def encode_tmh(task: FilterInput) -> EncodedFilter:
    """The minimum hash bits of every record; a record without tokens has the all-zero filter.

    Args:
        task: the filter to be made.

    Returns:
        The filters; the weights are the number of set bits.
    """
    tables = tables_of(RandomStream(task.subkeys.subkey(f"tmhtables-{task.name}")), task.bits)
    streams = {
        field.token_tag: RandomStream(task.subkeys.subkey(f"tmh-{task.name}", field.token_tag))
        for field in task.fields
    }
    hashes = GrowingRows((task.bits,), np.uint64)
    place: dict[int, int] = {}
    bits = np.zeros((len(task.records), task.bits), dtype=np.uint8)
    for rows, contents, starts, entries in record_tokens_of(task):
        for entry in np.unique(entries).tolist():
            if entry in place:
                continue
            tag, text = contents[entry >> WEIGHT_BITS]
            weight = entry & (1 << WEIGHT_BITS) - 1
            # As many tokens as it weighs; the least of their hashes stands for all of them.
            first = streams[tag].read(text, CHARACTERS * weight)
            characters = np.frombuffer(first, dtype=np.uint8).reshape(weight, CHARACTERS)
            place[entry] = len(hashes)
            hashes.extend(tabulated(characters, tables).min(axis=0)[None])
        numbers = np.array([place[entry] for entry in entries.tolist()], dtype=np.int64)
        for record, (start, end) in enumerate(itertools.pairwise(starts.tolist())):
            if end > start:
                least = hashes.rows[numbers[start:end]].min(axis=0)
                bits[rows.start + record] = least & np.uint64(1)
    matrix = BitMatrix.packed(bits)
    return EncodedFilter(matrix, set_bits(matrix.words))


SCHEME = Scheme(
    name="tmh",
    encode=encode_tmh,
    measure="agreement",
    parameters={
        "bits": Parameter("l", 1024, "bits", "hashes, one bit each", 64, 65_536, multiple=64)
    },
    source="Smith 2017; Li and Koenig 2010",
    broken_by="Graph matching from 20 known pairs; known-pair regression.",
)
"""One-bit tabulation min-hash."""
