"""The proposal file: read strictly, kept through changes of the list, bound to its owner."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.duplicates import RULES, list_with_duplicates, listed, person

from linkage.errors import DataError
from linkage.overlap.strata import resolve_strata
from linkage.records.duplicates import (
    ListTags,
    Proposal,
    ProposalFile,
    UpdatedProposals,
    confirmed_groups,
    count_answers,
    key_tag,
    merge_rows,
    parse_proposals,
    proposal_text,
    require_owner,
    tag_list,
    update_proposals,
)
from linkage.types import UNKNOWN, Clusters, NormalisedList, PartialDate

KEY, OTHER = bytes(range(32)), bytes(32)
SALT = "ab" * 16
RECORDS = listed([person(random.Random(number)) for number in range(20)])
PROPOSALS = (Proposal((2, 5, 9), 0.97, "same names"), Proposal((3, 4), 0.6, 'odd "quotes"'))


def tags(records: NormalisedList = RECORDS, key: bytes = KEY) -> ListTags:
    return tag_list(records, RULES, key)


def updated(before: ProposalFile | None = None, **changes: Any) -> UpdatedProposals:
    records, proposals = changes.get("records", RECORDS), changes.get("proposals", PROPOSALS)
    return update_proposals(before, proposals, tags(records), salt=SALT, owner=key_tag(KEY))


def edited(*answers: str, own: str = "", file: ProposalFile | None = None) -> ProposalFile:
    """The file after its owner has answered."""
    text = proposal_text(file or updated().file, "victims.csv")
    for answer in answers:
        text = text.replace('same = ""', f"same = {answer}", 1)
    return parse_proposals((text + own).encode(), "duplicates.toml")


def codes(file: ProposalFile, records: NormalisedList = RECORDS) -> list[str]:
    with pytest.raises(DataError) as caught:
        confirmed_groups(file, tags(records), "duplicates.toml")
    return [fault.code for fault in caught.value.faults]


def test_a_file_says_again_what_it_said() -> None:
    assert edited() == updated().file
    assert edited('"yes"', "[3, 4]").groups[0].confirmed == (2, 5, 9)
    assert edited('"Yes "', '"NO"').groups[1].confirmed == ()


def test_no_answer_is_no_confirmation() -> None:
    told = count_answers(edited('"yes"'))
    assert (told.groups, told.rows, told.confirmed, told.confirmed_rows) == (2, 5, 1, 3)
    assert told.unanswered == ((3, 4),)
    assert codes(edited('"yes"')) == ["E334"]
    assert confirmed_groups(edited('"no"', '"no"'), tags(), "d") == ()


def test_what_is_confirmed() -> None:
    own = "\n[[groups]]\nrows = [11, 10]\nsame = 'yes'\n"
    file = edited("[9, 2]", '"no"', own=own)
    assert confirmed_groups(file, tags(), "d") == ((2, 9), (10, 11))


def test_all_faults_of_the_answers_at_once() -> None:
    own = "\n[[groups]]\nrows = [2, 99]\nsame = 'yes'\n"
    assert codes(edited('"yes"', own=own)) == ["E331", "E334", "E335"]
    moved = listed(list(zip(*RECORDS.fields.values(), strict=True))[::-1])
    assert codes(edited('"yes"'), moved) == ["E333", "E334"]


def test_changed_row_numbers_are_noticed() -> None:
    text = proposal_text(edited('"yes"', '"yes"'), "v").replace("rows = [3, 4]", "rows = [3, 6]")
    assert codes(parse_proposals(text.encode(), "d")) == ["E331"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('same = ""', 'same = "perhaps"', "groups.1.same"),
        ('same = ""', "same = true", "groups.1.same"),
        ('same = ""', "same = [2]", "groups.1.same"),
        ('same = ""', "same = [2, 2]", "groups.1"),
        ('same = ""', "same = [2, 7]", "groups.1"),
        ('same = ""', "", "groups.1.same"),
        ("rows = [2, 5, 9]", "rows = [2, 5, 9, 11]", "groups.1"),
        ("rows = [2, 5, 9]", "rows = [1, 5, 9]", "groups.1.rows.1"),
        ("proposed = 2", "proposed = 3", "groups"),
        ('salt = "', 'salt = "x', "salt"),
        ('why = "same', 'note = "x"\nwhy = "same', "groups.1.note"),
    ],
)
def test_each_spoilt_place_is_named(old: str, new: str, place: str) -> None:
    text = proposal_text(updated().file, "v")
    assert old in text
    with pytest.raises(DataError) as caught:
        parse_proposals(text.replace(old, new, 1).encode(), "duplicates.toml")
    assert [(fault.code, fault.field) for fault in caught.value.faults] == [("E331", place)]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"name;born\n", b"[[[", b"format = 1"])
def test_a_file_of_another_kind(content: bytes) -> None:
    with pytest.raises(DataError, match="E330"):
        parse_proposals(content, "duplicates.toml")


def test_a_file_cut_off_anywhere_never_passes_for_a_shorter_one() -> None:
    whole = edited('"yes"', '"yes"')
    content = proposal_text(whole, "victims.csv").encode()
    for length in range(len(content)):
        try:
            found = parse_proposals(content[:length], "duplicates.toml")
        except DataError:
            continue
        assert found == whole, length


def test_answers_follow_rows_that_move() -> None:
    added = edited("[9, 2]", '"no"', own="\n[[groups]]\nrows = [10, 11]\nsame = 'yes'\n")
    before = updated(added).file  # the owner's own group now has tags, too
    values = list(zip(*RECORDS.fields.values(), strict=True))
    moved = listed(values, rows=[row + 100 for row in RECORDS.rows.tolist()])
    later = updated(
        before, records=moved, proposals=(Proposal((102, 105, 109), 0.9, "same names"),)
    )
    assert (later.kept, later.new, later.again) == (3, 0, ())
    assert [group.rows for group in later.file.groups] == [(102, 105, 109), (103, 104), (110, 111)]
    assert confirmed_groups(later.file, tags(moved), "d") == ((102, 109), (110, 111))
    assert updated(added, records=moved, proposals=()).again == ((10, 11),), "no tags to follow"


def test_an_answer_about_a_changed_record_is_not_kept_and_not_lost_silently() -> None:
    before = edited('"yes"', '"yes"')
    values = list(zip(*RECORDS.fields.values(), strict=True))
    values[0] = (("someone", "else"), *values[0][1:])
    later = updated(before, records=listed(values), proposals=PROPOSALS[:1])
    assert (later.kept, later.new, later.again) == (1, 1, ((2, 5, 9),))
    assert [group.same for group in later.file.groups] == ["", "yes"]


def test_a_group_that_grew_is_asked_again() -> None:
    before = edited('"yes"', '"no"')
    later = updated(before, proposals=(Proposal((3, 4, 7), 0.9, "same names"), PROPOSALS[0]))
    assert (later.kept, later.new, later.again) == (1, 1, ((3, 4),))


def test_proposing_again_changes_nothing() -> None:
    before = edited('"yes"', "[3, 4]")
    assert updated(before).file == before


def test_tags_bind_to_the_key_and_the_fields() -> None:
    assert not set(tags().by_row.values()) & set(tags(key=OTHER).by_row.values())
    strata = NormalisedList(RECORDS.rows, RECORDS.fields, np.zeros((20, 1), np.uint8))
    assert tags(strata) == tags()
    assert tags(listed(list(zip(*RECORDS.fields.values(), strict=True))[:-1])).whole != tags().whole
    with pytest.raises(DataError, match="E332"):
        require_owner(updated().file, key_tag(OTHER), "duplicates.toml")


def test_confirming_nothing_changes_nothing() -> None:
    merged = merge_rows(RECORDS, RULES, ())
    assert merged.left_out == ()
    assert merged.records.fields == RECORDS.fields
    assert np.array_equal(merged.records.rows, RECORDS.rows)


def test_the_most_complete_row_is_kept_and_filled() -> None:
    records = listed(
        [
            (("anna",), (), PartialDate(1990, 5, 7), "F", ""),
            (("anna",), ("jansen",), PartialDate(1990), "F", ""),
            (("annie",), ("janssen",), PartialDate(), "", "NL"),
            (("piet",), ("bakker",), PartialDate(1980, 1, 2), "M", "NL"),
        ],
        strata=np.array([[1], [0], [UNKNOWN], [2]], np.uint8),
    )
    merged = merge_rows(records, RULES, [(2, 3, 4)])
    assert merged.merged == {3: (2, 4)}
    assert merged.records.rows.tolist() == [3, 5]
    kept = [column[0] for column in merged.records.fields.values()]
    assert kept == [("anna",), ("jansen",), PartialDate(1990, 5, 7), "F", "NL"]
    assert merged.records.strata.tolist() == [[0], [2]]
    assert merged.disagreements == (3,)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 2, UNKNOWN]), min_size=2, max_size=6))
def test_strata_are_resolved_as_the_linkage_unit_would(values: list[int]) -> None:
    records, _ = list_with_duplicates(len(values), 0, seed=1)
    strata = np.array(values, np.uint8)[:, None]
    merged = merge_rows(
        NormalisedList(records.rows, records.fields, strata), RULES, [records.rows.tolist()]
    )
    one = np.zeros(len(values), np.int64)
    expected, disagreeing = resolve_strata(Clusters(one, one), strata)
    assert merged.records.strata.tolist() == expected.tolist()
    assert (len(merged.disagreements),) == disagreeing


def test_a_row_is_merged_once() -> None:
    with pytest.raises(ValueError, match="one group only"):
        merge_rows(RECORDS, RULES, [(2, 3), (3, 4)])
