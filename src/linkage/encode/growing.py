"""Rows that keep growing: each is written once and stays where it is in memory order."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["GrowingRows"]

Item = TypeVar("Item", bound=np.generic)


class GrowingRows(Generic[Item]):
    """An array to which rows are added; adding costs a constant time on average.

    Args:
        shape: shape of one row.
        dtype: type of its items.

    >>> rows = GrowingRows((2,), np.int64)
    >>> rows.extend(np.array([[1, 2], [3, 4]]))
    >>> len(rows), rows.rows.tolist()
    (2, [[1, 2], [3, 4]])
    """

    __slots__ = ("_length", "_room")

    def __init__(self, shape: tuple[int, ...], dtype: type[Item]) -> None:
        self._room: NDArray[Item] = np.empty((64, *shape), dtype=dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def rows(self) -> NDArray[Item]:
        """``(length, *shape)``: the rows so far; a view that a later addition may outdate."""
        return self._room[: self._length]

    def extend(self, rows: NDArray[Any]) -> None:
        """Add rows, ``(number, *shape)``."""
        length = self._length + len(rows)
        if length > len(self._room):
            room = np.empty_like(
                self._room, shape=(max(length, 2 * len(self._room)), *self._room.shape[1:])
            )
            room[: self._length] = self.rows
            self._room = room
        self._room[self._length : length] = rows
        self._length = length
