"""Match keys: keyed hashes of combinations of fields that must agree exactly.

A filter has ten slots of 128 bits, one for each combination. A combination lists fields and
the form in which each takes part; it is absent, sixteen zero bytes, in a record that lacks
one of them. :func:`combinations` says which combinations an agreement's fields give.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from linkage.agreement.model import FieldRule
from linkage.encode.filter_input import EncodedFilter, FilterInput, set_bits
from linkage.encode.scheme import Scheme
from linkage.types import BitMatrix, FieldValue, PartialDate

__all__ = [
    "FORMS",
    "SCHEME",
    "SLOTS",
    "SLOT_BITS",
    "Combination",
    "combinations",
    "encode_match_keys",
]

SLOTS = 10
SLOT_BITS = 128


def _words(value: FieldValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _whole(value: FieldValue) -> str:
    if isinstance(value, PartialDate):
        if value.year is None or value.month is None or value.day is None:
            return ""
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    return value if isinstance(value, str) else " ".join(value)


def _year(value: FieldValue) -> str:
    known = isinstance(value, PartialDate) and value.year is not None
    return f"{value.year:04d}" if known and isinstance(value, PartialDate) else ""


FORMS: Mapping[str, Callable[[FieldValue], str]] = MappingProxyType(
    {
        "whole": _whole,
        "sorted": lambda value: " ".join(_words(value)),  # sorted with the other such fields
        "initial": lambda value: " ".join(_words(value))[:1],
        "start": lambda value: "".join(_words(value))[:3],
        "year": _year,
    }
)
"""The forms in which a field takes part; an empty form is a missing value."""


@dataclass(frozen=True, slots=True)
class Combination:
    """Fields that must agree, and in which form.

    Attributes:
        parts: ``(field name, form)`` in the order in which they are hashed.
    """

    parts: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The combination's id, which is hashed with the values.

        >>> Combination((("surname", "start"), ("birth", "whole"))).name
        'surname:start,birth:whole'
        """
        return ",".join(f"{field}:{form}" for field, form in self.parts)


def combinations(fields: Sequence[FieldRule]) -> tuple[Combination, ...]:
    """The combinations that these fields give: at most ten, all distinct, in a fixed order.

    With *names* the fields of kind name or text, and everything in the agreement's order:

    1. every field;
    2. the names' words sorted together (swapped names), and the dates;
    3. the first letter of the first name field, the other names, and the dates;
    4. the first three letters of each name, the dates and the codes;
    5. the names and the years of the dates;
    6. and on: every field but one, leaving out the first, the second, ...

    Number 1 is always there. Another is dropped if it repeats an earlier one, or has fewer
    than two fields that are not codes; 2 to 5 need a name and a date, and 3 two names.

    >>> rules = [FieldRule(name="surname", kind="name"), FieldRule(name="birth", kind="date")]
    >>> for combination in combinations(rules):
    ...     print(combination.name)
    surname:whole,birth:whole
    surname:sorted,birth:whole
    surname:start,birth:whole
    surname:whole,birth:year
    """
    names = [field.name for field in fields if field.kind in ("name", "text")]
    dates = [field.name for field in fields if field.kind == "date"]
    codes = [field.name for field in fields if field.kind == "code"]
    whole = [(field.name, "whole") for field in fields]
    whole_dates = [(date, "whole") for date in dates]
    candidates = []
    if names and dates:
        candidates.append([*((name, "sorted") for name in names), *whole_dates])
        if len(names) > 1:
            others = [(name, "whole") for name in names[1:]]
            candidates.append([(names[0], "initial"), *others, *whole_dates])
        starts = [(name, "start") for name in names]
        candidates.append([*starts, *whole_dates, *((code, "whole") for code in codes)])
        years = [(date, "year") for date in dates]
        candidates.append([*((name, "whole") for name in names), *years])
    candidates += [whole[:at] + whole[at + 1 :] for at in range(len(whole))]
    usable = [
        tuple(parts)
        for parts in candidates
        if len([field for field, _ in parts if field not in codes]) > 1
    ]
    return tuple(Combination(parts) for parts in dict.fromkeys([tuple(whole), *usable]))[:SLOTS]


def encode_match_keys(task: FilterInput) -> EncodedFilter:
    """The ten match keys of every record.

    Slot ``i`` is the first 128 bits of ``HMAC-SHA-256(subkey, message)`` where the message is
    the combination's id and then the form of each of its fields, each preceded by its length
    in bytes as four bytes, big-endian.

    Args:
        task: the filter to be made, 1,280 bits long.

    Returns:
        The filters; the weights are the number of set bits.
    """
    key = task.subkeys.subkey(f"match-keys-{task.name}")
    size = SLOT_BITS // 8
    packed = np.zeros((len(task.records), SLOTS * size), dtype=np.uint8)
    for slot, combination in enumerate(combinations(task.fields)):
        columns = [task.records.fields[field] for field, _ in combination.parts]
        for record, values in enumerate(zip(*columns, strict=True)):
            message = _message(combination, values)
            if message is not None:
                digest = hmac.digest(key, message, "sha256")[:size]
                packed[record, slot * size : (slot + 1) * size] = np.frombuffer(digest, np.uint8)
        task.progress((slot + 1) / SLOTS)
    words = packed.view("<u8").astype(np.uint64, copy=False)
    return EncodedFilter(BitMatrix(words, SLOTS * SLOT_BITS), set_bits(words))


def _message(combination: Combination, values: Sequence[FieldValue]) -> bytes | None:
    """What is hashed, or None where a value is missing."""
    forms = [FORMS[form](value) for (_, form), value in zip(combination.parts, values, strict=True)]
    if not all(forms):
        return None
    bag = [at for at, (_, form) in enumerate(combination.parts) if form == "sorted"]
    if bag:
        words = sorted(word for at in bag for word in _words(values[at]))
        forms = [" ".join(words), *(form for at, form in enumerate(forms) if at not in bag)]
    pieces = [text.encode() for text in (combination.name, *forms)]
    return b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces)


SCHEME = Scheme(
    name="match-keys",
    encode=encode_match_keys,
    measure="match-keys",
    parameters={},
    bits=SLOTS * SLOT_BITS,
    source="Keyed hashes of combinations, as in Weber et al. 2012",
    broken_by="Frequency analysis of common combinations; misses any error.",
)
"""Ten keyed hashes of what must agree exactly."""
