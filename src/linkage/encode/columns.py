"""From columns of Python values to arrays, at some fifty nanoseconds a value.

Names and texts become one text of ASCII letters, which a kernel takes apart: that does not
rely on values that repeat. Codes and dates become numbers of distinct values, and only those
are taken apart in Python. A date counts as two values, its year and its day of the year: a
list has some hundreds of each and ten thousands of dates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import attrgetter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.kernels.encode_choice import RECORD_END, WORD_END
from linkage.types import FieldValue, PartialDate

__all__ = ["DateColumn", "NumberedColumn", "ValueColumn", "joined_words"]

Values = tuple[FieldValue, ...]
DAYS = 64
"""More than the days of a month, and a day that is not known."""


def joined_words(values: Values) -> bytes | None:
    r"""The words of some records as one text, as the kernels read it.

    Args:
        values: one value for each record.

    Returns:
        None where the words hold anything but ASCII letters, as normalised words never do.

    >>> joined_words((("an", "j"), (), ("bo",)))
    b'an\x1fj\x1e\x1ebo\x1e'
    """
    words: Iterable[Any] = values
    text = RECORD_END.join(map(WORD_END.join, words)) + RECORD_END
    if not text.isascii():
        return None
    joined = text.encode("ascii")
    ends = np.frombuffer(joined, dtype=np.uint8) == ord(RECORD_END)
    return joined if np.count_nonzero(ends) == len(values) else None


class NumberedColumn(Protocol):
    """A column that numbers its distinct values.

    Attributes:
        field: the field's rule.
    """

    field: FieldRule

    def read(self, values: Values) -> list[NDArray[np.int32]]:
        """One or two arrays, ``(records,)`` int32: the numbers that stand for each value."""
        ...

    def new_values(self) -> Iterator[FieldValue]:
        """The values numbered since this was last asked, in the order of their numbers."""
        ...


class ValueColumn:
    """Numbers whole values.

    Args:
        field: the field's rule.
        numbers: where the next number comes from; columns may share it.

    >>> from itertools import count
    >>> column = ValueColumn(FieldRule(name="sex", kind="code", values=("f", "m")), count())
    >>> column.read(("m", "", "m"))[0].tolist(), list(column.new_values())
    ([0, 1, 0], ['m', ''])
    """

    def __init__(self, field: FieldRule, numbers: Iterator[int]) -> None:
        self.field = field
        self._numbers: defaultdict[FieldValue, int] = defaultdict(numbers.__next__)
        self._known = 0

    def read(self, values: Values) -> list[NDArray[np.int32]]:
        """One array, see :class:`NumberedColumn`."""
        numbers = map(self._numbers.__getitem__, values)
        return [np.fromiter(numbers, np.int32, len(values))]

    def new_values(self) -> Iterator[FieldValue]:
        """See :class:`NumberedColumn`."""
        if len(self._numbers) > self._known:
            new = islice(self._numbers, self._known, None)
            self._known = len(self._numbers)
            yield from new


class DateColumn:
    """Numbers the years of dates, and their days of the year.

    Args:
        field: the field's rule.
        numbers: where the next number comes from; columns may share it.

    >>> from itertools import count
    >>> column = DateColumn(FieldRule(name="birth", kind="date"), count())
    >>> [found.tolist() for found in column.read((PartialDate(1995, 3, 14), PartialDate(1995)))]
    [[0, 0], [2, 1]]
    >>> list(column.new_values())[2]
    PartialDate(year=None, month=3, day=14)
    """

    _PARTS = tuple(attrgetter(part) for part in ("year", "month", "day"))

    def __init__(self, field: FieldRule, numbers: Iterator[int]) -> None:
        self.field = field
        self._counter = numbers
        self._letters = _PartLetters()
        self._years = np.full(1 << 16, -1, dtype=np.int32)
        self._days = np.full(DAYS * DAYS, -1, dtype=np.int32)
        self._new: list[PartialDate] = []

    def read(self, values: Values) -> list[NDArray[np.int32]]:
        """Two arrays, years and days, see :class:`NumberedColumn`."""
        year, month, day = (self._part(part, values) for part in self._PARTS)
        days = month * np.uint16(DAYS) + day
        for key in _unnumbered(self._years, year):
            self._years[key] = next(self._counter)
            self._new.append(PartialDate(_known(key)))
        for key in _unnumbered(self._days, days):
            self._days[key] = next(self._counter)
            self._new.append(PartialDate(None, _known(key // DAYS), _known(key % DAYS)))
        return [self._years[year], self._days[days]]

    def new_values(self) -> Iterator[FieldValue]:
        """See :class:`NumberedColumn`."""
        new, self._new = self._new, []
        yield from new

    def _part(self, part: Any, values: Values) -> NDArray[np.uint16]:
        # Joining letters is the fastest way from Python's numbers, or None, to an array.
        letters = "".join(map(self._letters.__getitem__, map(part, values)))
        return np.frombuffer(letters.encode("utf-16-le"), dtype="<u2")


class _PartLetters(dict[int | None, str]):
    """A part of a date, as the letter whose number is one more; zero if it is not known."""

    def __missing__(self, part: int | None) -> str:
        letter = self[part] = chr(0 if part is None else part + 1)
        return letter


def _known(number: int) -> int | None:
    return number - 1 if number else None


def _unnumbered(numbers: NDArray[np.int32], keys: NDArray[np.uint16]) -> list[int]:
    """The distinct keys that have no number, rising."""
    missing: list[int] = np.unique(keys[numbers[keys] < 0]).tolist()
    return missing
