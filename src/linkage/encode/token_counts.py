"""How many different tokens a filter of a record holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.encode.token_blocks import TokenReader
from linkage.kernels import Backend
from linkage.kernels.encode_choice import load_encode_kernels
from linkage.types import NormalisedList

__all__ = ["MOST", "count_tokens"]

MOST = 255
"""The largest count that travels; a record with more tokens has this one."""
_WORK = 16


def count_tokens(
    records: NormalisedList, fields: Sequence[FieldRule], *, kernels: Backend | None = None
) -> NDArray[np.uint8]:
    """The number of different tokens of every record, whatever their weights.

    The tokens are those of :func:`linkage.encode.tokens.record_tokens`, under every scheme.

    Args:
        records: the normalised list.
        fields: the rules of the fields of one filter.
        kernels: which kernels take words apart; None takes compiled ones where numba is
            installed and the list is long.

    Returns:
        ``(records,)`` uint8, at most :data:`MOST`; 0 for a record without tokens.

    >>> rule = FieldRule(name="surname", kind="name")
    >>> two = NormalisedList(np.arange(2, 4), {"surname": (("anna",), ())},
    ...     np.zeros((2, 0), dtype=np.uint8))
    >>> count_tokens(two, (rule,)).tolist()
    [6, 0]
    """
    counts = np.zeros(len(records), dtype=np.uint8)
    reader = TokenReader(records, fields, load_encode_kernels(kernels, len(records) * _WORK))
    for rows, tokens in reader.blocks():
        counts[rows] = np.minimum(np.diff(tokens.starts), MOST)
    return counts
