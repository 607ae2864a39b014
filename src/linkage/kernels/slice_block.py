"""The vector instructions under the search: bit-sliced counters over planes of columns.

Written as LLVM instructions, since numba's own loops keep no counters in vector registers; they
are plain logical operations, in the vector width of the processor that numba compiles for. With
``NUMBA_DISABLE_JIT=1`` the same functions are plain Python. Nothing is checked here.
"""

from __future__ import annotations

import importlib
from typing import Any

import llvmlite.binding
import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from linkage.kernels.slices import VECTOR_WORDS

cgutils: Any = importlib.import_module("numba.core.cgutils")  # numba is not typed

__all__ = ["GROUP", "LANES", "LONG_GROUP", "PLANES", "WORDS", "count_misses", "near_lanes", "ones"]


def _has_feature(feature: str) -> bool:
    """Whether numba compiles for a processor with this feature, by LLVM's name for it."""
    chosen = numba.config.CPU_FEATURES  # type: ignore[attr-defined]
    if chosen is not None:
        return f"+{feature}" in str(chosen).split(",")
    return bool(llvmlite.binding.get_host_cpu_features().get(feature, False))


WORDS = VECTOR_WORDS or (8 if _has_feature("avx512f") else 4)
"""64-bit words of a plane: a vector register, or two or four where they are shorter."""
LANES = 64 * WORDS
"""Columns of a tile."""
PLANES = 8
"""Digits of a short counter, which holds limits up to 255."""
GROUP = 16
"""Positions that a short counter takes at a time."""
LONG_GROUP = 64
"""Positions that a long counter takes at a time."""

_LEVELS, _LONG_LEVELS, _LONG_PLANES = 4, 6, 16
_I32, _I64, _I16 = ir.IntType(32), ir.IntType(64), ir.IntType(16)
_PLANE = ir.VectorType(_I64, WORDS)
_WHOLE = ir.IntType(LANES)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any = None) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return data if at is None else builder.gep(data, [at])


def _constant(value: int) -> Any:
    return ir.Constant(_PLANE, [value] * WORDS)


def _splat(builder: Any, value: Any) -> Any:
    single = builder.insert_element(ir.Constant(_PLANE, ir.Undefined), value, _I32(0))
    zeros = ir.Constant(ir.VectorType(_I32, WORDS), [0] * WORDS)
    return builder.shuffle_vector(single, single, zeros)


def _full_adder(builder: Any, x: Any, y: Any, z: Any) -> tuple[Any, Any]:
    """Sum and carry of three planes; one instruction each where there is a ternary one."""
    if WORDS == 8 and _has_feature("avx512f"):
        kind = ir.FunctionType(_PLANE, [_PLANE, _PLANE, _PLANE, _I32])
        ternary = cgutils.get_or_insert_function(
            builder.module, kind, "llvm.x86.avx512.pternlog.q.512"
        )
        # The truth tables of "odd" and of "two or more"; both are symmetric.
        return (
            builder.call(ternary, [x, y, z, _I32(0x96)]),
            builder.call(ternary, [x, y, z, _I32(0xE8)]),
        )
    either = builder.xor(x, y)
    carry = builder.or_(builder.and_(x, y), builder.and_(either, z))
    return builder.xor(either, z), carry


def _add_group(
    builder: Any, tile: Any, offsets: Any, first: Any, state: list[Any], levels: int
) -> Any:
    """Add ``2**levels`` planes to the lowest digits of a counter; returns the carry."""

    def add(level: int, at: int) -> Any:
        if level == 0:
            offset = builder.load(builder.gep(offsets, [builder.add(first, _I64(at))]))
            place = builder.gep(tile, [builder.zext(offset, _I64)])
            return builder.load(builder.bitcast(place, _PLANE.as_pointer()), align=8 * WORDS)
        x, y = add(level - 1, at), add(level - 1, at + (1 << (level - 1)))
        state[level - 1], carry = _full_adder(builder, x, y, state[level - 1])
        return carry

    return add(levels, 0)


def _near(_typing: Any, *kinds: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args
        tile = _pointer(context, builder, kind[0], arguments[0], arguments[1])
        offsets = _pointer(context, builder, kind[2], arguments[2], arguments[3])
        starts = _pointer(context, builder, kind[5], arguments[5], arguments[6])
        masks = _pointer(context, builder, kind[7], arguments[7])
        digits = []
        for plane in range(PLANES):
            digit = builder.load(builder.gep(starts, [_I64(plane)]))
            digits.append(cgutils.alloca_once(builder, _PLANE))
            builder.store(_splat(builder, digit), digits[plane])
        out = cgutils.alloca_once_value(builder, _constant(0))
        done = cgutils.alloca_once_value(builder, _I64(0))
        with cgutils.for_range(builder, arguments[4], intp=_I64) as loop:
            first = builder.mul(loop.index, _I64(GROUP))
            state = [builder.load(digit) for digit in digits]
            carry = _add_group(builder, tile, offsets, first, state, _LEVELS)
            for plane in range(_LEVELS, PLANES):
                both = builder.and_(state[plane], carry)
                state[plane], carry = builder.xor(state[plane], carry), both
            for digit, value in zip(digits, state, strict=True):
                builder.store(value, digit)
            gone = builder.or_(builder.load(out), carry)
            builder.store(gone, out)
            builder.store(builder.add(loop.index, _I64(1)), done)
            every = builder.icmp_unsigned(
                "==", builder.bitcast(gone, _WHOLE), ir.Constant(_WHOLE, -1)
            )
            early = builder.icmp_unsigned("!=", arguments[8], _I64(0))
            with builder.if_then(builder.and_(every, early), likely=False):
                loop.do_break()
        left = builder.xor(builder.load(out), _constant(-1))
        builder.store(left, builder.bitcast(masks, _PLANE.as_pointer()), align=8)
        return builder.load(done)

    return types.uint64(*kinds), generate


def _count(_typing: Any, *kinds: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args
        tile = _pointer(context, builder, kind[0], arguments[0], arguments[1])
        offsets = _pointer(context, builder, kind[2], arguments[2], arguments[3])
        counts = _pointer(context, builder, kind[5], arguments[5], arguments[6])
        low = [cgutils.alloca_once_value(builder, _constant(0)) for _ in range(_LONG_LEVELS)]
        upper = _LONG_PLANES - _LONG_LEVELS
        high = cgutils.alloca_once(builder, _PLANE, size=_I64(upper))
        places = [builder.gep(high, [_I64(plane)]) for plane in range(upper)]
        for place in places:
            builder.store(_constant(0), place)
        with cgutils.for_range(builder, arguments[4], intp=_I64) as loop:
            first = builder.mul(loop.index, _I64(LONG_GROUP))
            state = [builder.load(digit) for digit in low]
            carry = _add_group(builder, tile, offsets, first, state, _LONG_LEVELS)
            for digit, value in zip(low, state, strict=True):
                builder.store(value, digit)
            for place in places:
                before = builder.load(place)
                builder.store(builder.xor(before, carry), place)
                carry = builder.and_(before, carry)
        _spread(builder, [*low, *places], counts)
        return _I64(0)

    return types.uint64(*kinds), generate


def _spread(builder: Any, digits: list[Any], counts: Any) -> None:
    """Write a counter's value for every lane: sixteen bits each."""
    part = 32
    narrow, wide = ir.VectorType(ir.IntType(1), part), ir.VectorType(_I16, part)
    pieces = ir.VectorType(_I32, LANES // part)
    halves = [builder.bitcast(builder.load(digit), pieces) for digit in digits]
    for piece in range(LANES // part):
        total = ir.Constant(wide, [0] * part)
        for plane, digit in enumerate(halves):
            bits = builder.bitcast(builder.extract_element(digit, _I32(piece)), narrow)
            worth = ir.Constant(wide, [1 << plane] * part)
            total = builder.or_(total, builder.and_(builder.sext(bits, wide), worth))
        place = builder.bitcast(builder.gep(counts, [_I64(part * piece)]), wide.as_pointer())
        builder.store(total, place, align=2)


def _python_count(
    tiles: Any, tile_at: Any, offsets: Any, offset_at: Any, groups: Any, counts: Any, count_at: Any
) -> int:
    size = LONG_GROUP * int(groups)
    places = offsets[int(offset_at) : int(offset_at) + size].astype(np.int64)
    planes = tiles[int(tile_at) + places[:, None] + np.arange(8 * WORDS)]
    misses = np.unpackbits(planes, axis=1, bitorder="little").sum(axis=0, dtype=np.uint16)
    counts[int(count_at) : int(count_at) + LANES] = misses
    return 0


def _python_near(
    tiles: Any,
    tile_at: Any,
    offsets: Any,
    offset_at: Any,
    groups: Any,
    starts: Any,
    start_at: Any,
    masks: Any,
    early: Any,
) -> int:
    start = sum(1 << plane for plane in range(PLANES) if starts[int(start_at) + plane])
    total = np.full(LANES, start, dtype=np.int64)
    for group in range(int(groups)):
        at = int(offset_at) + GROUP * group
        places = offsets[at : at + GROUP].astype(np.int64)
        planes = tiles[int(tile_at) + places[:, None] + np.arange(8 * WORDS)]
        total += np.unpackbits(planes, axis=1, bitorder="little").sum(axis=0, dtype=np.int64)
        masks[:] = np.packbits(total < 1 << PLANES, bitorder="little").view("<u8")
        if early and not masks.any():
            return group + 1
    if not groups:
        masks[:] = np.uint64(2**64 - 1)
    return int(groups)


def _python_ones(word: Any) -> int:
    return int(word).bit_count()


if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
    count_misses, near_lanes, ones = _python_count, _python_near, _python_ones
else:

    @intrinsic
    def near_lanes(
        typing: Any,
        tiles: Any,
        tile_at: Any,
        offsets: Any,
        offset_at: Any,
        groups: Any,
        starts: Any,
        start_at: Any,
        masks: Any,
        early: Any,
    ) -> Any:
        """Which columns of a tile miss at most so many of a row's positions.

        ``offsets[offset_at:]`` are the places of the positions' planes in ``tiles[tile_at:]``,
        in groups of 16. The counters start at ``starts[start_at:]``, eight digits of all ones or
        zeros, so that they overflow beyond the limit. ``masks`` receives a plane of what is left.
        Returns the groups that were counted: if ``early``, a tile of which nothing is left is
        left.
        """
        return _near(
            typing, tiles, tile_at, offsets, offset_at, groups, starts, start_at, masks, early
        )

    @intrinsic
    def count_misses(
        typing: Any,
        tiles: Any,
        tile_at: Any,
        offsets: Any,
        offset_at: Any,
        groups: Any,
        counts: Any,
        count_at: Any,
    ) -> Any:
        """How many of a row's positions each column of a tile misses.

        As :func:`near_lanes`, in groups of 64 positions, at most 65,535 in all;
        ``counts[count_at:]`` receives a uint16 for every column.
        """
        return _count(typing, tiles, tile_at, offsets, offset_at, groups, counts, count_at)

    @intrinsic
    def ones(typing: Any, word: Any) -> Any:  # noqa: ARG001
        """Set bits of a word: one machine instruction, which numba does not expose."""

        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return builder.ctpop(arguments[0])

        return types.uint64(types.uint64), generate
