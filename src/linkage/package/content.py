"""Is this list what the agreement lets travel? Asked before sealing and after opening."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES
from linkage.errors import PackageError
from linkage.package.outcomes import refusal
from linkage.package.payload import HANDLE, Layout, layout_of
from linkage.types import UNKNOWN, EncodedList

__all__ = ["MAXIMUM_RECORDS", "check_content", "different_encodings"]

MAXIMUM_RECORDS = 20_000_000
"""Most records of one list, as in the agreement's ``expected_records``."""


def check_content(encoded: EncodedList, agreement: Agreement, name: str) -> None:
    """Refuse a list whose columns, types or values the agreement does not allow.

    Args:
        encoded: the list.
        agreement: the agreement.
        name: name of the package, for messages.

    Raises:
        PackageError: E560, all that was found and not only the first.
    """
    layout = layout_of(agreement)
    problems = _shape_problems(encoded, layout) or _value_problems(encoded, agreement)
    if problems:
        raise PackageError(
            *(fault for problem in problems for fault in refusal("E560", name, problem).faults)
        )


def different_encodings(encoded: EncodedList, enough: int) -> int:
    """Number of records of different encodings, counted up to ``enough``.

    A list of one person many times over is as small as that person.
    """
    seen: set[bytes] = set()
    for words in zip(*(matrix.words for matrix in encoded.filters), strict=True):
        seen.add(b"".join(word.tobytes() for word in words))
        if len(seen) >= enough:
            break
    return len(seen)


def _shape_problems(encoded: EncodedList, layout: Layout) -> list[str]:
    count = len(encoded)
    if not 0 < count <= MAXIMUM_RECORDS:
        return [f"it holds {count:,} records, where 1 to {MAXIMUM_RECORDS:,} are allowed"]
    problems = []
    if not _is(encoded.handles, np.uint8, (count, HANDLE)):
        problems.append("its handles are not 16 bytes each")
    if tuple(matrix.bits for matrix in encoded.filters) != (layout.bits,) * len(layout.filters):
        problems.append(
            f"the agreement has {len(layout.filters)} filters of {layout.bits:,} bits each"
        )
    elif any(len(matrix) != count for matrix in encoded.filters):
        problems.append("a filter has another number of records")
    if not _is(encoded.strata, np.uint8, (count, len(layout.strata))):
        problems.append("its strata are not those of the agreement")
    if (encoded.weights is not None) != layout.weights or (
        encoded.weights is not None
        and not _is(encoded.weights, np.uint16, (count, len(layout.filters)))
    ):
        problems.append("its filter weights are not what the profile carries")
    if (encoded.presence is not None) != layout.presence or (
        encoded.presence is not None and not _is(encoded.presence, np.uint32, (count,))
    ):
        problems.append("its presence patterns are not what the agreement allows")
    if (encoded.token_counts is not None) != layout.token_counts or (
        encoded.token_counts is not None
        and not _is(encoded.token_counts, np.uint8, (count, len(layout.filters)))
    ):
        problems.append("its token counts are not what the agreement allows")
    return problems


def _value_problems(encoded: EncodedList, agreement: Agreement) -> list[str]:
    problems = []
    if _has_repeats(encoded.handles):
        problems.append("two records have the same handle")
    for index, stratum in enumerate(agreement.strata):
        column = encoded.strata[:, index]
        if bool(((column >= len(stratum.values)) & (column != UNKNOWN)).any()):
            problems.append(f'stratum "{stratum.name}" has a value outside the agreement')
    profile = PROFILES[agreement.encoding.profile]
    if encoded.weights is not None and int(encoded.weights.max()) > profile.source_bits:
        problems.append(f"a filter weight is over {profile.source_bits:,}")
    if encoded.presence is not None and int(encoded.presence.max()) >> len(agreement.fields):
        problems.append("a presence pattern names a field outside the agreement")
    return problems


def _is(array: NDArray[np.generic], dtype: type, shape: tuple[int, ...]) -> bool:
    return array.dtype == np.dtype(dtype) and array.shape == shape


def _has_repeats(handles: NDArray[np.uint8]) -> bool:
    halves = np.ascontiguousarray(handles).view(np.uint64)
    ordered = halves[np.lexsort((halves[:, 1], halves[:, 0]))]
    return bool((ordered[1:] == ordered[:-1]).all(axis=1).any())
