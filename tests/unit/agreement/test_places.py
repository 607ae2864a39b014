from __future__ import annotations

import tomllib
from typing import Any

import pytest
from tests.support.parties import signed_text

from linkage.agreement.places import Place, dotted, line_numbers, line_of

TRICKY = '''\
# comment = 1
a = 1
text = """
[not.a.table]
b = 2
"""
array = [
    "]", # ]
    { x = "{" },
    [1, 2],
]
"quoted key" = 3
dotted . "k.ey" = 4

[one.two]   # [[comment]]
c = \'\'\'
d = 5 \'\'\'
e = "\\"[" # fine
[[items]]
n = 1
[items.inner]
f = 6
[[items]]
n = 2
[[items.deep]]
g = 7
[[items.deep]]
g = 8
'''


def test_tricky_text() -> None:
    places = line_numbers(TRICKY)
    assert "not" not in {place[0] for place in places}
    expected: dict[Place, int] = {
        ("a",): 2,
        ("text",): 3,
        ("array",): 7,
        ("quoted key",): 12,
        ("dotted",): 13,
        ("dotted", "k.ey"): 13,
        ("one",): 15,
        ("one", "two"): 15,
        ("one", "two", "c"): 16,
        ("one", "two", "e"): 18,
        ("items",): 19,
        ("items", 0): 19,
        ("items", 0, "n"): 20,
        ("items", 0, "inner"): 21,
        ("items", 0, "inner", "f"): 22,
        ("items", 1): 23,
        ("items", 1, "n"): 24,
        ("items", 1, "deep"): 25,
        ("items", 1, "deep", 0): 25,
        ("items", 1, "deep", 0, "g"): 26,
        ("items", 1, "deep", 1): 27,
        ("items", 1, "deep", 1, "g"): 28,
    }
    assert places == expected


@pytest.mark.parametrize("text", [TRICKY, signed_text()])
def test_every_key_of_every_table_has_a_line(text: str) -> None:
    places = line_numbers(text)

    def walk(value: Any, place: Place) -> None:
        if place:
            assert place in places, place
        if isinstance(value, dict):
            for key, item in value.items():
                walk(item, (*place, key))
        elif (
            isinstance(value, list) and value and isinstance(value[0], dict) and place != ("array",)
        ):
            for number, item in enumerate(value):
                walk(item, (*place, number))

    content = tomllib.loads(text)
    content.pop("array", None)
    walk(content, ())
    lines = text.splitlines()
    for place, line in places.items():
        if isinstance(place[-1], str) and place[-1] in ("public_key", "weight", "n", "g"):
            assert str(place[-1]) in lines[line - 1]


def test_the_nearest_line_and_the_shown_path() -> None:
    places = line_numbers("a = 1\n[[b]]\nc = [1]\n")
    assert line_of(places, ("b", 0, "c", 0)) == 3
    assert line_of(places, ("b", 0, "missing")) == 2
    assert line_of(places, ("missing",)) is None
    assert dotted(("b", 0, "c", 2, "x y")) == "b[1].c[3].x y"
    assert dotted(()) == ""
