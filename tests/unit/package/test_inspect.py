from __future__ import annotations

import json

import pytest
from tests.support.packages import agreement, encoded_list, forged, sealed

from linkage.errors import PackageError
from linkage.package.inspect import inspect_package

AGREEMENT = agreement()
PACKAGE = sealed(AGREEMENT, encoded_list(AGREEMENT, records=12))


def test_without_an_agreement_the_sender_is_only_a_claim() -> None:
    found = inspect_package(PACKAGE, name="p.lnk")
    assert found.faults is None
    assert "contains" not in found.as_dict()
    assert not found.sender_verified
    result = json.loads(json.dumps(found.as_dict()))
    assert result["sender_verified"] is None
    assert result["key_check"] == "4D-19-A7"
    assert result["records_at_most"] == 64
    assert result["file_bytes"] == len(PACKAGE)
    assert result["list"] == "P"


def test_the_exact_count_stays_inside() -> None:
    other = sealed(AGREEMENT, encoded_list(AGREEMENT, records=63))
    assert (
        inspect_package(other, name="p").as_dict() == inspect_package(PACKAGE, name="p").as_dict()
    )


def test_with_the_agreement_the_signature_is_verified() -> None:
    found = inspect_package(PACKAGE, name="p.lnk", agreement=AGREEMENT)
    assert found.sender_verified
    assert found.as_dict()["sender_verified"] is True
    assert found.as_dict()["contains"] == [
        "encodings",
        "random handles",
        "agreed strata (sex, year)",
    ]


@pytest.mark.parametrize(
    ("code", "change"), [("E555", {"signer": "shelter"}), ("E557", {"project": "other"})]
)
def test_what_does_not_fit_is_said(code: str, change: dict[str, str]) -> None:
    found = inspect_package(forged(PACKAGE, **change), name="p.lnk", agreement=AGREEMENT)  # type: ignore[arg-type]
    assert not found.sender_verified
    assert [fault["code"] for fault in found.as_dict()["faults"]] == [code]


def test_a_damaged_package_is_refused() -> None:
    with pytest.raises(PackageError, match="E552"):
        inspect_package(PACKAGE[:-1], name="p.lnk")
