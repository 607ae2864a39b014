"""The mapping.toml of an owner, written down by the program that plays the owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tomli_w

__all__ = ["column", "mapping_file"]


def column(
    *names: str, formats: Sequence[str] | None = None, values: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The table of one field or stratum.

    Args:
        names: its columns; none where the list does not have it.
        formats: how dates are written.
        values: as written -> agreed code.
    """
    table: dict[str, Any] = {"columns": list(names)}
    if names and formats is not None:
        table["formats"] = list(formats)
    if names and values is not None:
        table["values"] = dict(values)
    return table


def mapping_file(
    fields: Mapping[str, Mapping[str, Any]],
    strata: Mapping[str, Mapping[str, Any]],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    maximum_bad_dates: float | None = None,
) -> bytes:
    """A mapping as TOML, still to be confirmed.

    Args:
        fields: field of the agreement -> its table.
        strata: stratum of the agreement -> its table.
        encoding: of a text file.
        delimiter: of a text file.
        maximum_bad_dates: share of a date column that may be unreadable.

    >>> print(mapping_file({"name": column("Naam")}, {}, delimiter=";").decode().strip())
    format = "linkage-mapping/1"
    confirmed = false
    delimiter = ";"
    <BLANKLINE>
    [fields.name]
    columns = [
        "Naam",
    ]
    <BLANKLINE>
    [strata]
    """
    tree: dict[str, Any] = {"format": "linkage-mapping/1", "confirmed": False}
    if encoding is not None:
        tree["encoding"] = encoding
    if delimiter is not None:
        tree["delimiter"] = delimiter
    if maximum_bad_dates is not None:
        tree["maximum_bad_dates"] = maximum_bad_dates
    tree["fields"] = {name: dict(table) for name, table in fields.items()}
    tree["strata"] = {name: dict(table) for name, table in strata.items()}
    return tomli_w.dumps(tree).encode("utf-8")
