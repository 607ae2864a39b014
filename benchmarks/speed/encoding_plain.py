"""Every profile done plainly: each token of each record hashed anew, in Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.encode.eld import draw_taps
from linkage.encode.filter_input import FilterInput
from linkage.encode.tokens import Token, record_tokens
from linkage.random_bits import RandomNumbers, RandomStream
from linkage.types import BitMatrix

__all__ = ["encode_plainly"]

Streams = dict[str, RandomStream]


def encode_plainly(task: FilterInput) -> NDArray[np.uint64]:
    """``(records, bits // 64)`` uint64: the same bits as the package makes."""
    scheme = task.profile.scheme
    tags = {field.token_tag for field in task.fields}
    streams = {tag: RandomStream(task.subkeys.subkey(f"{scheme}-{task.name}", tag)) for tag in tags}
    encode = {"clk": _clk, "eld": _eld, "saul": _saul}[scheme](task, streams)
    columns = [task.records.fields[field.name] for field in task.fields]
    bits = [encode(record_tokens(task.fields, row)) for row in zip(*columns, strict=True)]
    return BitMatrix.packed(np.array(bits, dtype=np.uint8)).words


def _bloom(task: FilterInput, streams: Streams, length: int, tokens: Sequence[Token]) -> list[int]:
    bits = [0] * length
    for token in tokens:
        numbers = RandomNumbers(streams[token.tag], token.content)
        for _ in range(task.profile.token_bits * token.weight):
            bits[numbers.below(length)] = 1
    return bits


def _clk(task: FilterInput, streams: Streams) -> Callable[[Sequence[Token]], list[int]]:
    return lambda tokens: _bloom(task, streams, task.bits, tokens)


def _eld(task: FilterInput, streams: Streams) -> Callable[[Sequence[Token]], NDArray[np.uint8]]:
    length, count = task.profile.source_bits, task.profile.layers
    key = RandomStream(task.subkeys.subkey(f"eldtaps-{task.name}"))
    taps = draw_taps(RandomNumbers(key, b""), length, task.bits, count)

    def encode(tokens: Sequence[Token]) -> NDArray[np.uint8]:
        source = np.array(_bloom(task, streams, length, tokens), dtype=np.uint8)
        return np.bitwise_xor.reduce(source[taps], axis=1)

    return encode


def _saul(task: FilterInput, streams: Streams) -> Callable[[Sequence[Token]], NDArray[np.uint8]]:
    layers, bits = task.profile.layers, task.bits
    ties = RandomStream(task.subkeys.subkey(f"saulties-{task.name}"))
    coins = np.unpackbits(ties.bits(b"", layers * bits), bitorder="little")

    def encode(tokens: Sequence[Token]) -> NDArray[np.uint8]:
        sums = np.zeros(layers * bits, dtype=np.int32)
        for token in tokens:
            random = streams[token.tag].bits(token.content, layers * bits)
            signs = np.unpackbits(random, bitorder="little").astype(np.int32) * 2 - 1
            sums += token.weight * signs
        votes = np.where(sums == 0, coins, sums > 0).astype(np.uint8).reshape(layers, bits)
        return np.bitwise_xor.reduce(votes, axis=0) * bool(tokens)

    return encode
