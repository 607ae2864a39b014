"""What an agreement says, for a person to read before signing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from linkage.agreement.carried import carried
from linkage.agreement.fingerprint import fingerprint, short_fingerprint
from linkage.agreement.load import filter_bits
from linkage.agreement.model import Agreement, Disclosure
from linkage.agreement.profiles import PROFILES
from linkage.agreement.sign import missing_signatures, signature_faults
from linkage.identity.public import PublicIdentity

__all__ = ["summary", "summary_text"]


def summary(agreement: Agreement, today: dt.date) -> dict[str, Any]:
    """The agreement as JSON-ready values: what it says, and how it stands.

    Args:
        agreement: a valid agreement.
        today: the current date.
    """
    own = fingerprint(agreement)
    profile = PROFILES[agreement.encoding.profile]
    faults = signature_faults(agreement)
    missing = missing_signatures(agreement)
    expired = today > agreement.expires
    return {
        "id": agreement.id,
        "round": agreement.round,
        "title": agreement.title,
        "fingerprint": short_fingerprint(own),
        "fingerprint_full": own.hex(),
        "purpose": agreement.purpose,
        "dpia_reference": agreement.dpia_reference,
        "case_definition": agreement.case_definition,
        "reference_period": [
            agreement.reference_period_start.isoformat(),
            agreement.reference_period_end.isoformat(),
        ],
        "expires": agreement.expires.isoformat(),
        "delete_by": agreement.delete_by.isoformat(),
        "profile": profile.name,
        "filters": list(agreement.filters),
        "filter_weights": list(agreement.filter_weights),
        "filter_bits": filter_bits(agreement),
        "broken_by": profile.broken_by,
        "insecure": profile.insecure,
        "presence": agreement.encoding.presence,
        "token_counts": agreement.encoding.token_counts,
        "allow_links": agreement.allow_links,
        "minimum_list_size": agreement.minimum_list_size,
        "disclosure": agreement.disclosure.model_dump(),
        "fields": {rule.name: rule.kind for rule in agreement.fields},
        "strata": {stratum.name: list(stratum.values) for stratum in agreement.strata},
        "parties": [
            {
                "id": party.id,
                "name": party.name,
                "role": party.role,
                "list": party.list.id if party.list else None,
                "fingerprint": PublicIdentity.decode(party.public_key).fingerprint,
                "signed": party.id not in missing,
            }
            for party in agreement.parties
        ],
        "missing_signatures": list(missing),
        "invalid_signatures": [fault.message for fault in faults],
        "expired": expired,
        "in_force": not (faults or missing or expired),
    }


def summary_text(agreement: Agreement, today: dt.date) -> str:
    """The same as :func:`summary`, as text for a terminal."""
    facts = summary(agreement, today)
    profile = PROFILES[agreement.encoding.profile]
    weights = dict(zip(agreement.filters, agreement.filter_weights, strict=True))
    weighed = ", ".join(f"{name} × {weight}" for name, weight in weights.items())
    filters = f"{_count(len(weights), 'filter')} of {facts['filter_bits']:,} bits ({weighed})"
    fields = [f"{rule.name} ({rule.kind}, weight {rule.weight})" for rule in agreement.fields]
    strata = [f"{stratum.name} ({len(stratum.values)})" for stratum in agreement.strata]
    links = "may be written out if two parties sign" if agreement.allow_links else "never written"
    lines = [
        agreement.title,
        f"{agreement.id} · round {agreement.round} · agreement {facts['fingerprint']}",
        _state(facts),
        "",
        f"purpose       {_one_line(agreement.purpose)}",
        f"who counts    {_one_line(agreement.case_definition)}",
        f"period        {' to '.join(facts['reference_period'])}",
        f"DPIA          {_one_line(agreement.dpia_reference)}",
        f"valid until   {facts['expires']}; everything deleted by {facts['delete_by']}",
        "",
        f"encoding      {profile.name}: {filters}",
        f"known attacks {profile.broken_by}",
        f"travels       {', '.join(carried(agreement))}",
        f"fields        {' · '.join(fields)}",
        f"strata        {' · '.join(strata) or 'none'}",
        f"published     {_disclosure(agreement.disclosure)}",
        f"lists         at least {agreement.minimum_list_size} records each",
        f"links         {links}",
        "",
    ]
    rows = [("party", "role", "list", "fingerprint of its key", "signed")]
    rows += [
        (
            party["id"],
            party["role"],
            party["list"] or "",
            party["fingerprint"],
            "yes" if party["signed"] else "no",
        )
        for party in facts["parties"]
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines += [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines += ["", *facts["invalid_signatures"]] if facts["invalid_signatures"] else []
    lines += [
        "",
        "Compare each fingerprint with its party by voice. Encodings remain personal data.",
    ]
    return "\n".join(lines)


def _state(facts: dict[str, Any]) -> str:
    if facts["invalid_signatures"]:
        return "NOT in force: changed after it was signed"
    if facts["expired"]:
        return "NOT in force: expired"
    if facts["missing_signatures"]:
        signed = len(facts["parties"]) - len(facts["missing_signatures"])
        return f"not in force yet: {signed} of {len(facts['parties'])} have signed"
    return "in force"


def _disclosure(rule: Disclosure) -> str:
    if rule.rule == "round":
        return f"counts rounded to multiples of {rule.rounding_base}"
    return f"no count under {rule.minimum_cell}, with complementary suppression"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _one_line(text: str) -> str:
    return " ".join(text.split())
