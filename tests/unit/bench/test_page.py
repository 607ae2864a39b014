from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np

from linkage.bench.evaluate import compare_clusters
from linkage.bench.page import PageContent, result_page
from linkage.bench.text import evaluation_text

LISTS = np.array([0, 1, 2, 0, 1, 2, 2])
TRUE = np.array([1, 1, 1, 2, 2, 3, 4])
FOUND = np.array([1, 1, 1, 2, 5, 3, 4])


def page(**changes):
    values = {
        "title": "Six <lists> & counts",
        "lead": "A lead.",
        "names": {"A": "Owner <A>", "B": "Owner B", "C": "Owner C"},
        "records": {"A": 2, "B": 2, "C": 3},
        "evaluation": compare_clusters("ABC", LISTS, TRUE, FOUND),
        "hidden": 1234,
        "seconds": 12.4,
        "profile": "strong",
        "threshold": 0.5,
        "commands": ["linkage identity new a.identity", "linkage link --run <run>"],
    }
    return result_page(PageContent(**(values | changes)))


class _Balanced(HTMLParser):
    """Every tag that is opened is closed, in order."""

    void = frozenset({"meta", "rect", "br"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_startendtag(self, tag, _attributes):
        assert tag in self.void

    def handle_starttag(self, tag, _attributes):
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing():
    html = page()
    parser = _Balanced()
    parser.feed(html)
    parser.close()
    assert not parser.open
    assert not re.search(r"https?://|<script|<link|<img|@import|url\(|src=", html)
    assert "Encodings remain personal data." in html


def test_text_is_escaped():
    html = page()
    assert "Six &lt;lists&gt; &amp; counts" in html
    assert "Owner &lt;A&gt;" in html
    assert "--run &lt;run&gt;" in html
    assert "<run>" not in html


def test_true_and_found_stand_side_by_side():
    html = page()
    # A and B share people 1 and 2, of whom only 1 was found on both
    assert ">1<small>true 2</small>" in html
    assert "1,234 more on none" in html
    assert "12 s" in html
    assert "4 of the 7 possible combinations" not in html
    # true histories ABC, AB, C; found ABC, A, B, C: five of seven occur
    assert "5 of the 7 possible combinations" in html


def test_no_bars_where_nobody_is():
    nobody = np.array([], dtype=np.int64)
    html = page(evaluation=compare_clusters("ABC", nobody, nobody, nobody))
    assert "0 of the 7 possible combinations" in html


def test_text_has_every_pair_and_every_history():
    text = evaluation_text(compare_clusters("ABC", LISTS, TRUE, FOUND))
    assert "4 true, 3 found, 3 of them right" in text
    assert "precision 1.000 · recall 0.750 · F1 0.857" in text
    assert re.search(r"A\+B +2 +1\n", text)
    assert re.search(r"A\+B\+C +1 +1\n", text)
    assert re.search(r"2 or more +2 +1\n", text)
    assert "and 2 combinations with nobody" in text
    # |AB| 1 missing, A and B one too many each
    assert "absolute error over all cells 3" in text
