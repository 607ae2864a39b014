"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from linkage import files
from linkage.errors import MachineError, UsageError


def test_group_is_written_in_order_with_its_mode(tmp_path: Path) -> None:
    first, second = tmp_path / "a.bin", tmp_path / "b.bin"
    files.write_whole_group({first: b"one", second: b"two"}, mode=files.PRIVATE)
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bin", "b.bin"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_disk_full_leaves_the_old_files_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    first, second = tmp_path / "a.bin", tmp_path / "b.bin"
    first.write_bytes(b"old")
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(number, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineError) as caught:
        files.write_whole_group({first: b"new", second: b"new"})
    assert caught.value.faults[0].code == "E101"
    assert first.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_leftovers_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    leftover = tmp_path / ".a.bin.part-deadbeef"
    leftover.write_bytes(b"half")
    other = tmp_path / ".b.bin.part-deadbeef"
    other.write_bytes(b"half")
    files.write_whole(tmp_path / "a.bin", b"whole")
    assert not leftover.exists()
    assert other.exists()


@pytest.mark.parametrize(
    ("name", "code"), [("missing/a.bin", "E102"), ("folder", "E102"), ("file/below", "E102")]
)
def test_reading_what_is_not_there(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MachineError) as caught:
        files.read_bytes(tmp_path / name)
    assert caught.value.faults[0].code == code


def test_existing_files_are_all_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UsageError) as caught:
        files.refuse_existing(tmp_path / "a", tmp_path / "c", tmp_path / "b")
    assert [fault.file for fault in caught.value.faults] == ["a", "b"]


@pytest.mark.skipif(os.name == "nt", reason="Windows does not flush folders")
@pytest.mark.parametrize(("reason", "code"), [(errno.EINVAL, None), (errno.EIO, "E104")])
def test_a_file_system_that_cannot_flush_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int, code: str | None
) -> None:
    flush = os.fsync

    def refuse(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(reason, "no")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    if code is None:
        files.write_whole(tmp_path / "a", b"whole")
    else:
        with pytest.raises(MachineError, match=code):
            files.write_whole(tmp_path / "a", b"whole")
    assert (tmp_path / "a").read_bytes() == b"whole"
