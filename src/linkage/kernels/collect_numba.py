"""What a tile lets through: limits of a row against it, and pairs compared in full."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled
from linkage.kernels.slice_block import WORDS, ones
from linkage.kernels.slices import Hits, Places, Rule, Side

__all__ = ["IMPOSSIBLE", "allowed_misses", "collect", "start_for"]

IMPOSSIBLE = -1
"""Instead of a number of misses: no column of the tile can be near."""

_EVERY = np.uint64(2**64 - 1)


@compiled
def allowed_misses(
    own: int,
    lightest: int,
    heaviest: int,
    rule: Rule,
    relation: int,
) -> int:
    """Misses that the nearest possible column of a tile may have, or :data:`IMPOSSIBLE`.

    ``own`` is the row's set bits, ``lightest`` and ``heaviest`` the least and the most of the
    tile's columns. The heavier the column, the fewer misses are allowed.
    """
    least = own + 1 if relation == 1 else own
    if heaviest < least:
        return IMPOSSIBLE
    against = least
    if lightest > least:
        against = lightest
    spare = rule.limits[own + against] + own - against
    if spare < 0:
        return IMPOSSIBLE
    most = rule.quantiles.shape[1] - 1
    return int(rule.quantiles[rule.weight[own], min(most, spare // 2)])


@compiled
def start_for(limit: int, start: NDArray[np.uint64]) -> None:
    """Digits from which a counter overflows beyond a limit, all ones or zeros."""
    largest = 2**start.size - 1
    value = largest - limit if limit < largest else 0
    for digit in range(start.size):
        start[digit] = _EVERY if (value >> digit) & 1 else np.uint64(0)


@compiled
def collect(
    masks: NDArray[np.uint64],
    i: int,
    column: int,
    planes: NDArray[np.uint8],
    tile_at: np.uint64,
    places: Places,
    r: int,
    a: Side,
    b: Side,
    rule: Rule,
    relation: int,
    hits: Hits,
) -> None:
    """Compare in full what the masks let through, and keep what is within its own limits.

    ``i`` is the row, the batch's row ``r``.
    """
    found = hits.state[2]
    own = a.ones[i]
    for w in range(WORDS):
        mask = masks[w]
        while mask != 0:
            others = mask & (mask - np.uint64(1))
            lane = 64 * w + np.int64(ones((mask ^ others) - np.uint64(1)))
            mask = others
            j = column + lane
            if j >= b.ones.size or (relation == 2 and j <= i):
                continue
            if b.ones[j] < own or (relation == 1 and b.ones[j] == own):
                continue
            hits.state[4] += 1
            total = np.uint64(0)
            for word in range(np.uint64(a.words.shape[1])):
                total += np.uint64(ones(a.words[np.uint64(i), word] ^ b.words[np.uint64(j), word]))
            differ = np.int64(total)
            limit = rule.limits[own + b.ones[j]]
            if differ > limit:
                continue
            # The limit above was the widest in the tile; a pair is held against its own.
            allowed = rule.quantiles[
                rule.weight[own], min((limit + own - b.ones[j]) // 2, rule.quantiles.shape[1] - 1)
            ]
            misses = 0
            for at in range(places.begin[r], places.begin[r] + places.kept[r]):
                place = tile_at + np.uint64(8) * np.uint64(places.planes[at]) + np.uint64(lane // 8)
                misses += int(planes[place] >> np.uint8(lane % 8)) & 1
            if misses > allowed:
                continue
            hits.left[found], hits.right[found], hits.distance[found] = i, j, differ
            found += 1
    hits.state[2] = found
