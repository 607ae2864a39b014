"""`linkage attack` through the real command line: the owner's own list, before it is sent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.owner_day import SENTINELS, OwnerDay, rows

LIST = ("attack", "victims.csv", "-m", "mapping.toml", "-a", "agreement.toml")
SHORT = ("--minutes", "3", "--repeats", "1")
CLK = {"encoding": {"profile": "clk", "insecure": True}}


def run(day: OwnerDay, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "linkage", *LIST, *arguments],
        cwd=day.folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert not [sentinel for sentinel in SENTINELS if sentinel in done.stdout + done.stderr]
    return done


def owner(folder: Path, count: int = 100, **changes: Any) -> OwnerDay:
    folder.mkdir()
    return OwnerDay(folder, rows(count), **changes)


@pytest.fixture(scope="module")
def clk(tmp_path_factory: pytest.TempPathFactory) -> OwnerDay:
    return owner(tmp_path_factory.mktemp("clk") / "police", **CLK)


def test_a_clk_falls_to_few_known_pairs(clk: OwnerDay) -> None:
    before = clk.files()
    done = run(clk, *SHORT, "--known", "0,20", "--json")
    assert (done.returncode, clk.files()) == (0, before)
    found = json.loads(done.stdout)
    assert found["attacked"] == found["records"] == 100
    nobody, twenty = found["attackers"]
    assert (nobody["known"], twenty["known"], twenty["others"]) == (0, 20, 80)
    assert twenty["share"] > 0.9
    assert found["verdict"] == "do not send"
    assert found["worst_case"] is True
    again = json.loads(run(clk, *SHORT, "--known", "0,20", "--json").stdout)
    assert again["attackers"][1] == twenty


def test_it_speaks_plainly_and_can_fail_a_script(clk: OwnerDay) -> None:
    done = run(clk, *SHORT, "--known", "20", "--fail-over", "0.5")
    assert done.returncode == 6
    assert done.stderr.startswith("E606 ")
    assert "DO NOT SEND under this profile" in done.stdout
    assert "A linkage unit that knows 20 of them" in done.stdout
    assert "Encodings remain personal data." in done.stdout


def test_rows_that_stand_out_are_named_by_row_only_where_asked(tmp_path: Path) -> None:
    lines = [*rows(60), "Unrepeatable,Solitary,1987-03-01,f"]
    (tmp_path / "police").mkdir()
    day = OwnerDay(tmp_path / "police", lines, **CLK)
    plain = json.loads(run(day, *SHORT, "--known", "3", "--json").stdout)
    assert isinstance(plain["findings"]["rare_names"], int)
    named = json.loads(run(day, *SHORT, "--known", "3", "--json", "--rows").stdout)
    assert named["findings"]["rare_names"] == [62]


def test_a_population_of_other_people_and_the_list_within_it(clk: OwnerDay) -> None:
    clk.write("people.csv", "\n".join(["first,last,born,sex", *rows(140)]) + "\n")
    arguments = ("--population", "people.csv", "--population-mapping", "mapping.toml")
    found = json.loads(run(clk, *SHORT, "--known", "20", "--json", *arguments).stdout)
    (clk.folder / "people.csv").unlink()
    assert found["worst_case"] is False
    assert found["people_known_to_the_attacker"] == 140
    assert found["attackers"][0]["share"] > 0.8


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("--population", "victims.csv"), "E212", 2),
        (("--known", "some"), "E227", 2),
        (("--known", "100"), "E228", 2),
        (("-m", "missing.toml"), "E102", 1),
    ],
)
def test_what_cannot_be_is_one_clear_error(
    clk: OwnerDay, arguments: tuple[str, ...], code: str, exit_code: int
) -> None:
    done = run(clk, *SHORT, *arguments)
    assert (done.returncode, done.stdout) == (exit_code, "")
    assert done.stderr.startswith(f"{code} ")


def test_too_few_records(tmp_path: Path) -> None:
    done = run(owner(tmp_path / "police", 25, **CLK), *SHORT)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("E382 victims.csv has 25 records")


def test_a_strong_profile_does_not_save_a_list_of_few_names(tmp_path: Path) -> None:
    day = owner(tmp_path / "police", 100, encoding={"profile": "strong"})
    found = json.loads(run(day, *SHORT, "--known", "0,20", "--json").stdout)
    nobody, twenty = found["attackers"]
    # Without an encoding two sexes are seen: whoever draws lots names 2 of 100.
    assert nobody["share"] < 0.1
    # Ten names and one month: 20 known pairs show what every token looks like.
    assert twenty["share"] > 0.3
