"""The kernels that make encodings: what they do, and which set of them runs."""

from __future__ import annotations

import importlib
from typing import NamedTuple, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.choice import Backend, numba_is_installed

__all__ = [
    "COMPILED_FROM",
    "GRAMS",
    "RECORD_END",
    "WEIGHT_BITS",
    "WORD_END",
    "EncodeKernels",
    "TokenEntries",
    "load_encode_kernels",
]

RECORD_END = "\x1e"
"""Stands after every record of a column's text (the record separator of ASCII)."""
WORD_END = "\x1f"
"""Stands between two words of a record (the unit separator of ASCII)."""
GRAMS = 1 << 14
"""Pairs of ASCII letters; a pair's number is ``first * 128 + second``."""
WEIGHT_BITS = 4
"""An entry is ``content << 4 | weight``: a weight is 1 to 15."""
COMPILED_FROM = 1 << 20
"""Least work, in words, for compiled kernels: about half a second of numpy, which is what
numba takes to start. A CLK of 1,024 bits: 65,536 records; SAUL(4, 4096): 4,096 records."""

Entries: TypeAlias = NDArray[np.int32]
Offsets: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]


class TokenEntries(NamedTuple):
    """The tokens of some records, as compressed sparse rows.

    Attributes:
        starts: ``(records + 1,)`` int64; record ``r`` has
            ``entries[starts[r] : starts[r + 1]]``.
        entries: int32, ``content << 4 | weight``; no content twice in one record.
        found: int64, the bigrams that got a number, in the order of their numbers:
            ``table * 16384 + pair``.
    """

    starts: Offsets
    entries: Entries
    found: Offsets


class EncodeKernels(Protocol):
    """What every set of encoding kernels offers.

    Arrays are C-contiguous. Kernels hold nothing between two calls: masks and random bits,
    which are as secret as the key, come in as arguments and are never a constant of the code.
    """

    def tokenise(
        self,
        text: NDArray[np.uint8],
        ends: Offsets,
        tables: Offsets,
        weights: Entries,
        grams: Entries,
        contents: int,
        codes: Entries,
        value_starts: Offsets,
        value_entries: Entries,
    ) -> TokenEntries:
        """The tokens of some records: bigrams and initials of their words, tokens of their codes.

        An initial is the pair of ``^`` and the first letter of a word.

        Args:
            text: ASCII letters of one column of words after the other: words divided by
                ``0x1f``, ``0x1e`` after every record. A column may be left out (no bytes).
            ends: ``(columns,)`` where each column ends in ``text``.
            tables: ``(columns,)`` row of ``grams`` that each column uses.
            weights: ``(columns,)`` weight of each column's tokens.
            grams: ``(tables, 16384)`` content number of each pair of letters, -1 for one
                not met so far; those met now get the next numbers.
            contents: contents that have a number, of any kind.
            codes: ``(coded columns, records)`` value of each record in each of them.
            value_starts: ``(values + 1,)`` a value has the entries
                ``value_entries[value_starts[v] : value_starts[v + 1]]``.
            value_entries: entries of all values.

        Returns:
            Each record's entries, in no certain order; a content that comes with several
            weights has the largest.
        """

    def unite_masks(
        self,
        text: NDArray[np.uint8],
        ends: Offsets,
        tables: Offsets,
        grams: Entries,
        codes: Entries,
        value_rows: Entries,
        masks: Words,
        words: Words,
    ) -> Offsets:
        """Set ``words`` to the union of the masks of each record's bigrams and values.

        Args:
            text: as for :meth:`tokenise`, like ``ends``, ``tables`` and ``codes``.
            ends: where each column ends.
            tables: the table of each column.
            grams: ``(tables, 16384)`` row of ``masks`` of each pair of letters, -1 for one
                not met so far; those met now get the next rows.
            codes: value of each record in each coded column.
            value_rows: ``(values,)`` row of ``masks`` of each value.
            masks: ``(rows, words)``.
            words: ``(records, words)``, overwritten.

        Returns:
            The bigrams that got a row, in the order of the rows: ``table * 16384 + pair``.
            If there are any, ``words`` is not yet right: call again with their masks.
        """

    def vote(self, tokens: TokenEntries, random: Words, coins: Words, words: Words) -> None:
        """Set ``words`` to the exclusive or over layers of weighted majorities (SAUL).

        Args:
            tokens: the records' tokens.
            random: ``(contents, layers, words)`` each content's random bits.
            coins: ``(layers, words)`` what stands where the votes are equal.
            words: ``(records, words)``, overwritten; zeros for a record without tokens.
        """

    def diffuse(self, source: Words, taps: Offsets, words: Words) -> None:
        """Set bit ``j`` of each row of ``words`` to the exclusive or of bits of ``source``.

        Args:
            source: ``(records, source words)`` Bloom filters.
            taps: ``(bits, taps)`` int64, the bits of ``source`` that each bit combines.
            words: ``(records, bits // 64)``, overwritten.
        """


def load_encode_kernels(use: Backend | None = None, work: int | None = None) -> EncodeKernels:
    """The kernels to encode with.

    Args:
        use: ``"numba"`` or ``"numpy"``; None takes numba where it is installed and the work
            is worth it. The choice changes the speed and never a bit.
        work: words of 64 bits that are computed: records times words of a record. Below
            :data:`COMPILED_FROM` numpy is done before numba has started.

    Raises:
        ModuleNotFoundError: numba was asked for and is not installed.

    >>> load_encode_kernels(work=1000).__name__
    'linkage.kernels.encode_numpy'
    """
    if use is None:
        short = work is not None and work < COMPILED_FROM
        use = "numba" if numba_is_installed() and not short else "numpy"
    return cast("EncodeKernels", importlib.import_module(f"linkage.kernels.encode_{use}"))
