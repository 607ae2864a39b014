"""Which hardenings there are: to add one, add a file and a line here.

Others come in by :func:`register_hardening`, or by an entry point of the group
``linkage.hardenings`` that names a :class:`~linkage.harden.hardening.Hardening`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType

from linkage.harden import balance, blip, diffuse, rehash, resample, rule_90, xor_fold
from linkage.harden.hardening import Hardening

__all__ = ["HARDENINGS", "known_hardenings", "register_hardening"]

HARDENINGS: Mapping[str, Hardening] = MappingProxyType(
    {
        each.HARDENING.name: each.HARDENING
        for each in (balance, blip, diffuse, rehash, resample, rule_90, xor_fold)
    }
)
"""Name -> hardening, those of the package."""

_ADDED: dict[str, Hardening] = {}


def register_hardening(hardening: Hardening) -> None:
    """Add a hardening for this process.

    Raises:
        ValueError: a hardening of the package has that name.
    """
    if hardening.name in HARDENINGS:
        raise ValueError(f"there is a hardening {hardening.name} already")
    _ADDED[hardening.name] = hardening


@cache
def _installed() -> Mapping[str, Hardening]:
    found = (point.load() for point in entry_points(group="linkage.hardenings"))
    return {each.name: each for each in found if isinstance(each, Hardening)}


def known_hardenings() -> Mapping[str, Hardening]:
    """Every hardening: of installed packages, added, and the package's, which come first."""
    return {**_installed(), **_ADDED, **HARDENINGS}
