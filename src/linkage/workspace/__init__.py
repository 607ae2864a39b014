"""The linkage unit's run directory: sealed packages, ledger, link result, releases, log."""

from __future__ import annotations

from linkage.workspace.audit import AuditEntry, head, read_log
from linkage.workspace.guard import find_project_keys
from linkage.workspace.ledger import (
    LedgerEntry,
    Submission,
    active_entries,
    add_submission,
    check_submissions,
)
from linkage.workspace.releases import (
    Begun,
    Release,
    ReleaseKind,
    begin_release,
    complete_release,
    read_releases,
    withdraw_release,
)
from linkage.workspace.results import SCENARIOS, LinkState, drop_link, load_link, store_link
from linkage.workspace.run import (
    NewRun,
    Run,
    open_run,
    require_same_agreement,
    run_status,
    write_run,
)

__all__ = [
    "SCENARIOS",
    "AuditEntry",
    "Begun",
    "LedgerEntry",
    "LinkState",
    "NewRun",
    "Release",
    "ReleaseKind",
    "Run",
    "Submission",
    "active_entries",
    "add_submission",
    "begin_release",
    "check_submissions",
    "complete_release",
    "drop_link",
    "find_project_keys",
    "head",
    "load_link",
    "open_run",
    "read_log",
    "read_releases",
    "require_same_agreement",
    "run_status",
    "store_link",
    "withdraw_release",
    "write_run",
]
