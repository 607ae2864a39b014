"""What pydantic found wrong in an agreement, said in our words."""

from __future__ import annotations

import difflib

from pydantic_core import ErrorDetails

from linkage.agreement.places import Place
from linkage.agreement.rules import Complaint
from linkage.agreement.schema import known_keys

__all__ = ["explain"]

_SEE_KEYS = "`linkage agreement show --schema` lists every key."
_TYPES = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "date_type": "must be a date such as 2027-12-31, without quotes",
    "tuple_type": "must be an array: [ ... ]",
    "list_type": "must be an array: [ ... ]",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "string_too_short": "must not be empty",
}
_PATTERNS = {
    "^[a-z]": "must be 1 to 40 lower-case letters, digits, - or _, beginning with a letter",
    "^[A-Za-z]": "must be 1 to 16 letters, digits or _, beginning with a letter",
    r"^\d\d-": 'must be month and day, such as "01-01"',
}


def explain(details: ErrorDetails) -> Complaint:
    """One of pydantic's findings as a complaint (E501, E502 or E503)."""
    place: Place = tuple(part for part in details["loc"] if part != "[key]")
    if details["type"] == "missing":
        return Complaint("E501", place, "is missing", _SEE_KEYS)
    if details["type"] == "extra_forbidden":
        return Complaint("E502", place, "is not a key of an agreement", _suggestion(place))
    return Complaint("E503", place, _problem(details))


def _problem(details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "literal_error":
        expected = context["expected"].replace(" or ", ", ").replace("'", '"')
        return f"must be one of {expected}" if "," in expected else f"must be {expected}"
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        known = (text for start, text in _PATTERNS.items() if pattern.startswith(start))
        return next(known, f"must match {pattern}")
    if kind == "value_error":
        return f"cannot stand: {context['error']}"
    if kind in ("greater_than_equal", "less_than_equal"):
        word, limit = ("least", "ge") if kind.startswith("greater") else ("most", "le")
        return f"must be at {word} {context[limit]:,}"
    if kind in ("too_short", "too_long", "string_too_long"):
        word, limit = ("least", "min_length") if kind == "too_short" else ("most", "max_length")
        unit = "characters" if kind == "string_too_long" else "entries"
        return f"must have at {word} {context[limit]:,} {unit}"
    return _TYPES.get(kind, "has a value that cannot stand here")


def _suggestion(place: Place) -> str:
    """The known key that an unknown one resembles."""
    close = difflib.get_close_matches(str(place[-1]), known_keys(place[:-1]), n=1)
    return f"Did you mean {close[0]}? {_SEE_KEYS}" if close else _SEE_KEYS
