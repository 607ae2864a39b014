"""The agreement's JSON Schema, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from linkage.agreement.model import (
    Agreement,
    Disclosure,
    Encoding,
    FieldRule,
    ListRule,
    Party,
    Signature,
    Stratum,
)
from linkage.agreement.places import Place

__all__ = ["json_schema", "known_keys"]

_TABLES: dict[tuple[str, ...], type[BaseModel]] = {
    (): Agreement,
    ("encoding",): Encoding,
    ("disclosure",): Disclosure,
    ("fields",): FieldRule,
    ("strata",): Stratum,
    ("parties",): Party,
    ("parties", "list"): ListRule,
    ("signatures",): Signature,
}


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of an agreement; the rules between keys are not part of it."""
    schema = Agreement.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:linkage:agreement:1",
        **schema,
    }


def known_keys(table: Place) -> list[str]:
    """The keys that may stand in a table of the agreement.

    >>> known_keys(("parties", 0, "list"))
    ['id', 'description', 'expected_records']
    """
    model = _TABLES.get(tuple(part for part in table if isinstance(part, str)))
    return list(model.model_fields) if model else []
