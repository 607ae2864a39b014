"""An encoding scheme as it presents itself in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from linkage.agreement.profiles import Measure
from linkage.encode.filter_input import Encoder
from linkage.harden.hardening import Parameter

__all__ = ["Scheme"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """An entry of the catalogue: how records become filters, and how those are compared.

    Attributes:
        name: as it is written, ``saul`` in ``saul(t=4, l=4096)``.
        encode: makes one filter of every record.
        measure: the similarity that two filters are compared by.
        parameters: attribute of :class:`~linkage.agreement.profiles.Profile` -> the parameter
            that sets it. ``bits`` is the length of a filter.
        source: where it is described.
        broken_by: what is known to break it.
        weighted: the measure instead, where the weights before hardening travel; None where
            they are of no use.
        bits: length of a filter, where no parameter sets it.
        strangers_alike: whether filters of records without a common token may be alike all the
            same, see :func:`linkage.conformance.check_randomness`.
    """

    name: str
    encode: Encoder
    measure: Measure
    parameters: Mapping[str, Parameter]
    source: str
    broken_by: str
    weighted: Measure | None = None
    bits: int = 0
    strangers_alike: bool = False
