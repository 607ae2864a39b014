"""What the ledger lets in, and why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from linkage.workspace.ledger import LedgerEntry, Submission, check_submissions

FIRST = Submission(
    name="intake.lnk",
    project="victims",
    round=1,
    sender="intake",
    list_id="I",
    file_id=b"a" * 16,
    sequence=5,
    sha256=b"A" * 32,
    records=50,
    key_check=b"k" * 16,
)


def entry(submission: Submission, *, replaced: bool = False) -> LedgerEntry:
    values = {name: getattr(submission, name) for name in Submission.__slots__}
    return LedgerEntry(**values, received="2026-11-23T12:00:00+00:00", replaced=replaced)


def later(**changes: Any) -> Submission:
    fresh = {"name": "new.lnk", "file_id": b"b" * 16, "sha256": b"B" * 32, "sequence": 6}
    return replace(FIRST, **(fresh | changes))


def codes(ledger: list[LedgerEntry], *submissions: Submission, **options: Any) -> list[str]:
    settings = {
        "minimum": 50,
        "replace": False,
        "released": False,
        "intact": lambda _entry: True,
    } | options
    errors = check_submissions(ledger, submissions, **settings)
    return [fault.code for error in errors for fault in error.faults]


def test_the_first_submission_is_let_in() -> None:
    assert codes([], FIRST) == []


def test_the_same_file_comes_once() -> None:
    assert codes([entry(FIRST)], FIRST) == ["E580"]
    assert codes([entry(FIRST)], FIRST, replace=True) == ["E580"]
    assert codes([entry(FIRST)], replace(FIRST, sha256=b"C" * 32)) == ["E580"], "same file id"


def test_a_damaged_kept_file_may_be_restored_by_the_very_same_one() -> None:
    damaged = {"intact": lambda _entry: False}
    assert codes([entry(FIRST)], FIRST, **damaged) == []
    assert codes([entry(FIRST)], replace(FIRST, sha256=b"C" * 32), **damaged) == ["E580"]
    assert codes([entry(FIRST, replaced=True)], FIRST, **damaged) == ["E580"]


def test_a_replaced_file_does_not_come_back() -> None:
    ledger = [entry(FIRST, replaced=True), entry(later())]
    assert codes(ledger, FIRST, replace=True) == ["E580"]


@pytest.mark.parametrize("sequence", [0, 4, 5])
def test_the_sequence_increases(sequence: int) -> None:
    assert codes([entry(FIRST)], later(sequence=sequence), replace=True) == ["E581"]


def test_a_second_submission_needs_replace() -> None:
    assert codes([entry(FIRST)], later()) == ["E582"]
    assert codes([entry(FIRST)], later(), replace=True) == []


def test_two_packages_of_one_list_at_once() -> None:
    assert codes([], FIRST, later()) == ["E583"]


@pytest.mark.parametrize(("records", "expected"), [(49, ["E601"]), (50, []), (51, [])])
def test_the_minimum(records: int, expected: list[str]) -> None:
    assert codes([], replace(FIRST, records=records)) == expected


def test_nothing_comes_after_a_release() -> None:
    assert codes([entry(FIRST)], later(), replace=True, released=True) == ["E624"]
    other = later(sender="care", list_id="K")
    assert codes([entry(FIRST)], other, released=True) == ["E624"]


def test_all_faults_at_once() -> None:
    other = later(name="care.lnk", sender="care", list_id="K", records=49)
    assert codes([entry(FIRST)], FIRST, other) == ["E580", "E601"]


def test_messages_name_the_file_and_end_with_what_to_do() -> None:
    (error,) = check_submissions(
        [], [replace(FIRST, records=41)], minimum=50, replace=False, released=False,
        intact=lambda _entry: True,
    )  # fmt: skip
    (fault,) = error.faults
    assert fault.message == 'List "I" has 41 records; the agreement\'s minimum is 50.'
    assert fault.file == "intake.lnk"
    assert fault.remedy
    assert error.exit_code == 6
