"""Diffusion: every bit becomes the exclusive or of some bits of the filter.

Bit ``j`` of the result is the exclusive or of ``t`` distinct positions of the filter, the *taps*
of ``j``, which depend on the key alone. Taps are dealt like cards from a shuffled deck of all
positions, and a new shuffled deck follows when one is used up, so that every position is used
equally often (to within one).

Source: Armknecht, Heng, Schnell, PoPETs 2023(1).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from linkage.harden.hardening import Hardening, HardeningInput, Parameter, Values
from linkage.kernels import Backend
from linkage.kernels.encode_choice import load_encode_kernels
from linkage.random_bits import RandomNumbers, RandomStream
from linkage.types import BitMatrix

__all__ = ["HARDENING", "diffused", "draw_taps"]

RECORDS_PER_BLOCK = 8192


def draw_taps(numbers: RandomNumbers, source_bits: int, bits: int, taps: int) -> NDArray[np.int64]:
    """The positions that each bit of the result combines.

    A deck is a permutation of all positions. Each draw takes the first card of the deck
    that the bit does not have yet; an empty deck is replaced by the next permutation.

    Args:
        numbers: the source of the permutations.
        source_bits: length of the filter, at least ``taps``.
        bits: length of the result.
        taps: positions for each bit.

    Returns:
        ``(bits, taps)`` int64, the positions of a row distinct.
    """
    deck: list[int] = []
    rows = np.empty((bits, taps), dtype=np.int64)
    for row in rows:
        drawn: list[int] = []
        while len(drawn) < taps:
            if not deck:
                deck = numbers.permutation(source_bits)
            drawn.append(deck.pop(next(at for at, card in enumerate(deck) if card not in drawn)))
        row[:] = drawn
    return rows


def diffused(
    words: NDArray[np.uint64],
    taps: NDArray[np.int64],
    *,
    kernels: Backend | None = None,
    progress: Callable[[float], None] = lambda _share: None,
) -> NDArray[np.uint64]:
    """Filters under taps, block by block.

    Args:
        words: ``(records, words)`` the filters.
        taps: ``(bits, t)``, see :func:`draw_taps`.
        kernels: see :func:`linkage.kernels.encode_choice.load_encode_kernels`.
        progress: called with the share that is done.

    Returns:
        ``(records, bits // 64)`` uint64.
    """
    out = np.empty((len(words), len(taps) // 64), dtype=np.uint64)
    chosen = load_encode_kernels(kernels, out.size)
    for start in range(0, len(words), RECORDS_PER_BLOCK):
        block = slice(start, start + RECORDS_PER_BLOCK)
        chosen.diffuse(words[block], taps, out[block])
        progress(min(start + RECORDS_PER_BLOCK, len(words)) / len(words))
    return out


def _diffuse(filters: BitMatrix, context: HardeningInput, values: Values) -> BitMatrix:
    length, taps = int(values["l"]), int(values["t"])
    stream = RandomStream(context.subkeys.subkey(f"diffuse-{context.name}"))
    drawn = draw_taps(RandomNumbers(stream, b""), filters.bits, length, taps)
    return BitMatrix(diffused(filters.words, drawn), length)


HARDENING = Hardening(
    name="diffuse",
    apply=_diffuse,
    parameters=(
        Parameter("t", 2, "bits", "bits of the filter that a bit combines", 1, 64),
        Parameter("l", 4096, "bits", "length of the result", 64, 65_536, multiple=64),
    ),
    source="Armknecht, Heng and Schnell 2023, section 4",
    broken_by="Up to 5 taps by graph matching and known pairs; deeper by hypergraph matching.",
    measure="agreement",
)
"""``t`` taps for each of ``l`` bits, drawn under a key."""
