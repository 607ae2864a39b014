"""The linkage unit: receives sealed packages, links them, releases counts and nothing else.

This code can reach neither plaintext nor keys: an import contract forbids it.
"""

from __future__ import annotations

from linkage.roles.linkage_unit.diagnose import Diagnosis, ScenarioCounts, diagnose
from linkage.roles.linkage_unit.link import link
from linkage.roles.linkage_unit.receive import Received, ReceivedList, receive
from linkage.roles.linkage_unit.release import Released, release

__all__ = [
    "Diagnosis",
    "Received",
    "ReceivedList",
    "Released",
    "ScenarioCounts",
    "diagnose",
    "link",
    "receive",
    "release",
]
