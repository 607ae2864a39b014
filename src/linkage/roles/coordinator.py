"""What the coordinator does, and every party with its agreement: new, check, sign, merge, draw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from linkage.agreement.advice import advice
from linkage.agreement.fingerprint import fingerprint, short_fingerprint
from linkage.agreement.load import parse_agreement, read_agreement_text
from linkage.agreement.model import Agreement
from linkage.agreement.profiles import ProfileName
from linkage.agreement.sign import (
    append_signature,
    merge_signatures,
    missing_signatures,
    party_of,
    sign,
    signature_faults,
)
from linkage.agreement.template import agreement_template
from linkage.errors import AgreementError, Fault
from linkage.files import refuse_existing, write_whole
from linkage.identity.store import load_identity, load_public_identity

__all__ = [
    "CheckedAgreement",
    "SignedAgreement",
    "check_agreement",
    "draw_agreement",
    "merge_agreement",
    "new_agreement",
    "sign_agreement",
]


@dataclass(frozen=True, slots=True)
class CheckedAgreement:
    """A valid agreement, its short fingerprint, and advice on what is unwise."""

    agreement: Agreement
    fingerprint: str
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedAgreement:
    """What signing or merging did.

    Attributes:
        agreement: the agreement with its signatures.
        fingerprint: its short fingerprint.
        added: ids of the parties whose signatures are new in the file.
        missing: ids of the parties that have not signed yet.
        signer: id of the party that signed now, if one did.
    """

    agreement: Agreement
    fingerprint: str
    added: tuple[str, ...]
    missing: tuple[str, ...]
    signer: str | None


def new_agreement(
    output: Path,
    *,
    example: str = "dutch",
    profile: ProfileName = "strong",
    parties: Mapping[str, Path] | None = None,
    dpia_reference: str | None = None,
    today: dt.date,
) -> tuple[str, ...]:
    """Write a commented agreement to start from.

    Args:
        output: file to write; never overwritten.
        example: name of the example.
        profile: encoding profile.
        parties: file with the public identity, by party id.
        dpia_reference: reference of the impact assessment.
        today: the current date; the example expires at the end of the next year.

    Returns:
        the places that are still to be filled in.

    Raises:
        UsageError: E201 the file exists, E204, E211 of the template.
        KeyFileError: E403, E404 a file is no identity.
        MachineError: E101-E104.
    """
    refuse_existing(output)
    keys = {party: load_public_identity(path) for party, path in (parties or {}).items()}
    text = agreement_template(
        example, profile=profile, keys=keys, dpia_reference=dpia_reference, today=today
    )
    write_whole(output, text.encode("utf-8"))
    try:
        parse_agreement(text, output.name)
    except AgreementError as error:
        return tuple(fault.field or fault.message for fault in error.faults)
    return ()


def check_agreement(path: Path, today: dt.date) -> CheckedAgreement:
    """Check an agreement, with the signatures that are there.

    Raises:
        AgreementError: every fault (see :func:`linkage.agreement.load.load_agreement`), and
            E522, E523 for signatures.
        MachineError: E102-E104.
    """
    agreement = _load_with_signatures(path)[0]
    return CheckedAgreement(
        agreement, short_fingerprint(fingerprint(agreement)), advice(agreement, today)
    )


def sign_agreement(
    path: Path,
    identity_path: Path,
    ask: Callable[[], bytes],
    *,
    merge: Sequence[Path] = (),
    today: dt.date,
) -> SignedAgreement:
    """Sign the agreement in place as the party that this identity belongs to.

    Signing twice changes nothing.

    Args:
        path: the agreement.
        identity_path: the private identity.
        ask: gives its passphrase.
        merge: copies signed elsewhere, whose signatures are added.
        today: the current date.

    Raises:
        AgreementError: faults of the agreement, E521 expired, E522-E526 signatures.
        KeyFileError: E401, E404, E406 the identity, E409 no party.
        MachineError: E101-E104.
    """
    agreement, text = _load_with_signatures(path)
    if today > agreement.expires:
        raise AgreementError(
            Fault(
                "E521",
                f'Agreement "{agreement.id}" expired on {agreement.expires.isoformat()}.',
                "There is nothing left to sign. Set a later date, or start a new round.",
                file=path.name,
                field="expires",
            )
        )
    identity = load_identity(identity_path, ask)
    signer = party_of(agreement, identity.public).id
    merged = merge_signatures(text, [(other.name, read_agreement_text(other)) for other in merge])
    if signer in missing_signatures(parse_agreement(merged, path.name)):
        merged = append_signature(merged, sign(agreement, identity))
    return _save(path, agreement, text, merged, signer)


def merge_agreement(path: Path, merge: Sequence[Path]) -> SignedAgreement:
    """Add the signatures of copies that were signed elsewhere.

    Raises:
        AgreementError: faults of any copy, E522, E523 a wrong signature, E525 another
            agreement.
        MachineError: E101-E104.
    """
    agreement, text = _load_with_signatures(path)
    merged = merge_signatures(text, [(other.name, read_agreement_text(other)) for other in merge])
    return _save(path, agreement, text, merged, None)


def draw_agreement(path: Path, output: Path) -> Agreement:
    """Draw the data flow of the agreement as SVG, for a DPIA.

    Raises:
        AgreementError: faults of the agreement.
        UsageError: E201 the output exists already.
        MachineError: E101-E104.
    """
    from linkage.agreement.diagram import data_flow_svg

    refuse_existing(output)
    agreement = parse_agreement(read_agreement_text(path), path.name)
    write_whole(output, data_flow_svg(agreement).encode("utf-8"))
    return agreement


def _load_with_signatures(path: Path) -> tuple[Agreement, str]:
    text = read_agreement_text(path)
    agreement = parse_agreement(text, path.name)
    faults = signature_faults(agreement)
    if faults:
        raise AgreementError(*faults)
    return agreement, text


def _save(
    path: Path, before: Agreement, text: str, merged: str, signer: str | None
) -> SignedAgreement:
    if merged != text:
        write_whole(path, merged.encode("utf-8"))
    after = parse_agreement(merged, path.name)
    old = {signature.party for signature in before.signatures}
    return SignedAgreement(
        agreement=after,
        fingerprint=short_fingerprint(fingerprint(after)),
        added=tuple(s.party for s in after.signatures if s.party not in old),
        missing=missing_signatures(after),
        signer=signer,
    )
