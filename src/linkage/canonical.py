"""One byte string for one value: the JSON that is hashed, signed and sealed."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["canonical_json"]


def canonical_json(value: Any) -> bytes:
    r"""Encode ``value`` as canonical JSON (UTF-8, sorted keys, no white space, no floats).

    The subset of RFC 8785 that needs no number formatting rules: objects with string
    keys, arrays, strings, integers, booleans and null.

    Raises:
        TypeError: for a float, a non-string key, or any other type.

    >>> canonical_json({"b": [1, True, None], "a": "é"})
    b'{"a":"\xc3\xa9","b":[1,true,null]}'
    """
    _refuse_ambiguous(value)
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
    )
    return text.encode("utf-8")


def _refuse_ambiguous(value: Any) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"canonical JSON needs string keys, not {type(key).__name__}")
            _refuse_ambiguous(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_ambiguous(item)
    else:
        raise TypeError(f"canonical JSON cannot hold {type(value).__name__}")
