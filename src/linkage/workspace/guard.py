"""Guardrail: a machine that links must not hold the project key (one role per machine)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from linkage.files import machine_errors

__all__ = ["PROJECT_KEY_MARK", "find_project_keys"]

PROJECT_KEY_MARK = b'"format":"linkage-project-key'
"""How a project key file, or a bundle of wrapped project keys, makes itself known.

Repeated here because the linkage unit's code must not import the code that makes keys; a
test holds both against each other.
"""

_BYTES_READ = 4096


def find_project_keys(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Files directly in ``folders`` that hold a project key, whatever their name is.

    Raises:
        MachineError: E103 if a folder may not be read.
    """
    found: list[Path] = []
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        with machine_errors(folder):
            files = sorted(path for path in folder.iterdir() if path.is_file())
        found += [path for path in files if _holds_a_key(path)]
    return tuple(found)


def _holds_a_key(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            start = stream.read(_BYTES_READ)
    except PermissionError:  # what this user cannot read, `link` cannot use either
        return False
    except FileNotFoundError:  # another program removed it meanwhile
        return False
    return start.startswith(b"{") and PROJECT_KEY_MARK in start
