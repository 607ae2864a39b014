"""`linkage estimate` through the real command line, each command in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "estimation"
FAST = ("--replicates", "200")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "linkage", "estimate", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def test_one_method_as_json(tmp_path: Path) -> None:
    arguments = (str(DATA / "UKdat_5.csv"), "--method", "stepwise", "--json", *FAST)
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["estimate"] == pytest.approx(11_312.99, rel=1e-6)
    assert found["interval"][0] < found["estimate"] < found["interval"][1]
    expected = ("stepwise", 2744, 0.95, 1)
    assert (found["method"], found["observed"], found["level"], found["seed"]) == expected
    assert {"model", "warnings", "version"} <= set(found)
    assert set(found["without_each_list"]) == {"LA", "NG", "PFNCA", "GO", "GP"}
    assert len(found["each_list_as_truth"]) == 5
    assert run(tmp_path, *arguments).stdout == done.stdout
    assert not list(tmp_path.iterdir())


def test_no_single_number_for_the_dutch_lists(tmp_path: Path) -> None:
    done = run(tmp_path, str(DATA / "Ned_5.csv"), *FAST, "--no-checks", "--plot", "ned.svg")
    assert done.returncode == 0
    assert "NO SINGLE NUMBER:" in done.stdout
    assert "Sensible methods differ from 50,367 (dga) to 148,789 (bic)." in done.stdout
    assert "Models of stepwise\n  [IO, K, P, R, Z]: 52,924\n" in done.stdout
    assert "BIC 219.2" in done.stdout
    assert (tmp_path / "ned.svg").read_text().startswith("<?xml")
    again = run(tmp_path, str(DATA / "Ned_5.csv"), *FAST, "--plot", "ned.svg")
    assert again.returncode == 2
    assert again.stderr.startswith("E201 ")


def test_lists_merged_and_left_out(tmp_path: Path) -> None:
    short = ("--json", "--no-checks", *FAST)
    dutch = (str(DATA / "Ned.csv"), "--merge", "I+O", "--method", "stepwise")
    merged = run(tmp_path, *dutch, *short)
    assert json.loads(merged.stdout)["estimate"] == pytest.approx(121_521.61, rel=1e-6)
    british = (str(DATA / "UKdat_5.csv"), "--drop", "GP", "--method", "independent")
    fewer = run(tmp_path, *british, *short)
    assert set(json.loads(fewer.stdout)["lists"]) == {"LA", "NG", "PFNCA", "GO"}


def test_a_fixed_model(tmp_path: Path) -> None:
    done = run(tmp_path, str(DATA / "Korea.csv"), "--model", "b*c, c*d", "--json", *FAST)
    found = json.loads(done.stdout)
    assert found["estimate"] == pytest.approx(157.1666667, rel=1e-6)
    assert found["model"] == "[b*c, c*d]"


def folder_of_a_linkage(folder: Path) -> None:
    """What `linkage open` writes, of three lists and two groups."""
    joint, draws = ["A,B,C,sex,count"], ["draw,A,B,C,count"]
    for mask in range(1, 8):
        on = f"{mask & 1},{mask >> 1 & 1},{mask >> 2}"
        size = {1: 400, 2: 160, 3: 70}[mask.bit_count()]
        joint += [f"{on},F,{size + mask}", f"{on},M,{size // 2 + 2 * mask}"]
        draws += [f"{n},{on},{size + size // 2 + 3 * mask + n * (1 if mask == 7 else -1)}"
                  for n in range(1, 11)]  # fmt: skip
    (folder / "joint.csv").write_text("\n".join(joint) + "\n")
    (folder / "draws.csv").write_text("\n".join(draws) + "\n")
    rates = [
        "list_1,list_2,linked,precision,precision_low,precision_high,missed,missed_low,missed_high"
    ]
    rates += [f"{a},{b},300,0.99,0.98,1.0,0.1,0.05,0.15" for a, b in ("AB", "AC", "BC")]
    (folder / "error_rates.csv").write_text("\n".join(rates) + "\n")


def test_strata_draws_error_rates_and_covariates(tmp_path: Path) -> None:
    folder_of_a_linkage(tmp_path)
    done = run(
        tmp_path, "joint.csv", "--method", "stepwise", "--by", "sex", "--draws", "draws.csv",
        "--error-rates", "error_rates.csv", "--covariates", "sex", *FAST, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["average_over_draws"]["model"] == "average over 10 draws of the linkage"
    assert found["linkage_errors"]["estimate"] < found["methods"][0]["estimate"]
    parts = found["by"]["sex"]["parts"]
    assert [part["values"] for part in parts] == [["F"], ["M"]]
    total = sum(part["estimate"] for part in parts)
    assert found["by"]["sex"]["total"]["estimate"] == pytest.approx(total)
    covariates = found["covariates"]["by_value"]["sex"]
    people = sum(values[0] for values in covariates.values())
    assert people == pytest.approx(found["covariates"]["estimate"])
    text = run(tmp_path, "joint.csv", "--by", "sex", "--missed", "0.1", "--validated", "400", *FAST)
    assert "knowing linkage errors" in text.stdout
    assert "missed x 2, false x 1" in text.stdout
    assert "What must be true (" in text.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("nowhere.csv",), "E102", 1),
        (("joint.csv", "--method", "magic"), "E229", 2),
        (("joint.csv", "--by", "age"), "E230", 2),
        (("draws.csv",), "E230", 2),
        (("joint.csv", "--draws", "joint.csv"), "E230", 2),
        (("joint.csv", "--drop", "Q", "--merge", "A+Z"), "E231", 2),
        (("joint.csv", "--model", "A*Q"), "E231", 2),
        (("joint.csv", "--method", "chapman"), "E232", 2),
        (("joint.csv", "--method", "dga", "--by", "sex"), "E232", 2),
        (("joint.csv", "--missed", "0.1", "--error-rates", "error_rates.csv"), "E212", 2),
        (("joint.csv", "--plot", "a.pdf"), "E221", 2),
        (("bad.csv",), "E354", 3),
        (("joint.csv", "--error-rates", "joint.csv"), "E359", 3),
    ],
)
def test_what_cannot_be_is_one_clear_error(
    tmp_path: Path, arguments: tuple[str, ...], code: str, exit_code: int
) -> None:
    folder_of_a_linkage(tmp_path)
    (tmp_path / "bad.csv").write_text("A,B,C,count\n1,0,0,12\n0,1,0,<5\n1,1,1,9\n")
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run(tmp_path, *arguments, *FAST, "--no-checks")
    assert (done.returncode, done.stdout) == (exit_code, "")
    assert done.stderr.startswith(f"{code} ")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [("estimate", "joint.csv"), ("bench", "encodings", "clk", "--quick"),
     ("attack", "list.csv", "-m", "mapping.toml", "-a", "agreement.toml")],
)  # fmt: skip
def test_the_small_install_says_what_is_missing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    without = (
        "import importlib.util as u; find = u.find_spec; "
        "u.find_spec = lambda name, *a: None if name in ('numba', 'scipy') else find(name, *a); "
        "from linkage.cli.app import main; main()"
    )
    command = [sys.executable, "-c", without, *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("E208 ")
    assert "numba and scipy" in done.stderr
