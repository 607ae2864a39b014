"""Key derivation against vectors that were computed without the package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from linkage.agreement.fingerprint import spoken_check
from linkage.encode.keys import Subkeys

HERE = Path(__file__).parent
VECTORS: list[dict[str, Any]] = json.loads((HERE / "key_derivation.json").read_bytes())["vectors"]


def _keys(vector: dict[str, Any]) -> Subkeys:
    return Subkeys(
        bytes.fromhex(vector["secret"]),
        vector["project"],
        vector["round"],
        bytes.fromhex(vector["fingerprint"]),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    keys = _keys(vector)
    for subkey in vector["subkeys"]:
        assert keys.subkey(subkey["purpose"], subkey["field"]).hex() == subkey["result"]
    assert keys.key_id().hex() == vector["key_id"]
    assert keys.key_check().hex() == vector["key_check"]
    assert spoken_check(keys.key_check()) == vector["spoken"]


def test_no_two_results_are_equal() -> None:
    results = [subkey["result"] for vector in VECTORS for subkey in vector["subkeys"]]
    results += [vector[kind] for vector in VECTORS for kind in ("key_id", "key_check")]
    assert len(set(results)) == len(results)


def test_file_is_what_the_independent_script_prints() -> None:
    script = HERE / "independent" / "key_derivation.py"
    done = subprocess.run(
        [sys.executable, "-I", str(script)], capture_output=True, text=True, check=True
    )
    assert done.stdout == (HERE / "key_derivation.json").read_text(encoding="utf-8")
