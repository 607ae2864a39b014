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

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.encode.filter_input import EncodedFilter, FilterInput, set_bits
from linkage.encode.growing import GrowingRows
from linkage.encode.scheme import Scheme
from linkage.encode.token_blocks import TokenReader
from linkage.harden.hardening import Parameter
from linkage.kernels.encode_choice import load_encode_kernels
from linkage.random_bits import RandomStream
from linkage.types import BitMatrix

__all__ = ["SCHEME", "encode_saul"]


def encode_saul(task: FilterInput) -> EncodedFilter:
    """The SAUL filter of every record.

    Memory beside the result: ``t * l / 8`` bytes for each distinct token's random bits (2 KiB
    at t = 4, l = 4,096). They are as secret as the key: in memory only while this runs.

    Args:
        task: the filter to be made; its profile gives t (``layers``).

    Returns:
        The filters; the weights are the number of set bits.
    """
    layers, bits, records = task.profile.layers, task.bits, len(task.records)
    kernels = load_encode_kernels(task.kernels, records * layers * bits // 64)
    reader = TokenReader(task.records, task.fields, kernels)
    streams = {
        field.token_tag: RandomStream(task.subkeys.subkey(f"saul-{task.name}", field.token_tag))
        for field in task.fields
    }
    ties = RandomStream(task.subkeys.subkey(f"saulties-{task.name}"))
    coins = _token_bits([("", b"")], {"": ties}, layers, bits)[0]
    random = GrowingRows((layers, bits // 64), np.uint64)
    words = np.empty((records, bits // 64), dtype=np.uint64)
    for rows, tokens in reader.blocks():
        random.extend(_token_bits(reader.contents[len(random) :], streams, layers, bits))
        kernels.vote(tokens, random.rows, coins, words[rows])
        task.progress(rows.stop / records)
    return EncodedFilter(BitMatrix(words, bits), set_bits(words))


def _token_bits(
    contents: Sequence[tuple[str, bytes]],
    streams: Mapping[str, RandomStream],
    layers: int,
    bits: int,
) -> NDArray[np.uint64]:
    """``(contents, layers, bits // 64)``: the beginning of each token's stream."""
    rows = b"".join(streams[tag].read(content, layers * bits // 8) for tag, content in contents)
    words = np.frombuffer(rows, dtype="<u8").astype(np.uint64, copy=False)
    return words.reshape(len(contents), layers, bits // 64)


SCHEME = Scheme(
    name="saul",
    encode=encode_saul,
    measure="cosine",
    parameters={
        "layers": Parameter("t", 4, "layers", "majority votes that a bit combines", 1, 16),
        "bits": Parameter("l", 4096, "bits", "length of a filter", 64, 65_536, multiple=64),
    },
    source="Armknecht and Schaefer, PoPETs 2026(2)",
    broken_by="Up to t = 2 by graph matching from 20 known pairs; t = 3 by some 2,000 known pairs.",
)
"""Exclusive or of majority votes."""
