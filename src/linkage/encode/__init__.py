"""Encoding: what turns names into filters, at the data owner's and nowhere else."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linkage.encode.encoder import EncodingResult, encode_records
    from linkage.encode.keys import Subkeys

__all__ = ["EncodingResult", "Subkeys", "encode_records"]

_HOMES = {
    "EncodingResult": "linkage.encode.encoder",
    "Subkeys": "linkage.encode.keys",
    "encode_records": "linkage.encode.encoder",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (the key commands need no encoder)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
