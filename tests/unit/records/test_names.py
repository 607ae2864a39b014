"""Names in any script, as two lists of one person should agree on them."""

from __future__ import annotations

import pytest

from linkage.records.normalise.names import read_name, read_text


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("Anna", "anna"),
        ("  ANNA  Maria ", "anna maria"),
        ("Łukasz", "lukasz"),
        ("Zoë", "zoe"),
        ("Zoe\u0308", "zoe"),  # the same letter, decomposed
        ("Ａｎｎａ", "anna"),  # full-width
        ("Müller", "muller"),
        ("Nguyễn Thị Đào", "nguyen thi dao"),
        ("Дарья", "darya"),
        ("王伟", "wangwei"),
        ("O'Neill", "oneill"),
        ("O’Neill", "oneill"),
        ("d´Angelo", "dangelo"),
        ("Jean-Pierre", "jean pierre"),
        ("J.P.", "j p"),
        ("J.S. Bach", "j s bach"),
        ("van der Berg", "berg"),
        ("Berg, van der", "berg"),
        ("v.d. Berg", "berg"),
        ("v/d Berg", "berg"),
        ("V.D.", "v d"),
        ("'t Hart", "hart"),
        ("van ’t Hart", "hart"),
        ("al-Masri", "masri"),
        ("Fatima bint Ahmed", "fatima ahmed"),
        ("García y Vega", "garcia vega"),
        ("Y. Vega", "y vega"),
        ("da Costa e Silva", "costa silva"),
        ("Van", "van"),
        ("van der", "van der"),
        ("Le", "le"),
        ("Dr. Anna de Vries", "anna vries"),
        ("Dr", "dr"),
        ("Maria alias Mia", "maria mia"),
        ("Maria a.k.a. Mia", "maria mia"),
        ("Maria / Mia", "maria mia"),
        ("Maria (Mia)", "maria mia"),
        ("Maria ook bekend als Mia", "maria mia"),
        ("A_na", "ana"),
        ("M?ria", "mria"),
        ("Anna\tMaria\nLuisa", "anna maria luisa"),
        ("Anna 2", "anna"),
        ("😀", ""),
        ("?", ""),
        ("", ""),
    ],
)
def test_words_of_names(cell: str, words: str) -> None:
    assert " ".join(read_name(cell).words) == words


def test_particles_stay_where_the_agreement_says_so() -> None:
    assert read_name("van der Berg", drop_particles=False).words == ("van", "der", "berg")


@pytest.mark.parametrize(
    "cell",
    ["onbekend", "Unknown", "NN", "N.N.", "nomen nescio", "xxx", "X", "Anoniem", "неизвестно",
     "N/A", "n.v.t.", "Niet bekend"],
)  # fmt: skip
def test_placeholders_are_no_names(cell: str) -> None:
    read = read_name(cell)
    assert read.words == ()
    assert "placeholder name" in read.kinds


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("Anna", set()),
        ("Zoë", set()),
        ("M?ria", {'"?"'}),
        ("M_ria", {'"_"'}),
        ("M\ufffdria", {"replacement character"}),
        ("M\x8eria", {"control character"}),
        ("Anna\nMaria", set()),
        ("J0hn", {"digit in a name"}),
        ("Дарья", {"non-Latin, transliterated"}),
        ("محمد", {"non-Latin, transliterated", "transliterated without vowels"}),
        ("😀", {"nothing left after transliteration"}),
        ("O’Neill", set()),
    ],
)
def test_what_is_suspicious(cell: str, kinds: set[str]) -> None:
    assert set(read_name(cell).kinds) == kinds


def test_texts_keep_digits_and_particles() -> None:
    assert read_text("Kade 12b, van der Capellen").words == (
        "kade",
        "12b",
        "van",
        "der",
        "capellen",
    )
