"""Least squares, for designs that may lack rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["least_squares"]

Floats = NDArray[np.float64]


def least_squares(rows: Floats, right: Floats) -> Floats:
    """The shortest solution of ``rows @ x = right`` in least squares.

    >>> least_squares(np.eye(2), np.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    return np.asarray(np.linalg.lstsq(rows, right, rcond=None)[0], dtype=np.float64)
