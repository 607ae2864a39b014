"""`linkage open`: the analyst's command, on tables sealed as the linkage unit seals them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import numpy as np
import pytest
from tests.support.overlap import rates_of
from tests.support.unit_run import agreement_content, agreement_text, identity
from typer.testing import CliRunner

from linkage.agreement.load import load_agreement
from linkage.cli.app import app
from linkage.errors import AgreementError, LinkageError, PackageError, UsageError
from linkage.identity.store import STANDARD_COST, _seal
from linkage.overlap import build_overlap_table, table_content
from linkage.package.table import seal_overlap
from linkage.types import PersonHistories

COUNTS = (40, 30, 20, 9, 5, 3, 1)  # I K P IK IP KP IKP


DRAWN = ((9, 5, 3, 1), (9, 5, 2, 1), (9, 4, 2, 1), (10, 6, 3, 1))


def found(people: int = 1) -> PersonHistories:
    return counted(COUNTS, people)


def counted(counts: tuple[int, ...], people: int = 1) -> PersonHistories:
    terms = agreement_content()["strata"]
    history = np.repeat(np.array([1, 2, 4, 3, 5, 6, 7], dtype=np.uint32), counts)[people - 1 :]
    return PersonHistories(
        ("I", "K", "P"),
        tuple(stratum["name"] for stratum in terms),
        tuple(tuple(stratum["values"]) for stratum in terms),
        history,
        np.zeros((len(history), len(terms)), dtype=np.uint8),
        (2,) * len(terms),
    )


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the agreement, the analyst's identity and a sealed table."""
    (tmp_path / "agreement.toml").write_text(agreement_text(), "utf-8")
    for name in ("university", "unit"):
        secret = _seal(identity(name), None, STANDARD_COST, bytes(16))
        (tmp_path / f"{name}.identity").write_bytes(secret)
    seal(tmp_path, table_content(build_overlap_table(found(2), found(1), found(1))))
    return tmp_path


def drawn() -> bytes:
    """A table by probability, of four draws with 18, 17, 16 and 20 people on several lists."""
    chosen = found()
    draws = [counted(COUNTS[:3] + extra) for extra in DRAWN]
    return table_content(
        build_overlap_table(
            chosen, chosen, chosen, thresholds=(0.2, 0.5, 0.8), method="probability",
            records=(60, 50, 40), draws=draws, rates=rates_of(chosen),
        )
    )  # fmt: skip


def seal(folder: Path, content: bytes, sequence: int = 1_790_000_000) -> None:
    sealed = seal_overlap(
        content,
        agreement=load_agreement(folder / "agreement.toml"),
        sender=identity("unit"),
        sender_id="unit",
        recipient_id="university",
        sequence=sequence,
        software_version="0.0.0",
    )
    (folder / "overlap.lnk").write_bytes(sealed)


def open_(folder: Path, *options: str, who: str = "university") -> str:
    command = ["open", str(folder / "overlap.lnk"), "-a", str(folder / "agreement.toml")]
    command += ["-i", str(folder / f"{who}.identity"), *options]
    result = CliRunner().invoke(app, command)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_open_writes_private_files_and_says_what_is_in_them(desk: Path):
    text = open_(desk, "-o", str(desk / "out"))
    assert "108 people on 3 lists" in text
    assert "I 55 · K 43 · P 29" in text
    assert "1: 90 · 2: 17 · 3: 1" in text
    assert "low threshold 107 · chosen 108 · high 108" in text
    assert "never to the publication table" in text
    assert "Encodings remain personal data." in text
    assert "Next: linkage estimate" in text
    overlap = desk / "out" / "overlap.csv"
    assert overlap.read_text().splitlines()[:2] == ["I,K,P,count", "1,0,0,40"]
    assert stat.S_IMODE(overlap.stat().st_mode) == 0o600


def test_json_has_the_same_numbers(desk: Path):
    result = json.loads(open_(desk, "-o", str(desk / "out"), "--json"))
    assert result["people"] == 108
    assert result["lists"] == {"I": 55, "K": 43, "P": 29}
    assert result["pairs"] == {"I+K": 10, "I+P": 6, "K+P": 4}
    assert result["on_exactly"] == {"1": 90, "2": 17, "3": 1}
    assert result["scenarios"]["low"]["people"] == 107
    assert all(Path(path).exists() for path in result["files"])


def test_draws_and_error_rates_are_written_and_said(desk: Path):
    seal(desk, drawn())
    text = open_(desk, "-o", str(desk / "out"))
    assert "on 2 or more   the low threshold 18 · chosen 18 · high 18" in text
    assert "over 4 draws of the linkage 18 on average (16 to 20 in 90% of them)" in text
    assert "20 pairs of records linked: 95% (90% to 100%) are right" in text
    assert "of all true pairs 12% (5% to 20%) were missed" in text
    assert "single most likely linkage" in text
    assert "Average estimates over the draws." in text
    assert f"--draws {desk / 'out' / 'draws.csv'}" in text
    lines = (desk / "out" / "draws.csv").read_text().splitlines()
    assert lines[:2] == ["draw,I,K,P,count", "1,1,0,0,40"]
    assert lines[-1] == "4,1,1,1,1"
    assert len(lines) == 1 + 4 * 7
    rates = (desk / "out" / "error_rates.csv").read_text().splitlines()
    assert rates[1] == "I,K,10,0.9512,0.9001,1.0000,0.1250,0.0500,0.2000"
    joint = (desk / "out" / "draws_joint.csv").read_text().splitlines()
    assert joint[:2] == ["draw,I,K,P,sex,count", "1,1,0,0,f,40"]
    assert stat.S_IMODE((desk / "out" / "draws.csv").stat().st_mode) == 0o600


def test_json_has_the_draws_and_the_error_rates(desk: Path):
    seal(desk, drawn())
    result = json.loads(open_(desk, "-o", str(desk / "out"), "--json"))
    assert (result["method"], result["draws"]) == ("probability", 4)
    assert result["people_on_two_or_more"] == {
        "low": 18, "chosen": 18, "high": 18, "draws": {"mean": 17.8, "low": 16.1, "high": 19.7},
    }  # fmt: skip
    assert result["error_rates"]["overall"]["missed"] == [0.125, 0.05, 0.2]
    assert [rate["lists"] for rate in result["error_rates"]["lists"]] == [
        ["I", "K"], ["I", "P"], ["K", "P"],
    ]  # fmt: skip


def test_a_table_without_draws_says_nothing_of_them(desk: Path):
    text = open_(desk, "-o", str(desk / "out"))
    assert "draws of" not in text
    assert not list((desk / "out").glob("draws*"))
    result = json.loads(open_(desk, "-o", str(desk / "again"), "--json"))
    assert (result["method"], result["draws"], result["error_rates"]) == ("similarity", 0, {})
    assert result["people_on_two_or_more"] == {"low": 18, "chosen": 18, "high": 18}


@pytest.mark.parametrize("form", ["csv", "sparsemse", "rcapture"])
def test_one_file_is_what_it_was(desk: Path, form: str):
    open_(desk, "--csv", str(desk / "before.csv"), "--format", form)
    seal(desk, drawn())
    text = open_(desk, "--csv", str(desk / "after.csv"), "--format", form)
    assert "This shape has no place for the draws" in text
    assert (desk / "after.csv").read_bytes() == (desk / "before.csv").read_bytes()
    open_(desk, "-o", str(desk / form), "--format", form)
    assert (desk / form / "draws.csv").exists() == (form == "csv")


def test_one_file_in_the_shape_of_an_r_package(desk: Path):
    text = open_(desk, "--csv", str(desk / "r.csv"), "--format", "sparsemse")
    assert (desk / "r.csv").read_text().splitlines()[-1] == "1,1,1,1"
    assert "SparseMSE::estimatepopulation" in text
    assert "dfreq = TRUE" in open_(desk, "-o", str(desk / "r"), "--format", "rcapture")


def faults(error: LinkageError) -> list[str]:
    return [fault.code for fault in error.faults]


def test_nothing_is_overwritten(desk: Path):
    open_(desk, "-o", str(desk / "out"))
    with pytest.raises(UsageError) as caught:
        open_(desk, "-o", str(desk / "out"))
    assert set(faults(caught.value)) == {"E201"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--stratum", "planet"], "E205"),
        (["--csv", "x.csv", "--output", "out"], "E206"),
    ],
)
def test_what_cannot_be_written_is_refused(desk: Path, options: list[str], code: str):
    with pytest.raises(UsageError) as caught:
        open_(desk, *options)
    assert faults(caught.value) == [code]


def test_one_file_cannot_hold_a_table_for_each_value(desk: Path):
    stratum = agreement_content()["strata"][0]["name"]
    options = ["--csv", str(desk / "x.csv"), "--format", "rcapture", "--stratum", stratum]
    with pytest.raises(UsageError) as caught:
        open_(desk, *options)
    assert faults(caught.value) == ["E206"]
    assert not (desk / "x.csv").exists()


def test_a_table_for_somebody_else_is_refused(desk: Path):
    with pytest.raises(PackageError) as caught:
        open_(desk, "-o", str(desk / "out"), who="unit")
    assert faults(caught.value) == ["E553"]
    assert not (desk / "out").exists()


@pytest.mark.parametrize("damage", ["sums", "lists"])
def test_an_authentic_table_that_is_not_sound_is_refused(desk: Path, damage: str):
    content = table_content(build_overlap_table(found(), found(), found()))
    if damage == "sums":
        seal(desk, content.replace(b'"people":108', b'"people":109'))
    else:
        seal(desk, content.replace(b'["I","K","P"]', b'["I","P","K"]'))
    with pytest.raises(PackageError) as caught:
        open_(desk, "-o", str(desk / "out"))
    assert faults(caught.value) == ["E560"]
    assert not (desk / "out").exists()


def test_a_sequence_number_that_is_no_time_is_refused(desk: Path):
    content = table_content(build_overlap_table(found(), found(), found()))
    seal(desk, content, sequence=2**53 - 1)
    with pytest.raises(PackageError) as caught:
        open_(desk, "-o", str(desk / "out"))
    assert faults(caught.value) == ["E560"]


@pytest.mark.parametrize("unsigned", [("university",), ("unit", "coordination")])
def test_an_agreement_that_not_all_have_signed_says_nothing(desk: Path, unsigned: tuple[str, ...]):
    """Else whoever can write the file chooses whose table the analyst believes."""
    (desk / "agreement.toml").write_text(agreement_text(unsigned=unsigned), "utf-8")
    with pytest.raises(AgreementError) as caught:
        open_(desk, "-o", str(desk / "out"))
    assert faults(caught.value) == ["E520"]
    assert not (desk / "out").exists()
