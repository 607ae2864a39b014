"""The vector instructions under the search: bit-sliced counters over planes of columns.

Written as LLVM instructions, since numba's own loops keep no counters in vector registers; they
are plain logical operations, in the vector width of the processor that numba compiles for. With
``NUMBA_DISABLE_JIT=1`` the same functions are plain Python. Nothing is checked here.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from linkage.kernels.llvm_words import I16, I32, I64, cgutils, full_adder, has_feature, pointer
from linkage.kernels.slices import VECTOR_WORDS

__all__ = [
    "GROUP",
    "LANES",
    "LEAST_DIGITS",
    "LONG_DIGITS",
    "LONG_GROUP",
    "SHORT_DIGITS",
    "STATE",
    "WORDS",
    "advance_counter",
    "near_lanes",
    "ones",
    "read_counter",
]


WORDS = VECTOR_WORDS or (8 if has_feature("avx512f") else 4)
"""64-bit words of a plane: a vector register, or two or four where they are shorter."""
LANES = 64 * WORDS
"""Columns of a tile."""
SHORT_DIGITS, LONG_DIGITS = 8, 15
"""Digits of the counters: up to 255, and up to 32,767."""
GROUP, LONG_GROUP = 16, 64
"""Positions that the short and the long counters take at a time."""
STATE = (LONG_DIGITS + 1) * WORDS
"""Words of a long counter: its digits, and what has overflowed."""

_LEVELS, _LONG_LEVELS = 4, 6
LEAST_DIGITS = _LONG_LEVELS
"""Digits of a long counter that are always used."""
_PLANE = ir.VectorType(I64, WORDS)
_WHOLE = ir.IntType(LANES)


def _constant(value: int) -> Any:
    return ir.Constant(_PLANE, [value] * WORDS)


def _splat(builder: Any, value: Any) -> Any:
    single = builder.insert_element(ir.Constant(_PLANE, ir.Undefined), value, I32(0))
    zeros = ir.Constant(ir.VectorType(I32, WORDS), [0] * WORDS)
    return builder.shuffle_vector(single, single, zeros)


def _add_group(
    builder: Any, tile: Any, offsets: Any, first: Any, state: list[Any], levels: int
) -> Any:
    """Add ``2**levels`` planes to the lowest digits of a counter; returns the carry."""
    words = builder.bitcast(tile, I64.as_pointer())

    def add(level: int, at: int) -> Any:
        if level == 0:
            offset = builder.load(builder.gep(offsets, [builder.add(first, I64(at))]))
            place = builder.gep(words, [builder.zext(offset, I64)])
            return builder.load(builder.bitcast(place, _PLANE.as_pointer()), align=8 * WORDS)
        x, y = add(level - 1, at), add(level - 1, at + (1 << (level - 1)))
        state[level - 1], carry = full_adder(builder, x, y, state[level - 1])
        return carry

    return add(levels, 0)


def _near(_typing: Any, *kinds: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args
        tile = pointer(context, builder, kind[0], arguments[0], arguments[1])
        offsets = pointer(context, builder, kind[2], arguments[2], arguments[3])
        start = pointer(context, builder, kind[5], arguments[5])
        masks = pointer(context, builder, kind[6], arguments[6])
        planes = []
        for digit in range(SHORT_DIGITS):
            value = builder.load(builder.gep(start, [I64(digit)]))
            planes.append(cgutils.alloca_once(builder, _PLANE))
            builder.store(_splat(builder, value), planes[digit])
        hurried = builder.icmp_unsigned("!=", arguments[7], I64(0))
        stay = _splat(builder, builder.select(hurried, I64(0), I64(-1)))
        out = cgutils.alloca_once_value(builder, _constant(0))

        def count(first: Any, levels: int) -> Any:
            """Add ``2**levels`` positions; returns the columns that have overflowed by now."""
            state = [builder.load(plane) for plane in planes]
            carry = _add_group(builder, tile, offsets, first, state, levels)
            for digit in range(levels, SHORT_DIGITS):
                both = builder.and_(state[digit], carry)
                state[digit], carry = builder.xor(state[digit], carry), both
            for plane, value in zip(planes, state, strict=True):
                builder.store(value, plane)
            gone = builder.or_(builder.load(out), carry)
            builder.store(gone, out)
            return gone

        large = builder.udiv(arguments[8], I64(LONG_GROUP // GROUP))
        with cgutils.for_range(builder, large, intp=I64) as loop:
            count(builder.mul(loop.index, I64(LONG_GROUP)), _LONG_LEVELS)
        blind = builder.mul(large, I64(LONG_GROUP // GROUP))
        done = cgutils.alloca_once_value(builder, blind)
        rest = builder.sub(arguments[4], blind)
        with cgutils.for_range(builder, rest, intp=I64) as loop:
            group = builder.add(blind, loop.index)
            gone = count(builder.mul(group, I64(GROUP)), _LEVELS)
            builder.store(builder.add(group, I64(1)), done)
            # One test of a whole register; a flag joined to its outcome would undo that.
            left = builder.or_(builder.xor(gone, _constant(-1)), stay)
            nothing = builder.icmp_unsigned(
                "==", builder.bitcast(left, _WHOLE), ir.Constant(_WHOLE, 0)
            )
            with builder.if_then(nothing, likely=False):
                loop.do_break()
        left = builder.xor(builder.load(out), _constant(-1))
        builder.store(left, builder.bitcast(masks, _PLANE.as_pointer()), align=8)
        some = builder.icmp_unsigned("!=", builder.bitcast(left, _WHOLE), ir.Constant(_WHOLE, 0))
        twice = builder.shl(builder.load(done), I64(1))
        return builder.or_(twice, builder.zext(some, I64))

    return types.uint64(*kinds), generate


def _advance(_typing: Any, *kinds: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args
        tile = pointer(context, builder, kind[0], arguments[0], arguments[1])
        offsets = pointer(context, builder, kind[2], arguments[2], arguments[3])
        counter = pointer(context, builder, kind[5], *arguments[5:7])
        planes = builder.bitcast(counter, _PLANE.as_pointer())
        low = [cgutils.alloca_once(builder, _PLANE) for _ in range(_LONG_LEVELS)]
        places = [builder.gep(planes, [I64(digit)]) for digit in range(_LONG_LEVELS)]
        overflow = builder.gep(planes, [I64(LONG_DIGITS)])
        for digit, place in zip(low, places, strict=True):
            builder.store(builder.load(place, align=8), digit)
        high = builder.sub(arguments[7], I64(_LONG_LEVELS))
        with cgutils.for_range(builder, arguments[4], intp=I64) as loop:
            first = builder.mul(loop.index, I64(LONG_GROUP))
            state = [builder.load(digit) for digit in low]
            carried = cgutils.alloca_once_value(
                builder, _add_group(builder, tile, offsets, first, state, _LONG_LEVELS)
            )
            for digit, value in zip(low, state, strict=True):
                builder.store(value, digit)
            with cgutils.for_range(builder, high, intp=I64) as rise:
                place = builder.gep(planes, [builder.add(rise.index, I64(_LONG_LEVELS))])
                before, carry = builder.load(place, align=8), builder.load(carried)
                builder.store(builder.xor(before, carry), place, align=8)
                builder.store(builder.and_(before, carry), carried)
            gone = builder.or_(builder.load(overflow, align=8), builder.load(carried))
            builder.store(gone, overflow, align=8)
        for digit, place in zip(low, places, strict=True):
            builder.store(builder.load(digit), place, align=8)
        return I64(0)

    return types.uint64(*kinds), generate


def _read(_typing: Any, *kinds: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args
        counter = pointer(context, builder, kind[0], *arguments[:2])
        planes = builder.bitcast(counter, _PLANE.as_pointer())
        places = [builder.gep(planes, [I64(digit)]) for digit in range(LONG_DIGITS)]
        digits = [builder.load(place, align=8) for place in places]
        _spread(builder, digits, pointer(context, builder, kind[2], arguments[2]))
        return I64(0)

    return types.uint64(*kinds), generate


def _spread(builder: Any, digits: list[Any], counts: Any) -> None:
    """Write a counter's value for every lane: sixteen bits each."""
    part = 32
    narrow, wide = ir.VectorType(ir.IntType(1), part), ir.VectorType(I16, part)
    pieces = ir.VectorType(I32, LANES // part)
    halves = [builder.bitcast(digit, pieces) for digit in digits]
    for piece in range(LANES // part):
        total = ir.Constant(wide, [0] * part)
        for plane, digit in enumerate(halves):
            bits = builder.bitcast(builder.extract_element(digit, I32(piece)), narrow)
            worth = ir.Constant(wide, [1 << plane] * part)
            total = builder.or_(total, builder.and_(builder.sext(bits, wide), worth))
        place = builder.bitcast(builder.gep(counts, [I64(part * piece)]), wide.as_pointer())
        builder.store(total, place, align=2)


def _python_planes(tiles: Any, tile_at: Any, offsets: Any, at: int, many: int) -> Any:
    """``(many, LANES)`` of 0 and 1: planes of a tile."""
    places = 8 * offsets[at : at + many].astype(np.int64)
    return np.unpackbits(
        tiles[int(tile_at) + places[:, None] + np.arange(8 * WORDS)], axis=1, bitorder="little"
    )


def _python_near(
    tiles: Any,
    tile_at: Any,
    offsets: Any,
    offset_at: Any,
    groups: Any,
    start: Any,
    masks: Any,
    early: Any,
    sure: Any,
) -> int:
    first = sum(1 << digit for digit, value in enumerate(start) if value)
    total = np.full(LANES, first, dtype=np.int64)
    masks[:] = np.uint64(2**64 - 1)
    blind = int(sure) // (LONG_GROUP // GROUP) * (LONG_GROUP // GROUP)
    for group in range(int(groups)):
        planes = _python_planes(tiles, tile_at, offsets, int(offset_at) + GROUP * group, GROUP)
        total += planes.sum(axis=0, dtype=np.int64)
        masks[:] = np.packbits(total < 1 << SHORT_DIGITS, bitorder="little").view("<u8")
        if early and group >= blind and not masks.any():
            return 2 * (group + 1)
    return 2 * int(groups) + bool(masks.any())


def _python_counter(state: Any, at: Any, digits: int) -> tuple[Any, Any]:
    """Its planes, and the numbers that they hold."""
    planes = state[int(at) : int(at) + STATE].reshape(LONG_DIGITS + 1, WORDS)
    bits = np.unpackbits(planes.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    return planes, (1 << np.arange(digits)) @ bits[:digits].astype(np.int64)


def _python_advance(
    tiles: Any,
    tile_at: Any,
    offsets: Any,
    offset_at: Any,
    groups: Any,
    state: Any,
    state_at: Any,
    digits: Any,
) -> int:
    planes, total = _python_counter(state, state_at, int(digits))
    size = 1 << int(digits)
    for group in range(int(groups)):
        at = int(offset_at) + LONG_GROUP * group
        added = _python_planes(tiles, tile_at, offsets, at, LONG_GROUP)
        total += added.sum(axis=0, dtype=np.int64)
        planes[-1] |= np.packbits(total >= size, bitorder="little").view("<u8")
        total &= size - 1
    for digit in range(int(digits)):
        planes[digit] = np.packbits(total >> digit & 1, bitorder="little").view("<u8")
    return 0


def _python_read(state: Any, state_at: Any, counts: Any) -> int:
    counts[:] = _python_counter(state, state_at, LONG_DIGITS)[1]
    return 0


def _python_ones(word: Any) -> int:
    return int(word).bit_count()


if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
    near_lanes, ones = _python_near, _python_ones
    advance_counter, read_counter = _python_advance, _python_read
else:

    @intrinsic
    def near_lanes(
        typing: Any,
        tiles: Any,
        tile_at: Any,
        offsets: Any,
        offset_at: Any,
        groups: Any,
        start: Any,
        masks: Any,
        early: Any,
        sure: Any,
    ) -> Any:
        """Which columns of a tile miss at most so many of a row's positions.

        ``offsets[offset_at:]`` are the places of the positions' planes in ``tiles[tile_at:]``,
        in 64-bit words and groups of 16. The counters start at ``start``, eight digits of all
        ones or zeros, so that they overflow beyond the limit. ``masks`` receives a plane of what
        is left. Returns twice the groups that were counted, and 1 more where anything is left:
        if ``early``, a tile of which nothing is left is left, but not before ``sure`` groups, at
        most ``groups``, which go faster four at a time.
        """
        kinds = (tiles, tile_at, offsets, offset_at, groups, start, masks, early, sure)
        return _near(typing, *kinds)

    @intrinsic
    def advance_counter(
        typing: Any,
        tiles: Any,
        tile_at: Any,
        offsets: Any,
        offset_at: Any,
        groups: Any,
        state: Any,
        state_at: Any,
        digits: Any,
    ) -> Any:
        """Count how many of a row's positions each column of a tile misses, in a long counter.

        As :func:`near_lanes`, in groups of 64. ``state[state_at:]`` are the counter's planes:
        room for fifteen digits, of which so many are used, at least six, and a plane of the
        columns that have overflowed.
        """
        return _advance(typing, tiles, tile_at, offsets, offset_at, groups, state, state_at, digits)

    @intrinsic
    def read_counter(typing: Any, state: Any, state_at: Any, counts: Any) -> Any:
        """Write the number in a long counter for every column: uint16."""
        return _read(typing, state, state_at, counts)

    @intrinsic
    def ones(typing: Any, word: Any) -> Any:  # noqa: ARG001
        """Set bits of a word: one machine instruction, which numba does not expose."""

        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return builder.ctpop(arguments[0])

        return types.uint64(types.uint64), generate
