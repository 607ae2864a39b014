from __future__ import annotations

import itertools
import json
import tomllib
from pathlib import Path

from linkage.bench.play import Outcome, Owner, Player, play, went_well

MAPPING = b'format = "linkage-mapping/1"\nconfirmed = false\n[strata.sex]\ncolumns = ["sex"]\n'
OWNERS = (
    Owner("police", "P", "police.csv", MAPPING),
    Owner("shelters", "Z", "opvang.csv", MAPPING, ("--encoding", "cp1252")),
)


class FakeCommands:
    """Writes the files that the real commands write, and remembers who was to do what."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls: list[tuple[str, ...]] = []

    def __call__(self, arguments):
        self.calls.append(tuple(arguments))
        output = dict(itertools.pairwise(arguments)).get("--output", "")
        if "." in output and "--confirm" not in arguments:
            (self.folder / output).write_text("made")
        if arguments[:2] == ("identity", "new"):
            (self.folder / f"{arguments[2]}.pub").write_text("public")
        if arguments[:2] == ("key", "new"):
            return Outcome("Key check 4D-19-A7 · agreement X", 0.1)
        if arguments[0] == "check" and arguments[1].startswith("shelters"):
            if "--json" in arguments:
                strata = [{"name": "sex", "small": ["M"]}, {"name": "year", "small": []}]
                return Outcome(json.dumps({"report": {"strata": strata}}), 0.1)
            return Outcome("encode will refuse (E602)", 0.1)
        return Outcome("done", 0.1)


def played(tmp_path):
    commands = FakeCommands(tmp_path)
    seen = []
    player = Player(tmp_path, commands, seen.append)
    for owner in OWNERS:
        (tmp_path / owner.party).mkdir()
    play(player, OWNERS, lambda _player, path: path.write_text("agreement"))
    assert [step.arguments for step in seen] == commands.calls
    return commands, player


def test_every_party_does_its_own_part_in_order(tmp_path):
    _, player = played(tmp_path)
    names = [step.name for step in player.steps]
    order = list(dict.fromkeys(names))
    assert order == [
        *("identity", "agreement", "sign", "merge", "key", "accept", "map", "confirm"),
        *("check", "check again", "encode", "inspect", "receive", "link", "diagnose"),
        *("release", "publish", "open"),
    ]
    parties = {step.name: step.party for step in player.steps if names.count(step.name) == 1}
    assert parties["receive"] == parties["link"] == parties["release"] == "linkage-unit"
    assert parties["open"] == "analyst"
    assert parties["merge"] == "coordinator"
    for step in player.steps:  # nobody reads another party's folder
        if step.name != "merge":
            folders = {word.split("/")[0] for word in step.arguments if "/" in word}
            assert folders <= {step.party}, step


def test_files_travel_only_where_they_may(tmp_path):
    played(tmp_path)
    assert (tmp_path / "linkage-unit" / "P.lnk").exists()
    assert (tmp_path / "analyst" / "overlap.lnk").exists()
    assert (tmp_path / "shelters" / "project-key.lkey").exists()
    for party in ("coordinator", "linkage-unit", "analyst"):
        assert not list((tmp_path / party).glob("*key*"))
    assert not list((tmp_path / "shelters").glob("P.lnk"))


def test_the_key_check_is_compared(tmp_path):
    commands, _ = played(tmp_path)
    accepts = [call for call in commands.calls if call[:2] == ("key", "accept")]
    assert len(accepts) == 2
    for call in accepts:
        assert call[call.index("--check") + 1] == "4D-19-A7"


def test_values_that_would_stand_out_are_withheld(tmp_path):
    played(tmp_path)
    police = tomllib.loads((tmp_path / "police" / "mapping.toml").read_text())
    shelters = tomllib.loads((tmp_path / "shelters" / "mapping.toml").read_text())
    assert "withhold" not in police["strata"]["sex"]
    assert shelters["strata"]["sex"]["withhold"] == ["M"]


def test_options_of_the_file_are_given_to_map(tmp_path):
    commands, _ = played(tmp_path)
    maps = [call for call in commands.calls if call[0] == "map" and "--confirm" not in call]
    assert ["--encoding" in call for call in maps] == [False, True]


def test_only_check_may_refuse():
    assert went_well(("check", "list.csv"), 6)
    assert went_well(("encode", "list.csv"), 0)
    assert not went_well(("encode", "list.csv"), 6)
    assert not went_well(("check", "list.csv"), 3)
