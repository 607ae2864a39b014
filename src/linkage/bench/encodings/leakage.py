"""What an encoding gives away without known pairs and without graphs: likeness, bits, patterns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.profiles import Profile
from linkage.attack.frequency import match_frequencies
from linkage.attack.measures import (
    bit_entropy,
    bit_gini,
    equal_groups,
    largest_bit_correlation,
    likeness_kept,
    weight_correlation,
)
from linkage.attack.pattern_mining import match_patterns
from linkage.bench.encodings.attacks import scene
from linkage.bench.encodings.people import People
from linkage.types import BitMatrix

__all__ = ["leakage_figures"]

TOP = 0.001


def leakage_figures(
    people: People,
    profile: Profile,
    records: int,
    seed: int,
    *,
    carried: Sequence[str] = (),
) -> dict[str, float]:
    """Likeness kept, frequency and patterns, bits, groups.

    Returns:
        ``frequency`` and ``patterns``: shares named rightly, without a known pair. ``likeness``
        and ``likeness, top .1%``: correlation with the plaintext's Dice similarity. ``Gini``,
        ``entropy``, ``largest bit correlation``, ``weight and tokens``: of the bits. ``largest
        group`` of equal records, as a share.
    """
    target, background, drawn = scene(people, profile, records, 1.0, seed, carried=carried)
    tokens = background.dense_tokens()[drawn.truth]
    plain = _dice(tokens)
    encoded = target.similarity.mean(axis=0)
    everything = BitMatrix(
        np.concatenate([each.words for each in target.bits], axis=1),
        sum(each.bits for each in target.bits),
    )
    return {
        "frequency": match_frequencies(target, background, seed=seed).share_right(drawn.truth),
        "patterns": match_patterns(target, background, seed=seed).share_right(drawn.truth),
        "likeness": likeness_kept(encoded, plain),
        "likeness, top .1%": likeness_kept(encoded, plain, top=TOP),
        "Gini": bit_gini(everything),
        "entropy": bit_entropy(everything),
        "largest bit correlation": largest_bit_correlation(everything),
        "weight and tokens": weight_correlation(everything, (tokens > 0).sum(axis=1)),
        "largest group": float(equal_groups(target.bits)[0]) / len(target),
    }


def _dice(tokens: NDArray[np.float32]) -> NDArray[np.float32]:
    has = (tokens > 0).astype(np.float32)
    size = has.sum(axis=1)
    return np.asarray(2 * (has @ has.T) / np.maximum(size[:, None] + size, 1))
