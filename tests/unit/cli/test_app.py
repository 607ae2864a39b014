"""The command line's last resort: a fault of the software never quotes what it worked on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linkage.cli.app import main


def fail(*_: object, **__: object) -> None:
    raise ValueError("could not convert string to float: 'Jansen'") from KeyError("Jansen")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_unforeseen_failure_says_where_and_never_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    monkeypatch.setattr("linkage.agreement.load.load_agreement", fail)
    with pytest.raises(SystemExit) as caught:
        main(["check", "victims.csv", *options])
    assert caught.value.code == 1
    said = capsys.readouterr()
    assert "Jansen" not in said.out + said.err
    assert "Traceback" not in said.err
    if options:
        (fault,) = json.loads(said.out)["errors"]
        assert fault["code"] == "E107"
    assert "ValueError at cli/owner_file.py:" in said.out + said.err


def test_an_empty_path_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["agreement", "new", "--output", ""])
    assert "Traceback" not in capsys.readouterr().err
