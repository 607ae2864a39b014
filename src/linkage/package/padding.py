"""Sizes that say little: Padmé buckets for record counts and payload lengths.

Nikitin, Barman, Lueks, Underwood, Hubaux, Ford, "Reducing Metadata Leakage from Encrypted
Files and Communication with PURBs", PoPETs 2019(4), section 4: at most 12% is added, and
a size reveals O(log log n) bits.
"""

from __future__ import annotations

__all__ = ["SMALLEST_BUCKET", "count_bucket", "padme"]

SMALLEST_BUCKET = 64
"""Every list of at most so many records falls into one bucket."""


def padme(length: int) -> int:
    """The smallest Padmé length that is at least ``length``.

    With ``e = floor(log2 length)`` and ``s = floor(log2 e) + 1``, the last ``e - s`` bits
    of the result are zero.

    Raises:
        ValueError: for a negative length.

    >>> [padme(n) for n in (0, 1, 8, 9, 1_187, 1_216, 1_217)]
    [0, 1, 8, 10, 1216, 1216, 1280]
    """
    if length < 0:
        raise ValueError("a length is not negative")
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (length + mask) & ~mask


def count_bucket(records: int) -> int:
    """The bucket of a record count: Padmé, and at least :data:`SMALLEST_BUCKET`.

    >>> count_bucket(41), count_bucket(1_187)
    (64, 1216)
    """
    return padme(max(records, SMALLEST_BUCKET))
