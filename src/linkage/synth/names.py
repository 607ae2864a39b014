"""Names of seventeen regions, from sources under MIT or CC0 (see ``data/SOURCES.md``)."""

from __future__ import annotations

import csv
import functools
import gzip
import io
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from linkage.synth.draws import Draws, Weighted

__all__ = ["NamePools", "SpelledName", "load_name_pools"]

_NON_LATIN_POOLS = frozenset({"BG", "UA", "SY"})
_WORD_START = re.compile(r"(^|[\s'-])([a-z])")


@dataclass(frozen=True, slots=True)
class SpelledName:
    """One name as it may be written.

    Attributes:
        plain: Latin letters without diacritics, capitalised.
        written: Latin letters with the diacritics of its language.
        native: the script of its language; equal to ``written`` for Latin scripts.
    """

    plain: str
    written: str
    native: str


@dataclass(frozen=True, slots=True)
class NamePools:
    """Weighted names per pool, kind (``given``, ``surname``) and sex, and spelling variants.

    Attributes:
        names: (pool, kind, sex) -> weighted names; sex is F or M.
        variants: a name in lower-case ASCII -> its other Latin spellings.
    """

    names: Mapping[tuple[str, str, str], Weighted[SpelledName]]
    variants: Mapping[str, tuple[str, ...]]

    @property
    def pools(self) -> tuple[str, ...]:
        """Names of the pools, sorted."""
        return tuple(sorted({pool for pool, _, _ in self.names}))

    def draw(self, draws: Draws, pool: str, kind: str, sex: str) -> SpelledName:
        """A name of ``pool`` for ``sex`` (F or M), in proportion to the weights."""
        return draws.weighted(self.names[pool, kind, sex])


def capitalised(name: str) -> str:
    """``name`` with a capital at the start of every part.

    >>> capitalised("abd al-latif")
    'Abd Al-Latif'
    """
    return _WORD_START.sub(lambda match: match[1] + match[2].upper(), name)


@functools.cache
def load_name_pools() -> NamePools:
    """The name data that ships with the package.

    >>> pools = load_name_pools()
    >>> len(pools.pools), pools.variants["violetta"]
    (17, ('wioleta', 'wioletta'))
    """
    groups: dict[tuple[str, str, str], list[tuple[SpelledName, int]]] = defaultdict(list)
    for row in _rows("names.csv.gz"):
        plain = capitalised(row["name"])
        native = row["native"]
        if native.islower():
            native = capitalised(native)
        written = plain if row["pool"] in _NON_LATIN_POOLS else native
        name = SpelledName(plain, written, native)
        for sex in "FM" if row["sex"] == "U" else row["sex"]:
            groups[row["pool"], row["kind"], sex].append((name, int(row["weight"])))
    names = {
        key: Weighted([name for name, _ in group], [weight for _, weight in group])
        for key, group in groups.items()
    }
    variants = {row["name"]: tuple(row["variants"].split("|")) for row in _rows("variants.csv.gz")}
    return NamePools(names, variants)


def _rows(name: str) -> list[dict[str, str]]:
    packed = files("linkage.synth").joinpath("data", name).read_bytes()
    return list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8"))))
