"""Which encoder makes which scheme: to add an encoding, add a file and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from linkage.encode.clk import encode_clk
from linkage.encode.eld import encode_eld
from linkage.encode.filter_input import Encoder
from linkage.encode.match_keys import encode_match_keys
from linkage.encode.saul import encode_saul

__all__ = ["ENCODERS"]

ENCODERS: Mapping[str, Encoder] = MappingProxyType(
    {
        "clk": encode_clk,
        "eld": encode_eld,
        "match-keys": encode_match_keys,
        "saul": encode_saul,
    }
)
"""Scheme of a profile -> its encoder."""
