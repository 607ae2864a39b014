"""The lists of the quality benchmark: cuts that can be made again, and what peers are given."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from benchmarks.quality.data import CATALOGUE, DRAWS
from benchmarks.quality.febrl import cut
from benchmarks.quality.records import entities, list_index, write_job

from linkage.bench.folder import read_folder

BOTH = {
    f"p{i}": ({"rec_id": f"a{i}", "name": f"n{i}"}, {"rec_id": f"b{i}", "name": f"m{i}"})
    for i in range(20)
}
OTHERS = {f"q{i}": {"rec_id": f"c{i}", "name": f"o{i}"} for i in range(9)}


def test_a_cut_has_the_sizes_and_the_overlap_that_were_asked_for():
    made = cut(BOTH, OTHERS, size=10, shared=4, draw=0)
    on_a = [made.entity[row["rec_id"]] for row in made.a]
    on_b = [made.entity[row["rec_id"]] for row in made.b]
    assert len(set(on_a)) == len(on_a) == len(set(on_b)) == len(on_b) == 10
    assert len(set(on_a) & set(on_b)) == 4
    assert not any(who.startswith("q") for who in on_a + on_b)


def test_every_row_of_a_cut_is_that_of_its_person_on_that_list():
    made = cut(BOTH, OTHERS, size=14, shared=5, draw=3)
    for place, rows in enumerate((made.a, made.b)):
        for row in rows:
            who = made.entity[row["rec_id"]]
            source = BOTH[who][place] if who in BOTH else OTHERS[who]
            assert row["name"] == source["name"]


def test_people_who_are_missing_come_from_the_others():
    made = cut(BOTH, OTHERS, size=14, shared=5, draw=0)
    strangers = [who for who in set(made.entity.values()) if who.startswith("q")]
    assert len(set(made.entity.values())) == 23
    assert len(strangers) == 3


def test_a_draw_is_the_same_cut_again_and_another_draw_another():
    first, again, other = (cut(BOTH, OTHERS, size=10, shared=4, draw=d) for d in (0, 0, 1))
    assert first == again
    assert first != other


def test_record_ids_say_neither_list_nor_person():
    made = cut(BOTH, OTHERS, size=10, shared=10, draw=0)
    first = [int(row["rec_id"][1:]) for row in made.a]
    assert sorted(int(name[1:]) for name in made.entity) == list(range(20))
    assert first != sorted(first)
    assert 0 < sum(number < 10 for number in first) < 10


@pytest.mark.parametrize(("size", "shared"), [(10, 11), (30, 10), (15, 21)])
def test_a_cut_that_is_not_there_is_refused(size, shared):
    with pytest.raises(ValueError, match="make no such lists"):
        cut(BOTH, OTHERS, size=size, shared=shared, draw=0)


def test_every_cut_has_ten_draws_and_every_key_is_its_own():
    draws = Counter(each.name for each in CATALOGUE if each.shared is not None)
    assert set(draws.values()) == {DRAWS} == {10}
    assert set(draws) == {f"febrl4_shared_{shared}" for shared in (2_000, 1_000, 300)}
    assert len({each.key for each in CATALOGUE}) == len(CATALOGUE)


@pytest.fixture
def folder(tmp_path: Path):
    files = {
        "A_one.csv": "rec_id,given_name,surname,date_of_birth\n"
        "r1,Zofia,ŻUK,1990-05-23\nr2, Ann  May ,Lee,1975\n",
        "B_two.csv": "rec_id,given_name,surname,date_of_birth\nr3,Zofia,Zuk,\n",
        "truth.csv": "rec_id,entity_id\nr1,x\nr2,y\nr3,x\n",
    }
    place = tmp_path / "lists"
    place.mkdir()
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    return read_folder(place)


def test_a_peer_gets_the_fields_folded_and_no_truth(folder, tmp_path):
    write_job(folder, duplicates=True, u_pairs=5, place=tmp_path / "job")
    with (tmp_path / "job" / "records.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["record"] for row in rows] == ["0", "1", "2"]
    assert [row["source"] for row in rows] == ["A", "A", "B"]
    assert [row["given_name"] for row in rows] == ["zofia", "ann may", "zofia"]
    assert [row["surname"] for row in rows] == ["zuk", "lee", "zuk"]
    assert [row["date_of_birth"] for row in rows] == ["1990-05-23", "", ""]
    assert [row["birth_year"] for row in rows] == ["1990", "1975", ""]
    assert [row["initials_and_year"] for row in rows] == ["zo zu 1990", "an le 1975", ""]
    assert not {"rec_id", "entity_id"} & set(rows[0])
    job = json.loads((tmp_path / "job" / "job.json").read_text())
    assert job == {
        "fields": ["given_name", "surname", "date_of_birth"],
        "duplicates": True,
        "u_pairs": 5,
        "blocks": [],
    }


def test_records_are_numbered_list_after_list(folder):
    assert list_index(folder).tolist() == [0, 0, 1]
    assert np.array_equal(entities(folder), [0, 1, 0])
