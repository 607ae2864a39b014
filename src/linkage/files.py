"""Files that appear whole or not at all, and operating-system errors in our own words."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from linkage.errors import Fault, MachineError, UsageError

__all__ = ["machine_errors", "read_bytes", "refuse_existing", "write_whole", "write_whole_group"]

_DISK_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP}  # a folder, on many network file systems
PRIVATE = 0o600
SHARED = 0o644


@contextlib.contextmanager
def machine_errors(path: Path, made_by: str = "") -> Iterator[None]:
    """Turn an ``OSError`` on ``path`` into a :class:`MachineError` that names the file only.

    Raises:
        MachineError: E101 disk full, E102 not found, E103 no permission, E104 anything else.
    """
    try:
        yield
    except OSError as error:
        name = path.name or str(path)
        if error.errno in _DISK_FULL:
            fault = Fault(
                "E101",
                f"The disk is full: {name} could not be written. Nothing was written.",
                "Free some space, then run the same command again.",
                file=name,
            )
        elif isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
            fault = Fault(
                "E102",
                f"{name} was not found, or is not a file.",
                f"Check the path; `{made_by}` makes it." if made_by else "Check the path.",
                file=name,
            )
        elif isinstance(error, PermissionError):
            fault = Fault(
                "E103",
                f"{name} may not be read or written by you.",
                "Close it in other programs, or check its permissions and its folder's.",
                file=name,
            )
        else:
            reason = errno.errorcode.get(error.errno or 0, "unknown error")
            fault = Fault("E104", f"{name} could not be read or written ({reason}).", file=name)
        raise MachineError(fault) from None


def read_bytes(path: Path, *, made_by: str = "") -> bytes:
    """Read a whole file.

    Args:
        path: the file.
        made_by: the command that makes such a file, for those who have none yet.

    Raises:
        MachineError: E102 not found, E103 no permission, E104 anything else.
    """
    with machine_errors(path, made_by):
        return path.read_bytes()


def refuse_existing(*paths: Path, option: str = "") -> None:
    """Refuse to overwrite.

    Args:
        paths: files that are to be written.
        option: what lets the command replace them, if anything does.

    Raises:
        UsageError: E201 for every path that exists already, all at once.
    """
    way = f"give {option}" if option else "move the old file away"
    faults = [
        Fault(
            "E201",
            f"{path.name} exists already and was not overwritten.",
            f"Choose another name, or {way}.",
            file=path.name,
        )
        for path in paths
        if path.exists()
    ]
    if faults:
        raise UsageError(*faults)


def write_whole(path: Path, content: bytes, *, mode: int = SHARED) -> None:
    """Write ``content`` to ``path`` whole or not at all, replacing what is there.

    Raises:
        MachineError: E101 disk full, E102 missing folder, E103 no permission.
    """
    write_whole_group({path: content}, mode=mode)


def write_whole_group(contents: Mapping[Path, bytes], *, mode: int = SHARED) -> None:
    """Write several files; each appears whole, in the mapping's order, the last one last.

    All are written beside their targets and flushed to disk before the first is renamed,
    so a full disk leaves nothing behind. A kill between two renames leaves a prefix of the
    mapping: put the file that makes the others valid last.

    Raises:
        MachineError: E101 disk full, E102 missing folder, E103 no permission.
    """
    parts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            with machine_errors(path):
                _require_folder(path)
                _remove_leftovers(path)
                part = path.with_name(f".{path.name}.part-{secrets.token_hex(4)}")
                parts[path] = part
                _write_and_sync(part, content, mode)
        for path, part in parts.items():
            with machine_errors(path):
                part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    for folder in {path.parent for path in contents}:
        _sync_folder(folder)


def _require_folder(path: Path) -> None:
    if not path.parent.is_dir():
        folder = path.parent.name
        raise MachineError(
            Fault(
                "E102",
                f"The folder {folder}, where {path.name} was to go, was not found.",
                "Make the folder, or choose another place.",
                file=folder,
            )
        )


def _remove_leftovers(path: Path) -> None:
    """Remove what a killed run left beside ``path``."""
    prefix = f".{path.name}.part-"
    for other in path.parent.iterdir():
        if other.name.startswith(prefix):
            other.unlink(missing_ok=True)


def _write_and_sync(path: Path, content: bytes, mode: int) -> None:
    binary = getattr(os, "O_BINARY", 0)  # Windows only
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | binary, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder for fsync; NTFS journals the rename
        return
    with machine_errors(folder):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _CANNOT_SYNC:
                raise
        finally:
            os.close(descriptor)
