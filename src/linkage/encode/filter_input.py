"""What an encoder is given and what it gives back: one filter of every record of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import Profile
from linkage.kernels import Backend
from linkage.random_bits import SubkeySource
from linkage.types import BitMatrix, NormalisedList

__all__ = [
    "EncodedFilter",
    "Encoder",
    "FilterInput",
    "Progress",
    "set_bits",
]

Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class FilterInput:
    """One filter to be made.

    Attributes:
        name: the filter's name in the agreement; part of the purpose of its subkeys.
        records: the normalised list.
        fields: the rules of the fields that go into this filter, in the agreement's order.
        profile: the encoding profile.
        bits: length of the filter, bits.
        subkeys: where subkeys come from.
        progress: told how far the filter is.
        private: subkeys of the data owner alone, for noise that nobody else can repeat; None
            where no encoding needs them.
        kernels: which kernels make it; None takes compiled ones where numba is installed and
            the list is long. It changes the speed and never a bit.
    """

    name: str
    records: NormalisedList
    fields: tuple[FieldRule, ...]
    profile: Profile
    bits: int
    subkeys: SubkeySource = field(repr=False)
    progress: Progress = field(default=lambda _share: None, repr=False)
    private: SubkeySource | None = field(default=None, repr=False)
    kernels: Backend | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFilter:
    """One filter of every record, in the order of the list.

    Attributes:
        matrix: the filters; all zeros for a record without tokens.
        weights: ``(records,)`` uint16, set bits of the filter before hardening.
    """

    matrix: BitMatrix
    weights: NDArray[np.uint16]


Encoder = Callable[[FilterInput], EncodedFilter]
"""An encoding scheme: one filter's input to one filter of every record."""


def set_bits(words: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """``(records,)`` uint16: the number of set bits of each filter."""
    # Twice as fast as a sum along so short an axis.
    counts: NDArray[np.uint16] = np.einsum("ij->i", np.bitwise_count(words).astype(np.uint16))
    return counts
