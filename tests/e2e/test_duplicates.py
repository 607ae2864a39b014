"""Duplicates inside a list through the real command line, each command in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.owner_day import SENTINELS, OwnerDay, rows

ROOT = Path(__file__).parents[2]
LIST = ("victims.csv", "-m", "mapping.toml", "-a", "agreement.toml", "-i", "police.identity")
CHECK = ("check", *LIST, "--duplicates", "duplicates.toml")
ENCODE = ("encode", *LIST, "-k", "project.key", "-o", "new.lnk", "--duplicates", "duplicates.toml")
WITHOUT = (
    "import sys; sys.modules.update(recordlinkage=None, pandas=None, jellyfish=None, scipy=None); "
    "from linkage.cli.app import main; main()"
)


@pytest.fixture
def day(tmp_path: Path) -> OwnerDay:
    folder = tmp_path / "police"
    folder.mkdir()
    return OwnerDay(folder, [*rows(25), *rows(2)])


def run(
    day: OwnerDay, *arguments: str, start: tuple[str, ...] = ("-m", "linkage")
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *start, *arguments],
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


def answer(day: OwnerDay, said: str) -> None:
    path = day.folder / "duplicates.toml"
    path.write_text(path.read_text("utf-8").replace('same = ""', f'same = "{said}"'), "utf-8")


def test_propose_confirm_encode(day: OwnerDay) -> None:
    done = run(day, *CHECK)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 confirmed" in done.stdout
    assert "answer every group in duplicates.toml" in done.stdout
    refused = run(day, *ENCODE)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert refused.stderr.startswith("E334 duplicates.toml")
    answer(day, "yes")
    assert "0 unanswered" in run(day, *CHECK).stdout
    encoded = json.loads(run(day, *ENCODE, "--json").stdout)
    assert encoded["merged_rows"] == [27, 28]
    assert encoded["merged_into"] == {"2": [27], "3": [28]}
    assert encoded["encoded"] == 25


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda text: text[: len(text) // 2], "E33"),
        (lambda text: text[:0], "E330"),
        (lambda text: text.replace('same = "yes"', 'same = "maybe"'), "E331"),
        (lambda text: text.replace("rows = [2, 27]", "rows = [2, 26]"), "E331"),
        (lambda text: text.replace('\nsame = "yes"', '\nsame = ""', 1), "E334"),
    ],
    ids=["truncated", "empty", "wrong", "changed", "unanswered"],
)
def test_a_spoilt_file_is_one_clear_error(day: OwnerDay, spoil, code: str) -> None:  # type: ignore[no-untyped-def]
    assert run(day, *CHECK).returncode == 0
    answer(day, "yes")
    path = day.folder / "duplicates.toml"
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    before = day.files()
    done = run(day, *ENCODE)
    assert (done.returncode, done.stdout, day.files()) == (3, "", before)
    assert done.stderr.startswith(code)


def test_duplicates_need_an_identity(day: OwnerDay) -> None:
    words = [word for word in CHECK if word not in ("-i", "police.identity")]
    done = run(day, *words)
    assert done.returncode == 2
    assert done.stderr.startswith("E212")


def test_the_small_install_checks_and_encodes_but_does_not_search(day: OwnerDay) -> None:
    start = ("-c", WITHOUT)
    done = run(day, *CHECK, start=start)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("E222")
    assert 'pip install "linkage[duplicates]"' in done.stderr
    assert "duplicates.toml" not in day.files()
    assert run(day, "check", *LIST[:5], start=start).returncode == 0
    assert run(day, *CHECK).returncode == 0
    answer(day, "yes")
    assert run(day, *ENCODE, start=start).returncode == 0, "merging needs no extra"


def test_a_kill_at_any_point_leaves_the_file_whole_or_as_it_was(
    day: OwnerDay, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [
            *(sys.executable, str(ROOT / "tests" / "support" / "kill_at.py")),
            *("kill", str(day.folder), str(work), "--", *CHECK),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout)
    assert len(outcomes) > 5
    for outcome in outcomes:
        assert outcome["code"] == 0, outcome
        left = sorted(path.name for path in Path(outcome["folder"]).iterdir())
        assert left == sorted([*day.files(), "duplicates.toml"]), outcome["point"]
