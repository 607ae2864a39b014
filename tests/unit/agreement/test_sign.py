from __future__ import annotations

import datetime as dt

import pytest
from tests.support.parties import (
    PARTIES,
    TODAY,
    agreement_text,
    identity_of,
    signed_agreement,
    signed_text,
)

from linkage.agreement.load import parse_agreement
from linkage.agreement.model import Signature
from linkage.agreement.sign import (
    append_signature,
    merge_signatures,
    missing_signatures,
    party_of,
    require_in_force,
    sign,
    signature_faults,
    verify_signatures,
)
from linkage.errors import AgreementError, KeyFileError


def _codes(error: pytest.ExceptionInfo[AgreementError]) -> list[str]:
    return [fault.code for fault in error.value.faults]


def test_in_force_when_all_have_signed_until_it_expires() -> None:
    agreement = signed_agreement()
    verify_signatures(agreement)
    assert missing_signatures(agreement) == ()
    require_in_force(agreement, TODAY)
    require_in_force(agreement, agreement.expires)
    with pytest.raises(AgreementError) as error:
        require_in_force(agreement, agreement.expires + dt.timedelta(days=1))
    assert _codes(error) == ["E521"]


@pytest.mark.parametrize("absent", PARTIES)
def test_one_missing_signature_is_enough_to_stop(absent: str) -> None:
    agreement = parse_agreement(signed_text(absent), "agreement.toml")
    assert missing_signatures(agreement) == (absent,)
    with pytest.raises(AgreementError) as error:
        require_in_force(agreement, TODAY)
    assert _codes(error) == ["E520"]
    assert absent in error.value.faults[0].message


def test_all_reasons_at_once() -> None:
    text = signed_text("police").replace("minimum_cell = 10", "minimum_cell = 11")
    agreement = parse_agreement(text, "agreement.toml")
    with pytest.raises(AgreementError) as error:
        require_in_force(agreement, dt.date(2030, 1, 1))
    assert _codes(error) == ["E522"] * (len(PARTIES) - 1) + ["E520", "E521"]


def test_signatures_survive_comments_but_no_change_of_value() -> None:
    text = "# a remark\n" + signed_text().replace("round = 1", "round   =   1")
    verify_signatures(parse_agreement(text, "agreement.toml"))
    other = parse_agreement(text.replace('F", "M", "X"]', 'F", "M"]'), "agreement.toml")
    with pytest.raises(AgreementError) as error:
        verify_signatures(other)
    assert set(_codes(error)) == {"E522"}


def test_a_signature_belongs_to_its_party() -> None:
    text = agreement_text()
    agreement = parse_agreement(text, "agreement.toml")
    police = sign(agreement, identity_of("police"))
    stolen = Signature(party="shelters", signature=police.signature)
    stranger = Signature(party="nobody", signature=police.signature)
    mangled = Signature(party="police", signature=police.signature[:-1] + "!")
    for signature, code in ((stolen, "E522"), (stranger, "E523"), (mangled, "E522")):
        signed = parse_agreement(append_signature(text, signature), "agreement.toml")
        assert [fault.code for fault in signature_faults(signed)] == [code]
    twice = append_signature(append_signature(text, police), police)
    faults = signature_faults(parse_agreement(twice, "agreement.toml"))
    assert [(fault.code, fault.field) for fault in faults] == [("E523", "signatures[2]")]


def test_signing_is_deterministic_and_needs_a_party() -> None:
    agreement = parse_agreement(agreement_text(), "agreement.toml")
    assert sign(agreement, identity_of("police")) == sign(agreement, identity_of("police"))
    assert party_of(agreement, identity_of("police").public).id == "police"
    with pytest.raises(KeyFileError) as error:
        sign(agreement, identity_of("stranger"))
    assert error.value.faults[0].code == "E409"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_appending_keeps_what_was_there(newline: str) -> None:
    text = agreement_text().replace("\n", newline)
    agreement = parse_agreement(text, "agreement.toml")
    signed = append_signature(text, sign(agreement, identity_of("police")))
    assert signed.startswith(text.rstrip())
    assert signed.count("\n") == signed.count(newline)
    assert parse_agreement(signed, "agreement.toml").signatures[0].party == "police"


def test_text_that_cannot_be_appended_to() -> None:
    text = agreement_text().replace("round = 1", "round = 1\nsignatures = []")
    agreement = parse_agreement(text, "agreement.toml")
    with pytest.raises(AgreementError) as error:
        append_signature(text, sign(agreement, identity_of("police")))
    assert _codes(error) == ["E526"]


def test_merging_collects_signatures_once() -> None:
    mine = signed_text(*(name for name in PARTIES if name != "coordinator"))
    copies = [
        (name, signed_text(*(other for other in PARTIES if other != name)))
        for name in PARTIES
        if name != "coordinator"
    ]
    merged = merge_signatures(mine, copies)
    require_in_force(parse_agreement(merged, "agreement.toml"), TODAY)
    assert merge_signatures(merged, copies) == merged
    assert merged.startswith(mine.rstrip())


def test_merging_refuses_other_agreements_and_wrong_signatures() -> None:
    other = agreement_text().replace("minimum_cell = 10", "minimum_cell = 11")
    forged = signed_text().replace('party = "police"', 'party = "nobody"')
    with pytest.raises(AgreementError) as error:
        merge_signatures(agreement_text(), [("other.toml", other), ("forged.toml", forged)])
    assert _codes(error) == ["E525", "E523"]
    assert "other.toml" in error.value.faults[0].message
