"""Every encoding against vectors that another program computed from the documentation."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.encoding import normalised, rules, value_of

from linkage.agreement.profiles import PROFILES, Profile
from linkage.encode.eld import draw_taps
from linkage.encode.filter_input import FilterInput
from linkage.encode.match_keys import combinations
from linkage.encode.registry import ENCODERS
from linkage.encode.token_counts import count_tokens
from linkage.encode.tokens import record_tokens
from linkage.random_bits import DerivedSubkeys, RandomNumbers, RandomStream

VECTORS = Path(__file__).parents[2] / "vectors"
FILE: dict[str, Any] = json.loads((VECTORS / "encodings.json").read_text("utf-8"))
SUBKEYS = DerivedSubkeys(bytes.fromhex(FILE["seed"]))
RECORDS = normalised([record["values"] for record in FILE["records"]])


def test_the_committed_vectors_are_what_the_independent_script_prints() -> None:
    script = VECTORS / "independent" / "encodings.py"
    printed = subprocess.run(
        [sys.executable, "-I", str(script)], check=True, capture_output=True, text=True
    )
    assert json.loads(printed.stdout) == FILE


def test_the_independent_script_needs_nothing_of_the_package() -> None:
    text = (VECTORS / "independent" / "encodings.py").read_text("utf-8")
    imported = [
        line.split()[1] for line in text.splitlines() if line.startswith(("import", "from"))
    ]
    assert {name.split(".")[0] for name in imported} <= set(sys.stdlib_module_names)


def test_the_fields_of_the_vectors_are_the_ones_tested() -> None:
    assert FILE["fields"] == [
        {"name": rule.name, "kind": rule.kind, "tag": rule.token_tag, "weight": rule.weight}
        for rule in rules()
    ]


@pytest.mark.parametrize("vector", FILE["streams"], ids=lambda vector: vector["id"])
def test_streams(vector: dict[str, Any]) -> None:
    stream = RandomStream(SUBKEYS.subkey("saul-all", "name"))
    assert stream.block(vector["token"].encode(), vector["index"]).hex() == vector["result"]


def test_numbers() -> None:
    numbers = RandomNumbers(RandomStream(SUBKEYS.subkey("eldtaps-all")), b"")
    assert [numbers.below(1000) for _ in range(20)] == FILE["numbers"]["result"]


def test_taps() -> None:
    numbers = RandomNumbers(RandomStream(SUBKEYS.subkey("eldtaps-all")), b"")
    assert draw_taps(numbers, 64, 192, 3)[:30].tolist() == FILE["taps"]["result"]


@pytest.mark.parametrize("place", range(len(FILE["records"])))
def test_tokens(place: int) -> None:
    record = FILE["records"][place]["values"]
    values = [value_of(rule.kind, record[rule.name]) for rule in rules()]
    tokens = record_tokens(rules(), values)
    found = [[token.tag, token.content.decode(), token.weight] for token in tokens]
    assert found == FILE["tokens"][place]["result"]


@pytest.mark.parametrize("vector", FILE["token_counts"], ids=lambda vector: vector["id"])
def test_token_counts(vector: dict[str, Any]) -> None:
    fields = tuple(rule for rule in rules(("all", "names")) if vector["filter"] in rule.filters)
    assert count_tokens(RECORDS, fields).tolist() == vector["result"]


def profile_of(vector: dict[str, Any]) -> Profile:
    if "profile" in vector:
        profile = PROFILES[vector["profile"]]
        settings = {name: vector[name] for name in ("scheme", "bits")} | {
            name: vector[name] for name in ("layers", "token_bits", "source_bits") if name in vector
        }
        assert {name: getattr(profile, name) for name in settings} == settings
        return profile
    base = next(each for each in PROFILES.values() if each.scheme == vector["scheme"])
    settings = {
        name: vector[name]
        for name in ("bits", "layers", "token_bits", "source_bits")
        if name in vector
    }
    return replace(base, **settings)


@pytest.mark.parametrize("vector", FILE["encodings"], ids=lambda vector: vector["id"])
def test_encodings(vector: dict[str, Any]) -> None:
    name = vector["filter"]
    fields = tuple(rule for rule in rules(("all", "names", "keys")) if name in rule.filters)
    task = FilterInput(name, RECORDS, fields, profile_of(vector), vector["bits"], SUBKEYS)
    result = ENCODERS[vector["scheme"]](task)
    packed = [row.astype("<u8").tobytes() for row in result.matrix.words]
    if vector["form"] == "sha256":
        found = [hashlib.sha256(data).hexdigest() for data in packed]
    else:
        found = [data.hex() for data in packed]
    assert found == vector["result"]
    assert result.weights.tolist() == vector["weights"]


def test_every_profile_has_vectors_as_it_is_used() -> None:
    covered = {vector["profile"] for vector in FILE["encodings"] if "profile" in vector}
    # exact has one length only, and stands among the short vectors
    assert covered | {"exact"} == set(PROFILES)


def test_ten_combinations_as_documented() -> None:
    reference = (VECTORS.parents[1] / "docs" / "reference" / "encodings.md").read_text("utf-8")
    found = combinations(rules(("keys",)))
    assert len(found) == 10
    assert all(f"`{combination.name}`" in reference for combination in found)
