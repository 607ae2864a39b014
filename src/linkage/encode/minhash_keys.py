"""Min-hash keys: match keys for whatever a record and its copy with errors still share.

Slot ``j`` is a keyed hash of the ``t`` tokens that come first under ``t`` keyed orders of its own.
Two records have the same slot where all ``t`` orders begin with the same token in both: with
probability ``J^t``, ``J`` the Jaccard similarity of their tokens. Otherwise slots are unrelated:
unlike a bit, a slot says nothing of records that are merely somewhat alike. The share of equal
slots, to the power ``1/t``, estimates ``J``.

A token of weight ``w`` takes part as ``w`` tokens.

Sources: min-wise hashing, Broder 1997; concatenated to sharpen, Indyk and Motwani 1998; as
encodings of records, keyed: the match keys of this package.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.growing import GrowingRows
from linkage.encode.scheme import Scheme
from linkage.encode.token_unions import record_tokens_of
from linkage.harden.hardening import Parameter
from linkage.kernels.encode_choice import WEIGHT_BITS
from linkage.random_bits import RandomStream
from linkage.types import BitMatrix

__all__ = ["SCHEME", "SLOT_BITS", "encode_minhash_keys"]

SLOT_BITS = 16


def encode_minhash_keys(task: FilterInput) -> EncodedFilter:
    """The slots of every record; a record without tokens has the all-zero filter.

    Order ``h`` of slot ``j`` ranks tokens by word ``j * t + h`` of their streams (little-endian,
    32 bits; of a token of weight ``w`` the least of ``w`` such words, from streams of the token and
    its copy's number). The slot is the first two bytes of the stream of
    ``uint32_be(j)`` and the ``t`` least words, the lowest bit set if all are zero.

    Args:
        task: the filter to be made, 16 bits for every slot; its profile gives t (``layers``).

    Returns:
        The filters; the weights are the number of slots, or 0 for a record without tokens.
    """
    slots, layers = task.bits // SLOT_BITS, task.profile.layers
    streams = {
        field.token_tag: RandomStream(task.subkeys.subkey(f"minhash-{task.name}", field.token_tag))
        for field in task.fields
    }
    second = RandomStream(task.subkeys.subkey(f"minhashslots-{task.name}"))
    ranks = GrowingRows((slots * layers,), np.uint32)
    place: dict[int, int] = {}
    made = np.zeros((len(task.records), slots), dtype="<u2")
    known: dict[bytes, int] = {}
    for rows, contents, starts, entries in record_tokens_of(task):
        for entry in np.unique(entries).tolist():
            if entry not in place:
                place[entry] = len(ranks)
                tag, text = contents[entry >> WEIGHT_BITS]
                weight = entry & (1 << WEIGHT_BITS) - 1
                ranks.extend(_ranks(streams[tag], text, weight, slots * layers)[None])
        numbers = np.array([place[entry] for entry in entries.tolist()], dtype=np.int64)
        for record, (start, end) in enumerate(itertools.pairwise(starts.tolist())):
            if end > start:
                least = ranks.rows[numbers[start:end]].min(axis=0)
                made[rows.start + record] = _hashed(least.reshape(slots, layers), second, known)
    words = made.view("<u8").astype(np.uint64, copy=False)
    weights = np.where(made.any(axis=1), slots, 0).astype(np.uint16)
    return EncodedFilter(BitMatrix(np.ascontiguousarray(words), task.bits), weights)


def _ranks(stream: RandomStream, text: bytes, weight: int, number: int) -> NDArray[np.uint32]:
    copies = [
        np.frombuffer(stream.read(text + b"\0" + bytes([copy]), 4 * number), dtype="<u4")
        for copy in range(weight)
    ]
    return np.asarray(np.min(copies, axis=0), dtype=np.uint32)


def _hashed(least: NDArray[np.uint32], stream: RandomStream, known: dict[bytes, int]) -> list[int]:
    """Each slot's hash; equal slots of a list are hashed once."""
    rows = least.astype(">u4").tobytes()
    width = 4 * least.shape[1]
    values = []
    for slot in range(len(least)):
        text = slot.to_bytes(4, "big") + rows[slot * width : (slot + 1) * width]
        value = known.get(text)
        if value is None:
            value = int.from_bytes(stream.read(text, 2), "little") or 1
            known[text] = value
        values.append(value)
    return values


SCHEME = Scheme(
    name="minhash-keys",
    encode=encode_minhash_keys,
    measure="slot-jaccard",
    parameters={
        "layers": Parameter("t", 8, "orders", "tokens that a slot hashes", 1, 32),
        "bits": Parameter("l", 8192, "bits", "16 for every slot", 64, 65_536, multiple=64),
    },
    source="Broder 1997; Indyk and Motwani 1998",
    broken_by="Not attacked by others; known-pair regression at small t.",
)
"""Keyed hashes of min-wise samples."""
