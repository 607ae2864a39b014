"""House style of the command line, in one place.

Results go to stdout (as text, or as one JSON object with ``--json``); messages, progress
and errors go to stderr. A success ends with the next step; an error shows its code, the
place, the reason and the remedy. Colour only on a terminal and never with ``NO_COLOR``.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from linkage.errors import Fault, KeyFileError, LinkageError, UsageError
from linkage.files import read_bytes

__all__ = [
    "STOPPED",
    "AgreementOption",
    "IdentityOption",
    "JsonOption",
    "PassphraseFileOption",
    "as_typed",
    "note",
    "passphrase_source",
    "print_error",
    "print_result",
    "progress",
    "require_unit",
]

STOPPED = 130
"""Exit code of a command that Ctrl-C ended, as shells expect it."""

JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
AgreementOption = Annotated[
    Path, typer.Option("--agreement", "-a", help="The signed agreement.", show_default=True)
]
IdentityOption = Annotated[
    Path, typer.Option("--identity", "-i", help="Your private identity file.")
]
PassphraseFileOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="Read the identity's passphrase from the first line of this file, "
        "instead of asking for it.",
    ),
]


def print_result(result: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print ``text``, or ``result`` as JSON, to stdout."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=2, default=str))  # noqa: T201
    else:
        print(text)  # noqa: T201


def note(message: str) -> None:
    """Print a message to stderr."""
    print(message, file=sys.stderr)  # noqa: T201


def as_typed(*words: object) -> str:
    """A command as it can be typed: a word with a space is quoted.

    >>> as_typed("linkage", "check", "my list.csv")
    'linkage check "my list.csv"'
    """
    typed = [str(word) for word in words]
    return " ".join(f'"{word}"' if any(map(str.isspace, word)) else word for word in typed)


def print_error(error: LinkageError, *, as_json: bool, exit_code: int | None = None) -> None:
    """Print every fault of ``error``: to stderr as text, or to stdout as JSON."""
    if as_json:
        faults = [fault.as_dict() for fault in error.faults]
        code = error.exit_code if exit_code is None else exit_code
        print_result({"errors": faults, "exit_code": code}, "", as_json=True)
        return
    for fault in error.faults:
        note(str(fault))


def passphrase_source(passphrase_file: Path | None) -> Callable[[], bytes]:
    """Where the passphrase comes from, asked only if the identity file needs one.

    A passphrase is never taken from the command line or the environment.

    Raises:
        KeyFileError: E405 (when called) where there is no file and nobody to ask.
    """

    def ask() -> bytes:
        if passphrase_file is not None:
            content = read_bytes(passphrase_file).removeprefix(codecs.BOM_UTF8)  # from an editor
            first_line = content.splitlines()[:1]
            return first_line[0] if first_line else b""
        if not sys.stdin.isatty():
            raise KeyFileError(
                Fault(
                    "E405",
                    "A passphrase is needed and there is nobody to ask.",
                    "Run the command in a terminal, or give --passphrase-file.",
                )
            )
        return str(typer.prompt("Passphrase", hide_input=True, err=True)).encode()

    return ask


@contextlib.contextmanager
def progress(description: str) -> Iterator[Callable[[float], None]]:
    """A progress bar on stderr, shown only on a terminal; call it with the share done (0-1)."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def require_unit(what: str) -> None:
    """Refuse where the extra ``unit`` is not installed.

    Args:
        what: what needs it, at the beginning of a sentence.

    Raises:
        UsageError: E208.
    """
    missing = [name for name in ("numba", "scipy") if find_spec(name) is None]
    if missing:
        raise UsageError(
            Fault(
                "E208",
                f"{what} needs {' and '.join(missing)}, which this installation does not have.",
                'Install the extra "unit": pip install ".[unit]" in the folder of the software.',
            )
        )
