"""receive: refuses what it must, keeps all or nothing, and leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.unit_run import (
    MEMBERS,
    NOW,
    OTHER_KEY,
    Day,
    agreement_text,
    encode,
    files_of,
    identity,
)

from linkage.agreement.load import parse_agreement
from linkage.agreement.sign import append_signature, sign
from linkage.errors import LinkageError
from linkage.roles.linkage_unit import Received, link, receive
from linkage.types import BitMatrix, EncodedList
from linkage.workspace import open_run, read_log


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(tmp_path)


def take(day: Day, *packages: Path, who: str = "unit", **options: Any) -> Received:
    settings: dict[str, Any] = {"now": NOW}
    if not (day.run / "state.sqlite").exists():
        settings["agreement"] = day.agreement_path
    return receive(packages, run=day.run, identity=identity(who), **(settings | options))


def refused(day: Day, *packages: Path, **options: Any) -> tuple[list[str], LinkageError]:
    """The codes, after making sure that nothing was written."""
    before = files_of(day.folder)
    with pytest.raises(LinkageError) as caught:
        take(day, *packages, **options)
    assert files_of(day.folder) == before
    assert all(fault.remedy and fault.message for fault in caught.value.faults)
    return [fault.code for fault in caught.value.faults], caught.value


def test_one_after_the_other(day: Day) -> None:
    first = take(day, day.package("K"))
    assert first.waiting == ("I", "P")
    assert (first.lists[0].records, first.lists[0].outcome) == (60, "received")
    assert first.key_check == "4D-19-A7"
    last = take(day, day.package("P"), day.package("I"), agreement=day.agreement_path)
    assert last.waiting == ()
    with open_run(day.run) as run:
        assert [entry.event for entry in read_log(run.connection)] == [
            "created",
            *["received"] * 3,
        ]


def test_a_list_of_one_person_many_times_over_is_a_small_list(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copies(*arguments: Any) -> EncodedList:
        encoded = encode(*arguments)
        words = np.repeat(encoded.filters[0].words[:1], len(encoded), axis=0)
        return replace(encoded, filters=(BitMatrix(words, encoded.filters[0].bits),))

    monkeypatch.setattr("tests.support.unit_run.encode", copies)
    codes, error = refused(day, day.package("K"))
    assert codes == ["E601"]
    assert "only 1 different" in str(error)


def test_packages_stay_sealed_and_private(day: Day) -> None:
    package = day.package("I")
    take(day, package)
    kept = day.run / "packages" / "I-1.lnk"
    assert kept.read_bytes() == package.read_bytes()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_the_first_receive_needs_the_agreement(day: Day) -> None:
    assert refused(day, day.package("I"), agreement=None)[0] == ["E215"]


def test_an_unsigned_agreement(tmp_path: Path) -> None:
    day = Day(tmp_path, agreement_text(unsigned=("police",)))
    found, error = refused(day, day.package("I"))
    assert found == ["E520"]
    assert error.exit_code == 5


def test_an_expired_agreement(day: Day) -> None:
    late = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    assert refused(day, day.package("I"), now=late)[0] == ["E521"]
    take(day, day.package("I"))
    assert refused(day, day.package("K"), now=late)[0] == ["E521"]


@pytest.mark.parametrize(("who", "code"), [("police", "E626"), ("stranger", "E409")])
def test_only_the_linkage_unit_receives(day: Day, who: str, code: str) -> None:
    assert refused(day, day.package("I"), who=who)[0] == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "Other"}, "E556"),
        ({"round": 2}, "E558"),
        ({"id": "others"}, "E557"),
    ],
)
def test_a_package_of_another_agreement(
    day: Day, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    foreign = Day(elsewhere, agreement_text(**change)).package("K")
    assert refused(day, day.package("I"), foreign)[0] == [code]


def test_a_package_for_another_unit(day: Day, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    text = agreement_text().replace(
        identity("unit").public.encode(), identity("other unit").public.encode()
    )
    for owner in ("coordination", "intake", "care", "police", "university"):
        assert owner in text
    body = text[: text.index("[[signatures]]")]
    foreign = Day(elsewhere, body).package("K")
    assert refused(day, foreign)[0][0] in {"E553", "E556"}


def damaged(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda _data: b"", "E550"),
        (lambda _data: b"PK\x03\x04 a spreadsheet", "E550"),
        (lambda data: data[: len(data) // 2], "E552"),
        (lambda data: data[:-1], "E552"),
        (lambda data: data + b"\0", "E552"),
        (lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:], "E552"),
        (lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:], "E552"),
    ],
)
def test_a_damaged_package(day: Day, spoil: Any, code: str) -> None:
    package = day.package("I")
    damaged(package, spoil(package.read_bytes()))
    found, error = refused(day, package)
    assert found == [code]
    assert error.faults[0].file == "intake.lnk"


def test_a_missing_file_and_a_damaged_one_are_both_named(day: Day) -> None:
    bad = damaged(day.folder / "bad.lnk", b"nothing")
    found, error = refused(day, day.folder / "none.lnk", bad, day.package("I"))
    assert found == ["E102", "E550"]
    assert [fault.file for fault in error.faults] == ["none.lnk", "bad.lnk"]


def test_another_project_key(day: Day) -> None:
    take(day, day.package("I"), day.package("K"))
    found, error = refused(day, day.package("P", key=OTHER_KEY))
    assert found == ["E402"]
    assert error.exit_code == 4
    assert error.faults[0].message == (
        "police.lnk was made with another key (check 91-0B-C3, expected 4D-19-A7)."
    )


def test_among_packages_that_come_together_the_odd_one_is_named(day: Day) -> None:
    odd = day.package("I", key=OTHER_KEY)
    found, error = refused(day, odd, day.package("K"), day.package("P"))
    assert found == ["E402"]
    assert error.faults[0].file == "intake.lnk"


def test_an_owner_with_the_wrong_key_can_replace_the_only_list(day: Day) -> None:
    take(day, day.package("I", key=OTHER_KEY))
    assert refused(day, day.package("K"))[0] == ["E402"]
    take(day, day.package("I", sequence=2), replace=True)
    take(day, day.package("K"))


def test_the_same_package_twice(day: Day) -> None:
    package = day.package("I")
    take(day, package)
    found, error = refused(day, package)
    assert found == ["E580"]
    assert error.exit_code == 5
    copy = Path(shutil.copy(package, day.folder / "renamed.lnk"))
    assert refused(day, copy)[0] == ["E580"]
    assert refused(day, copy, replace=True)[0] == ["E580"]


def test_the_same_package_twice_at_once(day: Day) -> None:
    package = day.package("I")
    assert refused(day, package, package)[0] == ["E583"]


def test_an_older_package(day: Day) -> None:
    old = day.package("I", name="old.lnk", sequence=1)
    take(day, day.package("I", sequence=2))
    assert refused(day, old, replace=True)[0] == ["E581"]


def test_replacing(day: Day) -> None:
    take(day, *day.packages())
    second = day.package("K", sequence=2, members=list(range(20, 75)), name="second.lnk")
    assert refused(day, second)[0] == ["E582"]
    received = take(day, second, replace=True)
    assert received.lists[0].outcome == "replaced"
    assert sorted(files_of(day.run / "packages")) == ["I-1.lnk", "K-2.lnk", "P-1.lnk"]
    with open_run(day.run) as run:
        assert read_log(run.connection)[-1].event == "replaced"


def test_replacing_drops_what_was_linked(day: Day) -> None:
    take(day, *day.packages())
    link(day.run, identity=day.identity, now=NOW)
    received = take(day, day.package("K", sequence=2, order=1), replace=True)
    assert received.unlinked
    with open_run(day.run) as run:
        assert read_log(run.connection)[-1].event == "unlinked"


def test_a_list_under_the_minimum(day: Day) -> None:
    small = day.package("K", members=MEMBERS["K"][:49])
    found, error = refused(day, small)
    assert found == ["E601"]
    assert error.exit_code == 6
    assert error.faults[0].message == ('List "K" has 49 records; the agreement\'s minimum is 50.')


def test_all_or_nothing_with_all_faults(day: Day) -> None:
    small = day.package("K", members=MEMBERS["K"][:49])
    odd = day.package("P", key=OTHER_KEY)
    bad = damaged(day.folder / "bad.lnk", b"nothing")
    found, _ = refused(day, day.package("I"), small, odd, bad)
    assert sorted(found) == ["E402", "E550", "E601"]
    assert not day.run.exists()


def test_another_agreement_for_an_existing_run(day: Day) -> None:
    take(day, day.package("I"))
    other = day.folder / "other.toml"
    other.write_text(agreement_text(title="Other"), "utf-8")
    assert refused(day, day.package("K"), agreement=other)[0][0] in {"E556", "E584"}


def test_the_same_agreement_with_another_layout_will_do(day: Day) -> None:
    take(day, day.package("I"))
    day.agreement_path.write_text("# a comment\n" + day.text, "utf-8")
    take(day, day.package("K"), agreement=day.agreement_path)


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"x")])
def test_a_lost_package_is_restored_by_the_very_same_file(day: Day, harm: Any) -> None:
    packages = day.packages()
    take(day, *packages)
    harm(day.run / "packages" / "K-1.lnk")
    with pytest.raises(LinkageError) as caught:
        link(day.run, identity=day.identity, now=NOW)
    assert caught.value.faults[0].code == "E585"
    assert take(day, packages[1]).lists[0].outcome == "restored"
    link(day.run, identity=day.identity, now=NOW)


def test_an_orphan_of_a_killed_receive_is_removed(day: Day) -> None:
    take(day, day.package("I"))
    (day.run / "packages" / "K-1.lnk").write_bytes(b"orphan")
    (day.run / "packages" / ".P-1.lnk.part-00112233").write_bytes(b"half")
    take(day, day.package("K"))
    assert sorted(files_of(day.run / "packages")) == ["I-1.lnk", "K-1.lnk"]


def test_no_personal_value_and_no_score_in_the_log(day: Day) -> None:
    take(day, *day.packages())
    link(day.run, identity=day.identity, now=NOW, threshold=0.6)
    with open_run(day.run) as run:
        names = {name for entry in read_log(run.connection) for name in entry.details}
    assert names == {
        *("agreement", "software"),
        *("list", "sender", "file", "sha256", "sequence", "records"),
        *("lists", "left_out", "threshold_overridden"),
    }


def test_signatures_of_a_copy_do_not_matter_to_the_run(day: Day) -> None:
    """The fingerprint leaves the signatures out, and the copy kept is the one in force."""
    take(day, day.package("I"))
    text = agreement_text(unsigned=("police",))
    again = append_signature(text, sign(parse_agreement(text, "a"), identity("police")))
    assert again != day.text
    day.agreement_path.write_text(again, "utf-8")
    take(day, day.package("K"), agreement=day.agreement_path)


def test_a_lost_packages_folder_is_made_again(day: Day) -> None:
    packages = day.packages()
    take(day, *packages)
    shutil.rmtree(day.run / "packages")
    assert {item.outcome for item in take(day, *packages).lists} == {"restored"}
    link(day.run, identity=day.identity, now=NOW)
