"""A new agreement: a commented example, with keys, profile and dates filled in."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from importlib import resources

from linkage.agreement.profiles import PROFILES, ProfileName
from linkage.agreement.rules import PLACEHOLDER
from linkage.errors import Fault, UsageError
from linkage.identity.public import PublicIdentity

__all__ = ["EXAMPLES", "agreement_template"]

EXAMPLES: Mapping[str, str] = {"dutch": "six_dutch_lists.toml"}
"""Name of every example, and its file."""

_WEIGHT = re.compile(r'(?m)^(name = "(\w+)"\nkind = "(\w+)"\n(?:[^\[\n].*\n)*?weight = )\d+')
"""The weight of a field, after its name and kind."""


def agreement_template(
    example: str = "dutch",
    *,
    profile: ProfileName = "strong",
    keys: Mapping[str, PublicIdentity] | None = None,
    dpia_reference: str | None = None,
    today: dt.date | None = None,
) -> str:
    """The TOML of an example; what is not given remains a placeholder that `check` refuses.

    Args:
        example: a name of :data:`EXAMPLES`.
        profile: encoding profile; fields are put into its filters and get its weights.
        keys: public identity by party id.
        dpia_reference: reference of the impact assessment.
        today: if given, the agreement expires at the end of the next year, and everything
            is deleted half a year later.

    Raises:
        UsageError: E204 no such example or profile, E211 no party of that id in it.
    """
    if example not in EXAMPLES or profile not in PROFILES:
        what, names = ("example", EXAMPLES) if example not in EXAMPLES else ("profile", PROFILES)
        raise UsageError(Fault("E204", f"There is no such {what}.", f"Known: {', '.join(names)}."))
    folder = resources.files("linkage.agreement.examples")
    text = folder.joinpath(EXAMPLES[example]).read_text(encoding="utf-8")
    text = _with_profile(text, profile)
    text = _with_keys(text, keys or {})
    if dpia_reference is not None:
        text = _replace_value(text, "dpia_reference", _quoted(dpia_reference))
    if today is not None:
        text = _replace_value(text, "expires", f"{today.year + 1}-12-31")
        text = _replace_value(text, "delete_by", f"{today.year + 2}-06-30")
    return text


def _with_profile(text: str, profile: ProfileName) -> str:
    text = _replace_value(text, "profile", f'"{profile}"')
    text = text.replace('filters = ["all"]', f"filters = {_array(PROFILES[profile].filters)}")
    return _WEIGHT.sub(
        lambda found: f"{found[1]}{PROFILES[profile].token_weight(found[2], found[3])}", text
    )


def _with_keys(text: str, keys: Mapping[str, PublicIdentity]) -> str:
    parties = [party["id"] for party in tomllib.loads(text)["parties"]]
    strangers = [party for party in keys if party not in parties]
    if strangers:
        raise UsageError(
            *(
                Fault(
                    "E211",
                    f'The example has no party "{party}".',
                    f"Its parties: {', '.join(parties)}.",
                )
                for party in strangers
            )
        )
    for party, public in keys.items():
        gap = f'public_key = "{PLACEHOLDER} with the public key of {party}"'
        text = text.replace(gap, f'public_key = "{public.encode()}"')
    return text


def _replace_value(text: str, key: str, value: str) -> str:
    """Replace the value of the first line ``key = ...``; comments above it stay."""
    return re.sub(rf"(?m)^{key} = .*$", lambda _match: f"{key} = {value}", text, count=1)


def _array(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = "".join(
        f"\\u{ord(char):04X}" if ord(char) < 32 or ord(char) == 127 else char
        for char in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'
