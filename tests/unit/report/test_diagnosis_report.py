"""The figure has its panels for any number of lists, the table every number once."""

from __future__ import annotations

import csv
import dataclasses
import io
import xml.etree.ElementTree as ET

import pytest
from tests.support.diagnosis_page import made_up_page

from linkage.errors import UsageError
from linkage.report import Curves, DiagnosisPage, diagnosis_csv, draw_diagnosis
from linkage.report.figure import WIDTH, diagnosis_figure
from linkage.report.table import HEADER

TITLES = {
    "a": "Pairs between lists",
    "b": "If the surplus were a threshold",
    "c": "People on both lists",
    "d": "Error rates by two lists",
    "e": "People by number of lists",
    "f": "Error rates by stratum",
}


def rows_of(page: DiagnosisPage) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(diagnosis_csv(page).decode())))


@pytest.mark.parametrize("lists", [2, 6, 16])
@pytest.mark.parametrize("probability", [True, False])
def test_six_panels_whatever_the_number_of_lists(lists: int, probability: bool) -> None:
    figure = diagnosis_figure(made_up_page(lists, probability=probability))
    panels = figure.get_axes()
    assert len(panels) == 6
    for axes, (letter, title) in zip(panels, TITLES.items(), strict=True):
        assert axes.get_title(loc="center").startswith(f"{letter}  {title}")
    assert figure.get_figwidth() == WIDTH
    overlaps = panels[2]
    assert len(overlaps.get_yticklabels()) == lists * (lists - 1) // 2
    # A row is high enough for its label: a line of the font's seven points.
    assert figure.get_figheight() * 72 > len(overlaps.get_yticklabels()) * 9


def test_an_empty_panel_says_why() -> None:
    panels = diagnosis_figure(made_up_page(3, probability=False)).get_axes()
    said = [" ".join(text.get_text() for text in axes.texts) for axes in panels]
    for place in (1, 3, 5):
        assert "Not known" in said[place]
        assert not panels[place].axison
    without_strata = diagnosis_figure(made_up_page(3, strata=0)).get_axes()[5]
    assert "no stratum" in without_strata.texts[0].get_text()


def test_the_band_is_shaded_and_components_are_curves() -> None:
    page = made_up_page(4)
    spread, precision, *_ = diagnosis_figure(page).get_axes()
    legends = [axes.get_legend() for axes in (spread, precision)]
    assert all(legends)
    assert spread.get_legend_handles_labels()[1] == [
        *("observed", "strangers", "matches", "recommended band")
    ]
    assert precision.get_legend_handles_labels()[1] == ["precision", "recall", "band"]
    assert spread.get_yscale() == "log"


@pytest.mark.parametrize("probability", [True, False])
def test_a_file_says_nothing_of_when_and_by_what_it_was_made(probability: bool) -> None:
    page = made_up_page(3, probability=probability)
    png, svg = draw_diagnosis(page, "png"), draw_diagnosis(page, "svg")
    assert png.startswith(b"\x89PNG\r\n")
    assert b"Software" not in png
    assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314 - it is our own
    assert b"dc:date" not in svg


def nobody(page: DiagnosisPage) -> DiagnosisPage:
    """A page on which nobody was found on two lists and every bin is empty."""
    none = dataclasses.replace(page.people, low=0, chosen=0, high=0, drawn=(0, 0))
    bins = 1
    zero = (0.0,) * bins
    return dataclasses.replace(
        page,
        curves=Curves((0.0, 0.01), (0,), zero, zero, zero, zero, (0.0, 0.01)),
        overlaps=tuple(dataclasses.replace(none, lists=each.lists) for each in page.overlaps),
        on_lists=tuple(dataclasses.replace(none, number=each.number) for each in page.on_lists),
        by_lists=tuple(
            dataclasses.replace(each, linked=0, precision=(1.0, 1.0, 1.0), missed=(0.0, 0.0, 0.0))
            for each in page.by_lists
        ),
    )


def test_nobody_on_two_lists_is_a_figure_too() -> None:
    assert draw_diagnosis(nobody(made_up_page(2, strata=0)), "svg")


def test_a_value_in_a_script_without_letters_here_is_drawn() -> None:
    page = made_up_page(2)
    rates = tuple(dataclasses.replace(each, value="中国 العربية") for each in page.by_stratum)
    assert draw_diagnosis(dataclasses.replace(page, by_stratum=rates), "png")


def test_without_matplotlib_the_figure_says_which_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkage.report.figure.find_spec", lambda _name: None)
    with pytest.raises(UsageError) as caught:
        draw_diagnosis(made_up_page(2), "png")
    fault = caught.value.faults[0]
    assert fault.code == "E220"
    assert ".[report]" in fault.remedy


def test_the_table_is_long_and_has_every_number_once() -> None:
    page = made_up_page(3)
    text = diagnosis_csv(page).decode()
    assert text.splitlines()[0] == ",".join(HEADER)
    rows = rows_of(page)
    keys = [tuple(row[name] for name in HEADER[:6]) for row in rows]
    assert len(keys) == len(set(keys))
    both = [row for row in rows if row["what"] == "on_both_lists"]
    assert len(both) == 3 * 4  # three scenarios and the draws
    first = page.overlaps[0]
    assert {row["scenario"]: row["estimate"] or (row["low"], row["high"]) for row in both[:4]} == {
        "low": str(first.low),
        "chosen": str(first.chosen),
        "high": str(first.high),
        "draws": tuple(str(end) for end in first.drawn or ()),
    }
    strata = [row for row in rows if row["stratum"] and row["what"] == "missed"]
    assert [row["value"] for row in strata] == [rate.value for rate in page.by_stratum]
    assert [(row["estimate"], row["low"], row["high"]) for row in strata] == [
        ("0.1", "0.0", "0.3")
    ] * 3
    band = next(row for row in rows if row["what"] == "band_of_surplus")
    assert (band["low"], band["high"]) == ("0.07", "0.16")
    weak = [row for row in rows if row["what"] == "people_with_an_unlikely_pair"]
    assert [row["estimate"] for row in weak] == ["3", "1"]


def test_the_table_without_probabilities_has_what_there_is() -> None:
    kinds = {row["what"] for row in rows_of(made_up_page(2, probability=False))}
    assert {"people", "on_both_lists", "pairs_at_similarity", "threshold"} <= kinds
    assert not kinds & {"precision", "missed", "band_of_surplus", "matches_at_surplus"}
