"""`linkage attack`: what a curious linkage unit would find, before the list is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linkage.cli.console import AgreementOption, JsonOption, print_result, progress, require_unit
from linkage.errors import Fault, PolicyError, UsageError

if TYPE_CHECKING:
    from linkage.attack.attackers import Outcome
    from linkage.attack.owner import AttackResult

__all__ = ["register"]

_SHOWN_ROWS = 20
_LOW_FILL, _HIGH_FILL = 0.05, 0.6
LIMIT = 0.05


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("attack")(attack)


def attack(
    file: Annotated[Path, typer.Argument(help="Your list, .csv or .xlsx.")],
    mapping: Annotated[
        Path, typer.Option("--mapping", "-m", help="Your confirmed mapping (linkage map).")
    ],
    agreement: AgreementOption,
    population: Annotated[
        Path | None,
        typer.Option(
            "--population",
            help="The people whom the attacker knows of: a list in the same form. "
            "Your own list if not given, which is the worst case.",
        ),
    ] = None,
    population_mapping: Annotated[
        Path | None, typer.Option("--population-mapping", help="Its mapping, confirmed.")
    ] = None,
    known: Annotated[
        str, typer.Option("--known", help="Known pairs of the attackers, with commas.")
    ] = "0,20,100",
    records: Annotated[
        int, typer.Option("--records", min=30, max=5000, help="Most records that are attacked.")
    ] = 2000,
    repeats: Annotated[
        int, typer.Option("--repeats", min=1, max=20, help="Draws of the known pairs.")
    ] = 2,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Equal seeds, equal figures.")] = 1,
    minutes: Annotated[
        float, typer.Option("--minutes", min=0.1, help="For attacks that search.")
    ] = 10.0,
    rows: Annotated[
        bool, typer.Option("--rows", help="Also the rows of your list that stand out.")
    ] = False,
    fail_over: Annotated[
        float | None,
        typer.Option(
            "--fail-over", min=0, max=1, help="Exit with 6 if a larger share is named rightly."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Attack your own list as the linkage unit could, before you send it.

    The list is encoded in memory under a throw-away key, as the agreement says; no project key is
    needed and nothing is written. Shown are counts, and rows of your own list with --rows; no value
    is. That an attack failed does not mean that the encoding is safe.
    """
    import datetime as dt

    require_unit("An attack")
    if (population is None) != (population_mapping is None):
        raise UsageError(
            Fault(
                "E212",
                "--population and --population-mapping go together.",
                "Give both, or neither.",
            )
        )
    numbers = _numbers(known)
    from linkage.attack.owner import AttackSettings, attack_list

    with progress(f"Attacking {file.name}") as report:
        result = attack_list(
            file,
            mapping,
            agreement,
            today=dt.date.today(),
            population=None
            if population is None or population_mapping is None
            else (population, population_mapping),
            settings=AttackSettings(numbers, records, repeats, seed, minutes),
            progress=report,
        )
    print_result(result.as_dict(rows=rows), "\n".join(_text(result, rows=rows)), as_json=as_json)
    if fail_over is not None and result.most_named > fail_over:
        raise PolicyError(
            Fault(
                "E606",
                f"An attacker named {result.most_named:.1%} of the records rightly, more than "
                f"--fail-over allows ({fail_over:.1%}).",
                "Use a stronger profile, fewer fields or fewer strata. Nothing was written.",
            )
        )


def _numbers(text: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() for word in words):
        raise UsageError(
            Fault("E227", "--known is no list of whole numbers.", "Such as --known 0,20,100.")
        )
    return tuple(sorted({int(word) for word in words}))


def _text(result: AttackResult, *, rows: bool) -> Iterator[str]:
    filters = f"{len(result.filters)} filter{'s' if len(result.filters) > 1 else ''}"
    yield (
        f'Profile "{result.profile}", {filters} of {result.bits:,} bits · '
        f"{result.records:,} records can be sent"
    )
    seen = ", ".join(result.travels)
    yield f"Seen beside the encodings: {seen}." if seen else "Nothing is seen beside the encodings."
    if result.worst_case:
        yield "Worst case: the attacker has your own list in plaintext and lacks only the key."
    else:
        yield f"The attacker knows of {result.people:,} people, those of the population."
    if result.attacked < result.records:
        yield f"Attacked: {result.attacked:,} of the records, drawn at random."
    yield ""
    for outcome in result.outcomes:
        yield from _outcome(outcome)
    yield ""
    yield from _strata(result)
    yield from _findings(result, rows=rows)
    yield ""
    yield {
        "do not send": "DO NOT SEND under this profile: hardly any knowledge is needed to name "
        "people.",
        "look at it": "LOOK AT IT: safe only from those who know few of your people already.",
        "nothing found": "These attacks found too little to name people.",
    }[result.verdict]
    yield "That an attack failed does not mean that the encoding is safe."
    yield "Encodings remain personal data."


def _outcome(outcome: Outcome) -> Iterator[str]:
    who = (
        "nobody on your list"
        if outcome.known == 0
        else f"{outcome.known:,} of them (true pairs of record and person)"
    )
    interval = f" ± {outcome.half:,.0f}" if outcome.half >= 0.5 else ""
    yield (
        f"A linkage unit that knows {who} names {outcome.right:,.0f}{interval} of "
        f"{outcome.others:,} records rightly ({outcome.share:.1%})"
    )
    yield (
        f"    by {outcome.attack}, and is sure of {outcome.sure:,.0f}, of which "
        f"{outcome.sure_right:,.0f} are right; without"
    )
    yield (
        "    the encodings, drawing lots among people alike in what is seen beside them, "
        f"{outcome.guessed:,.0f}."
    )


def _strata(result: AttackResult) -> Iterator[str]:
    first = result.outcomes[0]
    if result.travels and first.others and first.guessed / first.others >= LIMIT:
        share = first.guessed / first.others
        yield f"What is seen beside the encodings names {share:.0%} by itself; no encoding helps"
        yield "    against that. Have fewer strata, or fewer values in each."


def _findings(result: AttackResult, *, rows: bool) -> Iterator[str]:
    found = result.findings
    rare = len(found.rare_names)
    yield (
        f"Rare names: {rare:,} of {found.records:,} records have a name that no other record has; "
        "whoever finds a"
    )
    yield "    record's name knows the person. Nothing in the encoding changes that."
    if rows and rare:
        yield f"    rows {_some(found.rare_names)}"
    if found.grouped:
        yield (
            f"Equal encodings: {found.grouped:,} records in groups of five or more, the largest of "
            f"{found.largest_group:,}."
        )
        yield "    Their frequency can be counted. Add a field that tells them apart."
    if found.few_tokens:
        yield (f"Too little to link by: {len(found.few_tokens):,} with hardly any identifiers.")
        if rows:
            yield f"    rows {_some(found.few_tokens)}"
    for name, fill in zip(result.filters, found.fill, strict=True):
        if not _LOW_FILL <= fill <= _HIGH_FILL:
            yield (
                f'Fill of filter "{name}": {fill:.0%} of the bits are set; between 5% and 60% tell '
                "most. Change bits or weights."
            )
    if found.fields < 3:
        yield f"Only {found.fields} fields: too few to link well, and easy to count."
    for what, names in (
        ("has one value for all; it links nobody", found.constant_fields),
        ("is missing in more than half of the records", found.sparse_fields),
    ):
        for name in names:
            yield f'Field "{name}" {what}. Consider leaving it out.'


def _some(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(str(number) for number in numbers[:_SHOWN_ROWS])
    more = len(numbers) - _SHOWN_ROWS
    return f"{shown} and {more:,} more" if more > 0 else shown
