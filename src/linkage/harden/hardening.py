"""What a hardening is given, and how it presents itself in the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Measure
from linkage.random_bits import SubkeySource
from linkage.types import BitMatrix

__all__ = ["Apply", "Hardening", "HardeningInput", "Parameter", "Values"]

Values = Mapping[str, float]
"""Name of a parameter -> its value."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that an encoding or a hardening may be given.

    Attributes:
        name: as it is written, ``f`` in ``blip(f=0.1)``.
        default: its value where it is left out.
        unit: bits, records, probability, or what else it counts.
        meaning: what it does, in a few words.
        least: smallest value that makes sense.
        most: largest value that makes sense.
        multiple: what it has to be a multiple of; 0 for a share.
    """

    name: str
    default: float
    unit: str
    meaning: str
    least: float = 1
    most: float = 16_384
    multiple: int = 1


@dataclass(frozen=True, slots=True)
class HardeningInput:
    """What a hardening may use beside the filters.

    Attributes:
        name: the filter's name, part of the purpose of its subkeys.
        subkeys: the project's, the same for all data owners.
        private: the data owner's own; None where there are none.
        rows: ``(records,)`` int64, what identifies a record to its owner.
    """

    name: str
    subkeys: SubkeySource = field(repr=False)
    private: SubkeySource | None = field(repr=False)
    rows: NDArray[np.int64] = field(repr=False)


Apply = Callable[[BitMatrix, HardeningInput, Values], BitMatrix]
"""Filters, what else may be used, and the parameters, to hardened filters."""


@dataclass(frozen=True, slots=True)
class Hardening:
    """An entry of the catalogue.

    Attributes:
        name: as it is written.
        apply: does it.
        parameters: what it may be given.
        source: where it is described.
        broken_by: what is known to break it.
        measure: how hardened filters are compared; None as the filters were before.
        randomness: under which keys it does something else: of nobody (``"none"``), of the
            project (``"keyed"``), or of the data owner alone (``"owner"``, for noise).
        flip_rate: parameters -> probability that noise flips a bit; None for what is no noise.
    """

    name: str
    apply: Apply
    parameters: tuple[Parameter, ...]
    source: str
    broken_by: str
    measure: Measure | None = None
    randomness: Literal["none", "keyed", "owner"] = "keyed"
    flip_rate: Callable[[Values], float] | None = None
