"""Named encoding profiles: the only parameter sets a user chooses from.

Each names what is known to break it; `docs/explanation/encodings.md` has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from linkage.errors import AgreementError, Fault

__all__ = ["PROFILES", "Measure", "Profile", "ProfileName", "sized_bits"]

ProfileName = Literal["strong", "balanced", "diffused", "exact", "clk"]
Measure = Literal[
    "agreement", "cosine", "dice", "diffused-dice", "match-keys", "slot-jaccard", "slots"
]
MAXIMUM_BITS = 61_440

_WEIGHTS = MappingProxyType({"name": 2, "date": 3, "code": 3, "text": 1})
_WEIGHTS_OF_ONE_COSINE = MappingProxyType({"name": 4, "date": 5, "code": 5, "text": 2, "sex": 4})


@dataclass(frozen=True, slots=True)
class Profile:
    """One named set of encoding parameters.

    Attributes:
        name: the profile's name in an agreement; of what a benchmark tries, its description.
        scheme: name of the encoder, see :mod:`linkage.encode.registry`.
        measure: the similarity that two filters of this scheme are compared by.
        filters: names of the filters of a record, in order.
        filter_weights: weight of each filter's similarity in the combined score.
        bits: least length of a filter, bits.
        layers: SAUL's t, or ELD's t; 1 where there is none.
        token_bits: bits per token of weight 1 in the underlying Bloom filter (CLK, ELD).
        source_bits: length of the Bloom filter that ELD diffuses, bits.
        least_correlation: similarity of the weakest matches to be told from noise, for the
            sizing rule (SAUL only); 0 where length does not depend on list sizes.
        carries_weights: whether the set bits of the filter before hardening travel.
        token_weights: kind or name of a field, and the weight of its tokens that a new agreement
            starts with; a name goes before a kind. Tuned on synthetic lists, decision 0013.
        insecure: refused unless the agreement says ``insecure = true``.
        broken_by: what is known to break it, in one sentence.
        hardenings: what is done to every filter once it is made, in order, see
            :mod:`linkage.harden`. No named profile has any.
        salt: field whose value (of a date: the year) goes into the subkeys; empty for none.
    """

    name: str
    scheme: str
    measure: Measure
    filters: tuple[str, ...]
    filter_weights: tuple[int, ...]
    bits: int
    layers: int
    token_bits: int
    source_bits: int
    least_correlation: float
    carries_weights: bool
    token_weights: Mapping[str, int]
    insecure: bool
    broken_by: str
    hardenings: tuple[str, ...] = ()
    salt: str = ""

    def token_weight(self, name: str, kind: str) -> int:
        """The weight of a field's tokens that a new agreement starts with.

        >>> PROFILES["balanced"].token_weight("sex", "code")
        4
        """
        return self.token_weights.get(name, self.token_weights[kind])


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(
                name="strong",
                scheme="saul",
                measure="cosine",
                filters=("all",),
                filter_weights=(1,),
                bits=32_768,
                layers=5,
                token_bits=0,
                source_bits=0,
                least_correlation=0.51,
                carries_weights=False,
                token_weights=_WEIGHTS_OF_ONE_COSINE,
                insecure=False,
                broken_by=(
                    "No published attack: one paper (2026), no independent cryptanalysis. Ours "
                    "names 5% of the others from 2,000 known pairs, 1% from 500."
                ),
            ),
            Profile(
                name="balanced",
                scheme="saul",
                measure="cosine",
                filters=("all",),
                filter_weights=(1,),
                bits=16_384,
                layers=4,
                token_bits=0,
                source_bits=0,
                least_correlation=0.47,
                carries_weights=False,
                token_weights=_WEIGHTS_OF_ONE_COSINE,
                insecure=False,
                broken_by=(
                    "Known-pair regression: it names 25% of the others from 2,000 known pairs, 4% "
                    "from 500."
                ),
            ),
            Profile(
                name="diffused",
                scheme="eld",
                measure="diffused-dice",
                filters=("all",),
                filter_weights=(1,),
                bits=8192,
                layers=12,
                token_bits=3,
                source_bits=1024,
                least_correlation=0.0,
                carries_weights=True,
                token_weights=_WEIGHTS,
                insecure=False,
                broken_by="Hypergraph matching on small lists; known-pair regression.",
            ),
            Profile(
                name="exact",
                scheme="match-keys",
                measure="match-keys",
                filters=("keys",),
                filter_weights=(1,),
                bits=1280,
                layers=1,
                token_bits=0,
                source_bits=0,
                least_correlation=0.0,
                carries_weights=False,
                token_weights=_WEIGHTS,
                insecure=False,
                broken_by="Frequency analysis of common combinations; misses any error.",
            ),
            Profile(
                name="clk",
                scheme="clk",
                measure="dice",
                filters=("all",),
                filter_weights=(1,),
                bits=1024,
                layers=1,
                token_bits=3,
                source_bits=1024,
                least_correlation=0.0,
                carries_weights=False,
                token_weights=_WEIGHTS,
                insecure=True,
                broken_by="Everything published: graph matching needs not one known pair.",
            ),
        )
    }
)


def sized_bits(profile: Profile, list_sizes: tuple[int, ...]) -> int:
    """The filter length that tells the weakest matches from noise, in bits.

    The sizing rule ``rho_min^t * sqrt(l) >= sqrt(2 ln N)``, N the number of compared pairs
    within and between lists, rounded up to a multiple of 1,024 and at least the profile's
    own length.

    Args:
        profile: the encoding profile.
        list_sizes: expected records of every list.

    Raises:
        AgreementError: E530 where no length up to 61,440 bits is enough.

    >>> sized_bits(PROFILES["strong"], (500, 1_000, 5_000)), sized_bits(
    ...     PROFILES["strong"], (1_000_000, 1_000_000))
    (32768, 48128)
    """
    if not profile.least_correlation:
        return profile.bits
    records = sum(list_sizes)
    pairs = max(records * (records - 1) // 2, 2)
    needed = 2 * math.log(pairs) / profile.least_correlation ** (2 * profile.layers)
    bits = max(profile.bits, 1024 * math.ceil(needed / 1024))
    if bits > MAXIMUM_BITS:
        raise AgreementError(
            Fault(
                "E530",
                f'Profile "{profile.name}" cannot tell matches from noise among lists of '
                f"{records:,} records: it would need {bits:,} bits.",
                'Use profile "balanced", or smaller lists.',
                field="encoding.profile",
            )
        )
    return bits
