"""Rows of bits combined, compiled, and ELD's diffusion.

The combining is written as vector instructions, see :mod:`linkage.kernels.llvm_words`.
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
from linkage.kernels.llvm_words import I64, cgutils, load, pointer, store

__all__ = ["LANES", "diffuse", "unite_rows"]

LANES = 8
"""Words of 64 bits in one vector."""
GROUP = LANES
"""Words of 64 records that are diffused side by side."""

VECTOR = ir.VectorType(I64, LANES)


if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]

    def _combining(operation: str) -> Any:
        combine = np.bitwise_xor if operation == "xor" else np.bitwise_or

        def plain(
            table: Any, rows: Any, begin: int, end: int, offset: int, out: Any, at: int
        ) -> None:
            piece = slice(offset, offset + LANES)
            out[at, piece] = combine.reduce(table[rows[begin:end], piece], axis=0)

        return plain

else:

    def _combining(operation: str) -> Any:
        @intrinsic
        def combine(
            typing_context: Any,  # noqa: ARG001
            table: Any,
            rows: Any,
            begin: Any,  # noqa: ARG001
            end: Any,  # noqa: ARG001
            offset: Any,  # noqa: ARG001
            out: Any,
            at: Any,  # noqa: ARG001
        ) -> Any:
            def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                kinds = signature.args
                data = pointer(context, builder, kinds[0], arguments[0])
                numbers = pointer(context, builder, kinds[1], arguments[1])
                result = pointer(context, builder, kinds[5], arguments[5])
                begin, end, offset, at = (arguments[i] for i in (2, 3, 4, 6))
                width, out_width = (
                    cgutils.unpack_tuple(
                        builder, context.make_array(kinds[i])(context, builder, arguments[i]).shape
                    )[1]
                    for i in (0, 5)
                )
                union = cgutils.alloca_once_value(builder, ir.Constant(VECTOR, [0] * LANES))
                with cgutils.for_range(builder, builder.sub(end, begin), intp=I64) as loop:
                    row = builder.load(builder.gep(numbers, [builder.add(begin, loop.index)]))
                    place = builder.add(builder.mul(row, width), offset)
                    piece = load(builder, data, place, VECTOR)
                    found = getattr(builder, operation)(builder.load(union), piece)
                    builder.store(found, union)
                place = builder.add(builder.mul(at, out_width), offset)
                store(builder, result, place, builder.load(union))
                return context.get_dummy_value()

            number = types.int64
            return types.void(table, rows, number, number, number, out, number), generate

        return combine


unite_rows = _combining("or_")
"""Set eight words of a row of ``out`` to the union of the same words of rows of a table.

Arguments: ``table`` ``(rows, words)`` uint64; ``rows`` int64, of which ``begin`` to ``end``
(not included) are united; ``offset`` of the eight words; ``out`` ``(rows, words)`` uint64 and
its row ``at``. Tables are C-contiguous.
"""
xor_rows = _combining("xor")
"""As :data:`unite_rows`, but the exclusive or."""


def diffuse(source: NDArray[np.uint64], taps: NDArray[np.int64], words: NDArray[np.uint64]) -> None:
    """ELD's diffusion, see :class:`linkage.kernels.encode_choice.EncodeKernels`."""
    columns = np.empty((source.shape[1] * 64, GROUP), dtype=np.uint64)
    square = np.zeros((64, GROUP), dtype=np.uint64)
    _diffuse(source, taps.ravel(), taps.shape[1], words, columns, square)


@compiled
def _transpose(square: NDArray[np.uint64]) -> None:
    """Swap bit ``c`` of row ``r`` with bit ``r`` of row ``c``, in every column of words.

    Source: Warren, Hacker's Delight, 7-3.
    """
    step = 32
    mask = np.uint64(0xFFFFFFFF)
    while step:
        shift = np.uint64(step)
        for begin in range(0, 64, 2 * step):
            for k in range(begin, begin + step):
                for g in range(np.uint64(GROUP)):
                    swap = ((square[k, g] >> shift) ^ square[k + step, g]) & mask
                    square[k + step, g] ^= swap
                    square[k, g] ^= swap << shift
        step >>= 1
        mask ^= mask << np.uint64(step)


@compiled
def _diffuse(
    source: NDArray[np.uint64],
    taps: NDArray[np.int64],
    number: int,
    words: NDArray[np.uint64],
    columns: NDArray[np.uint64],
    square: NDArray[np.uint64],
) -> None:
    """With a bit of 512 records side by side, a tap is one exclusive or of eight words."""
    for first in range(0, source.shape[0], 64 * GROUP):
        records = min(64 * GROUP, source.shape[0] - first)
        for part in range(source.shape[1]):
            for r in range(records):
                square[r % 64, r // 64] = source[first + r, part]
            _transpose(square)
            for b in range(64):
                for g in range(GROUP):
                    columns[part * 64 + b, g] = square[b, g]
        for part in range(words.shape[1]):
            for b in range(64):
                at = (part * 64 + b) * number
                xor_rows(columns, taps, at, at + number, 0, square, b)
            _transpose(square)
            for r in range(records):
                words[first + r, part] = square[r % 64, r // 64]
