"""How kernels are compiled: serial, without the global lock, kept on disk where that is possible.

Compiled code is kept beside the package, or in the user's cache folder where the package cannot
be written (a read-only installation), or in ``NUMBA_CACHE_DIR``. Where none of them can be
written the kernels are compiled anew in every process: slower to start, never an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from linkage.kernels import slices

__all__ = ["compiled"]

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """A function of a module, compiled at its first call."""
    try:
        kernel = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError as error:
        if "no locator available" not in str(error):
            raise
        return cast("Function", numba.njit(nogil=True)(function))
    # Numba looks whether a kernel's own file has changed, but not the files it calls into: code
    # of another version would go on running, with no sign that its results are wrong.
    file = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    if file is not None:
        file._source_stamp = (file._source_stamp, _sources())
    return cast("Function", kernel)


@cache
def _sources() -> str:
    """What the kernels are compiled from: all their files, and the width asked for."""
    digest = hashlib.sha256(str(slices.VECTOR_WORDS).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
