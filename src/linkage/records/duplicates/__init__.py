"""Duplicates inside one list: proposed to its owner, confirmed by its owner, then merged.

Everything here happens in plaintext on the owner's machine. Finding needs the extra
``duplicates`` (recordlinkage, which pins pandas below 3); reading answers and merging do not.
"""

from __future__ import annotations

from linkage.records.duplicates.answers import ProposalFile, parse_proposals, proposal_text
from linkage.records.duplicates.confirm import (
    DuplicateAnswers,
    confirmed_groups,
    count_answers,
    require_owner,
)
from linkage.records.duplicates.find import Proposal, propose_duplicates
from linkage.records.duplicates.merge import MergedList, merge_rows
from linkage.records.duplicates.tags import ListTags, key_label, key_tag, tag_list
from linkage.records.duplicates.update import UpdatedProposals, update_proposals

__all__ = [
    "DuplicateAnswers",
    "ListTags",
    "MergedList",
    "Proposal",
    "ProposalFile",
    "UpdatedProposals",
    "confirmed_groups",
    "count_answers",
    "key_label",
    "key_tag",
    "merge_rows",
    "parse_proposals",
    "proposal_text",
    "propose_duplicates",
    "require_owner",
    "tag_list",
    "update_proposals",
]
