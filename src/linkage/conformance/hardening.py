"""Requirements on a hardening, with statistics for everything in it that is random."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from linkage.conformance.randomness import FALSE_ALARM, dispersion_p, unrelated_p
from linkage.harden.hardening import Hardening, HardeningInput, Values
from linkage.random_bits import DerivedSubkeys
from linkage.types import BitMatrix

__all__ = ["check_hardening"]

BITS, RECORDS, KEYS = 512, 400, 150


class _Harden(Protocol):
    def __call__(
        self, matrix: BitMatrix, key: str = "one", owner: str = "first"
    ) -> NDArray[np.uint8]: ...


def check_hardening(hardening: Hardening, values: Values | None = None) -> tuple[str, ...]:
    """What a hardening does wrong; nothing if it conforms.

    It must be deterministic under its keys, treat every record by itself, leave an all-zero filter
    all zeros, keep similar filters more similar than others, and be random as it declares:
    ``"none"`` the same under every key, ``"keyed"`` another under another project key and the same
    for all data owners, ``"owner"`` another for every data owner. Of keyed ones, a set bit must
    have its effect at every position equally often, and under two keys at unrelated positions. Of
    noise, bits must be flipped at the declared rate, equally often at every position and in every
    record, and independently over records, over neighbouring positions and over owners.

    Args:
        hardening: the hardening.
        values: its parameters; the defaults where it is not given.

    Returns:
        One sentence for each requirement that it fails.
    """
    chosen = values or {each.name: each.default for each in hardening.parameters}
    return tuple(_failures(hardening, chosen))


def _failures(hardening: Hardening, values: Values) -> Iterator[str]:
    draws = np.random.default_rng(7)
    bits = (draws.random((RECORDS, BITS)) < 0.3).astype(np.uint8)
    filters = BitMatrix.packed(bits)

    def harden(matrix: BitMatrix, key: str = "one", owner: str = "first") -> NDArray[np.uint8]:
        context = HardeningInput(
            "all",
            DerivedSubkeys(key.encode()),
            DerivedSubkeys(owner.encode()),
            np.arange(2, len(matrix) + 2, dtype=np.int64),
        )
        return hardening.apply(matrix, context, values).unpacked()

    made = harden(filters)
    if len(made) != RECORDS:
        yield "there is not one filter for each record"
        return
    if not np.array_equal(made, harden(filters)):
        yield "the same keys and filters give different results"
    few = BitMatrix(np.ascontiguousarray(filters.words[:40]), BITS)
    if not np.array_equal(harden(few), made[:40]):
        yield "a filter depends on the other records"
    if harden(BitMatrix(np.zeros((3, BITS // 64), dtype=np.uint64), BITS)).any():
        yield "an all-zero filter does not stay one"
    near = bits ^ (draws.random(bits.shape) < 0.01)
    kept = (made == harden(BitMatrix.packed(near))).mean()
    if kept <= (made == np.roll(made, 1, axis=0)).mean() + 0.02:
        yield "similar filters are no more similar than others"
    by_key = not np.array_equal(made, harden(filters, key="two"))
    by_owner = not np.array_equal(made, harden(filters, owner="second"))
    if (by_key, by_owner) != {
        "none": (False, False),
        "keyed": (True, False),
        "owner": (False, True),
    }[hardening.randomness]:
        yield "it does not depend on the keys as it declares"
    elif hardening.randomness == "keyed":
        yield from _keyed(harden)
    elif hardening.randomness == "owner":
        flipped = (made != bits).astype(np.uint8)
        again = (harden(filters, owner="second") != bits).astype(np.uint8)
        yield from _noise(hardening, values, flipped, again)


def _keyed(harden: _Harden) -> Iterator[str]:
    """Where a single set bit has its effect, under many keys."""
    bare = np.zeros((2, BITS), dtype=np.uint8)
    bare[:, 100] = 1
    bare[1, 300] = 1
    effects = []
    for number in range(KEYS):
        one, both = harden(BitMatrix.packed(bare), f"key {number}")
        effects.append(one ^ both)
    effect = np.stack(effects)
    if dispersion_p(effect) < FALSE_ALARM:
        yield "some positions are reached more often than others, whatever the key"
    reached = effect.sum(axis=1, dtype=np.int64)
    expected = float((reached * np.roll(reached, 1)).sum()) / effect.shape[1]
    common = int((effect & np.roll(effect, 1, axis=0)).sum())
    if 2 * min(stats.poisson.cdf(common, expected), stats.poisson.sf(common - 1, expected)) < (
        FALSE_ALARM
    ):
        yield "what a bit does under two keys is related"


def _noise(
    hardening: Hardening, values: Values, flipped: NDArray[np.uint8], other: NDArray[np.uint8]
) -> Iterator[str]:
    rate = float("nan") if hardening.flip_rate is None else hardening.flip_rate(values)
    found = int(flipped.sum())
    if not stats.binomtest(found, flipped.size, rate).pvalue > FALSE_ALARM:
        yield "bits are not flipped at the declared rate"
    if dispersion_p(flipped) < FALSE_ALARM:
        yield "some positions are flipped more often than others"
    if dispersion_p(np.ascontiguousarray(flipped.T)) < FALSE_ALARM:
        yield "some records are flipped more often than others"
    if unrelated_p(flipped, np.roll(flipped, 1, axis=0)) < FALSE_ALARM:
        yield "flips of two records are related"
    if unrelated_p(flipped, np.roll(flipped, 1, axis=1)) < FALSE_ALARM:
        yield "flips of neighbouring positions are related"
    if unrelated_p(flipped, other) < FALSE_ALARM:
        yield "flips of two data owners are related"
