"""Similarities of two filters: symmetric, at most 1, exact functions of integer counts.

Every float comes from integers by one fixed expression or a table, so a score does not
depend on the machine, the kernels or the order of the records.

A filter of zeros says nothing about its record; its similarity with any other is 0, in
every measure: no information is no match.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Measure, Profile
from linkage.kernels import (
    Backend,
    DistanceRows,
    Kernels,
    load_kernels,
    load_search_kernels,
)
from linkage.types import BitMatrix

__all__ = [
    "MEASURES",
    "ComparedRows",
    "FilterComparison",
    "correlation_table",
    "cosine_table",
    "hamming_estimate_table",
    "slot_jaccard",
]

Tile: TypeAlias = NDArray[np.float64]


class ComparedRows(Protocol):
    """One filter of some records, ready to be compared with that of others."""

    def tile(self, first: int, last: int) -> Tile:
        """``(rows, last - first)`` float64: similarity with the records of a slice."""


class FilterComparison(Protocol):
    """One filter of all records, ready to be compared block by block."""

    def rows(self, first: int, last: int) -> ComparedRows:
        """The records of a slice; a tile's ``first`` is then a multiple of a block's columns."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of a comparison that is a function of whole numbers."""

    distances: DistanceRows
    own: slice
    similarity: Callable[[NDArray[np.int32], slice, slice], Tile]

    def tile(self, first: int, last: int) -> Tile:
        return self.similarity(self.distances.tile(first, last), self.own, slice(first, last))


def correlation_table(bits: int) -> NDArray[np.float64]:
    """Agreement correlation ``1 - 2H / bits`` for every Hamming distance ``H``.

    Two unrelated SAUL or diffused filters agree in half their bits and have correlation 0.

    >>> correlation_table(64)[[0, 16, 32, 64]].tolist()
    [1.0, 0.5, 0.0, -1.0]
    """
    return np.asarray(1.0 - 2.0 * np.arange(bits + 1, dtype=np.float64) / bits)


def cosine_table(bits: int, layers: int) -> NDArray[np.float64]:
    """Cosine of two token vectors, recovered from their SAUL filters' Hamming distance.

    One layer agrees with correlation ``1 - 2 theta / pi``, ``theta`` the angle between the
    token vectors (majority of random signs; Charikar 2002, section 3); XOR over ``t`` layers
    raises it to the ``t``-th power (Armknecht and Schaefer 2026). Inverted: ``sin(pi/2 *
    c^(1/t))``. Negative correlations are noise and count as 0. Rounded to multiples of
    2^-32, so that no platform's last bit of a sine can change an order.

    Args:
        bits: length of the filters.
        layers: ``t``, layers of the encoding.

    >>> cosine_table(64, 1)[[0, 16, 32, 64]].round(4).tolist()
    [1.0, 0.7071, 0.0, 0.0]
    """
    correlation = np.maximum(correlation_table(bits), 0.0)
    cosine = np.sin(np.pi / 2.0 * correlation ** (1.0 / layers))
    return np.asarray(np.rint(cosine * 2.0**32) / 2.0**32)


def hamming_estimate_table(bits: int, source_bits: int, layers: int) -> NDArray[np.float64]:
    """Hamming distance of two Bloom filters from that of their diffused forms.

    A diffused bit is the XOR of ``t`` distinct bits of the source, so filters at Hamming
    distance ``D`` of ``m`` bits have an expected agreement correlation ``c = (1 - 2D/m)^t``
    after diffusion (the piling-up lemma, Matsui 1993); inverted, ``D = m/2 (1 - c^(1/t))``.
    Negative correlations are noise and count as 0.

    Args:
        bits: length of the diffused filters.
        source_bits: ``m``, length of the Bloom filters.
        layers: ``t``, source bits per diffused bit.

    >>> hamming_estimate_table(64, 1024, 2)[[0, 24, 32, 64]].tolist()
    [0.0, 256.0, 512.0, 512.0]
    """
    correlation = np.maximum(correlation_table(bits), 0.0)
    return np.asarray(source_bits / 2.0 * (1.0 - correlation ** (1.0 / layers)))


def slot_jaccard(
    equal: NDArray[np.int64], between: NDArray[np.uint16], slots: int, layers: int
) -> NDArray[np.float64]:
    """Jaccard similarity from the number of equal slots of min-hash keys.

    Slots are equal with probability ``J^t``; inverted, ``(equal / slots)^(1/t)``. A handful of
    equal slots would give a handful of similarities, so a fraction of a slot is added that says
    nothing: the exclusive or of all slots of both records. It is 0 for equal records. Rounded to
    multiples of 2^-32.

    Args:
        equal: equal slots.
        between: exclusive or of all slots of both records.
        slots: slots of a filter.
        layers: ``t``, tokens that a slot hashes.

    >>> slot_jaccard(np.array([4, 16]), np.array([0, 0], dtype=np.uint16), 16, 2).tolist()
    [0.5, 1.0]
    """
    share = (equal + between / 65_536.0) / slots
    return np.asarray(np.rint(share ** (1.0 / layers) * 2.0**32) / 2.0**32)


class _ByDistance:
    """A table of similarities by Hamming distance; an empty filter is similar to nothing."""

    def __init__(self, matrix: BitMatrix, table: NDArray[np.float64], use: Backend | None) -> None:
        self._distances = load_search_kernels(use).prepare_distances(matrix.words)
        self._table = table
        self._empty = np.asarray(~matrix.words.any(axis=1))

    def rows(self, first: int, last: int) -> ComparedRows:
        return _Rows(self._distances.rows(first, last), slice(first, last), self._similarity)

    def _similarity(self, distances: NDArray[np.int32], a: slice, b: slice) -> Tile:
        tile = self._table[distances]
        tile[self._empty[a], :] = 0.0
        tile[:, self._empty[b]] = 0.0
        return tile


class _Dice:
    """Bloom filters: ``2 |a & b| / (|a| + |b|)`` (Schnell, Bachteler and Reiher 2009)."""

    def __init__(self, matrix: BitMatrix, use: Backend | None) -> None:
        self._distances = load_search_kernels(use).prepare_distances(matrix.words)
        self._ones = load_kernels(use).popcounts(matrix.words)

    def rows(self, first: int, last: int) -> ComparedRows:
        return _Rows(self._distances.rows(first, last), slice(first, last), self._similarity)

    def _similarity(self, distances: NDArray[np.int32], a: slice, b: slice) -> Tile:
        total = self._ones[a][:, None] + self._ones[b][None, :]
        return np.asarray((total - distances) / np.maximum(total, 1))


class _Slots:
    """Slots of 32 bits, zero where absent: Dice of the sets of (place, slot)."""

    def __init__(self, matrix: BitMatrix) -> None:
        self._slots = matrix.words.astype("<u8", copy=False).view("<u4")

    def rows(self, first: int, last: int) -> ComparedRows:
        return _SlotRows(self._slots[first:last], self._slots)


@dataclass(frozen=True, slots=True, eq=False)
class _SlotRows:
    own: NDArray[np.uint32]
    slots: NDArray[np.uint32]

    def tile(self, first: int, last: int) -> Tile:
        others = self.slots[first:last]
        present = np.count_nonzero(others, axis=1)
        tile = np.empty((len(self.own), len(others)))
        for row, own in enumerate(self.own):
            columns = np.flatnonzero(own)
            equal = np.count_nonzero(others[:, columns] == own[columns], axis=1)
            tile[row] = 2.0 * equal / np.maximum(present + len(columns), 1)
        return tile


class _SlotJaccard:
    """Slots of 16 bits, zero where absent: Jaccard similarity, see :func:`slot_jaccard`."""

    def __init__(self, matrix: BitMatrix, profile: Profile) -> None:
        self._slots = matrix.words.astype("<u8", copy=False).view("<u2")
        self._between = np.bitwise_xor.reduce(self._slots, axis=1)
        self._layers = profile.layers

    def rows(self, first: int, last: int) -> ComparedRows:
        return _SlotJaccardRows(slice(first, last), self._slots, self._between, self._layers)


@dataclass(frozen=True, slots=True, eq=False)
class _SlotJaccardRows:
    own: slice
    slots: NDArray[np.uint16]
    between: NDArray[np.uint16]
    layers: int

    def tile(self, first: int, last: int) -> Tile:
        others = self.slots[first:last]
        mine = self.slots[self.own]
        equal = np.zeros((len(mine), len(others)), dtype=np.int64)
        for row, own in enumerate(mine):
            equal[row] = np.count_nonzero(others == own, axis=1)
        between = self.between[self.own][:, None] ^ self.between[first:last][None, :]
        tile = slot_jaccard(equal, between, self.slots.shape[1], self.layers)
        tile[~mine.any(axis=1), :] = 0.0
        tile[:, ~others.any(axis=1)] = 0.0
        return tile


class _DiffusedDice:
    """ELD: Dice of the source filters, recovered from the diffused filters' agreement."""

    def __init__(
        self,
        matrix: BitMatrix,
        weights: NDArray[np.uint16],
        profile: Profile,
        use: Backend | None,
    ) -> None:
        self._distances = load_search_kernels(use).prepare_distances(matrix.words)
        self._weights = weights.astype(np.int64)
        self._table = hamming_estimate_table(matrix.bits, profile.source_bits, profile.layers)

    def rows(self, first: int, last: int) -> ComparedRows:
        return _Rows(self._distances.rows(first, last), slice(first, last), self._similarity)

    def _similarity(self, distances: NDArray[np.int32], a: slice, b: slice) -> Tile:
        distance = self._table[distances]
        total = self._weights[a][:, None] + self._weights[b][None, :]
        tile = np.maximum(1.0 - distance / np.maximum(total, 1), 0.0)
        tile[self._weights[a] == 0, :] = 0.0
        tile[:, self._weights[b] == 0] = 0.0
        return np.asarray(tile)


class _MatchKeys:
    """Match keys: equal keys as a share of the keys that both records have."""

    def __init__(self, matrix: BitMatrix, use: Backend | None) -> None:
        if matrix.bits % 128:
            raise ValueError("match keys are slots of 128 bits")
        self._words, self._kernels = matrix.words, load_kernels(use)

    def rows(self, first: int, last: int) -> ComparedRows:
        return _MatchKeyRows(self._words[first:last], self._words, self._kernels)


@dataclass(frozen=True, slots=True, eq=False)
class _MatchKeyRows:
    own: NDArray[np.uint64]
    words: NDArray[np.uint64]
    kernels: Kernels

    def tile(self, first: int, last: int) -> Tile:
        equal, present = self.kernels.slot_counts(self.own, self.words[first:last])
        return np.asarray(equal / np.maximum(present, 1))


def _cosine(
    matrix: BitMatrix, _weights: NDArray[np.uint16] | None, profile: Profile, use: Backend | None
) -> FilterComparison:
    """SAUL: cosine of the records' tokens, from 0 to 1."""
    return _ByDistance(matrix, cosine_table(matrix.bits, profile.layers), use)


def _agreement(
    matrix: BitMatrix, _weights: NDArray[np.uint16] | None, _profile: Profile, use: Backend | None
) -> FilterComparison:
    """Diffused filters and minimum hashes: agreement correlation, from 0 to 1."""
    return _ByDistance(matrix, np.maximum(correlation_table(matrix.bits), 0.0), use)


def _slot_jaccard(
    matrix: BitMatrix, _weights: NDArray[np.uint16] | None, profile: Profile, _use: Backend | None
) -> FilterComparison:
    return _SlotJaccard(matrix, profile)


def _slots(
    matrix: BitMatrix, _weights: NDArray[np.uint16] | None, _profile: Profile, _use: Backend | None
) -> FilterComparison:
    return _Slots(matrix)


def _dice(
    matrix: BitMatrix, _weights: NDArray[np.uint16] | None, _profile: Profile, use: Backend | None
) -> FilterComparison:
    return _Dice(matrix, use)


def _diffused_dice(
    matrix: BitMatrix, weights: NDArray[np.uint16] | None, profile: Profile, use: Backend | None
) -> FilterComparison:
    if weights is None:
        raise ValueError("diffused Dice needs the weights of the source filters")
    return _DiffusedDice(matrix, weights, profile, use)


def _match_keys(
    matrix: BitMatrix, _weights: NDArray[np.uint16] | None, _profile: Profile, use: Backend | None
) -> FilterComparison:
    return _MatchKeys(matrix, use)


_Maker: TypeAlias = Callable[
    [BitMatrix, NDArray[np.uint16] | None, Profile, Backend | None], FilterComparison
]

MEASURES: Mapping[Measure, _Maker] = MappingProxyType(
    {
        "agreement": _agreement,
        "cosine": _cosine,
        "dice": _dice,
        "diffused-dice": _diffused_dice,
        "match-keys": _match_keys,
        "slot-jaccard": _slot_jaccard,
        "slots": _slots,
    }
)
"""Every measure of :mod:`linkage.agreement.profiles`, as a function of one filter of all
records, that filter's weights before hardening, the profile and the choice of kernels."""
