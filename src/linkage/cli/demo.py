"""`linkage demo`: every role on fictitious people, offline, true beside found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from linkage.cli.console import STOPPED, JsonOption, print_result

if TYPE_CHECKING:
    from linkage.bench.demo import DemoResult
    from linkage.bench.play import Command, Step

__all__ = ["register"]

_SHOWN_LINES = 7
_WIDTH = 100
_SAID_OF_EACH = frozenset({"encode"})


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("demo")(demo_command)


def demo_command(
    context: typer.Context,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to make, one folder per party in it.")
    ] = Path("linkage-demo"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Equal seeds, equal lists.")] = 1,
    people: Annotated[
        int,
        typer.Option("--people", min=1000, max=20_000, help="Victims, on a list or not."),
    ] = 3000,
    profile: Annotated[
        Literal["strong", "balanced", "diffused", "exact", "clk"],
        typer.Option("--profile", help="Encoding profile."),
    ] = "strong",
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove an earlier demonstration first.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Play every role on six lists of fictitious people, and hold the result against the truth.

    Under a minute, without network; opens nothing and leaves demo.html in the folder.
    """
    from linkage.bench.demo import DemoSettings, run_demo
    from linkage.overlap import require_solver

    require_solver()
    _make_folder(output, replace=replace)
    settings = DemoSettings(output, seed, people, profile)

    def say(text: str) -> None:
        if not json_output:
            print_result({}, text, as_json=False)

    narrator = _Narrator(say)
    result = run_demo(
        settings, _command_in(output, context), observe=narrator.observe, tell=narrator.tell
    )
    narrator.finish()
    print_result(result.as_dict(), _result_text(result), as_json=json_output)


def _make_folder(folder: Path, *, replace: bool) -> None:
    """Make the folder; an earlier one goes only if it is a demonstration's and was meant to.

    Raises:
        UsageError: E203 it exists.
    """
    import shutil

    from linkage.bench.demo import MARKER, MARKER_TEXT
    from linkage.errors import Fault, UsageError
    from linkage.files import machine_errors

    with machine_errors(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            marker = folder / MARKER
            ours = marker.is_file() and marker.read_bytes() == MARKER_TEXT.encode()
            if not (replace and ours):
                remedy = (
                    "Give --replace to remove that demonstration, or choose another --output."
                    if ours
                    else "It is no demonstration's folder, so it stays. Choose another --output."
                )
                raise UsageError(
                    Fault("E203", f"{folder.name} exists already.", remedy, file=folder.name)
                )
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)


def _command_in(folder: Path, context: typer.Context) -> Command:
    """Runs `linkage` in this process, inside ``folder``, as a user would type it there."""
    import contextlib
    import io
    import time

    from linkage.bench.play import Outcome, went_well

    linkage = context.find_root().command

    def run(arguments: Sequence[str]) -> Outcome:
        began = time.monotonic()
        printed, noted = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(noted),
        ):
            code = linkage.main(list(arguments), prog_name="linkage", standalone_mode=False)
        if code == STOPPED:
            raise KeyboardInterrupt
        if not went_well(arguments, code or 0):
            raise RuntimeError(f"linkage {arguments[0]} ended with {code}: {noted.getvalue()}")
        return Outcome(printed.getvalue(), time.monotonic() - began)

    return run


class _Narrator:
    """Says what happens: the first command of each kind in full, the others by party."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last = ""
        self._also: list[str] = []

    def tell(self, sentence: str) -> None:
        """Say a sentence of its own."""
        self.finish()
        self._say(f"\n{sentence}")

    def observe(self, step: Step) -> None:
        """Say what a command did."""
        kind = f"{step.name} {step.arguments[1] if step.name == 'agreement' else ''}"
        if kind == self._last:
            if step.name in _SAID_OF_EACH:
                self._say(f"  {step.party}: {step.outcome.text.splitlines()[0]}")
            else:
                self._also.append(step.party)
            return
        self.finish()
        self._last = kind
        text = step.outcome.text.strip()
        lines = ["(JSON)"] if text.startswith("{") else text.splitlines()
        shown = [f"  {_shortened(line)}" for line in lines[:_SHOWN_LINES]]
        if len(lines) > _SHOWN_LINES:
            shown.append(f"  ... {len(lines) - _SHOWN_LINES} more lines")
        self._say("\n".join(("", _typed(step.words), *shown)))

    def finish(self) -> None:
        """Say who else did the same as the last command."""
        if self._also:
            self._say(f"  and so did {', '.join(self._also)}")
        self._also, self._last = [], ""


def _typed(words: Sequence[str]) -> str:
    """A command in full, over several lines where it is long; an option keeps its value."""
    lines = ["$"]
    for place, word in enumerate(words):
        is_value = place > 0 and words[place - 1].startswith("-") and not word.startswith("-")
        ahead = len(words[place + 1]) + 1 if word.startswith("-") and words[place + 1 :] else 0
        if is_value or len(lines[-1]) + len(word) + ahead < _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(f"    {word}")
    return " \\\n".join(lines)


def _shortened(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 4]} ..."


def _estimate_text(result: DemoResult) -> str:
    truth = f"In all, listed or not: {result.settings.people:,} people in truth"
    found, limits = result.estimate["estimate"], result.estimate["interval"]
    if found is None:
        return f"{truth}; no estimate."
    between = f"{limits[0]:,.0f} to {limits[1]:,.0f}"
    said = f"the analyst estimates {found:,.0f} ({between})"
    return f"{truth}; {said}, knowing how often the linkage errs."


def _result_text(result: DemoResult) -> str:
    from linkage.bench.text import evaluation_text

    folder = result.settings.folder
    precision = result.expected_precision
    expected = (
        "" if precision is None else f" (without the truth it expected precision {precision:.3f})"
    )
    return "\n".join(
        (
            "",
            f"True beside found, linked from probability {result.threshold:g}{expected}",
            "",
            evaluation_text(result.evaluation),
            "",
            _estimate_text(result),
            "",
            (
                f"{result.seconds:.1f} seconds in all, every role included. "
                "Encodings remain personal data; these are of fictitious people."
            ),
            f"Next: look at {folder / 'demo.html'}, and into the folder of each party.",
        )
    )
