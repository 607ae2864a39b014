"""Which schemes there are: to add one, add a file and a line here.

Others come in by :func:`register_scheme`, or by an entry point of the group ``linkage.schemes``
that names a :class:`~linkage.encode.scheme.Scheme`. They can add to the schemes of the package and
never take the place of one: what a named profile does is settled by the package alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType

from linkage.encode import clk, clk_double, eld, match_keys, minhash_keys, rbf, saul, tmh, tsh
from linkage.encode.filter_input import Encoder
from linkage.encode.scheme import Scheme

__all__ = ["ENCODERS", "SCHEMES", "known_schemes", "register_scheme"]

SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        scheme.name: scheme
        for scheme in (
            clk.SCHEME,
            clk_double.DOUBLE,
            clk_double.ENHANCED,
            eld.SCHEME,
            match_keys.SCHEME,
            minhash_keys.SCHEME,
            rbf.SCHEME,
            saul.SCHEME,
            tmh.SCHEME,
            tsh.SCHEME,
        )
    }
)
"""Name -> scheme, those of the package."""

ENCODERS: Mapping[str, Encoder] = MappingProxyType(
    {name: scheme.encode for name, scheme in SCHEMES.items()}
)
"""Name of a scheme of the package -> its encoder."""

_ADDED: dict[str, Scheme] = {}


def register_scheme(scheme: Scheme) -> None:
    """Add a scheme for this process.

    Raises:
        ValueError: a scheme of the package has that name.
    """
    if scheme.name in SCHEMES:
        raise ValueError(f"there is a scheme {scheme.name} already")
    _ADDED[scheme.name] = scheme


@cache
def _installed() -> Mapping[str, Scheme]:
    found = (point.load() for point in entry_points(group="linkage.schemes"))
    return {scheme.name: scheme for scheme in found if isinstance(scheme, Scheme)}


def known_schemes() -> Mapping[str, Scheme]:
    """Every scheme: of installed packages, added, and the package's, which come first."""
    return {**_installed(), **_ADDED, **SCHEMES}
