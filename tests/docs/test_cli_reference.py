"""The command reference is what the commands say: regenerate it with `python FILE --write`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "cli.md"
INTRODUCTION = """# Commands

What `linkage COMMAND --help` prints. Every command takes `--json`; results go to stdout, messages
and errors to stderr; [errors](errors.md) has the codes and exit codes.
"""


def commands() -> Iterator[tuple[str, ...]]:
    """Every command, as typed after `linkage`, in the order of the work."""
    from linkage.cli.app import app

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        children = getattr(command, "commands", None)
        if children is None:
            yield words
            return
        for name, child in children.items():
            yield from walk(child, (*words, name))

    yield from walk(typer.main.get_command(app), ())


def help_text(words: tuple[str, ...]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "linkage", *words, "--help"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={
            **os.environ,
            "COLUMNS": "96",
            "TERMINAL_WIDTH": "96",
            "NO_COLOR": "1",
            "TERM": "dumb",
        },
    )
    return re.sub(r"[ \t]+$", "", done.stdout, flags=re.MULTILINE).strip()


def page() -> str:
    sections = [
        f"## linkage {' '.join(words)}\n\n```\n{help_text(words)}\n```\n" for words in commands()
    ]
    return "\n".join([INTRODUCTION, *sections])


def test_the_reference_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), f"run: python {Path(__file__).name} --write"


def test_every_command_has_help_and_speaks_json() -> None:
    for words in commands():
        said = help_text(words)
        assert "--json" in said, words
        assert len(said.splitlines()) > 4, words


@pytest.mark.parametrize(
    "path",
    sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]),
    ids=lambda path: path.name,
)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (path.parent / target).exists(), target


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8", newline="\n")
