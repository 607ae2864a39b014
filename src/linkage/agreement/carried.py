"""What a package made under an agreement holds of every record, in words."""

from __future__ import annotations

from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES

__all__ = ["PRESENCE", "SET_BITS", "TOKEN_COUNTS", "carried"]

SET_BITS = "number of set bits of each filter"
PRESENCE = "which fields are present"
TOKEN_COUNTS = "number of different tokens of each filter (tells long names from short ones)"  # noqa: S105


def carried(agreement: Agreement) -> tuple[str, ...]:
    """Everything that travels in a package of encodings, and nothing that does not.

    Args:
        agreement: a valid agreement.
    """
    contents = ["encodings", "random handles"]
    if agreement.strata:
        names = ", ".join(stratum.name for stratum in agreement.strata)
        contents.append(f"agreed strata ({names})")
    if PROFILES[agreement.encoding.profile].carries_weights:
        contents.append(SET_BITS)
    if agreement.encoding.presence:
        contents.append(PRESENCE)
    if agreement.encoding.token_counts:
        contents.append(TOKEN_COUNTS)
    return tuple(contents)
