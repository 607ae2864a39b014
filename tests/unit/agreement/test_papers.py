"""Template, advice, summary, schema, documentation and diagram."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from tests.support.parties import (
    OWNERS,
    PARTIES,
    TODAY,
    agreement_text,
    identity_of,
    signed_agreement,
    signed_text,
)

from linkage.agreement.advice import advice
from linkage.agreement.carried import PRESENCE, TOKEN_COUNTS, carried
from linkage.agreement.diagram import data_flow_svg
from linkage.agreement.load import parse_agreement
from linkage.agreement.model import Agreement
from linkage.agreement.schema import json_schema, known_keys
from linkage.agreement.summary import summary, summary_text
from linkage.agreement.svg import Text, text_height, wrap
from linkage.agreement.template import agreement_template
from linkage.errors import AgreementError, UsageError

DOCS = Path(__file__).parents[3] / "docs" / "reference"
SVG = "{http://www.w3.org/2000/svg}"


def _agreement(**changes: Any) -> Agreement:
    content = json.loads(signed_agreement().model_dump_json())
    return Agreement.model_validate_json(json.dumps(content | changes))


def test_the_bare_template_lists_every_gap() -> None:
    with pytest.raises(AgreementError) as error:
        parse_agreement(agreement_template(), "agreement.toml")
    assert {fault.code for fault in error.value.faults} == {"E504"}
    assert len(error.value.faults) == len(PARTIES) + 1


def test_the_template_takes_any_reference_and_refuses_strangers() -> None:
    reference = 'DPIA "2025" \\ nr\n7\x7f'
    text = agreement_template(
        dpia_reference=reference, keys={name: identity_of(name).public for name in PARTIES}
    )
    assert parse_agreement(text, "agreement.toml").dpia_reference == reference
    with pytest.raises(UsageError) as error:
        agreement_template(keys={"nobody": identity_of("police").public})
    assert error.value.faults[0].code == "E211"
    with pytest.raises(UsageError) as error:
        agreement_template("french")
    assert error.value.faults[0].code == "E204"


def test_dates_follow_today() -> None:
    agreement = parse_agreement(agreement_text(), "agreement.toml")
    assert agreement.expires == dt.date(2027, 12, 31)
    assert agreement.delete_by == dt.date(2028, 6, 30)


def test_a_sound_signed_agreement_needs_no_advice() -> None:
    assert advice(signed_agreement(), TODAY) == ()


def test_advice() -> None:
    unsigned = parse_agreement(signed_text("police"), "agreement.toml")
    assert advice(unsigned, TODAY) == ("Not yet in force; signatures missing: police.",)
    content = json.loads(signed_agreement().model_dump_json())
    fields, strata = content["fields"], content["strata"]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"allow_links": True}, "allow_links"),
        ({"encoding": {"presence": True}}, "presence"),
        ({"encoding": {"token_counts": True}}, "tells long names from short ones"),
        ({"encoding": {"profile": "clk", "insecure": True}}, "protects nobody"),
        ({"fields": fields[1:]}, "one name field only"),
        ({"fields": [rule for rule in fields if rule["kind"] != "date"]}, "no field of kind date"),
        ({"fields": fields[3:]}, "no field of kind name"),
        ({"minimum_list_size": 400}, 'List "I" expects 398'),
        ({"delete_by": "2035-01-01"}, "more than three years"),
        ({"expires": "2026-01-01"}, "expired on 2026-01-01"),
        (
            {"strata": [*strata, {"name": "region", "values": ["north", "south"]}]},
            "cells for 8,684 expected records",
        ),
        (
            {"fields": [*fields[:2], fields[2] | {"filters": ["all"]}]},
            "",
        ),
    ]
    for changes, says in cases:
        found = advice(_agreement(**changes), TODAY)
        assert any(says in sentence for sentence in found) if says else found == ()
    only_dates = [
        rule | {"filters": ["names"] if rule["kind"] == "date" else ["all"]} for rule in fields
    ]
    chosen = {"filters": ["all", "names"]}
    found = advice(_agreement(fields=only_dates, encoding=chosen), TODAY)
    assert any('Filter "names" holds no names' in sentence for sentence in found)


def test_summary_says_who_signed_and_what_breaks_it() -> None:
    facts = summary(signed_agreement(), TODAY)
    assert facts["in_force"]
    assert json.loads(json.dumps(facts)) == facts
    text = summary_text(signed_agreement(), TODAY)
    assert "· agreement " + facts["fingerprint"] in text
    assert facts["broken_by"] in text
    for name in PARTIES:
        line = next(line for line in text.splitlines() if line.startswith(f"{name} "))
        assert line.split()[-2:] == [identity_of(name).public.fingerprint, "yes"]
    half = parse_agreement(signed_text("police", "shelters"), "agreement.toml")
    assert "not in force yet: 7 of 9 have signed" in summary_text(half, TODAY)
    assert "NOT in force: expired" in summary_text(signed_agreement(), dt.date(2030, 1, 1))
    changed = signed_text().replace("minimum_cell = 10", "minimum_cell = 11")
    assert "changed after it was signed" in summary_text(
        parse_agreement(changed, "agreement.toml"), TODAY
    )


def test_what_travels_is_said_before_anyone_signs() -> None:
    plain = summary_text(signed_agreement(), TODAY)
    assert "travels       encodings, random handles, agreed strata (sex, " in plain
    more = _agreement(encoding={"presence": True, "token_counts": True})
    assert carried(more)[-2:] == (PRESENCE, TOKEN_COUNTS)
    text = summary_text(more, TODAY)
    assert f"{PRESENCE}, {TOKEN_COUNTS}" in text
    assert summary(more, TODAY)["token_counts"] is True
    assert "number of tokens of each filter" in " ".join(_said(data_flow_svg(more)))
    assert "number of tokens" not in " ".join(_said(data_flow_svg(signed_agreement())))


def test_summary_lists_the_filters_in_order_with_their_weights() -> None:
    content = json.loads(signed_agreement().model_dump_json())
    fields = [rule | {"filters": ["rest"]} for rule in content["fields"]]
    fields[0]["filters"] = fields[1]["filters"] = ["names"]
    encoding = {"filters": ["names", "rest"], "filter_weights": {"rest": 2, "names": 5}}
    split = _agreement(encoding=encoding, fields=fields)
    assert summary(split, TODAY)["filters"] == ["names", "rest"]
    assert summary(split, TODAY)["filter_weights"] == [5, 2]
    assert "2 filters of 32,768 bits (names × 5, rest × 2)" in summary_text(split, TODAY)


def _said(svg: str) -> list[str]:
    return re.findall(r"<text [^>]*>([^<]*)</text>", svg)


def test_published_schema_is_current() -> None:
    published = json.loads((DOCS / "agreement.schema.json").read_bytes())
    assert published == json_schema(), "run: linkage agreement show --schema"


def test_every_key_is_explained() -> None:
    text = (DOCS / "agreement.md").read_text(encoding="utf-8")
    tables: list[tuple[str, ...]] = [
        (),
        ("encoding",),
        ("disclosure",),
        ("fields",),
        ("strata",),
        ("parties",),
        ("parties", "list"),
        ("signatures",),
    ]
    sections = re.split(r"(?m)^## ", text)
    for table in tables:
        heading = "`" + ".".join(table) + "`" if table else "The agreement itself"
        section = next(part for part in sections if part.splitlines()[0].endswith(heading))
        for key in known_keys(table):
            assert f"| `{key}` |" in section, (table, key)


def test_diagram_says_what_travels_and_what_stays() -> None:
    agreement = signed_agreement()
    root = ET.fromstring(data_flow_svg(agreement))  # noqa: S314 - our own output
    words = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    for expected in (
        "Never leaves a data owner",
        "Deleted by 2028-06-30",
        "Encodings remain personal data.",
        "Sealed package, signed",
        "given_name",
        "DPIA 2025/7",
    ):
        assert expected in words
    for party in agreement.parties:
        assert party.name.split()[0] in words
        assert (party.legal_basis or "").split(" ")[0] in words


@pytest.mark.parametrize("owners", [2, 6, 8])
def test_no_text_of_the_diagram_leaves_its_place(owners: int) -> None:
    root = ET.fromstring(data_flow_svg(_crowded(owners)))  # noqa: S314 - our own output
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = [
        tuple(float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        for box in root.iter(f"{SVG}rect")
        if "x" in box.attrib
    ]
    for one, (x, y, w, h) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
        for other_x, other_y, other_w, other_h in boxes[one + 1 :]:
            apart = (
                x + w <= other_x or other_x + other_w <= x
                or y + h <= other_y or other_y + other_h <= y
            )  # fmt: skip
            assert apart
    for text in root.iter(f"{SVG}text"):
        x, y, size = (float(text.attrib[key]) for key in ("x", "y", "font-size"))
        # Half an em a letter is the width of the usual sans-serif fonts.
        length = len(text.text or "") * size * 0.5
        left = x - length / 2 if text.attrib.get("text-anchor") == "middle" else x
        assert left >= 0
        assert left + length <= width
        inside = [
            box
            for box in boxes
            if box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]
        ]
        for box in inside:
            assert left + length <= box[0] + box[2]
            assert y <= box[1] + box[3] - 4


def _crowded(owners: int) -> Agreement:
    content = json.loads(signed_agreement().model_dump_json())
    long = "Koninklijke Slachtofferondersteuningsorganisatiesvereniging-en-opvang & <Omstreken>"
    parties = [party | {"name": long} for party in content["parties"][:3]]
    parties.append(parties[2] | {"id": "second-analyst"})
    for number in range(owners):
        owner = content["parties"][3 + number % len(OWNERS)]
        about = {"id": f"LIST{number}", "description": "words " * 60, "expected_records": 1000}
        parties.append(
            owner | {"id": f"o{number}", "name": long, "legal_basis": "Act " * 90, "list": about}
        )
    strata = [{"name": f"a_stratum_with_a_long_name_{n}", "values": ["a"]} for n in range(12)]
    return Agreement.model_validate_json(
        json.dumps(content | {"parties": parties, "strata": strata, "title": "Title " * 60})
    )


def test_wrapping_breaks_long_words_and_counts_wide_letters() -> None:
    assert wrap(Text(""), 100) == []
    assert "".join(wrap(Text("x" * 100, size=10), 55)) == "x" * 100
    assert max(map(len, wrap(Text("x" * 100, size=10), 55))) == 10
    assert max(map(len, wrap(Text("\u738b" * 50, size=10), 55))) == 5
    assert text_height([Text("a", size=10), Text("b", size=10, gap=4)], 50) == 2 * 14 + 4
