"""From candidate pairs to people: scores, duplicates within a list, k lists at once.

By probability: ``surplus`` > ``shape`` > ``mixture`` (with ``competition``) > ``score`` >
``partition`` > ``hidden`` > ``draws`` > ``rates``, and ``posterior`` which runs them. By a
threshold on similarities: ``strangers`` > ``threshold`` > ``agglomerate`` > ``deduplicate``,
``cluster`` and ``link`` which runs them.
"""

from __future__ import annotations

from linkage.link.cluster import cluster_lists
from linkage.link.deduplicate import merge_duplicates
from linkage.link.link import link_records

__all__ = ["cluster_lists", "link_records", "merge_duplicates"]
