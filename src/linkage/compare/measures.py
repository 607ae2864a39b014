"""Similarities of two filters: symmetric, at most 1, exact functions of integer counts.

Every float comes from integers by one fixed expression or a table, so a score does not
depend on the machine, the kernels or the order of the records.

A filter of zeros says nothing about its record; its similarity with any other is 0, in
every measure: no information is no match.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Measure, Profile
from linkage.kernels import Kernels
from linkage.types import BitMatrix

__all__ = [
    "MEASURES",
    "FilterComparison",
    "correlation_table",
    "cosine_table",
    "hamming_estimate_table",
]

Tile: TypeAlias = NDArray[np.float64]


class FilterComparison(Protocol):
    """One filter of all records, ready to be compared block by block."""

    def tile(self, a: slice, b: slice) -> Tile:
        """``(len(a), len(b))`` float64: similarity of the records ``a`` with those of ``b``."""


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


class _Cosine:
    """SAUL: cosine of the records' tokens, from 0 to 1."""

    def __init__(self, matrix: BitMatrix, profile: Profile, kernels: Kernels) -> None:
        self._words, self._kernels = matrix.words, kernels
        self._table = cosine_table(matrix.bits, profile.layers)
        self._empty = np.asarray(~matrix.words.any(axis=1))

    def tile(self, a: slice, b: slice) -> Tile:
        tile = self._table[self._kernels.hamming_counts(self._words[a], self._words[b])]
        tile[self._empty[a], :] = 0.0
        tile[:, self._empty[b]] = 0.0
        return tile


class _Dice:
    """Bloom filters: ``2 |a & b| / (|a| + |b|)`` (Schnell, Bachteler and Reiher 2009)."""

    def __init__(self, matrix: BitMatrix, kernels: Kernels) -> None:
        self._words, self._kernels = matrix.words, kernels
        self._ones = kernels.popcounts(matrix.words)

    def tile(self, a: slice, b: slice) -> Tile:
        common = self._kernels.intersection_counts(self._words[a], self._words[b])
        total = self._ones[a][:, None] + self._ones[b][None, :]
        return np.asarray(2.0 * common / np.maximum(total, 1))


class _DiffusedDice:
    """ELD: Dice of the source filters, recovered from the diffused filters' agreement."""

    def __init__(
        self, matrix: BitMatrix, weights: NDArray[np.uint16], profile: Profile, kernels: Kernels
    ) -> None:
        self._words, self._kernels = matrix.words, kernels
        self._weights = weights.astype(np.int64)
        self._table = hamming_estimate_table(matrix.bits, profile.source_bits, profile.layers)

    def tile(self, a: slice, b: slice) -> Tile:
        distance = self._table[self._kernels.hamming_counts(self._words[a], self._words[b])]
        total = self._weights[a][:, None] + self._weights[b][None, :]
        tile = np.maximum(1.0 - distance / np.maximum(total, 1), 0.0)
        tile[self._weights[a] == 0, :] = 0.0
        tile[:, self._weights[b] == 0] = 0.0
        return np.asarray(tile)


class _MatchKeys:
    """Match keys: equal keys as a share of the keys that both records have."""

    def __init__(self, matrix: BitMatrix, kernels: Kernels) -> None:
        if matrix.bits % 128:
            raise ValueError("match keys are slots of 128 bits")
        self._words, self._kernels = matrix.words, kernels

    def tile(self, a: slice, b: slice) -> Tile:
        equal, present = self._kernels.slot_counts(self._words[a], self._words[b])
        return np.asarray(equal / np.maximum(present, 1))


def _cosine(
    matrix: BitMatrix, _weights: NDArray[np.uint16] | None, profile: Profile, kernels: Kernels
) -> FilterComparison:
    return _Cosine(matrix, profile, kernels)


def _dice(
    matrix: BitMatrix, _weights: NDArray[np.uint16] | None, _profile: Profile, kernels: Kernels
) -> FilterComparison:
    return _Dice(matrix, kernels)


def _diffused_dice(
    matrix: BitMatrix, weights: NDArray[np.uint16] | None, profile: Profile, kernels: Kernels
) -> FilterComparison:
    if weights is None:
        raise ValueError("diffused Dice needs the weights of the source filters")
    return _DiffusedDice(matrix, weights, profile, kernels)


def _match_keys(
    matrix: BitMatrix, _weights: NDArray[np.uint16] | None, _profile: Profile, kernels: Kernels
) -> FilterComparison:
    return _MatchKeys(matrix, kernels)


MEASURES: Mapping[
    Measure, Callable[[BitMatrix, NDArray[np.uint16] | None, Profile, Kernels], FilterComparison]
] = MappingProxyType(
    {
        "cosine": _cosine,
        "dice": _dice,
        "diffused-dice": _diffused_dice,
        "match-keys": _match_keys,
    }
)
"""Every measure of :mod:`linkage.agreement.profiles`, as a function of one filter of all
records, that filter's weights before hardening, the profile and the kernels."""
