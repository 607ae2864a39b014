"""Who is measured. Each module has `prepare(a, b, **options)`, which returns a search.

A search takes a threshold and returns the places of all pairs found, left and right. Peers get
their filters in their own input format before the clock starts; our own search and the C limit
start from the same packed words as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CONTENDERS", "LIMITS", "OURS", "Contender"]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to search.

    Attributes:
        name: as it stands in the tables.
        module: module in this package.
        peer: environment that :mod:`benchmarks.speed.peers` makes; empty for our own.
        options: passed to `prepare`.
        exact: whether all pairs must be found.
        measures: what it can search by.
    """

    name: str
    module: str
    peer: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    exact: bool = True
    measures: tuple[str, ...] = ("dice",)


_BOTH = ("dice", "agreement")
_LIST = (
    Contender("limit-slices", "limit", options={"method": "slices"}, measures=_BOTH),
    Contender("limit-nibbles", "limit", options={"method": "nibbles"}, measures=_BOTH),
    Contender("limit-words", "limit", options={"method": "words"}, measures=_BOTH),
    Contender("limit-full", "limit", options={"method": "slices", "full": True}, measures=_BOTH),
    Contender(
        "limit-full-words", "limit", options={"method": "words", "full": True}, measures=_BOTH
    ),
    Contender("exact", "ours", options={"mode": "exact"}, measures=_BOTH),
    Contender("full", "ours", options={"mode": "full"}, measures=_BOTH),
    Contender("sketch", "ours", options={"mode": "sketch"}, exact=False, measures=_BOTH),
    Contender("lsh", "ours", options={"mode": "lsh"}, exact=False, measures=_BOTH),
    Contender("anonlink", "anonlink_dice", peer="anonlink"),
    Contender("numkong", "numkong_jaccard", peer="numkong"),
    Contender("faiss", "faiss_range", peer="faiss"),
    Contender("fpsim2", "fpsim2_dice", peer="fpsim2"),
    Contender("numpy", "numpy_count"),
)
CONTENDERS: Mapping[str, Contender] = {contender.name: contender for contender in _LIST}
LIMITS = tuple(contender.name for contender in _LIST if contender.module == "limit")
OURS = tuple(contender.name for contender in _LIST if contender.module == "ours")
