"""What the command line says before, instead of, and after a command."""

from __future__ import annotations

import importlib.resources
import json
from pathlib import Path

import pytest

from linkage.cli.app import main
from linkage.cli.console import as_typed, passphrase_source


def said(
    capsys: pytest.CaptureFixture[str], exit_code: int, arguments: list[str]
) -> tuple[str, str]:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == exit_code
    return capsys.readouterr()


MISTAKES = {
    "nonsense": "nonsense",
    "inspect": "file",
    "encode list.csv --nonsense": "--nonsense",
    "link --run run": "--identity",
    "link --run run -i me --threshold high": "--threshold",
    "release --run r -i me -o x --to newspaper": "--to",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_has_a_code_and_names_its_place(
    capsys: pytest.CaptureFixture[str], line: str
) -> None:
    out, err = said(capsys, 2, line.split())
    assert out == ""
    assert err.startswith("E200 ")
    assert MISTAKES[line] in err
    assert "--help` shows" in err.splitlines()[-1]


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_json_where_json_was_asked_for(
    capsys: pytest.CaptureFixture[str], line: str
) -> None:
    out, err = said(capsys, 2, [*line.split(), "--json"])
    content = json.loads(out)
    assert err == ""
    assert content["exit_code"] == 2
    assert [fault["code"] for fault in content["errors"]] == ["E200"]


@pytest.mark.parametrize("line", ["", "key"])
def test_nothing_asked_shows_the_help(capsys: pytest.CaptureFixture[str], line: str) -> None:
    out, err = said(capsys, 2, line.split())
    assert (out + err).startswith("Usage: linkage")
    assert "E200" not in out + err


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("linkage.agreement.load.load_agreement", interrupted)
    out, err = said(capsys, 130, ["check", "victims.csv", *options])
    if options:
        content = json.loads(out)
        assert (content["exit_code"], content["errors"][0]["code"]) == (130, "E108")
        assert err == ""
    else:
        assert (out, err.split()[0]) == ("", "E108")


def test_a_demonstration_that_is_stopped_is_stopped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("linkage.identity.store.create_identity", interrupted)
    _, err = said(capsys, 130, ["demo", "--people", "1000", "--output", str(tmp_path / "d")])
    assert err.startswith("E108")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_without_scipy_the_demonstration_says_which_extra_and_makes_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    options: list[str],
) -> None:
    monkeypatch.setattr("linkage.overlap.reader.find_spec", lambda _name: None)
    out, err = said(capsys, 2, ["demo", "--output", str(tmp_path / "demo"), *options])
    assert "E208" in (out if options else err)
    assert ".[unit]" in out + err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfzee en lucht\r\nmore", b"zee en lucht"])
def test_the_first_line_of_a_passphrase_file(tmp_path: Path, content: bytes) -> None:
    """What an editor adds is not what one would type."""
    file = tmp_path / "phrase.txt"
    file.write_bytes(content)
    assert passphrase_source(file)() == b"zee en lucht"


def test_a_next_step_can_be_typed(tmp_path: Path) -> None:
    assert as_typed("linkage", "check", Path("mijn lijst.xlsx"), "-m", "m.toml") == (
        'linkage check "mijn lijst.xlsx" -m m.toml'
    )


@pytest.mark.parametrize(
    ("line", "maker"),
    [
        ("key check no.key -a agreement.toml -i no.identity", "linkage identity new"),
        ("check list.csv -a agreement.toml", "linkage map"),
    ],
)
def test_a_file_of_ours_that_is_missing_names_the_command_that_makes_it(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    line: str,
    maker: str,
) -> None:
    from tests.support.owner_day import agreement_text

    monkeypatch.chdir(tmp_path)
    Path("agreement.toml").write_text(agreement_text(), encoding="utf-8")
    _, err = said(capsys, 1, line.split())
    assert err.startswith("E102")
    assert f"`{maker}`" in err


def test_a_folder_is_no_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tests.support.owner_day import MAPPING, agreement_text

    monkeypatch.chdir(tmp_path)
    Path("agreement.toml").write_text(agreement_text(), encoding="utf-8")
    Path("mapping.toml").write_text(MAPPING, encoding="utf-8")
    _, err = said(capsys, 1, ["check", "."])
    assert err.startswith("E102 . was not found, or is not a file.")


def test_no_folder_for_the_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    _, err = said(capsys, 1, ["agreement", "new", "nowhere/a.toml"])
    assert err.startswith("E102 The folder nowhere")
    assert not list(tmp_path.iterdir())


def test_the_package_says_that_it_is_typed() -> None:
    assert importlib.resources.files("linkage").joinpath("py.typed").is_file()


def test_without_arguments_it_reads_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["linkage", "nonsense", "--json"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "E200"
