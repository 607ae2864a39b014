"""The limit: our C kernels, compiled for this machine when the benchmark starts."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

SOURCE = Path(__file__).parents[1] / "limit" / "limit.c"
METHODS = ("words", "nibbles", "slices")


def compiler() -> str | None:
    """Path of a C compiler, or None."""
    return next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)


@cache
def compiled_limit() -> ctypes.CDLL:
    """The kernels, compiled and loaded.

    Raises:
        RuntimeError: without a compiler, or where it fails.
    """
    command = compiler()
    if command is None:
        raise RuntimeError("no C compiler (cc, gcc or clang)")
    # the library stays loaded after its file is gone
    with tempfile.TemporaryDirectory(prefix="linkage-limit-") as folder:
        library = Path(folder) / "limit.so"
        flags = ["-O3", "-march=native", "-shared", "-fPIC", "-w"]
        made = subprocess.run(
            [command, *flags, str(SOURCE), "-o", str(library)],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"{command} failed: {made.stderr.strip()[-200:]}")
        loaded = ctypes.CDLL(str(library))
    loaded.search.restype = ctypes.c_long
    return loaded


def prepare(
    a: np.ndarray, b: np.ndarray, *, method: str = "slices", full: bool = False
) -> Callable[[float], tuple[np.ndarray, np.ndarray]]:
    library = compiled_limit()
    if method == "nibbles" and not library.has_nibbles():
        raise RuntimeError("the nibble lookup needs AVX2")
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)

    def matrix(words: np.ndarray) -> tuple[Any, ...]:
        return words.ctypes.data_as(ctypes.c_void_p), ctypes.c_long(len(words))

    def search(threshold: float, measure: str = "dice") -> tuple[np.ndarray, np.ndarray]:
        share = Fraction(str(threshold))
        hamming = int((1 - share) * 64 * a.shape[1]) if measure == "agreement" else -1
        left, right = ctypes.POINTER(ctypes.c_int64)(), ctypes.POINTER(ctypes.c_int64)()
        limits = (share.numerator, share.denominator, hamming)
        found = library.search(
            METHODS.index(method),
            int(full),
            *matrix(a),
            *matrix(b),
            a.shape[1],
            *(ctypes.c_long(limit) for limit in limits),
            ctypes.byref(left),
            ctypes.byref(right),
        )
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        pairs = tuple(np.ctypeslib.as_array(side, (found,)).copy() for side in (left, right))
        library.release(left)
        library.release(right)
        return pairs

    return search
