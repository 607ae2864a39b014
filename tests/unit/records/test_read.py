"""Reading lists: every way in which a file can be unusable has its own error."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from linkage.errors import DataError, MachineError
from linkage.records.decode import decode
from linkage.records.read import read_table

TEXT = "Naam;Plaats\r\nZoë;Gouda\r\n"


def put(folder: Path, content: bytes | str, name: str = "victims.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def faults(path: Path, **options: Any) -> dict[str, str]:
    with pytest.raises(DataError) as caught:
        read_table(path, **options)
    assert caught.value.exit_code == 3
    return {fault.code: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("cp1252"), "windows-1252"),
    ],
)
def test_declared_encodings(tmp_path: Path, content: bytes, encoding: str) -> None:
    table = read_table(put(tmp_path, content), encoding=encoding, delimiter=";")
    assert table.header == ("Naam", "Plaats")
    assert table.columns == (["Zoë"], ["Gouda"])


def test_not_utf8_names_byte_and_line(tmp_path: Path) -> None:
    content = b"Naam\r\n" + b"x\r\n" * 35 + "Müller".encode("cp1252") + b"\r\n"
    with pytest.raises(DataError) as caught:
        read_table(put(tmp_path, content))
    (fault,) = caught.value.faults
    assert fault.message == "victims.csv is not UTF-8 (byte 0xFC, line 37)."
    assert 'encoding = "cp1252"' in fault.remedy
    assert fault.remedy.endswith("Nothing was written.")


def test_a_declared_page_that_the_bytes_are_not_of(tmp_path: Path) -> None:
    assert "line 2" in faults(put(tmp_path, b"Naam\nx\x81\n"), encoding="cp1252")["E301"]
    assert "E301" in faults(put(tmp_path, "Naam\nx".encode("utf-16")[:-1]))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode("utf-8-sig"), "cp1252"),
        (TEXT.encode("utf-16"), "cp1252"),
        (TEXT.encode(), "cp1252"),
        (TEXT.encode("utf-16-le"), "utf-16"),
    ],
)
def test_files_that_contradict_the_declared_encoding(content: bytes, encoding: str) -> None:
    with pytest.raises(DataError) as caught:
        decode(content, name="a.csv", encoding=encoding)
    assert [fault.code for fault in caught.value.faults] == ["E305"]


@pytest.mark.parametrize("encoding", ["rot13", "idna", "utf-7", "unicode_escape", "x\0y", "guess"])
def test_encodings_that_cannot_be_declared(encoding: str) -> None:
    with pytest.raises(DataError, match="E306"):
        decode(b"a", name="a.csv", encoding=encoding)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiters_by_declaration_and_by_header(tmp_path: Path, mark: str) -> None:
    path = put(tmp_path, f"a{mark}b\n1{mark}2\n", "list.txt")
    for declared in (mark, None):
        assert read_table(path, delimiter=declared).columns == (["1"], ["2"])
    others = {",", ";", "\t"} - {mark}
    for wrong in others:
        assert set(faults(path, delimiter=wrong)) == {"E302"}


def test_separator_line_of_excel_is_not_a_row(tmp_path: Path) -> None:
    path = put(tmp_path, "sep=;\r\na;b\r\n1;2\r\n")
    assert read_table(path).row_numbers.tolist() == [2]
    assert set(faults(path, delimiter=",")) == {"E302"}


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b" , \n,\n", b"\xff\xfe"])
def test_empty_files(tmp_path: Path, content: bytes) -> None:
    assert set(faults(put(tmp_path, content), delimiter=",")) == {"E304"}


def test_header_only(tmp_path: Path) -> None:
    assert set(faults(put(tmp_path, "a,b\n"))) == {"E303"}
    assert set(faults(put(tmp_path, "a,b\n,\n\n"))) == {"E303"}


def test_all_faults_at_once_and_no_header_cell_in_them(tmp_path: Path) -> None:
    content = "Anna,x,Anna,,y\n1,2,3,4,5\n1,2\n1,2,3,4,5,6\nn\0l,2,3,4,5\n"
    with pytest.raises(DataError) as caught:
        read_table(put(tmp_path, content), expected=["Voornaam", "x"])
    by_code = {fault.code: fault for fault in caught.value.faults}
    assert set(by_code) == {"E307", "E308", "E309", "E311"}
    assert "columns A and C" in by_code["E307"].message
    assert "rows 3-4" in by_code["E308"].message
    assert "row 5" in by_code["E309"].message
    assert '"Voornaam"' in by_code["E311"].message
    assert "column D" in by_code["E311"].remedy
    assert "Anna" not in str(caught.value)


def test_missing_columns_are_told_beside_ragged_rows(tmp_path: Path) -> None:
    found = faults(put(tmp_path, "a,b\n1\n"), expected=["c", "d"])
    assert set(found) == {"E308", "E311"}


@pytest.mark.parametrize(("content", "row"), [('a,b\n1,"2\n3,4\n', 2), ('a,b\n1,2\n"x"y,2\n', 3)])
def test_quotes_that_do_not_close(tmp_path: Path, content: str, row: int) -> None:
    assert f"row {row}" in faults(put(tmp_path, content))["E310"]


def test_a_very_long_cell_is_told_as_an_open_quote(tmp_path: Path) -> None:
    assert set(faults(put(tmp_path, 'a,b\n1,"' + "x" * 200_000))) == {"E310"}


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    table = read_table(put(tmp_path, 'a,b\n1,"two\nlines"\n\n,\n2,x\n'))
    assert table.row_numbers.tolist() == [2, 5]
    assert table.blank_rows == 2


def test_empty_cells_beyond_the_header_do_no_harm(tmp_path: Path) -> None:
    assert read_table(put(tmp_path, "a,b,,\n1,2,,\n3,4\n")).columns == (["1", "3"], ["2", "4"])


@pytest.mark.parametrize("name", ["victims.xls", "victims.ods", "victims", "victims.parquet"])
def test_other_kinds_of_files(tmp_path: Path, name: str) -> None:
    assert set(faults(put(tmp_path, b"x", name))) == {"E312"}


def test_a_workbook_named_csv_is_told_its_ending(tmp_path: Path) -> None:
    path = put(tmp_path, b"PK\x03\x04" + bytes(300), "victims.csv")
    with pytest.raises(DataError) as caught:
        read_table(path)
    (fault,) = caught.value.faults
    assert fault.code == "E312"
    assert ".xlsx" in fault.remedy


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="E102"):
        read_table(tmp_path / "nothing.csv")


def workbook(folder: Path, rows: list[list[Any]], name: str = "victims.xlsx") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Blad1"
    for row in rows:
        sheet.append(row)
    book.create_sheet("Leeg")
    book.save(folder / name)
    return folder / name


def test_xlsx_cells_and_rows(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        [
            ["Naam", "Geboren", "Nr", None],
            ["Zoë", dt.date(1990, 5, 23), 1990.0, None],
            [],
            ["Ann", "1990", 1.5, None],
            ["Bo", dt.datetime(1991, 1, 2, 13, 45), True, None],
        ],
    )
    for sheet in (None, "Blad1"):
        table = read_table(path, sheet=sheet)
        assert table.header == ("Naam", "Geboren", "Nr")
        assert table.columns[1] == ["1990-05-23", "1990", "1991-01-02"]
        assert table.columns[2] == ["1990", "1.5", "TRUE"]
        assert table.row_numbers.tolist() == [2, 4, 5]
        assert table.date_columns == {1}


def test_xlsx_that_cannot_be_used(tmp_path: Path) -> None:
    good = workbook(tmp_path, [["a", "b"], [1, 2]])
    assert "E314" in faults(good, sheet="Blad9")
    with pytest.raises(DataError) as caught:
        read_table(good, sheet="Blad9")
    assert "Blad1" not in str(caught.value)  # a tab may bear a person's name
    assert set(faults(good, sheet="Leeg")) == {"E304"}
    assert set(faults(workbook(tmp_path, [[], ["a"], ["b"]], "late.xlsx"))) == {"E315"}
    content = good.read_bytes()
    for name, bad in (("0.xlsx", b""), ("cut.xlsx", content[:900]), ("csv.xlsx", b"a,b\n1,2\n")):
        assert set(faults(put(tmp_path, bad, name))) <= {"E304", "E313"}


def test_a_table_shows_no_cells() -> None:
    table = decode(b"x", name="a.csv")
    assert table == "x"
    from linkage.records.table import build_table

    shown = repr(build_table("a.csv", [["Naam"], ["Zoë"]]))
    assert "Zoë" not in shown
    assert "Naam" not in shown
