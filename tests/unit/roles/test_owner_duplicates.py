"""Propose, confirm, encode: one record per person, and nothing without the owner's word."""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.support.owner_day import SENTINELS, OwnerDay, rows
from tests.support.packages import identity

from linkage.errors import LinkageError
from linkage.package.crosswalk import open_crosswalk
from linkage.roles.data_owner.duplicates import ProposalRequest
from linkage.roles.data_owner.encode import EncodedFile, encode_list
from linkage.roles.data_owner.file import CheckResult, check_list

TODAY = dt.date(2026, 11, 23)


def lines() -> list[str]:
    """Twenty-five people, of whom the first three stand there again: rows 2-4 and 27-29."""
    listed = rows(25)
    given, family, born, sex = listed[0].split(",")
    swapped = f"{family},{given},{born},{sex}"
    typed = listed[1].replace("schaert", "shaert").replace("kiewicz", "kiewcz")
    return [*listed, swapped, typed, listed[2]]


@pytest.fixture
def day(tmp_path: Path) -> OwnerDay:
    return OwnerDay(tmp_path, lines())


def check(day: OwnerDay, name: str = "duplicates.toml", **changes: Any) -> CheckResult:
    request = ProposalRequest(day.folder / name, day.folder / "police.identity", lambda: b"")
    return check_list(
        day.folder / "victims.csv",
        day.folder / "mapping.toml",
        day.agreement,
        today=TODAY,
        **{"duplicates": request} | changes,
    )


def encode(day: OwnerDay, **changes: Any) -> EncodedFile:
    return encode_list(**day.arguments(duplicates=day.folder / "duplicates.toml", **changes))


def answer(day: OwnerDay, said: str) -> None:
    path = day.folder / "duplicates.toml"
    path.write_text(path.read_text().replace('same = ""', f'same = "{said}"'))


def refused(day: OwnerDay, call: Any) -> list[str]:
    before = {path.name: path.read_bytes() for path in day.folder.iterdir()}
    with pytest.raises(LinkageError) as caught:
        call()
    assert {path.name: path.read_bytes() for path in day.folder.iterdir()} == before
    assert not [sentinel for sentinel in SENTINELS if sentinel in str(caught.value)]
    return [fault.code for fault in caught.value.faults]


def test_from_proposals_to_one_record_per_person(day: OwnerDay) -> None:
    html = day.folder / "report.html"
    result = check(day, html=html)
    path = day.folder / "duplicates.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert result.duplicates is not None
    unanswered = result.duplicates.answers.unanswered
    assert {(2, 27), (3, 28), (4, 29)} <= set(unanswered)
    assert result.duplicates.answers.confirmed == 0
    said = path.read_text() + html.read_text() + json.dumps(result.as_dict()) + result.text
    assert not [sentinel for sentinel in SENTINELS if sentinel in said]
    assert f"{len(unanswered)} unanswered" in html.read_text()
    assert f"{len(unanswered)} unanswered" in result.text
    assert result.as_dict()["report"]["proposals"]["groups"] == len(unanswered)

    assert refused(day, lambda: encode(day)) == ["E334"]
    answer(day, "yes")
    done = encode(day)
    left_out = {max(group) for group in unanswered}
    assert set(done.merged_rows) == left_out
    assert done.encoded == 28 - len(left_out)
    crosswalk = open_crosswalk(done.crosswalk.read_bytes(), identity("police"), name="c")
    assert set(crosswalk.rows.tolist()) == set(range(2, 30)) - left_out
    for handle in crosswalk.handles:
        assert crosswalk.row_of(bytes(handle)) not in left_out


def test_denying_all_encodes_all(day: OwnerDay) -> None:
    check(day)
    answer(day, "no")
    assert (encode(day).encoded, encode(day, output=day.folder / "2.lnk").merged) == (28, {})


def test_checking_again_keeps_answers_and_does_not_touch_the_file(day: OwnerDay) -> None:
    check(day)
    answer(day, "yes")
    path = day.folder / "duplicates.toml"
    path.write_text(path.read_text() + "# my own words\n")
    before = path.read_bytes(), path.stat().st_mtime_ns
    result = check(day)
    assert result.duplicates is not None
    assert result.duplicates.answers.unanswered == ()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_list_that_changed_is_refused_until_it_is_checked_again(day: OwnerDay) -> None:
    check(day)
    answer(day, "yes")
    text = (day.folder / "victims.csv").read_text().splitlines()
    day.write("victims.csv", "\n".join([text[0], *text[:0:-1]]) + "\n")
    assert refused(day, lambda: encode(day)) == ["E333"]
    result = check(day)
    assert result.duplicates is not None
    assert (result.duplicates.answers.unanswered, result.duplicates.again) == ((), ())
    assert encode(day).encoded < 28


def test_what_is_not_ours_is_refused_and_left_alone(day: OwnerDay) -> None:
    assert refused(day, lambda: check(day, "victims.csv")) == ["E223"]
    assert refused(day, lambda: check(day, "agreement.toml")) == ["E330"]
    assert refused(day, lambda: check(day, "mapping.toml")) == ["E330"]
    check(day)
    (day.folder / "police.identity").write_bytes((day.folder / "unit.identity").read_bytes())
    assert refused(day, lambda: check(day)) == ["E332"]


def test_a_list_to_correct_is_not_searched(day: OwnerDay) -> None:
    listed = [line.rsplit(",", 1)[0] + ",x" for line in lines()]
    day.write("victims.csv", "\n".join(["first,last,born,sex", *listed]) + "\n")
    result = check(day)
    assert result.duplicates is None
    assert not (day.folder / "duplicates.toml").exists()


def test_merging_below_the_minimum_is_refused(tmp_path: Path) -> None:
    listed = rows(19)
    day = OwnerDay(tmp_path, [*listed, *listed[:3]])
    check(day)
    answer(day, "yes")
    assert refused(day, lambda: encode(day)) == ["E601"]
