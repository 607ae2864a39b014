"""Statistical requirements on an encoder: its bits look random to whoever has not the key.

Tests are over many keys, so that what they find is the encoder and not one draw. A conforming
encoder fails one of them less than once in a million times; the keys are fixed, so a result
never changes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from linkage.agreement.profiles import Profile
from linkage.conformance.encoder import encoded_under
from linkage.conformance.people import fictional_people, joined, rows_of, strangers
from linkage.encode.filter_input import Encoder

__all__ = ["FALSE_ALARM", "check_randomness", "dispersion_p", "unrelated_p"]

FALSE_ALARM = 1e-7
"""Probability that a test finds fault with what conforms."""
KEYS = 120
_SLOT = {"slots": 32, "slot-jaccard": 16, "match-keys": 128}
"""Bits of a slot, by the measure: bits are compared with those of the same place in a slot."""


def check_randomness(
    encoder: Encoder, profile: Profile, *, strangers_alike: bool = False
) -> tuple[str, ...]:
    """What is not random in an encoder's bits; nothing if it conforms.

    Over many keys, every position must be set equally often for a record (uniformity); a
    record's filters under two keys must be unrelated (keys); and so must the filters of two
    records without a common token under one key (independence over records).

    Args:
        encoder: the encoder.
        profile: a profile of its scheme.
        strangers_alike: whether filters of records without a common token may be alike all the
            same, as under ``rbf``, where a bit tells which field it is from: not tested then.

    Returns:
        One sentence for each requirement that it fails.

    Raises:
        ValueError: the encoder does not give three filters for three records.
    """
    return tuple(_failures(encoder, profile, strangers_alike=strangers_alike))


def _failures(encoder: Encoder, profile: Profile, *, strangers_alike: bool) -> Iterator[str]:
    one, other = strangers()
    records = joined(one, other, rows_of(fictional_people(), slice(0, 1)))
    made = [
        encoded_under(encoder, profile, records, seed=f"key {number}".encode()).matrix.unpacked()
        for number in range(KEYS)
    ]
    bits = np.stack(made)  # (keys, records, positions)
    if bits.shape[1] != len(records):
        raise ValueError("an encoder gives one filter for each record")
    slot = _SLOT.get(profile.measure, 1)
    if slot > 1:  # a slot that is never filled, as of a match key that no field is for
        slots = bits.reshape(KEYS, len(records), -1, slot)
        bits = slots[:, :, slots.any(axis=(0, 1, 3))].reshape(KEYS, len(records), -1)
    for record in range(len(records)):
        if dispersion_p(bits[:, record], slot) < FALSE_ALARM:
            yield "some positions are set more often than others, whatever the key"
            break
    first = bits[:, 0]
    if unrelated_p(first, np.roll(first, 1, axis=0), slot) < FALSE_ALARM:
        yield "filters of a record under two keys are related"
    if not strangers_alike and unrelated_p(first, bits[:, 1], slot) < FALSE_ALARM:
        yield "filters of records without a common token are related"


def dispersion_p(bits: NDArray[np.uint8], slot: int = 1) -> float:
    """Probability of positions as unequal as these, if all were equally likely to be set.

    Args:
        bits: ``(draws, positions)`` of 0 and 1, draws independent.
        slot: positions are compared with those ``slot`` apart.

    >>> coins = np.random.default_rng(1).integers(0, 2, (100, 256), dtype=np.uint8)
    >>> dispersion_p(coins) > .001, dispersion_p(coins | (np.arange(256) < 9)) < 1e-9
    (True, True)
    """
    draws = len(bits)
    counts = bits.sum(axis=0, dtype=np.int64).reshape(-1, slot)
    share = counts.mean(axis=0) / draws
    varied = (share > 0) & (share < 1)
    if not varied.any():
        return 1.0
    spread = (counts - counts.mean(axis=0))[:, varied] ** 2
    statistic = float((spread / (draws * share * (1 - share))[varied]).sum())
    freedom = (len(counts) - 1) * int(varied.sum())
    return float(stats.chi2.sf(statistic, freedom))


def unrelated_p(one: NDArray[np.uint8], other: NDArray[np.uint8], slot: int = 1) -> float:
    """Probability of a mean correlation this far from 0, if two filters were unrelated.

    Args:
        one: ``(draws, positions)`` of 0 and 1, draws independent.
        other: the same, of another filter in each draw.
        slot: positions are compared with those ``slot`` apart.

    >>> coins = np.random.default_rng(1).integers(0, 2, (100, 256), dtype=np.uint8)
    >>> unrelated_p(coins, coins[::-1]) > .001, unrelated_p(coins, coins) < 1e-9
    (True, True)
    """
    left, right = (_centred(each, slot) for each in (one, other))
    norm = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    told = (left * right).sum(axis=1)[norm > 0] / norm[norm > 0]
    if len(told) < 2 or told.std() < 1e-9:
        return 0.0 if len(told) and abs(told[0]) > 1e-9 else 1.0
    return float(stats.ttest_1samp(told, 0.0).pvalue)


def _centred(bits: NDArray[np.uint8], slot: int) -> NDArray[np.float64]:
    """Each draw's bits less the mean of their place in a slot, in that draw."""
    shaped = bits.reshape(len(bits), -1, slot).astype(np.float64)
    return np.asarray((shaped - shaped.mean(axis=1, keepdims=True)).reshape(len(bits), -1))
