"""Signatures: who has agreed, and whether the agreement is in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from linkage.agreement.fingerprint import fingerprint, short_fingerprint
from linkage.agreement.load import parse_agreement
from linkage.agreement.model import Agreement, Party, Signature
from linkage.errors import AgreementError, Fault, KeyFileError
from linkage.identity.private import Identity
from linkage.identity.public import PublicIdentity
from linkage.identity.text import from_base64, to_base64

__all__ = [
    "append_signature",
    "merge_signatures",
    "missing_signatures",
    "party_of",
    "require_in_force",
    "sign",
    "signature_faults",
    "verify_signatures",
]


def party_of(agreement: Agreement, public: PublicIdentity) -> Party:
    """The party whose public key this is.

    Raises:
        KeyFileError: E409 no party has it.
    """
    line = public.encode()
    for party in agreement.parties:
        if party.public_key == line:
            return party
    raise KeyFileError(
        Fault(
            "E409",
            f"This identity ({public.fingerprint}) is no party to agreement "
            f'"{agreement.id}" ({short_fingerprint(fingerprint(agreement))}).',
            "Use the identity whose public key stands in the agreement, or ask the "
            "coordinator to enter yours.",
        )
    )


def sign(agreement: Agreement, identity: Identity) -> Signature:
    """The signature of this identity's party over the agreement's fingerprint.

    Raises:
        KeyFileError: E409 the identity belongs to no party.
    """
    party = party_of(agreement, identity.public)
    signature = identity.sign(_message(agreement))
    return Signature(party=party.id, signature=to_base64(signature))


def signature_faults(agreement: Agreement) -> tuple[Fault, ...]:
    """What is wrong with the signatures that are there (E522 invalid, E523 stranger, twice)."""
    faults = []
    message = _message(agreement)
    seen: set[str] = set()
    for number, signature in enumerate(agreement.signatures, start=1):
        place = f"signatures[{number}]"
        party = agreement.party(signature.party)
        if party is None:
            problem = f'A signature names "{signature.party}", who is no party.'
            faults.append(Fault("E523", problem, "Remove that block.", field=place))
            continue
        if party.id in seen:
            problem = f'"{party.id}" has two signatures.'
            faults.append(Fault("E523", problem, "Remove one of the blocks.", field=place))
            continue
        seen.add(party.id)
        try:
            PublicIdentity.decode(party.public_key).verify(
                from_base64(signature.signature), message
            )
        except (KeyFileError, ValueError):
            faults.append(
                Fault(
                    "E522",
                    f'The signature of "{party.id}" does not fit this text of the agreement.',
                    "The agreement was changed after it was signed. Restore the signed text, "
                    "or remove\nall signatures and let every party sign anew.",
                    field=place,
                )
            )
    return tuple(faults)


def verify_signatures(agreement: Agreement) -> None:
    """Return if every signature that is there is right; some may still be missing.

    Raises:
        AgreementError: E522 a signature does not fit, E523 it is a stranger's or doubled.
    """
    faults = signature_faults(agreement)
    if faults:
        raise AgreementError(*faults)


def missing_signatures(agreement: Agreement) -> tuple[str, ...]:
    """Ids of the parties that have not signed, in the agreement's order."""
    signed = {signature.party for signature in agreement.signatures}
    return tuple(party.id for party in agreement.parties if party.id not in signed)


def require_in_force(agreement: Agreement, today: dt.date) -> None:
    """Return if every party has signed and the agreement has not expired.

    Args:
        agreement: a valid agreement (its DPIA reference is checked when it is loaded).
        today: the current date.

    Raises:
        AgreementError: E520 signatures missing, E521 expired, E522 or E523 wrong
            signatures; all that apply.
    """
    faults = list(signature_faults(agreement))
    missing = missing_signatures(agreement)
    if missing:
        faults.append(
            Fault(
                "E520",
                f'Agreement "{agreement.id}" is not in force: {", ".join(missing)} '
                f"{'has' if len(missing) == 1 else 'have'} not signed.",
                "Let each of them run `linkage agreement sign`, then merge their copies "
                "with `--merge`.",
                field="signatures",
            )
        )
    if today > agreement.expires:
        faults.append(
            Fault(
                "E521",
                f'Agreement "{agreement.id}" expired on {agreement.expires.isoformat()}.',
                "Nothing may be done under it any more. Sign a new one with a later round.",
                field="expires",
            )
        )
    if faults:
        raise AgreementError(*faults)


def append_signature(text: str, signature: Signature) -> str:
    """The agreement's TOML with one signature more; comments and layout stay as they are.

    Raises:
        AgreementError: E526 the text ends in a way that cannot be appended to.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    block = f'[[signatures]]\nparty = "{signature.party}"\nsignature = "{signature.signature}"\n'
    signed = text.rstrip() + newline + newline + block.replace("\n", newline)
    try:
        agreement = parse_agreement(signed, "agreement")
    except AgreementError:
        agreement = None
    if agreement is None or agreement.signatures[-1:] != (signature,):
        raise AgreementError(
            Fault(
                "E526",
                "A signature cannot be appended to this text.",
                "Write signatures only as [[signatures]] blocks at the end of the file "
                "(remove `signatures = []`).",
                field="signatures",
            )
        )
    return signed


def merge_signatures(text: str, others: Iterable[tuple[str, str]]) -> str:
    """The agreement's TOML with the valid signatures of copies that were signed elsewhere.

    Args:
        text: the agreement.
        others: name and text of every copy.

    Raises:
        AgreementError: E525 a copy is another agreement, E522 or E523 a copy has a wrong
            signature, and the faults of :func:`~linkage.agreement.load.parse_agreement`.
    """
    agreement = parse_agreement(text, "agreement")
    own = fingerprint(agreement)
    faults: list[Fault] = []
    additions: dict[str, Signature] = {}
    for name, other_text in others:
        other = parse_agreement(other_text, name)
        if fingerprint(other) != own:
            faults.append(
                Fault(
                    "E525",
                    f"{name} is another agreement ({short_fingerprint(fingerprint(other))}, "
                    f"expected {short_fingerprint(own)}).",
                    "Merge only signed copies of the same text.",
                    file=name,
                )
            )
            continue
        faults += signature_faults(other)
        additions.update({signature.party: signature for signature in other.signatures})
    if faults:
        raise AgreementError(*faults)
    for party in missing_signatures(agreement):
        if party in additions:
            text = append_signature(text, additions[party])
    return text


def _message(agreement: Agreement) -> bytes:
    return b"linkage/v1/agreement-signature|" + fingerprint(agreement)
