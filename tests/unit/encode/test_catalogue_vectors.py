"""Every encoding of the catalogue against vectors that another program computed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.encoding import normalised, rules

from linkage.agreement.profiles import PROFILES
from linkage.encode.catalogue import parse_encoding
from linkage.encode.filter_input import FilterInput
from linkage.encode.make import encode_filter
from linkage.encode.registry import SCHEMES
from linkage.harden.registry import HARDENINGS
from linkage.random_bits import DerivedSubkeys

VECTORS = Path(__file__).parents[2] / "vectors"
FILE: dict[str, Any] = json.loads((VECTORS / "catalogue.json").read_text("utf-8"))
BASE: dict[str, Any] = json.loads((VECTORS / "encodings.json").read_text("utf-8"))
SCRIPT = VECTORS / "independent" / "catalogue.py"
DESCRIPTIONS = [vector["id"] for vector in FILE["encodings"]]


def test_the_committed_vectors_are_what_the_independent_script_prints() -> None:
    printed = subprocess.run(
        [sys.executable, "-I", str(SCRIPT)], check=True, capture_output=True, text=True
    )
    assert json.loads(printed.stdout) == FILE


def test_the_independent_script_needs_nothing_of_the_package() -> None:
    lines = SCRIPT.read_text("utf-8").splitlines()
    imported = [line.split()[1] for line in lines if line.startswith(("import", "from"))]
    assert {name.split(".")[0] for name in imported} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("vector", FILE["encodings"], ids=DESCRIPTIONS)
def test_encodings(vector: dict[str, Any]) -> None:
    encoding = parse_encoding(vector["id"])
    assert encoding.name == vector["id"]
    task = FilterInput(
        FILE["filter"],
        normalised([record["values"] for record in BASE["records"]]),
        rules(),
        encoding,
        encoding.bits,
        DerivedSubkeys(bytes.fromhex(FILE["seed"])),
    )
    owner = DerivedSubkeys(bytes.fromhex(FILE["private"]))
    matrix = encode_filter(replace(task, private=owner)).matrix
    packed = [row.astype("<u8").tobytes() for row in matrix.words]
    if matrix.bits > 512:
        assert [hashlib.sha256(data).hexdigest() for data in packed] == vector["result"]
    else:
        assert [data.hex() for data in packed] == vector["result"]


def test_every_scheme_and_hardening_has_vectors() -> None:
    plain = {vector["scheme"] for vector in BASE["encodings"]}
    described = [parse_encoding(text) for text in DESCRIPTIONS]
    assert plain | {encoding.scheme for encoding in described} == set(SCHEMES)
    hardened = {text.partition("(")[0] for each in described for text in each.hardenings}
    assert hardened == set(HARDENINGS)
    assert {profile.scheme for profile in PROFILES.values()} <= plain


def test_every_scheme_and_hardening_is_documented() -> None:
    page = (VECTORS.parents[1] / "docs/reference/research-encodings.md").read_text("utf-8")
    for name in (*SCHEMES, *HARDENINGS):
        assert f"| `{name}` |" in page, name
