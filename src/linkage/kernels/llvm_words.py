"""Words for writing vector instructions, shared by the kernels that numba's loops do not suit.

Numba keeps neither counters nor unions in vector registers across a loop: it cannot see that
what it writes and what it reads never overlap. The blocks are therefore written as LLVM's
vector operations, which compile for every processor.
"""

from __future__ import annotations

import importlib
from typing import Any

import llvmlite.binding
import numba
from llvmlite import ir

__all__ = ["I16", "I32", "I64", "cgutils", "full_adder", "has_feature", "load", "pointer", "store"]

cgutils: Any = importlib.import_module("numba.core.cgutils")  # numba is not typed
I16, I32, I64 = ir.IntType(16), ir.IntType(32), ir.IntType(64)


def has_feature(feature: str) -> bool:
    """Whether numba compiles for a processor with this feature, by LLVM's name for it."""
    chosen = numba.config.CPU_FEATURES  # type: ignore[attr-defined]
    if chosen is not None:
        return f"+{feature}" in str(chosen).split(",")
    return bool(llvmlite.binding.get_host_cpu_features().get(feature, False))


def pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any = None) -> Any:
    """Where an array's element ``at`` lies, or its first one."""
    data = context.make_array(kind)(context, builder, array).data
    return data if at is None else builder.gep(data, [at])


def load(builder: Any, data: Any, at: Any, vector: Any, align: int = 8) -> Any:
    """The vector that starts at element ``at``."""
    place = builder.bitcast(builder.gep(data, [at]), vector.as_pointer())
    return builder.load(place, align=align)


def store(builder: Any, data: Any, at: Any, value: Any) -> None:
    """Write a vector from element ``at`` on."""
    place = builder.bitcast(builder.gep(data, [at]), value.type.as_pointer())
    builder.store(value, place, align=8)


def full_adder(builder: Any, x: Any, y: Any, z: Any) -> tuple[Any, Any]:
    """Sum and carry of three bits, in every bit of a vector.

    Five operations, or two where the processor has a ternary one for this vector.
    """
    if x.type == ir.VectorType(I64, 8) and has_feature("avx512f"):
        kind = ir.FunctionType(x.type, [x.type, x.type, x.type, I32])
        ternary = cgutils.get_or_insert_function(
            builder.module, kind, "llvm.x86.avx512.pternlog.q.512"
        )
        # The truth tables of "odd" and of "two or more"; both are symmetric.
        return (
            builder.call(ternary, [x, y, z, I32(0x96)]),
            builder.call(ternary, [x, y, z, I32(0xE8)]),
        )
    either = builder.xor(x, y)
    carry = builder.or_(builder.and_(x, y), builder.and_(either, z))
    return builder.xor(either, z), carry
