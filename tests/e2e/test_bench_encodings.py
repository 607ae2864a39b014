"""`linkage bench encodings` through the real command line: run, stop, go on, add one's own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

QUICK = ("bench", "encodings", "--quick", "--jobs", "1")
MINE = """
from dataclasses import replace

from linkage.encode.clk import SCHEME
from linkage.encode.registry import register_scheme

register_scheme(replace(SCHEME, name="mine"))
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "linkage", *QUICK, *arguments]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def test_a_table_a_picture_and_an_encoding_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    encodings = ("clk(k=10, l=1024)", "mine(k=10,l=1024)", "saul(t=4, l=1024)")
    measured = ("--measure", "quality,known pairs")
    done = run(tmp_path, *encodings, *measured, "--add", "mine.py", "-o", "found.json")
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == ["found.json", "found.md", "found.png", "linkage-bench", "mine.py"]
    assert (tmp_path / "found.png").read_bytes().startswith(b"\x89PNG")
    found = json.loads((tmp_path / "found.json").read_text())
    rows = {row["encoding"]: row for row in found["rows"]}
    assert set(rows) == {"clk(k=10, l=1024)", "mine(k=10, l=1024)", "saul(t=4, l=1024)"}
    one, same, strong = rows.values()
    assert one["figures"]["F1"] == same["figures"]["F1"]
    assert one["named"] == same["named"]
    assert one["named"]["100"] > 0.7 > strong["named"]["100"]
    assert "| mine(k=10, l=1024) |" in (tmp_path / "found.md").read_text()


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    arguments = ("clk(k=10, l=1024)", "--measure", "quality,leakage", "--json")
    first = run(tmp_path, *arguments)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "linkage-bench").iterdir()}
    assert len(kept) == 2
    assert run(tmp_path, *arguments).stdout == first.stdout
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_killed_half_way_it_goes_on(tmp_path: Path) -> None:
    arguments = ("clk", "tmh(l=64)", "saul(t=1, l=1024)", "--measure", "quality,leakage")
    started = subprocess.Popen(
        command(*arguments), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    work, until = tmp_path / "linkage-bench", time.monotonic() + 60
    while time.monotonic() < until and not any(work.glob("*.json")):
        time.sleep(0.02)
    started.kill()
    started.wait()
    whole = list(work.glob("*.json"))
    assert whole
    for path in whole:
        assert json.loads(path.read_text())["figures"]
    done = run(tmp_path, *arguments, "--json")
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["rows"]) == 3


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("clkk(k=10)", "clk(q=1)", "clk + fold"), ["E224", "E224", "E224"]),
        (("clk", "--data", "nowhere"), ["E225"]),
        (("clk", "--add", "nowhere.py"), ["E226"]),
        (("clk", "--measure", "beauty", "--carry", "names"), ["E227", "E227"]),
        (("clk", "--records", "many"), ["E227"]),
    ],
)
def test_all_that_is_wrong_is_said_at_once(
    tmp_path: Path, arguments: tuple[str, ...], codes: list[str]
) -> None:
    command = [sys.executable, "-m", "linkage", "bench", "encodings", *arguments, "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
    assert [error["code"] for error in json.loads(done.stdout)["errors"]] == codes
    assert not list(tmp_path.iterdir())


def test_a_file_of_ones_own_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("raise RuntimeError('not today')")
    done = run(tmp_path, "clk", "--add", "mine.py")
    assert done.returncode == 2
    assert done.stderr.startswith("E226 mine.py failed: RuntimeError: not today")
