"""The encoding kernels compiled by numba: serial, without the global lock, cached on disk.

Keys reach a kernel as arguments only, so the cache on disk holds code and nothing else. Every
body is also plain Python, so the same source runs under ``NUMBA_DISABLE_JIT=1``.
"""

from __future__ import annotations

from linkage.kernels.encode_rows_numba import diffuse
from linkage.kernels.encode_tokens_numba import tokenise
from linkage.kernels.encode_union_numba import unite_masks
from linkage.kernels.encode_vote_numba import vote

__all__ = ["diffuse", "tokenise", "unite_masks", "vote"]
