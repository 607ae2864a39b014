"""Configurations of a benchmark, and lists normalised in this process."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import numpy as np
import pytest
from tests.support.parties import agreement_text

from linkage.agreement.load import parse_agreement
from linkage.agreement.model import Agreement
from linkage.bench.configuration import CONFIGURATIONS, Configuration
from linkage.bench.folder import read_folder
from linkage.bench.in_process import normalise_folder
from linkage.bench.projects import folder_agreement

TODAY = dt.date(2026, 5, 1)
TREE = tomllib.loads(agreement_text())


def test_the_default_changes_nothing() -> None:
    assert CONFIGURATIONS["default"].applied(TREE) == TREE
    assert {name: each.name for name, each in CONFIGURATIONS.items()} == {
        name: name for name in CONFIGURATIONS
    }


@pytest.mark.parametrize(
    ("name", "filters", "presence", "token_counts"),
    [
        ("presence", ("all",), True, False),
        ("single", ("all",), False, False),
        ("double+counts", ("all", "names"), False, True),
        ("split", ("names", "date", "rest"), False, False),
        ("split+presence+counts", ("names", "date", "rest"), True, True),
    ],
)
def test_named_configurations_make_valid_agreements(
    name: str, filters: tuple[str, ...], presence: bool, token_counts: bool
) -> None:
    import tomli_w

    text = tomli_w.dumps(CONFIGURATIONS[name].applied(TREE))
    agreement = parse_agreement(text, "agreement.toml")
    assert agreement.filters == filters
    assert agreement.encoding.presence is presence
    assert agreement.encoding.token_counts is token_counts


def test_weights_of_filters_and_of_tokens() -> None:
    chosen = Configuration(
        split=CONFIGURATIONS["split"].split,
        filter_weights=(5, 3, 1),
        token_weights=(("code", 2), ("nationality", 4)),
    )
    agreement = Agreement.model_validate(chosen.applied(TREE))
    assert agreement.filter_weights == (5, 3, 1)
    assert [rule.weight for rule in agreement.fields] == [4, 4, 5, 2, 4]


def lists(folder: Path) -> Path:
    rows = "a,Ann,Bos,1975-03-04\nb,Bo,,1980-01-01\nc,,,1980\n"
    (folder / "P_one.csv").write_text("rec_id,given_name,surname,date_of_birth\n" + rows)
    more = "d,Anna,Bos,1975-03-04\ne,Cy,,\n"
    (folder / "Z_two.csv").write_text("rec_id,given_name,surname,date_of_birth\n" + more)
    truth = "rec_id,entity_id\na,1\nb,2\nc,2\nd,1\ne,2\n"
    (folder / "truth.csv").write_text(truth)
    return folder


def test_a_folder_is_normalised_as_its_owners_would(tmp_path: Path) -> None:
    folder = read_folder(lists(tmp_path))
    configuration = CONFIGURATIONS["split"]
    agreement = folder_agreement(folder, "clk", TODAY, configuration)
    assert agreement.encoding.insecure
    assert agreement.filters == ("names", "date")  # no field for the third
    made = normalise_folder(folder, "clk", configuration, TODAY)
    assert made.lists.tolist() == [0, 0, 1]  # two records have too few identifiers
    assert made.records.rows.tolist() == [2, 3, 2]
    assert made.records.fields["surname"] == (("bos",), (), ("bos",))
    assert made.entity[0] == made.entity[2] != made.entity[1]
    assert made.true_pairs == 3  # those of records that cannot be linked, too
    assert np.issubdtype(made.lists.dtype, np.int64)
