"""What about a list makes its people easy to name, whatever the encoding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.attack.measures import equal_groups
from linkage.encode.tokens import has_value, record_tokens
from linkage.types import BitMatrix, FieldValue, NormalisedList

__all__ = ["FEW_TOKENS", "Findings", "list_findings"]

FEW_TOKENS = 12
"""A record with fewer tokens says little to link by, and is like many others."""
LARGE_GROUP = 5


@dataclass(frozen=True, slots=True)
class Findings:
    """Counts and spreadsheet rows; no value.

    Attributes:
        records: records of the list.
        rare_names: rows, rising, with a word in a name that no other record has.
        few_tokens: rows with fewer than :data:`FEW_TOKENS` tokens.
        largest_group: most records with the same encoding.
        grouped: records in groups of five or more with the same encoding.
        fill: share of set bits, over all records, of each filter.
        fields: fields that the encoding uses.
        constant_fields: names of fields with one value for all who have one.
        sparse_fields: names of fields that fewer than half of the records have.
    """

    records: int
    rare_names: tuple[int, ...]
    few_tokens: tuple[int, ...]
    largest_group: int
    grouped: int
    fill: tuple[float, ...]
    fields: int
    constant_fields: tuple[str, ...]
    sparse_fields: tuple[str, ...]


def list_findings(
    records: NormalisedList, rules: Sequence[FieldRule], filters: tuple[BitMatrix, ...]
) -> Findings:
    """Look through a list and its encodings.

    Args:
        records: the list.
        rules: the agreement's fields.
        filters: the list's encodings, one matrix per filter, under any key.

    >>> rule = FieldRule(name="surname", kind="name")
    >>> three = NormalisedList(np.array([2, 3, 4]), {"surname": (("ek",), ("ek",), ("oz",))},
    ...     np.zeros((3, 0), dtype=np.uint8))
    >>> bits = BitMatrix(np.array([[3], [3], [4]], dtype=np.uint64), 64)
    >>> found = list_findings(three, [rule], (bits,))
    >>> found.rare_names, found.largest_group
    ((4,), 2)
    """
    sizes = equal_groups(filters) if len(records) else np.zeros(1, dtype=np.int64)
    tokens = [
        len(record_tokens(rules, [records.fields[rule.name][record] for rule in rules]))
        for record in range(len(records))
    ]
    few = np.array(tokens, dtype=np.int64) < FEW_TOKENS
    return Findings(
        records=len(records),
        rare_names=_rows(records, _with_rare_name(records, rules)),
        few_tokens=_rows(records, few),
        largest_group=int(sizes[0]),
        grouped=int(sizes[sizes >= LARGE_GROUP].sum()),
        fill=tuple(_fill(matrix) for matrix in filters),
        fields=len(rules),
        constant_fields=tuple(r.name for r in rules if _constant(records.fields[r.name])),
        sparse_fields=tuple(r.name for r in rules if _sparse(records.fields[r.name])),
    )


def _with_rare_name(records: NormalisedList, rules: Sequence[FieldRule]) -> NDArray[np.bool_]:
    names = [records.fields[rule.name] for rule in rules if rule.kind == "name"]
    words = [
        {word for value in values if isinstance(value, tuple) for word in value}
        for values in (zip(*names, strict=True) if names else ((),) * len(records))
    ]
    having = Counter(word for each in words for word in each)
    return np.array([any(having[word] == 1 for word in each) for each in words], dtype=np.bool_)


def _rows(records: NormalisedList, chosen: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(sorted(records.rows[chosen].tolist()))


def _fill(matrix: BitMatrix) -> float:
    has = matrix.words.any(axis=1)
    if not has.any():
        return 0.0
    return float(np.bitwise_count(matrix.words[has]).sum() / (has.sum() * matrix.bits))


def _constant(column: tuple[FieldValue, ...]) -> bool:
    values = {value for value in column if has_value(value)}
    return len(column) > 1 and len(values) == 1


def _sparse(column: tuple[FieldValue, ...]) -> bool:
    return 2 * sum(has_value(value) for value in column) < len(column)
