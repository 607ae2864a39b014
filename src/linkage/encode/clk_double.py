"""CLK by double hashing, plain and enhanced: for comparison and interoperability, not for use.

A token's positions are ``h1 + i * h2`` modulo the length (Kirsch and Mitzenmacher 2006), or with
``(i^3 - i) / 6`` added (Dillinger and Manolios 2004): two numbers settle all of them, and that
structure is what pattern mining feeds on. Use ``clk``, which draws every position.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.encode.clk import CLK_PARAMETERS
from linkage.encode.filter_input import EncodedFilter, FilterInput, set_bits
from linkage.encode.scheme import Scheme
from linkage.encode.token_unions import united
from linkage.random_bits import RandomStream, numbers_below
from linkage.types import BitMatrix

__all__ = ["DOUBLE", "ENHANCED", "double_positions"]

WEAK = "Everything that breaks a CLK; its few patterns also help pattern mining."


def double_positions(
    first: NDArray[np.int64], second: NDArray[np.int64], count: int, bits: int, *, enhanced: bool
) -> NDArray[np.int64]:
    """The positions of tokens from their two numbers.

    Args:
        first: ``(tokens,)``, 0 to ``bits - 1``.
        second: ``(tokens,)``, 0 to ``bits - 1``.
        count: positions of a token.
        bits: length of the filter.
        enhanced: whether ``(i^3 - i) / 6`` is added.

    Returns:
        ``(tokens, count)`` int64.

    >>> double_positions(np.array([5]), np.array([3]), 4, 64, enhanced=True).tolist()
    [[5, 8, 12, 18]]
    """
    i = np.arange(count, dtype=np.int64)
    positions = first[:, None] + i * second[:, None]
    if enhanced:
        positions = positions + (i**3 - i) // 6
    return np.asarray(positions % bits)


def _encode(task: FilterInput, *, enhanced: bool) -> EncodedFilter:
    name = "clk-enhanced-double" if enhanced else "clk-double"
    bits = task.bits
    streams = {
        field.token_tag: RandomStream(task.subkeys.subkey(f"{name}-{task.name}", field.token_tag))
        for field in task.fields
    }

    def masks(contents: Sequence[tuple[str, bytes]], weight: int) -> NDArray[np.uint8]:
        numbers = numbers_below([(streams[tag], text) for tag, text in contents], bits, 2)
        count = task.profile.token_bits * weight
        places = double_positions(numbers[:, 0], numbers[:, 1], count, bits, enhanced=enhanced)
        made = np.zeros((len(contents), bits), dtype=np.uint8)
        made[np.arange(len(contents))[:, None], places] = 1
        return made

    matrix = BitMatrix.packed(united(task, bits, masks))
    return EncodedFilter(matrix, set_bits(matrix.words))


def encode_double(task: FilterInput) -> EncodedFilter:
    """A CLK by double hashing; a record without tokens has the all-zero filter."""
    return _encode(task, enhanced=False)


def encode_enhanced_double(task: FilterInput) -> EncodedFilter:
    """A CLK by enhanced double hashing; a record without tokens has the all-zero filter."""
    return _encode(task, enhanced=True)


DOUBLE = Scheme(
    name="clk-double",
    encode=encode_double,
    measure="dice",
    parameters=CLK_PARAMETERS,
    source="Kirsch and Mitzenmacher 2006; Schnell, Bachteler and Reiher 2009",
    broken_by=WEAK,
)
"""Positions ``h1 + i * h2``."""

ENHANCED = Scheme(
    name="clk-enhanced-double",
    encode=encode_enhanced_double,
    measure="dice",
    parameters=CLK_PARAMETERS,
    source="Dillinger and Manolios 2004",
    broken_by=WEAK,
)
"""Positions ``h1 + i * h2 + (i^3 - i) / 6``."""
