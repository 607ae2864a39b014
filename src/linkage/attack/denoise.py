"""Less noise in what a target's records have in common: the few directions in which they differ.

What two people's bits have in common comes from a few tokens in many combinations, so that the
agreement of all records has few eigenvalues that matter; noise, above all bits that are flipped
at random, is spread over all of them alike. Below the edge that noise alone would reach an
eigenvalue says little.

Sources: Marchenko and Pastur 1967 (the edge); Gavish and Donoho 2014 (cutting there).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.attack.initialise import spectral_embedding

__all__ = ["denoised"]

MOST = 240
"""Eigenvalues that are looked at."""
FEWEST = 10
BELOW = 1.5
"""So many are kept for each one above the edge: signal begins below it."""
TURNS = 3
"""A record's agreement with itself is all noise: it is filled in from what is kept, in turns."""


def denoised(agreement: NDArray[np.float32], bits: int) -> NDArray[np.float32]:
    """``(records, records)`` float32: centred agreement in its largest eigenvalues only.

    Args:
        agreement: ``(records, records)`` float32, of one filter, 10 records or more.
        bits: of the filter.

    >>> people = np.random.default_rng(1).normal(size=(40, 2))
    >>> signal = people @ people.T
    >>> noise = np.random.default_rng(2).normal(size=(40, 40))
    >>> noisy = (signal + noise + noise.T).astype(np.float32)
    >>> left = denoised(noisy, 64) - (signal - signal.mean(0) - signal.mean(1)[:, None])
    >>> float(left.std()) < 0.9 * float((noise + noise.T).std())
    True
    """
    records = len(agreement)
    mean = agreement.mean(axis=1)
    centred = agreement - mean[:, None]
    centred -= mean - mean.mean()
    points = spectral_embedding(centred, min(MOST, max(FEWEST, records // 4), records - 2))
    edge = float(np.diagonal(centred).mean()) * (1 + np.sqrt(records / bits)) ** 2
    above = int(((points**2).sum(axis=0) > edge).sum())
    kept = points[:, : max(FEWEST, round(BELOW * above))]
    for _ in range(TURNS):
        np.fill_diagonal(centred, (kept**2).sum(axis=1))
        kept = spectral_embedding(centred, kept.shape[1])
    clean = kept @ kept.T
    clean += mean[:, None]
    clean += mean - mean.mean()
    return np.asarray(clean)
