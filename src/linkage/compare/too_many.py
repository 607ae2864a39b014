"""The fault of a threshold that lets too many pairs through."""

from __future__ import annotations

from linkage.errors import Fault

__all__ = ["too_many_pairs"]


def too_many_pairs(found: int, maximum: int, remedy: str, level: str = "the threshold") -> Fault:
    """E210: the count so far, and what to do.

    Args:
        found: pairs found before the search was stopped.
        maximum: most pairs that may be kept.
        remedy: what to do instead.
        level: what the pairs reach.

    >>> too_many_pairs(1_200, 1_000, "Use a higher threshold.").message[:50]
    'More than 1,000 pairs of records reach the thresho'
    """
    return Fault(
        "E210",
        f"More than {maximum:,} pairs of records reach {level} ({found:,} were found before the "
        "search was stopped).",
        remedy,
    )
