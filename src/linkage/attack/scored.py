"""Known pairs as every attack on them uses them, and what an attack on them computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from linkage.attack.simulate import agreement_rows
from linkage.attack.target import Target
from linkage.types import BitMatrix

__all__ = ["Known", "Scorer", "normed"]

WORDS = 16
"""Words of all filters whose bits are looked at one by one at once."""


class Scorer(Protocol):
    """Scores of people for records, and of known pairs as if each were not known."""

    def scores(self, records: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(records, people)`` float32: the higher, the likelier."""

    def left_out(self, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(pairs, people)`` float32: scores of known pairs' records without that pair."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Pairs taken as true, and the products of their encodings with those of all records.

    Bits count as +1 and -1, less each bit's mean over all records, so that products are
    covariances. The mean of the known records would not do: leaving one out would then leave
    its shadow in the mean.

    Attributes:
        records: ``(pairs,)`` int64.
        people: ``(pairs,)`` int64.
        bits: length of each filter, in what speaks for itself: bits, or slots.
        agreement: for each filter ``(pairs, records)`` float32, centred products per bit.
        lengths: for each filter ``(records,)`` float32, each record's product with itself.
    """

    records: NDArray[np.int64]
    people: NDArray[np.int64]
    bits: tuple[int, ...]
    agreement: tuple[NDArray[np.float32], ...]
    lengths: tuple[NDArray[np.float32], ...]

    @classmethod
    def of(cls, target: Target, pairs: NDArray[np.int64]) -> Known:
        """Only the products that are needed, for ``(pairs, 2)`` record and person indices."""
        records = pairs[:, 0]
        others = np.ones(len(target), dtype=np.bool_)
        others[records] = False
        order = np.concatenate([records, np.flatnonzero(others)])
        products, lengths = [], []
        for matrix in target.bits:
            agreement = np.empty((len(pairs), len(target)), dtype=np.float32)
            agreement[:, order] = agreement_rows(
                matrix.take(order), len(pairs), slot_bits=target.slot_bits
            )
            if target.slot_bits:
                whole = agreement_rows(matrix, len(target), slot_bits=target.slot_bits)
                with_mean = whole.mean(axis=1)
                of_mean = with_mean.mean()
            else:
                with_mean, of_mean = _products_with_mean(matrix)
            agreement -= with_mean[records][:, None]
            agreement -= with_mean - of_mean
            products.append(agreement)
            lengths.append(1 - 2 * with_mean + of_mean)
        bits = tuple(matrix.bits // max(target.slot_bits, 1) for matrix in target.bits)
        return cls(records, pairs[:, 1], bits, tuple(products), tuple(lengths))

    def __len__(self) -> int:
        return len(self.records)

    def products(self, records: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(pairs, records)``: centred products over the bits of all filters."""
        parts = zip(self.bits, self.agreement, strict=True)
        return np.asarray(sum(np.float32(bits) * part[:, records] for bits, part in parts))

    def gram(self) -> NDArray[np.float32]:
        """``(pairs, pairs)``: centred products of the known records with one another."""
        return self.products(self.records)


def _products_with_mean(matrix: BitMatrix) -> tuple[NDArray[np.float32], np.float32]:
    """Every record's product with the mean of all records, and the mean's with itself, per bit."""
    records = len(matrix)
    product, square = np.zeros(records, dtype=np.float32), 0.0
    for first in range(0, matrix.words.shape[1], WORDS):
        words = np.ascontiguousarray(matrix.words[:, first : first + WORDS]).astype("<u8")
        bits = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")
        mean = 2 * bits.mean(axis=0, dtype=np.float32) - 1
        product += 2 * (bits @ mean) - mean.sum()
        square += float(mean @ mean)
    return product / np.float32(matrix.bits), np.float32(square / matrix.bits)


def normed(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; zeros stay."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, np.float32(1e-9)))
