"""`linkage demo`: every role in its own folder, and no name where none may be."""

from __future__ import annotations

import csv
import json
import socket
from collections import Counter

import pytest

from linkage.bench.demo import MARKER
from linkage.cli.app import main
from linkage.synth import LIST_STYLES

OWNERS = {style.owner for style in LIST_STYLES}
OTHERS = {"coordinator", "linkage-unit", "analyst"}


def no_network(*_arguments, **_options):
    raise AssertionError("the demonstration opened a socket")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "demo"
    original = socket.socket.connect
    socket.socket.connect = no_network
    try:
        with pytest.raises(SystemExit) as stopped:
            main(["demo", "--output", str(folder), "--people", "2000", "--seed", "1"])
    finally:
        socket.socket.connect = original
    assert stopped.value.code == 0
    return folder


def summary_of(folder):
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def test_every_party_has_its_own_folder(played):
    folders = {path.name for path in played.iterdir() if path.is_dir()}
    assert folders == OWNERS | OTHERS | {"truth"}
    assert (played / "demo.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_keys_and_names_stay_with_the_owners(played):
    for party in OTHERS:
        names = {path.name for path in (played / party).rglob("*")}
        assert not any(name.endswith((".key", ".lkey", ".crosswalk")) for name in names)
        assert not names.intersection(style.file_name for style in LIST_STYLES)
    for owner in OWNERS:
        files = [path for path in (played / owner).iterdir() if path.suffix == ".lnk"]
        assert len(files) == 1


def test_no_name_reaches_the_linkage_unit_or_the_analyst(played):
    with (played / "police" / "police.csv").open(encoding="utf-8") as stream:
        names = {row["surname"] for row in csv.DictReader(stream) if len(row["surname"]) > 7}
    assert len(names) > 50
    for party in ("linkage-unit", "analyst"):
        for path in (played / party).rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert not any(name.encode() in content for name in names), path.name


def test_the_result_is_worth_showing(played):
    summary = summary_of(played)
    assert summary["pairs"]["precision"] >= 0.8
    assert summary["pairs"]["recall"] >= 0.6
    people = summary["people_on_two_or_more"]
    assert people["found"] == pytest.approx(people["true"], rel=0.25)
    assert len(summary["overlaps"]) == 15
    assert set(summary["people_on"]) == set("123456")
    assert summary["seconds"] < 60


def test_truth_is_what_the_population_says(played):
    with (played / "truth" / "population.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    summary = summary_of(played)
    both = sum(row["P"] == "1" and row["Z"] == "1" for row in rows)
    assert summary["overlaps"]["P+Z"]["true"] == both
    on = [sum(row[list_id] == "1" for list_id in "IKOPRZ") for row in rows]
    assert summary["people_on_no_list"] == on.count(0)
    assert {n: c["true"] for n, c in summary["people_on"].items()} == {
        str(number): on.count(number) for number in range(1, 7)
    }


def test_the_analyst_holds_the_counts_that_were_found(played):
    summary = summary_of(played)
    found = {name: cell["found"] for name, cell in summary["histories"].items() if cell["found"]}
    with (played / "analyst" / "overlap" / "overlap.csv").open(encoding="utf-8") as stream:
        opened = {
            "+".join(list_id for list_id in "IKOPRZ" if row[list_id] == "1"): int(row["count"])
            for row in csv.DictReader(stream)
        }
    assert {name: count for name, count in opened.items() if count} == found


def test_the_analyst_holds_the_draws_and_the_public_does_not(played):
    folder = played / "analyst" / "overlap"
    people = {}
    for name in ("draws.csv", "draws_joint.csv"):
        with (folder / name).open(encoding="utf-8") as stream:
            people[name] = Counter()
            for row in csv.DictReader(stream):
                on = "".join(row[list_id] for list_id in "IKOPRZ")
                people[name][row["draw"], on] += int(row["count"])
    drawn = +people["draws.csv"]  # without what is zero
    assert drawn == people["draws_joint.csv"]
    assert len({draw for draw, _ in drawn}) == 60
    with (folder / "error_rates.csv").open(encoding="utf-8") as stream:
        assert len(list(csv.DictReader(stream))) == 15
    published = played / "linkage-unit" / "publication"
    assert not any(b"draw" in path.read_bytes() for path in published.iterdir())


def test_equal_seeds_give_equal_lists(played, tmp_path):
    from linkage.bench.demo import DemoSettings, _make_data

    (tmp_path / "again").mkdir()
    _make_data(DemoSettings(tmp_path / "again", seed=1, people=2000))
    for style in LIST_STYLES:
        again = (tmp_path / "again" / style.owner / style.file_name).read_bytes()
        assert again == (played / style.owner / style.file_name).read_bytes()


def test_an_earlier_demonstration_is_not_overwritten(played, capsys):
    before = (played / "summary.json").read_bytes()
    with pytest.raises(SystemExit) as stopped:
        main(["demo", "--output", str(played)])
    assert stopped.value.code == 2
    assert "E203" in capsys.readouterr().err
    assert (played / "summary.json").read_bytes() == before


def test_a_folder_of_somebody_else_is_never_removed(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    (tmp_path / MARKER).write_text("not ours")
    with pytest.raises(SystemExit) as stopped:
        main(["demo", "--output", str(tmp_path), "--replace"])
    assert stopped.value.code == 2
    assert "so it stays" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
