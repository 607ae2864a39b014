"""The payload of a package of encodings: an EncodedList as padded bytes, and back.

``docs/format.md``, section "Payload". Written column by column, little-endian, and padded
with zeros to the size that a list of the header's count bucket would have: the file's size
says nothing that the header does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.load import filter_bits
from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES
from linkage.canonical import canonical_json
from linkage.package.padding import count_bucket
from linkage.types import BitMatrix, EncodedList

__all__ = ["HANDLE", "Layout", "PayloadError", "decode_payload", "encode_payload", "layout_of"]

HANDLE = 16
"""Bytes of a handle."""

_FRAME = 8


class PayloadError(ValueError):
    """A payload that breaks the format; its message says how, without any value."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a payload, which follow from the agreement alone.

    Attributes:
        filters: names of the filters, in order.
        bits: length of each filter in bits, a multiple of 64.
        strata: names of the strata, in order.
        weights: whether the filters' weights are carried.
        presence: whether the pattern of present fields is carried.
        token_counts: whether the numbers of tokens of the filters are carried.
    """

    filters: tuple[str, ...]
    bits: int
    strata: tuple[str, ...]
    weights: bool
    presence: bool
    token_counts: bool = False

    @property
    def preamble(self) -> bytes:
        """The layout as canonical JSON, as it stands in the payload."""
        columns = {
            "filters": [{"bits": self.bits, "name": name} for name in self.filters],
            "presence": self.presence,
            "strata": list(self.strata),
            "weights": self.weights,
        }
        # Named only where it is carried: payloads from before it existed stay what they were.
        if self.token_counts:
            columns["token_counts"] = True
        return canonical_json(columns)

    @property
    def record_bytes(self) -> int:
        """Bytes that one record takes over all columns."""
        return (
            HANDLE
            + len(self.filters) * (self.bits // 8)
            + self.weights * len(self.filters) * 2
            + self.presence * 4
            + self.token_counts * len(self.filters)
            + len(self.strata)
        )

    def length(self, bucket: int) -> int:
        """Length of the padded payload in bytes, for a count bucket."""
        return _FRAME + len(self.preamble) + bucket * self.record_bytes


def layout_of(agreement: Agreement) -> Layout:
    """The only layout that a package under ``agreement`` may have."""
    return Layout(
        filters=agreement.filters,
        bits=filter_bits(agreement),
        strata=tuple(stratum.name for stratum in agreement.strata),
        weights=PROFILES[agreement.encoding.profile].carries_weights,
        presence=agreement.encoding.presence,
        token_counts=agreement.encoding.token_counts,
    )


def encode_payload(encoded: EncodedList, layout: Layout) -> bytearray:
    """The payload of ``encoded``, which must fit ``layout`` (see ``content.check_content``).

    >>> layout = Layout(("all",), 64, (), weights=False, presence=False)
    >>> words = np.array([[1], [2]], dtype=np.uint64)
    >>> handles = np.arange(32, dtype=np.uint8).reshape(2, 16)
    >>> strata = np.zeros((2, 0), dtype=np.uint8)
    >>> payload = encode_payload(
    ...     EncodedList("P", handles, (BitMatrix(words, 64),), strata), layout)
    >>> len(payload) == 8 + len(layout.preamble) + 64 * 24
    True
    """
    preamble = layout.preamble
    payload = bytearray(layout.length(count_bucket(len(encoded))))
    payload[:4] = len(encoded).to_bytes(4, "big")
    payload[4:_FRAME] = len(preamble).to_bytes(4, "big")
    payload[_FRAME : _FRAME + len(preamble)] = preamble
    position = _FRAME + len(preamble)
    columns: list[tuple[NDArray[Any] | None, str]] = [(encoded.handles, "u1")]
    columns += [(matrix.words, "<u8") for matrix in encoded.filters]
    columns += [(encoded.weights, "<u2"), (encoded.presence, "<u4")]
    columns += [(encoded.token_counts, "u1"), (encoded.strata, "u1")]
    for column, dtype in columns:
        if column is not None:
            target = np.frombuffer(payload, dtype, column.size, position)
            target[:] = column.reshape(-1)
            position += target.nbytes
    return payload


def decode_payload(payload: bytes, layout: Layout, list_id: str, bucket: int) -> EncodedList:
    """The list that a payload holds; arrays are copies, native and contiguous.

    Args:
        payload: the authenticated, padded payload.
        layout: the agreement's layout.
        list_id: the header's list.
        bucket: the header's count bucket.

    Raises:
        PayloadError: where the layout, the count, the length or the padding is not what
            the agreement and the header say.
    """
    preamble = layout.preamble
    start = _FRAME + len(preamble)
    count = int.from_bytes(payload[:4], "big")
    length = int.from_bytes(payload[4:_FRAME], "big")
    if length != len(preamble) or payload[_FRAME:start] != preamble:
        raise PayloadError("its columns are not those of the agreement")
    if not count or count_bucket(count) != bucket:
        raise PayloadError("its number of records does not fit the header's bucket")
    if len(payload) != layout.length(bucket):
        raise PayloadError("its length does not fit its number of records")
    position = start

    def column(dtype: str, width: int) -> NDArray[Any]:
        nonlocal position
        values = np.frombuffer(payload, dtype, count * width, position).reshape(count, width)
        position += values.nbytes
        return values.astype(values.dtype.newbyteorder("="), order="C", copy=True)

    encoded = EncodedList(
        list_id=list_id,
        handles=column("u1", HANDLE),
        filters=tuple(
            BitMatrix(column("<u8", layout.bits // 64), layout.bits) for _ in layout.filters
        ),
        weights=column("<u2", len(layout.filters)) if layout.weights else None,
        presence=column("<u4", 1)[:, 0].copy() if layout.presence else None,
        token_counts=column("u1", len(layout.filters)) if layout.token_counts else None,
        strata=column("u1", len(layout.strata)),
    )
    if np.frombuffer(payload, "u1", offset=position).any():
        raise PayloadError("its padding is not zero")
    return encoded
