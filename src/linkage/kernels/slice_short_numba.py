"""The compiled search with short counters: limits of up to 255 misses.

Serial and without the global lock, so that threads run one call each. Arguments are those of
:mod:`linkage.kernels.search_numba`, which checks them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.collect_numba import IMPOSSIBLE, allowed_misses, collect, start_for
from linkage.kernels.compiled import compiled
from linkage.kernels.slice_block import GROUP, LANES, SHORT_DIGITS, WORDS, near_lanes
from linkage.kernels.slices import Hits, Places, Rule, Side

__all__ = ["scan_short"]

_ROWS_REMEMBERED, _LOOK_EARLIER, _LOOK_BEFORE = 32, 64, 4


@compiled
def scan_short(
    planes: NDArray[np.uint8],
    stride: int,
    last_tile: int,
    places: Places,
    first_row: int,
    a: Side,
    b: Side,
    rule: Rule,
    relation: int,
    hits: Hits,
) -> None:
    """Near pairs of some rows and some tiles.

    Returns early when one more tile's pairs may not fit; the state of ``hits`` says where.
    """
    rows, flat = places.kept.size, places.planes
    columns = b.ones.size
    masks, start = np.empty(WORDS, np.uint64), np.zeros(SHORT_DIGITS, np.uint64)
    room = hits.left.size - LANES
    steps = np.int64(0)
    usual, sure = np.int64(0), np.int64(0)
    for tile in range(hits.state[0], last_tile):
        column = tile * LANES
        lightest = b.ones[column]
        heaviest = b.ones[min(column + LANES, columns) - 1]
        tile_at = np.uint64(tile * stride)
        before, allowed = -1, IMPOSSIBLE
        for r in range(hits.state[1], rows):
            i = first_row + r
            own = a.ones[i]
            if own > heaviest:
                break  # rows come by rising weight
            if own != before:
                before = own
                allowed = allowed_misses(own, lightest, heaviest, rule, relation)
                if allowed != IMPOSSIBLE:
                    start_for(allowed, start)
            if allowed == IMPOSSIBLE or (relation == 2 and column + LANES <= i + 1):
                continue
            offset_at = np.uint64(places.begin[r])
            groups = (places.kept[r] + GROUP - 1) // GROUP
            answer = np.int64(
                near_lanes(
                    planes, tile_at, flat, offset_at, np.uint64(groups), start, masks,
                    np.uint64(rule.early), np.uint64(min(groups, sure) if rule.early else groups),
                )
            )  # fmt: skip
            done = answer >> 1
            steps += done
            # Where the last rows were done is where to look first, and now and then before.
            usual += done - usual // _ROWS_REMEMBERED
            sure = usual // _ROWS_REMEMBERED
            if r % _LOOK_EARLIER == 0 and sure >= _LOOK_BEFORE:
                sure -= _LOOK_BEFORE
            if answer & 1:
                collect(masks, i, column, planes, tile_at, places, r, a, b, rule, relation, hits)
                if hits.state[2] > room:
                    hits.state[0], hits.state[1] = tile, r + 1
                    hits.state[3] += steps
                    return
        hits.state[1] = 0
    hits.state[0] = last_tile
    hits.state[3] += steps
