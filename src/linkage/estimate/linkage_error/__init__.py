"""Estimates that know of missed and false links between the lists."""

from __future__ import annotations

from linkage.estimate.linkage_error.composite import CompositeFit, fit_composite
from linkage.estimate.linkage_error.correct import ErrorRates, LinkageErrorCorrected, sensitivity
from linkage.estimate.linkage_error.split import pairwise_split, record_split
from linkage.estimate.linkage_error.two_list import corrected_two_lists
from linkage.estimate.linkage_error.unmerge import without_false_links

__all__ = [
    "CompositeFit",
    "ErrorRates",
    "LinkageErrorCorrected",
    "corrected_two_lists",
    "fit_composite",
    "pairwise_split",
    "record_split",
    "sensitivity",
    "without_false_links",
]
