"""Compiled inner loops: arrays in, arrays out. The only package that imports numba.

Numba is used where it is installed, numpy otherwise; both give the same results bit for
bit. Importing this package imports neither: a kernel set is loaded when it is asked for.
"""

from __future__ import annotations

from linkage.kernels.choice import Backend, Kernels, load_kernels, numba_is_installed
from linkage.kernels.search_choice import (
    DistanceRows,
    Distances,
    SearchKernels,
    load_search_kernels,
)
from linkage.kernels.slices import Found, Relation, Rule, Side
from linkage.kernels.union_find import connected_components

__all__ = [
    "Backend",
    "DistanceRows",
    "Distances",
    "Found",
    "Kernels",
    "Relation",
    "Rule",
    "SearchKernels",
    "Side",
    "connected_components",
    "load_kernels",
    "load_search_kernels",
    "numba_is_installed",
]
