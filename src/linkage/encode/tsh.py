"""TSH: the columns of several Bloom filters, each hashed with its place.

A token sets one bit in each of ``k`` bit vectors of ``m`` columns. What a column holds over the
vectors, unless it is nothing, becomes a keyed number. Two records share a number where a column
is the same in both, and are compared by Dice over their sets of numbers.

A filter here has a slot of 32 bits for every column, all zeros where the column is empty, so that
"the same number" is "the same slot".

Source: Ranbaduge and Schnell, CIKM 2020, "Securing Bloom filters for PPRL" (two-step hashing).
"""

from __future__ import annotations

import itertools

import numpy as np

from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.scheme import Scheme
from linkage.encode.token_unions import record_tokens_of
from linkage.harden.hardening import Parameter
from linkage.kernels.encode_choice import WEIGHT_BITS
from linkage.random_bits import RandomStream, numbers_below
from linkage.types import BitMatrix

__all__ = ["SCHEME", "SLOT_BITS", "encode_tsh"]

SLOT_BITS = 32
MOST_VECTORS = 32


def encode_tsh(task: FilterInput) -> EncodedFilter:
    """The hashed columns of every record; a record without tokens has the all-zero filter.

    Column ``c`` with pattern ``p`` gives the first four bytes of the stream of
    ``uint32_be(c) || uint64_be(p)``, the lowest bit set so that no number is zero.

    Args:
        task: the filter to be made, 32 bits for every column; its profile gives the number of
            bit vectors (``token_bits``). A token of weight ``w`` sets ``w`` bits in each.

    Returns:
        The filters; the weights are the number of columns that are not empty.
    """
    columns, vectors = task.bits // SLOT_BITS, task.profile.token_bits
    streams = {
        field.token_tag: RandomStream(task.subkeys.subkey(f"tsh-{task.name}", field.token_tag))
        for field in task.fields
    }
    second = RandomStream(task.subkeys.subkey(f"tshcolumns-{task.name}"))
    places: dict[int, np.ndarray] = {}
    known: dict[int, int] = {}
    slots = np.zeros((len(task.records), columns), dtype="<u4")
    shift = np.arange(vectors, dtype=np.uint64)
    for rows, contents, starts, entries in record_tokens_of(task):
        for entry in np.unique(entries).tolist():
            if entry not in places:
                tag, text = contents[entry >> WEIGHT_BITS]
                weight = entry & (1 << WEIGHT_BITS) - 1
                drawn = numbers_below([(streams[tag], text)], columns, vectors * weight)
                places[entry] = drawn.reshape(weight, vectors)
        for record, (start, end) in enumerate(itertools.pairwise(starts.tolist())):
            pattern = np.zeros(columns, dtype=np.uint64)
            for entry in entries[start:end].tolist():
                bit = np.broadcast_to(np.uint64(1) << shift, places[entry].shape)
                np.bitwise_or.at(pattern, places[entry].ravel(), bit.ravel())
            for column in np.flatnonzero(pattern).tolist():
                key = column << 64 | int(pattern[column])
                number = known.get(key)
                if number is None:
                    text = column.to_bytes(4, "big") + int(pattern[column]).to_bytes(8, "big")
                    number = int.from_bytes(second.read(text, 4), "little") | 1
                    known[key] = number
                slots[rows.start + record, column] = number
    words = slots.view("<u8").astype(np.uint64, copy=False)
    weights = np.count_nonzero(slots, axis=1).astype(np.uint16)
    return EncodedFilter(BitMatrix(np.ascontiguousarray(words), task.bits), weights)


SCHEME = Scheme(
    name="tsh",
    encode=encode_tsh,
    measure="slots",
    parameters={
        "token_bits": Parameter("k", 10, "bits", "bit vectors", 1, MOST_VECTORS),
        "bits": Parameter("l", 16_384, "bits", "32 for every column", 64, 65_536, multiple=64),
    },
    source="Ranbaduge and Schnell 2020",
    broken_by="Graph matching and known pairs: likeness is all there.",
    strangers_alike=True,  # two columns may have the same pattern from different tokens
)
"""Two-step hashing."""
