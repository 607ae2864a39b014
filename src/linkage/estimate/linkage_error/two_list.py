"""Two lists with missed and false links (Ding and Fienberg 1994)."""

from __future__ import annotations

__all__ = ["corrected_two_lists"]


def corrected_two_lists(first: int, second: int, linked: int, missed: float, false: float) -> float:
    """People in all, from two lists of which links are missed and others are false.

    ``n1 n2 (1 - missed - false) / (linked - false * n2)``: of the true pairs a share ``missed`` is
    not linked, and of the second list's records without a partner a share ``false`` is linked.

    Args:
        first: people on the first list.
        second: people on the second list.
        linked: pairs that were linked.
        missed: probability that a true pair is not linked.
        false: probability that a record of the second list whose person is not on the first is
            linked to somebody.

    Returns:
        The estimate; infinity where false links alone explain all that is linked.

    >>> corrected_two_lists(500, 400, 100, 0.0, 0.0)
    2000.0
    >>> round(corrected_two_lists(500, 400, 90, 0.1, 0.0))
    2000
    """
    right = linked - false * second
    if right <= 0:
        return float("inf")
    return first * second * (1 - missed - false) / right
