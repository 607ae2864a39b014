"""A project key is found under any name: `link` refuses to run beside one."""

from __future__ import annotations

from pathlib import Path

from tests.support.unit_run import Day, identity

from linkage.encode.keys import accept_project_key, new_project_key
from linkage.workspace.guard import find_project_keys


def test_keys_are_found_by_what_they_are(tmp_path: Path) -> None:
    day = Day(tmp_path)
    day.package("I")
    bundle = new_project_key(day.agreement, identity("intake"))
    accepted = accept_project_key(bundle, day.agreement, identity("care"))
    (tmp_path / "holiday.jpg").write_bytes(accepted.content)
    (tmp_path / "victims.lkey").write_bytes(bundle)
    assert find_project_keys([tmp_path, tmp_path]) == (
        tmp_path / "holiday.jpg",
        tmp_path / "victims.lkey",
    )


def test_nothing_else_is_taken_for_a_key(tmp_path: Path) -> None:
    day = Day(tmp_path)
    day.packages()
    (tmp_path / "empty").touch()
    (tmp_path / "notes.txt").write_text('the "format":"linkage-project-key/1" is not here')
    assert find_project_keys([tmp_path, tmp_path / "keys"]) == ()
