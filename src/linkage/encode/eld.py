"""ELD: a Bloom filter whose bits are diffused by a keyed linear map.

Bit ``j`` of the result is the exclusive or of ``t`` positions of the Bloom filter, see
:mod:`linkage.harden.diffuse`.

Source: Armknecht, Heng, Schnell, PoPETs 2023(1).
"""

from __future__ import annotations

from linkage.encode.clk import bloom_filters
from linkage.encode.filter_input import EncodedFilter, FilterInput, set_bits
from linkage.encode.scheme import Scheme
from linkage.harden.diffuse import diffused, draw_taps
from linkage.harden.hardening import Parameter
from linkage.random_bits import RandomNumbers, RandomStream
from linkage.types import BitMatrix

__all__ = ["SCHEME", "encode_eld"]


def encode_eld(task: FilterInput) -> EncodedFilter:
    """The diffused filter of every record; a record without tokens has the all-zero filter.

    Args:
        task: the filter to be made; its profile gives the Bloom filter's length
            (``source_bits``), the bits per token (``token_bits``) and t (``layers``).

    Returns:
        The filters; the weights are the set bits of the Bloom filter before diffusion.
    """
    profile = task.profile
    source = bloom_filters(task, profile.source_bits, f"eld-{task.name}")
    task.progress(0.3)
    key = RandomStream(task.subkeys.subkey(f"eldtaps-{task.name}"))
    taps = draw_taps(RandomNumbers(key, b""), profile.source_bits, task.bits, profile.layers)
    task.progress(0.4)
    words = diffused(
        source,
        taps,
        kernels=task.kernels,
        progress=lambda share: task.progress(0.4 + 0.6 * share),
    )
    return EncodedFilter(BitMatrix(words, task.bits), set_bits(source))


SCHEME = Scheme(
    name="eld",
    encode=encode_eld,
    measure="agreement",
    weighted="diffused-dice",
    parameters={
        "token_bits": Parameter("k", 10, "bits", "bits that a token of weight 1 sets", 1, 100),
        "source_bits": Parameter("m", 1024, "bits", "length of the Bloom filter", 64, multiple=64),
        "layers": Parameter("t", 10, "bits", "bits of the Bloom filter that a bit combines", 1, 64),
        "bits": Parameter("l", 1024, "bits", "length of a filter", 64, 65_536, multiple=64),
    },
    source="Armknecht, Heng and Schnell, PoPETs 2023(1)",
    broken_by="Up to t = 5 by known pairs; deeper by hypergraph matching on small lists.",
)
"""A Bloom filter, diffused."""
