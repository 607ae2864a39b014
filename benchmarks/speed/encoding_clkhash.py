"""Runs under the Python that has clkhash: its own serial function over the rows of a CSV file.

``python encoding_clkhash.py FILE`` prints CPU and wall seconds, cold and warm, as JSON. Warm
is the second time over the same rows in one process, with its memos full.
"""

from __future__ import annotations

import base64
import csv
import gc
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

WORDS = {"type": "ngram", "n": 2}
CODE = {"type": "exact"}
FIELDS = (
    ("given_name", WORDS, 6),
    ("surname", WORDS, 6),
    ("birth", WORDS, 9),
    ("sex", CODE, 9),
    ("nationality", CODE, 9),
    ("place", WORDS, 3),
)


def feature(name: str, comparison: dict[str, Any], bits: int) -> dict[str, Any]:
    return {
        "identifier": name,
        "format": {"type": "string", "encoding": "utf-8"},
        "hashing": {
            "comparison": comparison,
            "strategy": {"bitsPerToken": bits},
            "hash": {"type": "blakeHash"},
        },
    }


def main(path: str) -> None:
    from clkhash import clk
    from clkhash.key_derivation import generate_key_lists
    from clkhash.schema import from_json_dict

    salt = base64.b64encode(b"salt").decode()
    kdf = {"type": "HKDF", "hash": "SHA256", "salt": salt, "info": "", "keySize": 64}
    schema = from_json_dict(
        {
            "version": 3,
            "clkConfig": {"l": 1024, "kdf": kdf},
            "features": [feature(*field) for field in FIELDS],
        }
    )
    keys = generate_key_lists("secret", len(FIELDS), key_size=64, salt=b"salt")
    with Path(path).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    result: dict[str, Any] = {"version": version("clkhash"), "records": len(rows)}
    for state in ("cold", "warm"):
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        filters, _ = clk.hash_chunk(rows, keys, schema, validate_data=False)
        result[state] = [time.process_time() - cpu, time.perf_counter() - wall]
        assert len(filters) == len(rows)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1])
