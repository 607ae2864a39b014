"""A researcher's own file: Python that registers an encoding or a hardening."""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from linkage.errors import Fault, UsageError

__all__ = ["run_added"]


def run_added(paths: Sequence[str]) -> None:
    """Run each file once in this process.

    Raises:
        UsageError: E226 where a file is missing or fails; the reason is its own.
    """
    for path in paths:
        _run(str(Path(path).resolve()))


@cache
def _run(path: str) -> None:
    name = Path(path).name
    if not Path(path).is_file():
        raise UsageError(Fault("E226", f"{name} is not there.", "Give a Python file to --add."))
    try:
        runpy.run_path(path, run_name="linkage_added_encoding")
    except Exception as error:
        raise UsageError(
            Fault(
                "E226",
                f"{name} failed: {type(error).__name__}: {error}",
                "It has to call register_scheme or register_hardening, see\n"
                "docs/how-to/benchmark-an-encoding.md.",
            )
        ) from error
