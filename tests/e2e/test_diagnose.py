"""`linkage diagnose` through the real command line: what it writes, and what it refuses."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import pytest
from tests.support.unit_run import LISTS, MEMBERS, NOW, Day, encode, files_of

from linkage.roles.linkage_unit import link, receive


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    day = Day(tmp_path_factory.mktemp("day"))
    receive(
        day.packages(), run=day.run, identity=day.identity, now=NOW, agreement=day.agreement_path
    )
    link(day.run, identity=day.identity, now=NOW)
    return day


def called(day: Day, *options: str, start: str = "") -> subprocess.CompletedProcess[str]:
    """The command, in a process that begins with the statement ``start``."""
    script = f"import sys; {start}\nfrom linkage.cli.app import main\nmain(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", script, "diagnose", "--run", "run", *options],
        cwd=day.folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def without(day: Day, *names: str) -> None:
    for name in names:
        (day.folder / name).unlink(missing_ok=True)


def test_it_writes_the_plot_and_the_table(day: Day) -> None:
    without(day, "d.png", "d.csv")
    before = files_of(day.run)
    done = called(day, "--plot", "d.png", "--table", "d.csv")
    assert done.returncode == 0, done.stderr
    assert "Wrote d.png, d.csv." in done.stdout
    assert (day.folder / "d.png").read_bytes().startswith(b"\x89PNG\r\n")
    with (day.folder / "d.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {
        (row["list_1"], row["list_2"]): row["estimate"]
        for row in rows
        if row["what"] == "on_both_lists" and row["scenario"] == "chosen"
    }
    assert found == {("I", "K"): "40", ("I", "P"): "30", ("K", "P"): "40"}
    if os.name != "nt":
        for name in ("d.png", "d.csv"):
            assert (day.folder / name).stat().st_mode & 0o077 == 0
    assert files_of(day.run) == before


def test_an_older_file_is_replaced_only_on_demand(day: Day) -> None:
    without(day, "d.png", "d.csv")
    (day.folder / "d.svg").write_text("old", "utf-8")
    options = ("--plot", "d.svg", "--table", "d.csv")
    refused = called(day, *options)
    assert refused.returncode == 2
    assert refused.stderr.startswith("E201 d.svg")
    assert "--replace" in refused.stderr
    assert (day.folder / "d.svg").read_text("utf-8") == "old"
    assert not (day.folder / "d.csv").exists()
    done = called(day, *options, "--replace", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == ["d.svg", "d.csv"]
    assert "<svg" in (day.folder / "d.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--plot", "d.pdf"], ["E221"]),
        (["--plot", "d", "--table", "d.txt"], ["E221", "E221"]),
        (["--table", "d.png"], ["E221"]),
        (["--table", "nowhere/d.csv"], ["E102"]),
    ],
)
def test_names_that_say_another_kind_of_file(
    day: Day, options: list[str], codes: list[str]
) -> None:
    before = files_of(day.folder)
    refused = called(day, *options, "--json")
    faults = json.loads(refused.stdout)
    assert [fault["code"] for fault in faults["errors"]] == codes
    assert refused.returncode == faults["exit_code"]
    assert files_of(day.folder) == before


def test_without_matplotlib_there_is_a_table_but_no_plot(day: Day) -> None:
    without(day, "d.png", "d.csv")
    missing = "sys.modules['matplotlib'] = None"
    refused = called(day, "--plot", "d.png", "--table", "d.csv", start=missing)
    assert refused.returncode == 2
    assert refused.stderr.startswith("E220")
    assert ".[report]" in refused.stderr
    assert not (day.folder / "d.csv").exists()
    done = called(day, "--table", "d.csv", start=missing)
    assert done.returncode == 0, done.stderr
    assert (day.folder / "d.csv").exists()


def test_no_file_points_at_a_record(day: Day) -> None:
    without(day, "d.svg", "d.csv")
    done = called(day, "--plot", "d.svg", "--table", "d.csv")
    assert done.returncode == 0, done.stderr
    written = [*(path.read_bytes() for path in map(day.folder.joinpath, ("d.svg", "d.csv")))]
    written.append(done.stdout.encode())
    for list_id in LISTS:
        for handle in encode(day.agreement, list_id, MEMBERS[list_id]).handles:
            for content in written:
                assert bytes(handle).hex().encode() not in content
