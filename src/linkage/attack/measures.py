"""What encodings give away without anybody being named: likeness, bits, groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.types import BitMatrix

__all__ = [
    "bit_entropy",
    "bit_gini",
    "equal_groups",
    "largest_bit_correlation",
    "likeness_kept",
    "mean_interval",
    "weight_correlation",
]

Array = NDArray[np.float64]
BLOCK = 1_024
_T_95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
"""97.5% quantiles of Student's t with 1, 2, ... degrees of freedom."""


def likeness_kept(
    encoded: NDArray[np.floating], plain: NDArray[np.floating], *, top: float = 1.0
) -> float:
    """Correlation of encoded with plaintext similarity, over pairs of records.

    Args:
        encoded: ``(records, records)`` similarities of the encodings.
        plain: ``(records, records)`` similarities of the plaintext.
        top: share of the pairs that are most alike in plaintext to take.

    Returns:
        Pearson's correlation; 0 where either does not vary.

    >>> similar = np.array([[1.0, 0.2, 0.4], [0.2, 1.0, 0.6], [0.4, 0.6, 1.0]])
    >>> round(likeness_kept(similar * 2, similar), 6)
    1.0
    """
    rows, columns = np.triu_indices(len(plain), 1)
    one, other = plain[rows, columns].astype(float), encoded[rows, columns].astype(float)
    if top < 1:
        number = max(round(top * len(one)), 3)
        chosen = np.argsort(-one, kind="stable")[:number]
        one, other = one[chosen], other[chosen]
    return _correlation(one, other)


def _correlation(one: Array, other: Array) -> float:
    if len(one) < 2 or one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def bit_gini(filters: BitMatrix) -> float:
    """Gini coefficient of the bits' densities: 0 where all are set equally often.

    >>> bit_gini(BitMatrix.packed(np.ones((3, 64), dtype=np.uint8)))
    0.0
    """
    density = np.sort(filters.unpacked().mean(axis=0))
    if density.sum() == 0:
        return 0.0
    rank = np.arange(1, len(density) + 1)
    return float(2 * (rank * density).sum() / (len(density) * density.sum())) - float(
        (len(density) + 1) / len(density)
    )


def bit_entropy(filters: BitMatrix) -> float:
    """Mean entropy of a bit over the records, in bits: 1 where every bit is set in half of them.

    >>> half = np.repeat([[0], [1]], 64, axis=1).astype(np.uint8)
    >>> bit_entropy(BitMatrix.packed(half))
    1.0
    """
    p = filters.unpacked().mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    return float(np.nan_to_num(each).mean())


def largest_bit_correlation(filters: BitMatrix) -> float:
    """Largest absolute correlation between two bits over the records.

    Memory: 4 bytes for 1,024 times as many pairs as a filter has bits.
    """
    bits = filters.unpacked().astype(np.float32)
    bits -= bits.mean(axis=0)
    length = np.linalg.norm(bits, axis=0)
    bits = bits[:, length > 0] / length[length > 0]
    largest = 0.0
    for start in range(0, bits.shape[1], BLOCK):
        product = np.abs(bits[:, start : start + BLOCK].T @ bits)
        product[np.arange(len(product)), start + np.arange(len(product))] = 0
        largest = max(largest, float(product.max(initial=0.0)))
    return min(largest, 1.0)


def weight_correlation(filters: BitMatrix, tokens: NDArray[np.integer]) -> float:
    """Correlation of the number of set bits with the number of tokens.

    Args:
        filters: the encodings.
        tokens: ``(records,)`` number of tokens.
    """
    weights = np.bitwise_count(filters.words).sum(axis=1)
    return _correlation(weights.astype(float), tokens.astype(float))


def equal_groups(filters: tuple[BitMatrix, ...]) -> NDArray[np.int64]:
    """Sizes of the groups of records that are equal in all filters, largest first.

    >>> equal_groups((BitMatrix(np.array([[1], [2], [1]], dtype=np.uint64), 64),)).tolist()
    [2, 1]
    """
    words = np.concatenate([each.words for each in filters], axis=1)
    sizes = np.unique(words, axis=0, return_counts=True)[1]
    return np.sort(sizes)[::-1].astype(np.int64)


def mean_interval(values: list[float]) -> tuple[float, float]:
    """Mean, and half the width of its 95% interval by Student's t; 0 for a single value.

    >>> mean_interval([0.5]), tuple(round(each, 3) for each in mean_interval([0.4, 0.6]))
    ((0.5, 0.0), (0.5, 1.271))
    """
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, 0.0
    quantile = _T_95[min(len(values) - 2, len(_T_95) - 1)]
    return mean, float(quantile * np.std(values, ddof=1) / np.sqrt(len(values)))
