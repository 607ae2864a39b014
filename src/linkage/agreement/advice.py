"""Advice on an agreement: what is allowed, but better known before anyone signs."""

from __future__ import annotations

import datetime as dt
import math

from linkage.agreement.load import list_sizes
from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES
from linkage.agreement.sign import missing_signatures

__all__ = ["advice"]

_FEW_PER_CELL = 5
_LONG_KEPT = dt.timedelta(days=3 * 366)


def advice(agreement: Agreement, today: dt.date) -> tuple[str, ...]:
    """Sentences on what is unusual or unwise in a valid agreement; empty if nothing is.

    Args:
        agreement: a valid agreement.
        today: the current date.
    """
    return (
        *_on_privacy(agreement),
        *_on_quality(agreement),
        *_on_time(agreement, today),
        *_on_signatures(agreement),
    )


def _on_privacy(agreement: Agreement) -> list[str]:
    found = []
    profile = PROFILES[agreement.encoding.profile]
    if profile.insecure:
        found.append(
            f'Profile "{profile.name}" protects nobody: {profile.broken_by} '
            "Use it on fictitious people only."
        )
    for name in agreement.filters:
        kinds = {rule.kind for rule in agreement.fields if name in rule.filters}
        if kinds and not kinds & {"name", "text"} and profile.scheme != "match-keys":
            found.append(
                f'Filter "{name}" holds no names: few different tokens make it easy to attack.'
            )
    cells = math.prod(len(stratum.values) + 1 for stratum in agreement.strata)
    records = sum(list_sizes(agreement))
    if agreement.strata and cells * _FEW_PER_CELL > records:
        found.append(
            f"The strata make {cells:,} cells for {records:,} expected records: most cells of "
            "the joint table will be too small to publish. Use fewer strata, or coarser values."
        )
    least = agreement.minimum_list_size
    found += [
        f'List "{name}" expects {size} records, under the minimum of {least}: it would be refused.'
        for name, size in zip(agreement.lists, list_sizes(agreement), strict=True)
        if size < least
    ]
    if agreement.encoding.presence:
        found.append("The pattern of missing fields travels with every record (presence = true).")
    if agreement.encoding.token_counts:
        found.append(
            "The number of different tokens of each filter travels with every record "
            "(token_counts = true): it tells long names from short ones, and whose names are "
            "unusually long or short stands out. Weigh what it adds against that."
        )
    if agreement.allow_links:
        found.append("Links between records may be written out (allow_links = true).")
    return found


def _on_quality(agreement: Agreement) -> list[str]:
    kinds = [rule.kind for rule in agreement.fields]
    found = []
    if kinds.count("name") == 0:
        found.append("There is no field of kind name: few people can be told apart without.")
    if kinds.count("name") == 1:
        found.append(
            "There is one name field only: swapped given and family names cannot be matched."
        )
    if "date" not in kinds:
        found.append("There is no field of kind date: people of one name cannot be told apart.")
    return found


def _on_time(agreement: Agreement, today: dt.date) -> list[str]:
    found = []
    if agreement.expires < today:
        found.append(f"The agreement expired on {agreement.expires.isoformat()}.")
    if agreement.delete_by - agreement.expires > _LONG_KEPT:
        found.append(
            "Encodings are kept for more than three years after the agreement expires "
            f"(delete_by {agreement.delete_by.isoformat()})."
        )
    return found


def _on_signatures(agreement: Agreement) -> list[str]:
    missing = missing_signatures(agreement)
    if not missing:
        return []
    return [f"Not yet in force; signatures missing: {', '.join(missing)}."]
