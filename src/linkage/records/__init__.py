"""A data owner's list: read, map, normalise, report. Plaintext stays in this package."""

from __future__ import annotations

from linkage.records.mapping import FieldMapping, Mapping, StratumMapping, load_mapping
from linkage.records.normalise.lists import Assessment, assess_list, normalise_list
from linkage.records.quality import QualityReport
from linkage.records.read import read_table
from linkage.records.table import Table

__all__ = [
    "Assessment",
    "FieldMapping",
    "Mapping",
    "QualityReport",
    "StratumMapping",
    "Table",
    "assess_list",
    "load_mapping",
    "normalise_list",
    "read_table",
]
