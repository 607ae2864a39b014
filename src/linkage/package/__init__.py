"""Sealed packages: what travels from a data owner to the linkage unit, and on to the analyst.

The format is specified, byte by byte, in ``docs/format.md``. Sealing a list lives in
:mod:`linkage.package.seal`, which the linkage unit's code may not reach; this file imports
nothing so that reading a package never loads it.
"""

from __future__ import annotations

__all__: list[str] = []
