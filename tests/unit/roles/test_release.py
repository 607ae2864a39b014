"""release: the exact counts to the analyst, safe ones to the public, each of them once."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.unit_run import (
    LISTS,
    MEMBERS,
    NOW,
    Day,
    agreement_content,
    agreement_text,
    files_of,
    identity,
    true_histories,
)

from linkage.cli.linkage_unit_text import released_dict, released_text
from linkage.errors import LinkageError
from linkage.overlap import OverlapTable, table_from_content
from linkage.package.table import open_overlap
from linkage.roles.linkage_unit import Released, link, receive, release
from linkage.workspace import load_link, open_run, read_log, read_releases, store_link, write_run


def linked_day(folder: Path, text: str | None = None) -> Day:
    day = Day(folder) if text is None else Day(folder, text)
    receive(
        day.packages(), run=day.run, identity=day.identity, now=NOW, agreement=day.agreement_path
    )
    link(day.run, identity=day.identity, now=NOW)
    return day


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return linked_day(tmp_path)


def let_out(day: Day, to: Any = "analyst", output: str = "counts.lnk", **options: Any) -> Released:
    settings: dict[str, Any] = {"identity": day.identity, "now": NOW} | options
    return release(day.run, to=to, output=day.folder / output, **settings)


def refused(day: Day, **options: Any) -> str:
    before = files_of(day.folder)
    with pytest.raises(LinkageError) as caught:
        let_out(day, **options)
    assert files_of(day.folder) == before
    return caught.value.faults[0].code


def table_of(day: Day, name: str = "counts.lnk") -> OverlapTable:
    _, content = open_overlap(
        (day.folder / name).read_bytes(),
        agreement=day.agreement,
        recipient=identity("university"),
        name=name,
    )
    return table_from_content(content)


def test_the_analyst_gets_the_planted_counts(day: Day) -> None:
    released = let_out(day)
    assert (released.people, released.recipient, released.number) == (95, "university", 1)
    table = table_of(day)
    assert table.lists == LISTS
    found = {
        tuple(i for i in range(3) if history >> i & 1): int(count)
        for history, count in zip(table.histories, table.counts, strict=True)
    }
    assert found == {history: true_histories().get(history, 0) for history in found}
    assert len(found) == 7


def test_strata_are_counted_by_person(day: Day) -> None:
    let_out(day)
    table = table_of(day)
    on_any = set(MEMBERS["I"]) | set(MEMBERS["K"]) | set(MEMBERS["P"])
    unknown = sum(1 for person in on_any if person % 7 == 0)
    odd = sum(1 for person in on_any if person % 7 and person % 2)
    assert table.strata == ("sex",)
    assert table.by_stratum[0].sum(axis=0).tolist() == [95 - unknown - odd, odd, unknown]
    assert table.disagreements == (0,)


def test_the_analyst_gets_the_draws_and_the_error_rates(day: Day) -> None:
    released = let_out(day)
    table = table_of(day)
    with open_run(day.run) as run:
        linked = load_link(run.connection)
    assert linked is not None
    assert linked.method == table.method == "probability"
    assert released.draws == len(table.draws) == len(linked.draws) > 1
    assert table.records == linked.records
    assert table.rates["overall"] == linked.rates["overall"]
    assert table.rates["lists"] == linked.rates["lists"]
    for person, counts in zip(linked.draws, table.draw_histories, strict=True):
        histories = np.zeros(person.max() + 1, dtype=int)
        np.bitwise_or.at(histories, person, 1 << linked.list_index)
        assert counts.tolist() == [int((histories == mask).sum()) for mask in table.histories]
    assert "draws of the linkage" in released_text(released)
    assert "misses some matches" in released_text(released)
    assert released_dict(released)["draws"] == len(table.draws)


def test_a_given_threshold_has_no_draws(day: Day) -> None:
    link(day.run, identity=day.identity, now=NOW, threshold=0.8)
    released = let_out(day)
    table = table_of(day)
    assert (table.method, len(table.draws), table.rates) == ("similarity", 0, {})
    assert released.draws == 0
    assert "draws" not in released_text(released)


def test_nothing_of_the_draws_is_published(day: Day, tmp_path: Path) -> None:
    """What is published of a linkage is the same, byte for byte, whatever its draws are."""
    other = tmp_path / "other"
    other.mkdir()
    again = linked_day(other)
    with write_run(again.run) as run:
        linked = load_link(run.connection)
        assert linked is not None
        apart = np.arange(sum(linked.records), dtype=np.int32)
        rates = json.loads(json.dumps(linked.rates).replace("0.0", "0.3"))
        changed = dataclasses.replace(linked, draws=np.stack([apart] * 3), rates=rates)
        store_link(run.connection, changed)
    released = let_out(day, to="public", output="publication")
    assert released.draws == 0
    let_out(again, to="public", output="publication")
    published = files_of(day.folder / "publication")
    assert published == files_of(again.folder / "publication")
    assert not [name for name in published if "draw" in name or "rate" in name]
    assert b"draw" not in b"".join(published.values())
    let_out(again)
    assert len(table_of(again).draws) == 3, "the analyst of the other run does get them"


def test_only_the_analyst_opens_it(day: Day) -> None:
    let_out(day)
    for other in ("unit", "police"):
        with pytest.raises(LinkageError):
            open_overlap(
                (day.folder / "counts.lnk").read_bytes(),
                agreement=day.agreement,
                recipient=identity(other),
                name="counts.lnk",
            )


def test_the_publication(day: Day) -> None:
    released = let_out(day, to="public", output="publication")
    folder = day.folder / "publication"
    assert sorted(files_of(folder)) == sorted(released.files)
    metadata = json.loads((folder / "publication.json").read_text("utf-8"))
    assert metadata["rule"] == "suppress"
    assert metadata["minimum_cell"] == 10
    assert metadata["lists"] == list(LISTS)
    assert metadata["agreement"] == read_fingerprint(day)
    assert "encodings remain personal data" in metadata["statement"]
    assert released.withheld == metadata["withheld"]


def test_without_scipy_nothing_is_published_or_logged(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("linkage.overlap.reader.find_spec", lambda _name: None)
        assert refused(day, to="public", output="publication") == "E208"
        assert let_out(day).number == 1, "the analyst's table needs no solver"
    assert let_out(day, to="public", output="publication").number == 2


def test_a_publication_named_csv_lies_beside_it(day: Day) -> None:
    let_out(day, to="public", output="victims.csv")
    names = {path.name for path in day.folder.glob("victims*")}
    assert names == {
        *("victims.csv", "victims.by_stratum.csv", "victims.margins.csv", "victims.json"),
    }
    assert (day.folder / "victims.csv").read_text("utf-8").startswith("I,K,P,count\n")


def read_fingerprint(day: Day) -> str:
    with open_run(day.run) as run:
        return run.fingerprint.hex()


def test_a_rounded_publication(tmp_path: Path) -> None:
    rounding = {"rule": "round", "rounding_base": 5}
    day = linked_day(tmp_path, agreement_text(disclosure=rounding))
    let_out(day, to="public", output="publication")
    metadata = json.loads((day.folder / "publication" / "publication.json").read_text("utf-8"))
    assert metadata["rule"] == "round"
    assert metadata["rounding_base"] == 5


@pytest.mark.parametrize(("to", "outputs"), [("analyst", "ab"), ("public", "ab")])
def test_once_unless_there_is_a_reason(day: Day, to: str, outputs: str) -> None:
    first, second = outputs
    let_out(day, to=to, output=first)
    assert refused(day, to=to, output=second) == "E655"
    released = let_out(day, to=to, output=second, reason="the file was lost")
    assert released.number == 2
    with open_run(day.run) as run:
        last = read_log(run.connection)[-1]
    assert (last.event, last.details["reason"]) == ("release-completed", "the file was lost")


def test_each_kind_once(day: Day) -> None:
    let_out(day)
    assert let_out(day, to="public", output="publication").number == 2


def test_linking_anew_does_not_allow_another_release(day: Day) -> None:
    let_out(day)
    link(day.run, identity=day.identity, now=NOW, threshold=0.95)
    assert refused(day, output="other.lnk") == "E655"


def test_nothing_is_overwritten(day: Day) -> None:
    (day.folder / "counts.lnk").write_text("something else")
    assert refused(day) == "E201"
    (day.folder / "publication").mkdir()
    (day.folder / "publication" / "publication.json").write_text("something else")
    assert refused(day, to="public", output="publication") == "E201"
    assert let_out(day, output="other.lnk").number == 1, "a refusal is no release"


def test_no_list_comes_after_a_release(day: Day) -> None:
    let_out(day)
    with pytest.raises(LinkageError) as caught:
        receive(
            [day.package("K", sequence=2)],
            run=day.run,
            identity=day.identity,
            now=NOW,
            replace=True,
        )
    assert caught.value.faults[0].code == "E624"


def test_nothing_linked(tmp_path: Path) -> None:
    day = Day(tmp_path)
    receive(
        day.packages(), run=day.run, identity=day.identity, now=NOW, agreement=day.agreement_path
    )
    assert refused(day) == "E216"


@pytest.mark.parametrize(("who", "code"), [("university", "E626"), ("stranger", "E409")])
def test_only_the_linkage_unit_releases(day: Day, who: str, code: str) -> None:
    assert refused(day, identity=identity(who)) == code


def test_an_output_that_cannot_be_written_is_no_release(day: Day) -> None:
    with pytest.raises(LinkageError) as caught:
        let_out(day, output="no/such/folder/counts.lnk")
    assert caught.value.faults[0].code == "E102"
    with open_run(day.run) as run:
        assert read_releases(run.connection) == ()
        assert [entry.event for entry in read_log(run.connection)[-2:]] == [
            "release-begun",
            "release-withdrawn",
        ]
    assert let_out(day).number == 1


def several_analysts() -> str:
    parties = agreement_content()["parties"]
    second = {
        "id": "institute",
        "name": "Institute",
        "role": "analyst",
        "public_key": identity("institute").public.encode(),
    }
    return agreement_text(parties=[*parties, second], also=("institute",))


def test_several_analysts_get_one_each(tmp_path: Path) -> None:
    day = linked_day(tmp_path, several_analysts())
    assert refused(day) == "E219"
    assert refused(day, recipient="police") == "E219"
    assert let_out(day, recipient="university").number == 1
    assert let_out(day, recipient="institute", output="two.lnk").number == 2
    assert refused(day, recipient="institute", output="three.lnk") == "E655"


def test_a_subset_of_lists_has_no_trace_of_the_others(tmp_path: Path) -> None:
    day = linked_day(tmp_path)
    link(day.run, identity=day.identity, now=NOW, without=["K"])
    let_out(day)
    table = table_of(day)
    assert table.lists == ("I", "P")
    assert table.pair_overlaps == {(0, 1): 30}


def test_links_are_never_written_even_if_the_agreement_allows_them(tmp_path: Path) -> None:
    day = linked_day(tmp_path, agreement_text(allow_links=True))
    let_out(day)
    table = table_of(day)
    assert set(table.__dataclass_fields__) == {
        *("lists", "strata", "values", "scenarios", "joint_strata", "joint_history"),
        *("joint_count", "disagreements", "thresholds", "method", "records", "draws", "rates"),
    }
    assert set(table.draws.__slots__) == {"strata", "history", "count"}
