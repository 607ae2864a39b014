"""What every encoding must satisfy, whatever it is: the check that a new one has to pass."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import Profile
from linkage.encode.filter_input import EncodedFilter, Encoder, FilterInput
from linkage.types import BitMatrix, FieldValue, NormalisedList, PartialDate

__all__ = ["DerivedSubkeys", "check_encoder"]


class DerivedSubkeys:
    """Subkeys from a short seed, for checks and vectors only: no project key is made so.

    A subkey is ``HMAC-SHA-256(seed, purpose || 0x00 || field)``.

    >>> len(DerivedSubkeys(b"seed").subkey("clk-all", "name"))
    32
    """

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    def subkey(self, purpose: str, field: str = "") -> bytes:
        """The subkey of one purpose and field, 32 bytes."""
        return hmac.digest(self._seed, f"{purpose}\0{field}".encode(), "sha256")


def check_encoder(encoder: Encoder, profile: Profile) -> tuple[str, ...]:
    """What an encoder does wrong on fictional records; nothing if it conforms.

    It must be deterministic under a key; depend on the key and on the filter's name; not
    depend on the other records of the list; have the declared shape; bring the records of
    one person closer together than those of two; and give a record without values the
    all-zero filter.

    Args:
        encoder: the encoder.
        profile: a profile of its scheme.

    Returns:
        One sentence for each requirement that it fails.
    """
    return tuple(_failures(encoder, profile))


def _failures(encoder: Encoder, profile: Profile) -> Iterator[str]:
    people, family, empty = _fictional()
    name = profile.filters[0]

    def encode(records: NormalisedList, seed: bytes = b"one", filter_name: str = name) -> _Bits:
        task = FilterInput(
            filter_name, records, _FIELDS, profile, profile.bits, DerivedSubkeys(seed)
        )
        return _Bits(encoder(task))

    first = encode(people)
    rows = len(people)
    if first.matrix.bits != profile.bits or len(first.matrix) != rows:
        yield "the result has not the declared shape"
        return
    if first.weights.shape != (rows,) or first.weights.dtype != np.uint16:
        yield "the weights are not one uint16 for each record"
    if not np.array_equal(first.words, encode(people).words):
        yield "the same key and records give different filters"
    if first.agreement(encode(people, seed=b"two")).max() > 0.9:
        yield "another key gives nearly the same filters"
    if first.agreement(encode(people, filter_name="another")).max() > 0.9:
        yield "a filter of another name has nearly the same bits"
    if not np.array_equal(encode(_rows(people, slice(5, 9))).words, first.words[5:9]):
        yield "a filter depends on the other records of the list"
    same = first.agreement(encode(family))
    other = first.agreement(_Bits(_shifted(first)))
    if same.mean() <= other.mean() or np.median(same) <= other.max():
        yield "records of one person are not closer than records of two"
    if encode(empty).words.any():
        yield "a record without values has not the all-zero filter"
    if encode(_rows(people, slice(0, 0))).words.size:
        yield "an empty list has filters"


class _Bits:
    """An encoder's result, ready to be compared."""

    def __init__(self, result: EncodedFilter) -> None:
        self.matrix, self.weights = result.matrix, result.weights
        self.words = result.matrix.words

    def agreement(self, other: _Bits) -> NDArray[np.float64]:
        """Share of equal bits, record by record."""
        differing = np.bitwise_count(self.words ^ other.words).sum(axis=1)
        return np.asarray(1 - differing / self.matrix.bits, dtype=np.float64)


def _shifted(bits: _Bits) -> EncodedFilter:
    """The same filters, each given to another record."""
    rolled = np.ascontiguousarray(np.roll(bits.words, 1, axis=0))
    return EncodedFilter(BitMatrix(rolled, bits.matrix.bits), bits.weights)


_FIELDS = (
    FieldRule(name="given", kind="name", tag="name"),
    FieldRule(name="family", kind="name", tag="name", weight=2),
    FieldRule(name="birth", kind="date", weight=2),
    FieldRule(name="sex", kind="code", values=("f", "m")),
)

_GIVEN = ("anna", "boris", "chidi", "doina", "emeka", "fatima", "gheorghe", "huong", "irina", "jan")
_FAMILY = ("okafor", "popescu", "nguyen", "kowalska", "ivanova", "yilmaz", "haddad", "visser")


def _fictional() -> tuple[NormalisedList, NormalisedList, NormalisedList]:
    """People; the same with one difference each (as match keys can forgive); no values."""
    given = [_GIVEN[i % 10] for i in range(40)]
    people: dict[str, tuple[FieldValue, ...]] = {
        "given": tuple((word,) for word in given),
        "family": tuple((_FAMILY[(i * 3 + i // 8) % 8], _GIVEN[i * 7 % 10]) for i in range(40)),
        "birth": tuple(PartialDate(1960 + i, 1 + i * 5 % 12, 1 + i * 11 % 28) for i in range(40)),
        "sex": tuple("fm"[i % 2] for i in range(40)),
    }
    typo = people | {"given": tuple((word[:-1] + "q",) for word in given)}
    nothing: dict[str, tuple[FieldValue, ...]] = {
        "given": ((),),
        "family": ((),),
        "birth": (PartialDate(),),
        "sex": ("",),
    }
    return _list(people), _list(typo), _list(nothing)


def _list(fields: dict[str, tuple[FieldValue, ...]]) -> NormalisedList:
    size = len(fields["sex"])
    return NormalisedList(
        np.arange(2, size + 2, dtype=np.int64), fields, np.zeros((size, 0), dtype=np.uint8)
    )


def _rows(records: NormalisedList, chosen: slice) -> NormalisedList:
    return _list({name: tuple(values[chosen]) for name, values in records.fields.items()})
