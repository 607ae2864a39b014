"""SAUL's majorities, compiled: counters of 64 positions in a word, vectors of words.

Eight rows at a time are added by vector instructions, see :mod:`linkage.kernels.llvm_words`.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.encode_choice import WEIGHT_BITS, TokenEntries
from linkage.kernels.llvm_words import I64, cgutils, full_adder, load, pointer, store

__all__ = ["vote"]

LANES = 8
"""Words of 64 bits in one vector."""
PIECE = 32
"""Words of a filter that are counted at a time: a table of them stays in cache."""

VECTOR = ir.VectorType(I64, LANES)


if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]

    def add_eight(table: Any, rows: Any, at: int, planes: Any, digit: int, top: int) -> None:
        """Add eight rows of bits, one after the other."""
        for row in rows[at : at + 8]:
            carry = table[row].copy()
            for plane in range(digit, top + 1):
                planes[plane], carry = planes[plane] ^ carry, planes[plane] & carry

else:

    @intrinsic
    def add_eight(
        typing_context: Any,  # noqa: ARG001
        table: Any,
        rows: Any,
        at: Any,  # noqa: ARG001
        planes: Any,
        digit: Any,  # noqa: ARG001
        top: Any,  # noqa: ARG001
    ) -> Any:
        """Add rows ``rows[at : at + 8]`` of a table of bits to counters that lie in planes.

        Bit ``p`` of every counter is in plane ``p``; the rows count ``2 ** digit`` each, and
        no counter reaches ``2 ** (top + 1)``. Seven full adders of five operations for eight
        rows, then half adders for the carry. ``table`` is ``(rows, 16)`` uint64, ``rows``
        int32, ``planes`` ``(digit + 3 or more, 16)`` uint64, all C-contiguous.
        """

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kinds = signature.args
            data = pointer(context, builder, kinds[0], arguments[0])
            numbers = pointer(context, builder, kinds[1], arguments[1])
            counters = pointer(context, builder, kinds[3], arguments[3])
            at, digit, top = arguments[2], arguments[4], arguments[5]
            lines = [
                builder.mul(
                    builder.zext(
                        builder.load(builder.gep(numbers, [builder.add(at, I64(i))])), I64
                    ),
                    I64(PIECE),
                )
                for i in range(8)
            ]
            base = builder.mul(digit, I64(PIECE))
            carried = []
            for offset in range(0, PIECE, LANES):

                def row(i: int, offset: int = offset) -> Any:
                    return load(builder, data, builder.add(lines[i], I64(offset)), VECTOR)

                places = [builder.add(base, I64(plane * PIECE + offset)) for plane in range(3)]
                ones, twos, fours = (load(builder, counters, place, VECTOR) for place in places)
                ones, a = full_adder(builder, ones, row(0), row(1))
                ones, b = full_adder(builder, ones, row(2), row(3))
                twos, c = full_adder(builder, twos, a, b)
                ones, a = full_adder(builder, ones, row(4), row(5))
                ones, b = full_adder(builder, ones, row(6), row(7))
                twos, d = full_adder(builder, twos, a, b)
                fours, eights = full_adder(builder, fours, c, d)
                for place, value in zip(places, (ones, twos, fours), strict=True):
                    store(builder, counters, place, value)
                carried.append(cgutils.alloca_once_value(builder, eights))
            first = builder.add(digit, I64(3))
            count = builder.sub(builder.add(top, I64(1)), first)
            with cgutils.for_range(builder, count, intp=I64) as loop:
                plane = builder.mul(builder.add(first, loop.index), I64(PIECE))
                for number, carry in enumerate(carried):
                    place = builder.add(plane, I64(number * LANES))
                    old, new = load(builder, counters, place, VECTOR), builder.load(carry)
                    store(builder, counters, place, builder.xor(old, new))
                    builder.store(builder.and_(old, new), carry)
            return context.get_dummy_value()

        return types.void(table, rows, types.int64, planes, types.int64, types.int64), generate


def vote(
    tokens: TokenEntries,
    random: NDArray[np.uint64],
    coins: NDArray[np.uint64],
    words: NDArray[np.uint64],
) -> None:
    """SAUL's majorities, see :class:`linkage.kernels.encode_choice.EncodeKernels`."""
    contents, records = len(random), len(words)
    digits = np.zeros(records * WEIGHT_BITS + 1, dtype=np.int64)
    totals = np.zeros(records, dtype=np.int64)
    _count_digits(tokens.starts, tokens.entries, digits, totals)
    # Eights are filled up with the number after the last content: its bits are zeros.
    rows = np.full(digits[-1], contents, dtype=np.int32)
    _sort_digits(tokens.starts, tokens.entries, digits, rows)
    piece = np.zeros((contents + 1, PIECE), dtype=np.uint64)
    coin = np.zeros(PIECE, dtype=np.uint64)
    planes = np.zeros((64, PIECE), dtype=np.uint64)
    words[:] = 0
    for layer in range(random.shape[1]):
        for begin in range(0, random.shape[2], PIECE):
            part = slice(begin, min(begin + PIECE, random.shape[2]))
            width = part.stop - begin
            piece[:contents, :width] = random[:, layer, part]
            coin[:width] = coins[layer, part]
            _vote(digits, rows, totals, piece, coin, planes, words, begin, width)


@compiled
def _count_digits(
    starts: NDArray[np.int64],
    entries: NDArray[np.int32],
    digits: NDArray[np.int64],
    totals: NDArray[np.int64],
) -> None:
    """Each record's total weight, and where its contents of one binary digit begin in a list.

    A content is listed once for each binary digit of its weight, in eights that are full.
    """
    for record in range(len(totals)):
        for k in range(starts[record], starts[record + 1]):
            weight = entries[k] & 15
            totals[record] += weight
            for digit in range(WEIGHT_BITS):
                digits[record * WEIGHT_BITS + digit + 1] += weight >> digit & 1
    for row in range(len(digits) - 1):
        digits[row + 1] = digits[row] + (digits[row + 1] + 7) // 8 * 8


@compiled
def _sort_digits(
    starts: NDArray[np.int64],
    entries: NDArray[np.int32],
    digits: NDArray[np.int64],
    rows: NDArray[np.int32],
) -> None:
    for record in range(len(starts) - 1):
        for digit in range(WEIGHT_BITS):
            fill = digits[record * WEIGHT_BITS + digit]
            for k in range(starts[record], starts[record + 1]):
                if entries[k] >> digit & 1:
                    rows[fill] = entries[k] >> WEIGHT_BITS
                    fill += 1


@compiled
def _vote(
    digits: NDArray[np.int64],
    rows: NDArray[np.int32],
    totals: NDArray[np.int64],
    piece: NDArray[np.uint64],
    coin: NDArray[np.uint64],
    planes: NDArray[np.uint64],
    words: NDArray[np.uint64],
    begin: int,
    width: int,
) -> None:
    """Count in 64 positions at a time: bit ``p`` of every count lies in plane ``p``.

    Counting begins so high that plane ``top`` tells whether the majority is reached, and one
    higher where the coin decides a tie.
    """
    every = np.uint64(0xFFFFFFFFFFFFFFFF)
    none = np.uint64(0)
    for record in range(len(totals)):
        total = totals[record]
        if total == 0:
            continue
        top = 0
        while total >> top:
            top += 1
        least = (1 << top) - total // 2 - 1
        tied = least + 1 - total % 2
        for plane in range(max(top, WEIGHT_BITS + 1) + 1):
            low = every if least >> plane & 1 else none
            high = every if tied >> plane & 1 else none
            for w in range(np.uint64(PIECE)):
                planes[plane, w] = low ^ ((low ^ high) & coin[w])
        for digit in range(WEIGHT_BITS):
            row = record * WEIGHT_BITS + digit
            for k in range(digits[row], digits[row + 1], 8):
                add_eight(piece, rows, k, planes, digit, top)
        for w in range(width):
            words[record, begin + w] ^= planes[top, w]
