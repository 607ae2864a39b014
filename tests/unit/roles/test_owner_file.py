"""map, confirm and check as a data owner would do them, and what they never say."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.lists import (
    HEADER,
    TODAY,
    agreement,
    csv_text,
    record,
    records,
    write_list,
    write_mapping,
)

from linkage.errors import DataError, LinkageError, PolicyError, UsageError
from linkage.records.quality_text import summary_lines
from linkage.roles.data_owner.file import check_list, confirm_mapping, load_list, map_list

SENTINELS = ("Zyxwvuta", "Qqfamilia", "23-05-1977", "Wordless")


def test_from_a_list_to_a_check(tmp_path: Path) -> None:
    header = [*HEADER[:5], "Soort uitbuiting", "Datum melding"]
    path = write_list(tmp_path, records(40), header=header, delimiter=";")
    mapping = tmp_path / "mapping.toml"
    proposed = map_list(path, mapping, agreement())
    assert proposed.open_points == ()
    assert stat.S_IMODE(mapping.stat().st_mode) == 0o600
    with pytest.raises(DataError, match="E323"):
        check_list(path, mapping, agreement(), today=TODAY)
    confirm_mapping(path, mapping, agreement())
    confirm_mapping(path, mapping, agreement())  # again does no harm
    html = tmp_path / "report.html"
    result = check_list(path, mapping, agreement(), today=TODAY, html=html)
    assert (result.exit_code, result.faults, result.warnings) == (0, (), ())
    assert result.text.startswith("victims.csv: 40 rows read · 40 linkable · 0 not linkable")
    assert "This list can be encoded." in html.read_text(encoding="utf-8")
    listed, _ = load_list(path, mapping, agreement(), today=TODAY)
    assert len(listed) == 40


def test_a_page_never_replaces_the_list(tmp_path: Path) -> None:
    path, mapping = write_list(tmp_path, records(40)), write_mapping(tmp_path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="E209"):
        check_list(path, mapping, agreement(), today=TODAY, html=path)
    assert path.read_bytes() == before


def test_a_mapping_is_not_overwritten(tmp_path: Path) -> None:
    path, mapping = write_list(tmp_path, records()), write_mapping(tmp_path)
    before = mapping.read_bytes()
    with pytest.raises(UsageError, match="E201"):
        map_list(path, mapping, agreement())
    assert mapping.read_bytes() == before


def test_a_mapping_of_another_list_is_not_confirmed(tmp_path: Path) -> None:
    path = write_list(tmp_path, records(), header=["a", "b", "c", "d", "e", "f", "g"])
    mapping = write_mapping(tmp_path, confirmed=False)
    with pytest.raises(DataError) as caught:
        confirm_mapping(path, mapping, agreement())
    assert {fault.code for fault in caught.value.faults} == {"E311"}
    assert "confirmed = false" in mapping.read_text()


def test_check_reports_and_says_why_not(tmp_path: Path) -> None:
    rows = records()
    rows[2] = record(2, Geslacht="Zz", Voornaam="M?ria")
    path, mapping, html = write_list(tmp_path, rows), write_mapping(tmp_path), tmp_path / "r.html"
    result = check_list(path, mapping, agreement(minimum_list_size=50), today=TODAY, html=html)
    assert [fault.code for fault in result.faults] == ["E340", "E601"]
    assert result.exit_code == 3
    page = html.read_text(encoding="utf-8")
    assert "cannot be encoded yet" in page
    assert "E340" in page
    found = json.loads(json.dumps(result.as_dict()))
    assert found["encodable"] is False
    assert found["errors"][0]["rows"] == [4]
    assert found["report"]["fields"][0]["findings"] == [{"kind": '"?"', "rows": [4]}]
    assert summary_lines(result.report) == ['given_name: "?" 1', "sex: unreadable 1"]


def test_policy_is_the_last_word(tmp_path: Path) -> None:
    path, mapping = write_list(tmp_path, records()), write_mapping(tmp_path)
    small = agreement(minimum_list_size=50)
    assert check_list(path, mapping, small, today=TODAY).exit_code == 6
    with pytest.raises(PolicyError, match="E601"):
        load_list(path, mapping, small, today=TODAY)
    wide = agreement(minimum_stratum_records=50)
    result = check_list(path, mapping, wide, today=TODAY)
    assert (result.exit_code, [fault.code for fault in result.warnings]) == (6, ["E602"] * 3)
    with pytest.raises(PolicyError, match="E602"):
        load_list(path, mapping, wide, today=TODAY)


BREAKS: dict[str, dict[str, Any]] = {
    "cp1252 read as UTF-8": {"encoding": "cp1252", "cell": "Müller"},
    "semicolons for commas": {"delimiter": ";", "mapping": {"delimiter": ","}},
    "missing column": {"header": ["Nr", "Naam", *HEADER[2:]]},
    "no header": {"header": [*SENTINELS, "x", "y", "z"]},
    "duplicate names": {"header": ["Nr", "Voornaam", "Voornaam", *HEADER[3:]]},
    "header only": {"rows": []},
    "empty": {"content": b""},
    "blank": {"content": b"\r\n\r\n"},
    "NUL": {"cell": "a\0b"},
    "ragged": {"append": "Zyxwvuta,Qqfamilia\r\n"},
    "open quote": {"append": '1,"Zyxwvuta,23-05-1977\r\n'},
    "code": {"geslacht": "Wordless"},
    "bad dates": {"dates": "23 05 1977"},
    "not a workbook": {"name": "victims.xlsx"},
    "another kind": {"name": "victims.doc"},
}


@pytest.mark.parametrize("case", BREAKS)
def test_each_bad_input_is_one_clear_error_without_values(tmp_path: Path, case: str) -> None:
    broken = BREAKS[case]
    rows = broken.get("rows", [
        record(n, Voornaam=SENTINELS[0], Achternaam=broken.get("cell", SENTINELS[1]),
               Geboortedatum=broken.get("dates", SENTINELS[2]),
               Geslacht=broken.get("geslacht", "V"))
        for n in range(30)
    ])  # fmt: skip
    text = csv_text(
        rows, header=broken.get("header", HEADER), delimiter=broken.get("delimiter", ",")
    )
    text += broken.get("append", "")
    path = tmp_path / broken.get("name", "victims.csv")
    path.write_bytes(broken.get("content", text.encode(broken.get("encoding", "utf-8"))))
    mapping = write_mapping(tmp_path, **broken.get("mapping", {}))
    with pytest.raises(DataError) as caught:
        load_list(path, mapping, agreement(), today=TODAY)
    assert caught.value.exit_code == 3
    for fault in caught.value.faults:
        assert fault.remedy
        assert fault.file in (path.name, "mapping.toml")
    said = str(caught.value) + json.dumps([fault.as_dict() for fault in caught.value.faults])
    for sentinel in (*SENTINELS, "23 05 1977", "Müller"):
        assert sentinel not in said
    assert caught.value.__cause__ is None
    assert sorted(item.name for item in tmp_path.iterdir()) == sorted([path.name, "mapping.toml"])


cells = st.text(min_size=1, max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    junk=st.binary(max_size=12),
    place=st.floats(0, 1),
    values=st.tuples(cells, cells, cells),
    encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_whatever_is_in_a_list_stays_there(
    tmp_path: Path, junk: bytes, place: float, values: tuple[str, str, str], encoding: str
) -> None:
    """Random damage and random cells: an error or a report, and no sentinel in either."""
    rows = [record(n, Voornaam=SENTINELS[0], Achternaam=SENTINELS[1]) for n in range(12)]
    rows += [record(20, Voornaam=SENTINELS[0] + values[0], Geboortedatum=values[1])]
    rows += [record(21, Achternaam=SENTINELS[1], Geslacht=SENTINELS[3] + values[2])]
    content = csv_text(rows).encode(encoding, errors="replace")
    at = int(place * len(content))
    path = tmp_path / "victims.csv"
    path.write_bytes(content[:at] + junk + content[at:])
    mapping = write_mapping(tmp_path, encoding="utf-8" if encoding == "utf-16" else encoding)
    html = tmp_path / "r.html"
    html.unlink(missing_ok=True)
    try:
        result = check_list(path, mapping, agreement(), today=TODAY, html=html)
        code = result.exit_code
        said = result.text + json.dumps(result.as_dict()) + html.read_text(encoding="utf-8")
        said += "".join(map(str, (*result.faults, *result.warnings)))
    except LinkageError as error:
        said, code = str(error), error.exit_code
    assert code in (0, 3, 6)
    for sentinel in SENTINELS:
        assert sentinel not in said
        assert sentinel.lower() not in said
