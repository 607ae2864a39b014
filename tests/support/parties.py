"""Nine parties with fixed keys, and the Dutch example with their keys filled in."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib

from linkage.agreement.load import parse_agreement
from linkage.agreement.model import Agreement
from linkage.agreement.profiles import ProfileName
from linkage.agreement.sign import append_signature, sign
from linkage.agreement.template import agreement_template
from linkage.identity.private import Identity

TODAY = dt.date(2026, 3, 1)
OWNERS = (
    "labour-inspectorate",
    "border-police",
    "other-organisations",
    "police",
    "regional-coordinators",
    "shelters",
)
PARTIES = ("coordinator", "linkage-unit", "analyst", *OWNERS)


@functools.cache
def identity_of(name: str) -> Identity:
    """An identity that depends on its name only."""
    return Identity(hashlib.shake_256(f"test identity {name}".encode()).digest(160))


@functools.cache
def agreement_text(profile: ProfileName = "strong") -> str:
    """The Dutch example, complete but not signed; it expires at the end of 2027."""
    return agreement_template(
        profile=profile,
        keys={name: identity_of(name).public for name in PARTIES},
        dpia_reference="DPIA 2025/7",
        today=TODAY,
    )


@functools.cache
def signed_text(*without: str) -> str:
    """The same, signed by every party that is not named."""
    text = agreement_text()
    agreement = parse_agreement(text, "agreement.toml")
    for name in PARTIES:
        if name not in without:
            text = append_signature(text, sign(agreement, identity_of(name)))
    return text


@functools.cache
def signed_agreement() -> Agreement:
    """The Dutch example, signed by everyone."""
    return parse_agreement(signed_text(), "agreement.toml")
