"""A stand-in for an agreement with faults, so that the rules between its values run, too.

Without it a misspelt key would hide every other mistake until it is put right.
"""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from linkage.agreement.model import Agreement
from linkage.agreement.places import Place
from linkage.agreement.rules import PLACEHOLDER, Complaint, complaints

__all__ = ["remaining_complaints"]

_TEXTS = ("title", "purpose", "dpia_reference", "case_definition")
_DATES = ("reference_period_start", "reference_period_end", "expires", "delete_by")
_ARRAYS = ("fields", "strata", "parties", "signatures")


def remaining_complaints(
    content: dict[str, Any], details: list[ErrorDetails]
) -> tuple[Complaint, ...]:
    """Complaints of the rules about the parts that have the right form.

    Args:
        content: the agreement as TOML gives it.
        details: what pydantic found wrong in it.
    """
    repaired = copy.deepcopy(content)
    touched = [_repair(repaired, finding) for finding in details]
    try:
        agreement = Agreement.model_validate(repaired)
    except ValidationError:
        return ()
    other_profile = any(place[0] == "encoding" for place in touched)
    return tuple(
        complaint
        for complaint in complaints(agreement)
        if not any(_related(complaint.place, place) for place in touched)
        and not (other_profile and complaint.code in ("E509", "E510"))
    )


def _related(one: Place, other: Place) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _repair(content: dict[str, Any], finding: ErrorDetails) -> Place:
    """Replace what is wrong by something harmless; returns the place that was touched."""
    place: Place = finding["loc"]
    if finding["type"] == "extra_forbidden":
        _drop(content, place)
        return place
    head = place[0]
    if head in _ARRAYS and len(place) > 1 and isinstance(content[head], list):
        number = place[1]
        content[head][number] = _harmless(str(head), int(number))
        return place[:2]
    if head in ("encoding", "disclosure"):
        content.pop(head, None)
    else:
        content[str(head)] = _harmless_value(str(head))
    return place[:1]


def _drop(content: Any, place: Place) -> None:
    for part in place[:-1]:
        if isinstance(content, dict) and part not in content:
            return
        content = content[part]
    if isinstance(content, dict):
        content.pop(place[-1], None)


def _harmless_value(key: str) -> Any:
    if key in _TEXTS:
        return "-"
    if key in _DATES:  # never later than another date
        return dt.date.min
    if key in ("strata", "signatures"):
        return []
    if key in _ARRAYS:
        return [_harmless(key, 0)]
    standard = {"format": "linkage-agreement/1", "id": "a"}
    return standard.get(key, Agreement.model_fields[key].default)


def _harmless(array: str, number: int) -> dict[str, Any]:
    name = f"unreadable-{number}"
    items: dict[str, dict[str, Any]] = {
        "fields": {"name": name, "kind": "text"},
        "strata": {"name": name, "values": ["-"]},
        "parties": {"id": name, "name": "-", "role": "analyst", "public_key": PLACEHOLDER},
        "signatures": {"party": name, "signature": "-"},
    }
    return items[array]
