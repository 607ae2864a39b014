"""Play every role of a project through the command line, each in its own folder.

The commands are given as a user would type them, relative to the project's folder; how
they are run (in this process, or each in its own) is the caller's choice.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from linkage.errors import PolicyError

__all__ = [
    "ANALYST",
    "COORDINATOR",
    "LINKAGE_UNIT",
    "Command",
    "Outcome",
    "Owner",
    "Player",
    "Step",
    "play",
    "went_well",
]

COORDINATOR = "coordinator"
LINKAGE_UNIT = "linkage-unit"
ANALYST = "analyst"

_KEY_CHECK = re.compile(r"Key check (\S+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did.

    Attributes:
        text: what it printed to stdout.
        seconds: how long it took.
        peak_mib: most memory it held, MiB; None where that is not known of one command.
    """

    text: str
    seconds: float
    peak_mib: float | None = None


Command = Callable[[Sequence[str]], Outcome]
"""Runs `linkage` with these arguments in the project's folder; raises unless it `went_well`."""


def went_well(arguments: Sequence[str], exit_code: int) -> bool:
    """Whether a command ended as the play expects.

    `check` ends with 6 where values stand out; the owner then withholds them.
    """
    return exit_code == 0 or (exit_code == PolicyError.exit_code and arguments[0] == "check")


@dataclass(frozen=True, slots=True)
class Step:
    """One command that was run.

    Attributes:
        name: which step of the journey, such as ``encode``.
        party: who did it.
        arguments: what was typed after ``linkage``.
        outcome: what came of it.
    """

    name: str
    party: str
    arguments: tuple[str, ...]
    outcome: Outcome

    @property
    def words(self) -> tuple[str, ...]:
        """What was typed, word by word, quoted where a shell would want it."""
        return tuple(f'"{word}"' if " " in word else word for word in ("linkage", *self.arguments))


@dataclass(frozen=True, slots=True)
class Owner:
    """A data owner of the project.

    Attributes:
        party: id of the party, and name of its folder.
        list_id: id of its list.
        file_name: the list, in that folder.
        mapping: the mapping the owner makes of the proposal and confirms, TOML.
        map_options: what the owner tells `map` about the file, such as its code page.
    """

    party: str
    list_id: str
    file_name: str
    mapping: bytes
    map_options: tuple[str, ...] = ()


class Player:
    """Runs commands one after the other and keeps what they did.

    Args:
        folder: the project's folder, in which every party has its own.
        command: how a command is run.
        observe: called after every command.
    """

    def __init__(self, folder: Path, command: Command, observe: Callable[[Step], None]) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self._command = command
        self._observe = observe

    def run(self, name: str, party: str, *arguments: str) -> str:
        """Run one command as ``party`` and give what it printed."""
        step = Step(name, party, arguments, self._command(arguments))
        self.steps.append(step)
        self._observe(step)
        return step.outcome.text

    def send(self, source: str, *parties: str, name: str | None = None) -> None:
        """Copy a file into other parties' folders, as an e-mail or a courier would."""
        path = self.folder / source
        for party in parties:
            shutil.copyfile(path, self.folder / party / (name or path.name))


def play(
    player: Player, owners: Sequence[Owner], write_agreement: Callable[[Player, Path], None]
) -> None:
    """From nine identities to the analyst's table and the publication.

    The owners' lists must lie in their folders.

    Args:
        player: where and how.
        owners: the data owners, in the order of the agreement.
        write_agreement: fills in the agreement at the given path, once every party's
            ``.pub`` file lies in the coordinator's folder.
    """
    parties = (COORDINATOR, *(owner.party for owner in owners), LINKAGE_UNIT, ANALYST)
    for party in parties:
        (player.folder / party).mkdir(exist_ok=True)
        player.run("identity", party, "identity", "new", _identity(party), "--no-passphrase")
        if party != COORDINATOR:
            player.send(f"{_identity(party)}.pub", COORDINATOR)
    _agree(player, parties, write_agreement)
    _share_key(player, owners)
    for act in (_map, _confirm, _check, _encode, _inspect):
        for owner in owners:
            act(player, owner)
    _link(player, owners)


def _identity(party: str) -> str:
    return f"{party}/{party}.identity"


def _agree(
    player: Player,
    parties: Sequence[str],
    write_agreement: Callable[[Player, Path], None],
) -> None:
    text = f"{COORDINATOR}/agreement.toml"
    write_agreement(player, player.folder / text)
    player.run("agreement", COORDINATOR, "agreement", "check", text)
    others = [party for party in parties if party != COORDINATOR]
    player.send(text, *others)
    for party in others:
        own = f"{party}/agreement.toml"
        player.run("sign", party, "agreement", "sign", own, "--identity", _identity(party))
        player.send(own, COORDINATOR, name=f"agreement-{party}.toml")
    merge = [
        word for party in others for word in ("--merge", f"{COORDINATOR}/agreement-{party}.toml")
    ]
    player.run(
        "merge",
        COORDINATOR,
        *("agreement", "sign", text, "--identity", _identity(COORDINATOR), *merge),
    )
    for party in others:
        (player.folder / COORDINATOR / f"agreement-{party}.toml").unlink()
    player.send(text, *others)


def _share_key(player: Player, owners: Sequence[Owner]) -> None:
    maker = owners[0].party
    bundle = f"{maker}/project-key.lkey"
    said = player.run("key", maker, "key", "new", *_as(maker), "--output", bundle)
    check = _KEY_CHECK.search(said)
    if check is None:
        raise RuntimeError("linkage key new printed no key check")
    player.send(bundle, *(owner.party for owner in owners[1:]))
    for owner in owners:
        player.run(
            "accept",
            owner.party,
            *("key", "accept", f"{owner.party}/project-key.lkey", *_as(owner.party)),
            *("--check", check[1], "--output", f"{owner.party}/project.key"),
        )


def _under(party: str) -> tuple[str, ...]:
    return ("--agreement", f"{party}/agreement.toml")


def _as(party: str) -> tuple[str, ...]:
    return (*_under(party), "--identity", _identity(party))


def _map(player: Player, owner: Owner) -> None:
    party, mapping = owner.party, f"{owner.party}/mapping.toml"
    file = f"{party}/{owner.file_name}"
    options = (*owner.map_options, *_under(party), "--output", mapping)
    player.run("map", party, "map", file, *options)


def _confirm(player: Player, owner: Owner) -> None:
    party, mapping = owner.party, f"{owner.party}/mapping.toml"
    (player.folder / mapping).write_bytes(owner.mapping)  # corrected in a text editor
    confirm = (*_under(party), "--output", mapping, "--confirm")
    player.run("confirm", party, "map", f"{party}/{owner.file_name}", *confirm)


def _check(player: Player, owner: Owner) -> None:
    party, mapping = owner.party, f"{owner.party}/mapping.toml"
    file = f"{party}/{owner.file_name}"
    check = ("check", file, "--mapping", mapping, *_under(party))
    if "E602" not in player.run("check", party, *check):
        return
    # A few records stand out by a stratum's value: the owner sends that value as unknown.
    report = json.loads(player.run("check again", party, *check, "--json"))["report"]
    path = player.folder / mapping
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    for stratum in report["strata"]:
        if stratum["small"]:
            tree["strata"][stratum["name"]]["withhold"] = list(stratum["small"])
    path.write_text(tomli_w.dumps(tree), encoding="utf-8")


def _encode(player: Player, owner: Owner) -> None:
    party = owner.party
    package = f"{party}/{owner.list_id}.lnk"
    player.run(
        "encode",
        party,
        *("encode", f"{party}/{owner.file_name}", "--mapping", f"{party}/mapping.toml"),
        *(*_as(party), "--key", f"{party}/project.key", "--output", package),
    )


def _inspect(player: Player, owner: Owner) -> None:
    package = f"{owner.party}/{owner.list_id}.lnk"
    player.run("inspect", owner.party, "inspect", package, *_under(owner.party))
    player.send(package, LINKAGE_UNIT)


def _link(player: Player, owners: Sequence[Owner]) -> None:
    unit = LINKAGE_UNIT
    run = ("--run", f"{unit}/run")
    identity = ("--identity", _identity(unit))
    packages = [f"{unit}/{owner.list_id}.lnk" for owner in owners]
    player.run("receive", unit, "receive", *packages, *run, *_as(unit))
    player.run("link", unit, "link", *run, *identity)
    player.run("diagnose", unit, "diagnose", *run)
    table, public = f"{unit}/overlap.lnk", f"{unit}/publication"
    player.run("release", unit, "release", *run, *identity, "--to", "analyst", "--output", table)
    player.run("publish", unit, "release", *run, *identity, "--to", "public", "--output", public)
    player.send(table, ANALYST)
    player.run(
        "open",
        ANALYST,
        *("open", f"{ANALYST}/overlap.lnk", *_as(ANALYST), "--output", f"{ANALYST}/overlap"),
    )
