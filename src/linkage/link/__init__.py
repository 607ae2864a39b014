"""From candidate pairs to people: threshold, duplicates within a list, k lists at once."""

from __future__ import annotations

from linkage.link.cluster import cluster_lists
from linkage.link.deduplicate import merge_duplicates
from linkage.link.link import link_records

__all__ = ["cluster_lists", "link_records", "merge_duplicates"]
